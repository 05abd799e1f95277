"""Where a text changes: stretches of it that go, or that something else takes the place of, in order and apart."""

from array import array
from bisect import bisect_right
from collections.abc import Iterator

Cut = tuple[int, int, bytes]
"""Start, end, and what takes the place of what stands between; nothing, when that is empty."""


class Cuts:
    """Cuts in one text, in little space: there may be a million of them."""

    def __init__(self) -> None:
        self._starts = array("q")
        self._ends = array("q")
        self._puts: dict[int, bytes] = {}

    def add(self, start: int, end: int, put: bytes = b"") -> None:
        """Add the cut of *start* to *end*, which must lie behind all others; one that follows the last at once makes it longer."""
        if not self.last <= start <= end:
            raise ValueError("cuts come in order and apart")
        if put:
            self._puts[len(self._starts)] = put
        elif self._ends and start == self.last and len(self._starts) - 1 not in self._puts:
            self._ends[-1] = end
            return
        self._starts.append(start)
        self._ends.append(end)

    @property
    def last(self) -> int:
        """Where the last cut ends."""
        return self._ends[-1] if self._ends else 0

    def __len__(self) -> int:
        return len(self._starts)

    def __iter__(self) -> Iterator[Cut]:
        for number, start in enumerate(self._starts):
            yield start, self._ends[number], self._puts.get(number, b"")

    def first_behind(self, place: int) -> int | None:
        """Return where the first cut that ends behind *place* starts."""
        number = bisect_right(self._ends, place)
        return self._starts[number] if number < len(self._starts) else None

    def kept(self, size: int) -> Iterator[tuple[int, int] | bytes]:
        """Yield, of a text of *size* bytes, the stretches that stay and what is put between them."""
        place = 0
        for start, end, put in self:
            if start > place:
                yield place, start
            if put:
                yield put
            place = end
        if size > place:
            yield place, size


class Cutter:
    """Applies *cuts* to a text that comes in chunks, from *place* on."""

    def __init__(self, cuts: Cuts, place: int = 0) -> None:
        self._place = place
        self._cuts = _from(cuts, place)
        self._next = next(self._cuts, None)

    def kept(self, chunk: bytes | memoryview) -> Iterator[bytes | memoryview]:
        """Yield what is left of the next *chunk*, and what is put in between."""
        view, begin = memoryview(chunk), self._place
        end = begin + len(view)
        while self._next is not None and self._next[0] < end:
            start, stop, put = self._next
            if start > self._place:
                yield view[self._place - begin : start - begin]
            if put and start >= self._place:
                yield put
            self._place = max(self._place, min(stop, end))
            if stop > end:
                break
            self._next = next(self._cuts, None)
        if self._place < end:
            yield view[self._place - begin :]
        self._place = end


def _from(cuts: Cuts, place: int) -> Iterator[Cut]:
    return (cut for cut in cuts if cut[1] > place)
