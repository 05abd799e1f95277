"""The first stage of a search: short pieces of the identifiers, looked for all at once by vector instructions.

The searcher in `ahocorasick_rs` uses them when there are few and short literals that tell upper from lower case. So of each anchor one fragment of a few
bytes is looked for, in every mix of cases, at most `MOST` literals a group. Which fragments are rare depends on the logs: several sets are
drawn and timed on a sample, and the fastest is kept. What is found does not depend on that.
"""

import itertools
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import ahocorasick_rs

from overdracht_serverlogs.spellings import Anchor, Check, Needle, Wanted, needles

MOST = 64
"""Literals in one group: more are not searched by vector instructions."""
LENGTHS = (4, 5)
TRIALS = 24
CANDIDATE = 8e-7
"""Seconds that looking at one candidate takes."""
_MOST_CASES = 16
_WIDE_LENGTHS = (6, 5, 8)

Buffer = bytes | bytearray


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of one anchor of a needle."""

    number: int
    choice: int
    anchor: int
    offset: int
    length: int


Plan = tuple[tuple[Fragment, ...], ...]
"""Groups of fragments; each group is one pass over the text."""

Owner = tuple[int, bytes, int, Check, int]
"""Where in the anchor the fragment stands, the anchor, its length, its check and the number of the needle."""


def cases(text: bytes) -> list[bytes]:
    """Return *text* in every mix of upper and lower case."""
    each = (sorted({bytes([one]).lower(), bytes([one]).upper()}) for one in text)
    return [b"".join(mix) for mix in itertools.product(*each)]


def _count_cases(text: bytes) -> int:
    return 1 << sum(97 <= one <= 122 for one in text)


class Pass:
    """One group of fragments, ready to search."""

    def __init__(self, found: Sequence[Needle], fragments: Sequence[Fragment]) -> None:
        owners: dict[bytes, list[Owner]] = defaultdict(list)
        for one in fragments:
            anchor = found[one.number].choices[one.choice][one.anchor]
            piece = anchor.text[one.offset : one.offset + one.length]
            owner = (one.offset, anchor.text, len(anchor.text), anchor.check, one.number)
            for literal in cases(piece):
                owners[literal].append(owner)
        self.literals = sorted(owners)
        self.owners = [owners[literal] for literal in self.literals]
        self.hidden = [list(_hidden(literal, self.literals)) for literal in self.literals]
        self.find = ahocorasick_rs.BytesAhoCorasick(
            self.literals,
            matchkind=ahocorasick_rs.MatchKind.LeftmostFirst,
            implementation=ahocorasick_rs.Implementation.DFA,
        ).find_matches_as_indexes


def _hidden(literal: bytes, literals: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Yield the literals, by their number, that may begin within *literal* and that the searcher then does not tell, and where they begin."""
    for number, other in enumerate(literals):
        for shift in range(len(literal)):
            common = min(len(literal) - shift, len(other))
            if (other != literal or shift) and literal[shift : shift + common] == other[:common]:
                yield number, shift


class Finder:
    """Finds the needles of *wanted* in text, as *plan* says."""

    def __init__(self, wanted: Wanted, plan: Plan) -> None:
        found = needles(wanted)
        self._passes = [Pass(found, group) for group in plan]

    def find(self, view: memoryview, text: bytearray) -> list[tuple[int, int, int]]:
        """Return where the needles stand whole in the *view* of *text*: start, end and number, in order.

        *text* begins where *view* does, and holds a line end behind it.
        """
        hits: list[tuple[int, int, int]] = []
        add = hits.append
        for one in self._passes:
            owners, hidden = one.owners, one.hidden
            for number, place, _ in one.find(view):
                for offset, anchor, length, check, needle in owners[number]:
                    start = place - offset
                    if start >= 0 and text[start : start + length].lower() == anchor:
                        span = check(text, start)
                        if span is not None:
                            add((*span, needle))
                if hidden[number]:
                    self._hidden(one, number, place, text, hits)
        if len(hits) > 1:
            return sorted(set(hits))
        return hits

    @staticmethod
    def _hidden(
        one: Pass, number: int, place: int, text: bytearray, hits: list[tuple[int, int, int]]
    ) -> None:
        for other, shift in one.hidden[number]:
            literal = one.literals[other]
            at = place + shift
            if text[at : at + len(literal)] != literal:
                continue
            for offset, anchor, length, check, needle in one.owners[other]:
                start = at - offset
                if start >= 0 and text[start : start + length].lower() == anchor:
                    span = check(text, start)
                    if span is not None:
                        hits.append((*span, needle))


@lru_cache(maxsize=2)
def finder(wanted: Wanted, plan: Plan) -> Finder:
    """Return what finds *wanted* by *plan*: made once in each process."""
    return Finder(wanted, plan)


def plan(wanted: Wanted, sample: bytes, clock: Callable[[], float] = time.perf_counter) -> Plan:
    """Return the fragments by which *wanted* is found fastest in text like *sample*."""
    found = needles(wanted)
    groups = _grouped(found)
    narrow = [_fastest(found, group, sample, LENGTHS, MOST, clock) for group in groups]
    if len(groups) > 2:
        every = tuple(range(len(found)))
        wide = _fastest(found, every, sample, _WIDE_LENGTHS, None, clock, trials=3)
        if wide[0] < sum(seconds for seconds, _ in narrow):
            return (wide[1],)
    return tuple(fragments for _, fragments in narrow)


def _grouped(found: Sequence[Needle]) -> list[tuple[int, ...]]:
    groups: list[list[int]] = [[]]
    room = 0.0
    for needle in found:
        least = _least(needle)
        if room + least > MOST * 0.8 and groups[-1]:
            groups.append([])
            room = 0
        groups[-1].append(needle.number)
        room += least
    return [tuple(group) for group in groups]


def _least(needle: Needle) -> int:
    """Return about how many literals the needle takes at the least."""
    return min(
        sum(min(_windows(one.text, LENGTHS))[0] for one in _distinct(choice))
        for choice in needle.choices
    )


def _distinct(choice: Sequence[Anchor]) -> list[Anchor]:
    """Return the anchors of *choice* but those that hold the piece that stands for another one too."""
    return list(choice[:1]) + [one for one in choice[1:] if not _shares(choice[0].text, one.text)]


def _shares(first: bytes, other: bytes) -> bool:
    return any(first[at : at + 4] in other for at in range(max(1, len(first) - 3)))


def _windows(text: bytes, lengths: Sequence[int]) -> list[tuple[int, int, int]]:
    """Return the pieces of *text* that can be looked for, as number of cases, offset and length."""
    found = [
        (_count_cases(text[at : at + length]), at, length)
        for length in lengths
        for at in range(len(text) - length + 1)
    ]
    found = [one for one in found if one[0] <= _MOST_CASES]
    return found or [(_count_cases(text[:4]), 0, min(4, len(text)))]


def _fastest(
    found: Sequence[Needle],
    group: Sequence[int],
    sample: bytes,
    lengths: Sequence[int],
    most: int | None,
    clock: Callable[[], float],
    trials: int = TRIALS,
) -> tuple[float, tuple[Fragment, ...]]:
    """Draw sets of fragments for the needles in *group*, time them on *sample*, and return the fastest with its time."""
    draw = random.Random(1)  # noqa: S311 - nothing secret is drawn
    best: tuple[float, tuple[Fragment, ...]] | None = None
    text = bytearray(sample + b"\n")
    with memoryview(text) as view:
        for trial in range(trials):
            fragments = tuple(
                one for number in group for one in _drawn(found[number], lengths, draw, trial)
            )
            search = Pass(found, fragments)
            if best is not None and most is not None and len(search.literals) > most:
                continue
            began = clock()
            candidates = len(search.find(view))
            seconds = clock() - began + candidates * CANDIDATE
            if most is not None and len(search.literals) > most:
                seconds += 1  # better than nothing
            if best is None or seconds < best[0]:
                best = (seconds, fragments)
    assert best is not None  # noqa: S101 - there is at least one trial
    return best


def _drawn(
    needle: Needle, lengths: Sequence[int], draw: random.Random, trial: int
) -> Iterator[Fragment]:
    choice = draw.randrange(len(needle.choices))
    anchors = needle.choices[choice]
    pieces: list[bytes] = []
    for number, anchor in enumerate(anchors):
        windows = sorted(_windows(anchor.text, lengths))
        known = [one for one in windows if anchor.text[one[1] : one[1] + one[2]] in pieces]
        # The first draw is of the fewest literals, so that one set at least fits.
        some = known or (windows[:1] if trial == 0 else [w for w in windows if w[0] <= max(8, windows[0][0])])
        _, offset, length = draw.choice(some)
        pieces.append(anchor.text[offset : offset + length])
        yield Fragment(needle.number, choice, number, offset, length)
