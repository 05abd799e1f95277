"""Where in the files of a log the lines of planned items are, and what is cut there."""

from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field

from overdracht import Item
from overdracht_serverlogs.cuts import Cut, Cuts
from overdracht_serverlogs.lineitems import WHOLE_DAY, Key
from overdracht_serverlogs.locating import Located, Sought, Standing, locate
from overdracht_serverlogs.logs import Log, LogFile
from overdracht_serverlogs.records import days

Cutting = Callable[[Located], Iterable[Cut]]
"""Says what is cut for one record."""


def whole(one: Located) -> Iterator[Cut]:
    """Cut the whole record."""
    yield one.start, one.end, b""


@dataclass
class _Places:
    """The cuts in one file, each with the number of the item it is for."""

    starts: "array[int]" = field(default_factory=lambda: array("q"))
    ends: "array[int]" = field(default_factory=lambda: array("q"))
    numbers: "array[int]" = field(default_factory=lambda: array("l"))
    puts: dict[int, bytes] = field(default_factory=dict)

    def add(self, number: int, cut: Cut) -> None:
        start, end, put = cut
        if put:
            self.puts[len(self.starts)] = put
        self.starts.append(start)
        self.ends.append(end)
        self.numbers.append(number)

    def cuts(self, left_out: Collection[int]) -> Cuts:
        cuts = Cuts()
        for place, start in enumerate(self.starts):
            if self.numbers[place] not in left_out:
                cuts.add(start, self.ends[place], self.puts.get(place, b""))
        return cuts


class LinePlaces:
    """Looks for the lines of *items* in the files of *log*; raises Unreadable when one cannot be read."""

    def __init__(self, log: Log, items: Iterable[Item], cutting: Cutting = whole) -> None:
        self._items = tuple(items)
        self._numbers = {one.key: number for number, one in enumerate(self._items)}
        self._places: dict[str, _Places] = defaultdict(_Places)
        self._files: dict[str, LogFile] = {}
        self.are_days = all(Key.parse(one.key).sort == WHOLE_DAY for one in self._items)
        """Everything is cut because it outlived its term."""
        by_day = {True: list[Item](), False: list[Item]()}
        for one in self._items:
            by_day[Key.parse(one.key).sort == WHOLE_DAY].append(one)
        self._days = {Key.parse(one.key).day: one.key for one in by_day[True]}
        self._there: set[str] = set()
        self._sought = Sought(by_day[False])
        for file in log.files:
            if self._days:
                self._whole_days(log, file)
            if by_day[False]:
                self._lines(log, file, cutting)

    def _lines(self, log: Log, file: LogFile, cutting: Cutting) -> None:
        for one in locate(log, file, self._sought):
            for cut in cutting(one):
                self._add(file, one.key, cut)

    def _whole_days(self, log: Log, file: LogFile) -> None:
        for start, end, day in days(log, file):
            key = self._days.get(day)
            if key is not None:
                self._there.add(key)
                self._add(file, key, (start, end, b""))

    def _add(self, file: LogFile, key: str, cut: Cut) -> None:
        self._files[file.path] = file
        self._places[file.path].add(self._numbers[key], cut)

    def standing(self, key: str) -> Standing:
        """Say what became of the item of this *key*."""
        if key in self._days.values():
            return Standing.PLANNED if key in self._there else Standing.GONE
        return self._sought.standing(key)

    def files(self, planned: Collection[str] = ()) -> Iterator[tuple[LogFile, Cuts]]:
        """Yield the files in which something is to be cut, and the cuts: for items that did not change, or were as *planned* before some of their lines were cut."""
        changed = {
            number
            for key, number in self._numbers.items()
            if key not in planned and self.standing(key) is Standing.CHANGED
        }
        for path, places in self._places.items():
            cuts = places.cuts(changed)
            if cuts:
                yield self._files[path], cuts

    def keys_in(self, path: str) -> set[str]:
        """Return the keys of the items that have lines in the file at *path*."""
        numbers = set(self._places[path].numbers)
        return {self._items[one].key for one in numbers}
