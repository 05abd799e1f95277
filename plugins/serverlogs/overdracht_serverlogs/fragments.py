"""The first stage of a search: short pieces of the identifiers, looked for all at once by vector instructions.

The searcher in `ahocorasick_rs` uses them when there are few and short literals that tell upper from lower case. So of each anchor one fragment of a few
bytes is looked for, in every mix of cases, at most `MOST` literals a group. Which fragments are rare depends on the logs: all are counted in a
sample, and the rarest kept. What is found does not depend on that.
"""

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import ahocorasick_rs

from overdracht_serverlogs.spellings import Check, Needle, Wanted, needles

MOST = 64
"""Literals in one group: more are not searched by vector instructions."""
LENGTHS = (4, 5)
WIDE = (6, 5, 8)
"""Lengths when there are so many identifiers that one pass without vector instructions is quicker than many with them."""
MOST_PASSES = 4
SAMPLE = 512 << 10
_MOST_CASES = 16
_PER_LITERAL = 6.0
"""What one more literal costs, in candidates of one sample."""


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
        self._within = [list(_within(literal, self.literals)) for literal in self.literals]
        self.hidden = [self._quick(within) for within in self._within]
        self.find = ahocorasick_rs.BytesAhoCorasick(
            self.literals,
            matchkind=ahocorasick_rs.MatchKind.LeftmostFirst,
            implementation=ahocorasick_rs.Implementation.DFA,
        ).find_matches_as_indexes

    def _quick(self, within: list[tuple[int, int]]) -> "_Matches | None":
        """Return what says quickly whether any of the literals *within* another stands there; None when there is none."""
        if not within:
            return None
        patterns = (b".{%d}" % shift + re.escape(self.literals[other]) for shift, other in within)
        return re.compile(b"|".join(patterns), re.DOTALL).match

    def whole_within(
        self, text: bytearray, number: int, place: int
    ) -> Iterator[tuple[int, int, int]]:
        """Yield what stands whole by a literal that begins within the one of this *number* at *place*."""
        for shift, other in self._within[number]:
            at, literal = place + shift, self.literals[other]
            if text[at : at + len(literal)] != literal:
                continue
            for offset, anchor, length, check, needle in self.owners[other]:
                start = at - offset
                if start >= 0 and text[start : start + length].lower() == anchor:
                    span = check(text, start)
                    if span is not None:
                        yield (*span, needle)


def _within(literal: bytes, literals: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Yield how far behind the start of *literal* others may begin within it, and their numbers."""
    for number, other in enumerate(literals):
        for shift in range(len(literal)):
            common = min(len(literal) - shift, len(other))
            if (other != literal or shift) and literal[shift : shift + common] == other[:common]:
                yield shift, number


_Matches = Callable[[bytearray, int], object]


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
        add, add_all = hits.append, hits.extend
        for one in self._passes:
            owners, hidden = one.owners, one.hidden
            for number, place, _ in one.find(view):
                for offset, anchor, length, check, needle in owners[number]:
                    start = place - offset
                    if start >= 0 and text[start : start + length].lower() == anchor:
                        span = check(text, start)
                        if span is not None:
                            add((*span, needle))
                behind = hidden[number]
                if behind is not None and behind(text, place):
                    # What begins within a literal that was found is not told by the searcher.
                    add_all(one.whole_within(text, number, place))
        if len(hits) > 1:
            return sorted(set(hits))
        return hits


@lru_cache(maxsize=2)
def finder(wanted: Wanted, plan: Plan) -> Finder:
    """Return what finds *wanted* by *plan*: made once in each process."""
    return Finder(wanted, plan)


def plan(wanted: Wanted, sample: bytes) -> Plan:
    """Return the fragments by which *wanted* is found fastest in text like *sample*."""
    found = needles(wanted)
    groups = _grouped(found, _rarest(found, sample[:SAMPLE], LENGTHS))
    if len(groups) <= MOST_PASSES:
        return groups
    return (tuple(one for each in _rarest(found, sample[:SAMPLE], WIDE) for one in each),)


def _rarest(
    found: Sequence[Needle], sample: bytes, lengths: Sequence[int]
) -> list[tuple[Fragment, ...]]:
    """Return for each needle the fragments that cost least in text like *sample*."""
    anchors = {one.text for needle in found for choice in needle.choices for one in choice}
    windows = {text: _windows(text, lengths) for text in anchors}
    pieces = {text[at : at + size] for text in anchors for at, size in windows[text]}
    counts = _counted(sorted(pieces), sample.lower())
    return [
        min(
            (_chosen(needle, number, windows, counts) for number in range(len(needle.choices))),
            key=lambda one: one[0],
        )[1]
        for needle in found
    ]


def _chosen(
    needle: Needle,
    number: int,
    windows: Mapping[bytes, Sequence[tuple[int, int]]],
    counts: Mapping[bytes, int],
) -> tuple[float, tuple[Fragment, ...]]:
    """Return the cheapest fragments of one choice of *needle*, with what they cost; one that stands in several anchors costs once."""
    cost, taken, fragments = 0.0, set[bytes](), []
    anchors = needle.choices[number]
    shared = _common([one.text for one in anchors], windows)
    for place, anchor in enumerate(anchors):
        prices = []
        for at, size in windows[anchor.text]:
            piece = anchor.text[at : at + size]
            price = 0.0 if piece in taken else counts[piece] + _PER_LITERAL * _count_cases(piece)
            # One that the other anchors hold as well is paid for by all of them.
            prices.append((price / (len(anchors) if piece in shared else 1), at, size))
        price, at, size = min(prices)
        piece = anchor.text[at : at + size]
        if piece not in taken:
            cost += counts[piece] + _PER_LITERAL * _count_cases(piece)
            taken.add(piece)
        fragments.append(Fragment(needle.number, number, place, at, size))
    return cost, tuple(fragments)


def _common(
    texts: Sequence[bytes], windows: Mapping[bytes, Sequence[tuple[int, int]]]
) -> set[bytes]:
    each = [{text[at : at + size] for at, size in windows[text]} for text in texts]
    return set.intersection(*each)


def _counted(pieces: list[bytes], text: bytes) -> dict[bytes, int]:
    search = ahocorasick_rs.BytesAhoCorasick(pieces, matchkind=ahocorasick_rs.MatchKind.Standard)
    found = Counter(one[0] for one in search.find_matches_as_indexes(text, overlapping=True))
    return {piece: found[number] for number, piece in enumerate(pieces)}


def _windows(text: bytes, lengths: Sequence[int]) -> list[tuple[int, int]]:
    """Return where in *text* the pieces are that can be looked for, and how long they are."""
    found = [
        (at, length)
        for length in lengths
        for at in range(len(text) - length + 1)
        if _count_cases(text[at : at + length]) <= _MOST_CASES
    ]
    return found or [(0, min(4, len(text)))]


def _grouped(found: Sequence[Needle], chosen: Sequence[tuple[Fragment, ...]]) -> Plan:
    """Return the *chosen* fragments in groups of at most `MOST` literals, about equally large."""
    weights = [_weight(found, fragments) for fragments in chosen]
    count = max(1, -(-sum(weights) // MOST))
    while True:
        groups: list[list[Fragment]] = [[] for _ in range(count)]
        filled = [0] * count
        for weight, fragments in sorted(zip(weights, chosen, strict=True), key=lambda one: -one[0]):
            least = filled.index(min(filled))
            groups[least] += fragments
            filled[least] += weight
        if max(filled) <= max(MOST, *weights) or count >= len(chosen):
            return tuple(tuple(group) for group in groups if group)
        count += 1


def _weight(found: Sequence[Needle], fragments: Sequence[Fragment]) -> int:
    """Return how many literals the *fragments* of one needle take."""
    pieces = set()
    for one in fragments:
        text = found[one.number].choices[one.choice][one.anchor].text
        pieces.add(text[one.offset : one.offset + one.length])
    return sum(map(_count_cases, pieces))
