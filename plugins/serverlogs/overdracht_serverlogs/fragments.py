"""The first stage of a search: short pieces of the identifiers, looked for all at once by vector instructions.

The searcher in `ahocorasick_rs` uses them when there are few and short literals that tell upper from lower case. So of each anchor one fragment of a few
bytes is looked for, in every mix of cases, at most `MOST` literals a group. Which fragments are rare depends on the logs: all are counted in a
sample, rare ones are drawn and timed on it together, and the fastest set is kept. What is found does not depend on that.
"""

import itertools
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import ahocorasick_rs

from overdracht_serverlogs.spellings import Check, Needle, Wanted, needles

MOST = 64
"""Literals in one group: more are not searched by vector instructions."""
LENGTHS = (4, 5, 3)
WIDE = (6, 5, 8)
"""Lengths when there are so many identifiers that one pass without vector instructions is quicker than many with them."""
MOST_PASSES = 4
SAMPLE = 512 << 10
_MOST_CASES = 16
PER_LITERAL = 2.0
"""What one more literal costs, in candidates of one sample."""
CANDIDATE = 5e-7
"""Seconds that looking at one candidate takes."""
DRAWS = 8
"""Ways to find one needle that are tried."""


@dataclass(frozen=True, slots=True, order=True)
class Fragment:
    """A piece of one anchor of a needle."""

    number: int
    choice: int
    anchor: int
    offset: int
    length: int


Plan = tuple[tuple[Fragment, ...], ...]
"""Groups of fragments; each group is one pass over the text."""

Owner = tuple[int, Callable[[bytearray, int], re.Match[bytes] | None], Check | None, bool, int]
"""Where in the anchor the fragment stands; what says whether the anchor stands there, and whether the whole identifier does; whether a letter before
it is a quick no; the number of the needle."""

_LETTER = [chr(one).isalnum() or one == 95 or one > 127 for one in range(256)]
_CODES = frozenset(b"%\\#")
"""What begins a code whose last sign is no letter of a word."""


def cases(text: bytes) -> list[bytes]:
    """Return *text* in every mix of upper and lower case."""
    each = (sorted({bytes([one]).lower(), bytes([one]).upper()}) for one in text)
    return [b"".join(mix) for mix in itertools.product(*each)]


@lru_cache(maxsize=65_536)
def _count_cases(text: bytes) -> int:
    return 1 << sum(97 <= one <= 122 for one in text)


class Pass:
    """One group of fragments, ready to search."""

    def __init__(self, found: Sequence[Needle], fragments: Sequence[Fragment]) -> None:
        owners: dict[bytes, list[Owner]] = defaultdict(list)
        for one in fragments:
            anchor = found[one.number].choices[one.choice][one.anchor]
            piece = anchor.text[one.offset : one.offset + one.length]
            owner = (one.offset, anchor.whole.match, anchor.check, anchor.begins, one.number)
            for literal in cases(piece):
                owners[literal].append(owner)
        self.literals = sorted(owners)
        self.owners = [owners[literal] for literal in self.literals]
        self.find = ahocorasick_rs.BytesAhoCorasick(
            self.literals,
            matchkind=ahocorasick_rs.MatchKind.LeftmostFirst,
            implementation=ahocorasick_rs.Implementation.DFA,
        ).find_matches_as_indexes

    @cached_property
    def _within(self) -> list[list[tuple[int, int]]]:
        return _all_within(self.literals)

    @cached_property
    def hidden(self) -> "list[_Matches | None]":
        """What says, by literal, whether another one begins within it."""
        return [self._quick(within) for within in self._within]

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
            for offset, whole, check, _, needle in self.owners[other]:
                found = whole(text, at - offset) if at >= offset else None
                if found is not None:
                    span = found.span() if check is None else check(text, at - offset)
                    if span is not None:
                        yield (*span, needle)


def _all_within(literals: Sequence[bytes]) -> list[list[tuple[int, int]]]:
    """Return by literal how far behind its start others may begin within it, and their numbers."""
    begun: dict[bytes, list[int]] = defaultdict(list)
    whole = {literal: number for number, literal in enumerate(literals)}
    for number, literal in enumerate(literals):
        for size in range(1, len(literal) + 1):
            begun[literal[:size]].append(number)
    found = []
    for literal in literals:
        within = []
        for shift in range(len(literal)):
            rest = literal[shift:]
            others = {*begun.get(rest, ())}
            others |= {whole[rest[:size]] for size in range(1, len(rest)) if rest[:size] in whole}
            within += [(shift, one) for one in sorted(others) if shift or literals[one] != literal]
        found.append(within)
    return found


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
        letter, no_code = _LETTER, _CODES.isdisjoint
        for one in self._passes:
            owners, hidden = one.owners, one.hidden
            for number, place, _ in one.find(view):
                for offset, whole, check, begins, needle in owners[number]:
                    start = place - offset
                    if start < 0 or (
                        begins
                        and start
                        and letter[text[start - 1]]
                        and no_code(text[max(0, start - 6) : start])
                    ):
                        continue
                    found = whole(text, start)
                    span = found and (check(text, start) if check else found.span())
                    if span:
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


def plan(wanted: Wanted, sample: bytes, clock: Callable[[], float] = time.perf_counter) -> Plan:
    """Return the fragments by which *wanted* is found fastest in text like *sample*."""
    found = needles(wanted)
    sample = sample[:SAMPLE]
    offers = _offered(found, sample, LENGTHS)
    groups = _grouped([min(one) for one in offers], found)
    if len(groups) <= MOST_PASSES:
        return tuple(
            _fastest([offers[number] for number in group], found, sample, clock) for group in groups
        )
    wide = _offered(found, sample, WIDE)
    return (tuple(one for offer in wide for one in min(offer)[1]),)


Offer = tuple[float, tuple[Fragment, ...]]
"""The fragments by which one needle can be found, and what they cost by their number and by how often they occur."""


def _offered(found: Sequence[Needle], sample: bytes, lengths: Sequence[int]) -> list[list[Offer]]:
    """Return for each needle the cheapest ways to find it in text like *sample*."""
    anchors = {one.text for needle in found for choice in needle.choices for one in choice}
    windows = {text: _windows(text, lengths) for text in anchors}
    pieces = {text[at : at + size] for text in anchors for at, size in windows[text]}
    counts = _counted(sorted(pieces), sample.lower())
    draw = random.Random(1)  # noqa: S311 - nothing secret is drawn
    draws = DRAWS if len(found) <= MOST else 1
    return [
        sorted(
            {
                _drawn(needle, number, windows, counts, draw if trial else None)
                for number in range(len(needle.choices))
                for trial in range(draws)
            }
        )[:draws]
        for needle in found
    ]


def _drawn(
    needle: Needle,
    number: int,
    windows: Mapping[bytes, Sequence[tuple[int, int]]],
    counts: Mapping[bytes, int],
    draw: random.Random | None,
) -> Offer:
    """Return fragments of one choice of *needle*: of each anchor the cheapest, or one of the cheap ones by *draw*."""
    cost, taken, fragments = 0.0, set[bytes](), []
    anchors = needle.choices[number]
    shared = _common([one.text for one in anchors], windows)
    for place, anchor in enumerate(anchors):
        prices = []
        for at, size in windows[anchor.text]:
            piece = anchor.text[at : at + size]
            # One that the other anchors hold as well is looked for once for all of them, but asks each of them where it is found.
            split = len(anchors) if piece in shared else 1
            literals = 0.0 if piece in taken else PER_LITERAL * _count_cases(piece) / split
            prices.append((counts[piece] + literals, at, size))
        prices.sort()
        cheap = [one for one in prices if one[0] <= 2 * prices[0][0] + 20]
        _, at, size = prices[0] if draw is None else draw.choice(cheap)
        piece = anchor.text[at : at + size]
        cost += counts[piece] + (0 if piece in taken else PER_LITERAL * _count_cases(piece))
        taken.add(piece)
        fragments.append(Fragment(needle.number, number, place, at, size))
    return cost, tuple(fragments)


def _fastest(
    offers: Sequence[Sequence[Offer]],
    found: Sequence[Needle],
    sample: bytes,
    clock: Callable[[], float],
) -> tuple[Fragment, ...]:
    """Return the set of *offers*, one for each needle, that is found fastest in *sample*: from the cheapest on, each is changed for a better one."""
    chosen = [one[0] for one in offers]
    best = _seconds(chosen, found, sample, clock)
    for place, others in enumerate(offers):
        for other in others[1:]:
            changed = [*chosen[:place], other, *chosen[place + 1 :]]
            if _weight(found, _fragments(changed)) > MOST:
                continue
            seconds = _seconds(changed, found, sample, clock)
            if seconds < best * 0.97:
                best, chosen = seconds, changed
    return _fragments(chosen)


def _fragments(chosen: Iterable[Offer]) -> tuple[Fragment, ...]:
    return tuple(one for _, fragments in chosen for one in fragments)


def _seconds(
    chosen: Iterable[Offer], found: Sequence[Needle], sample: bytes, clock: Callable[[], float]
) -> float:
    """Return how long it takes to search *sample* with the *chosen* fragments."""
    search = Pass(found, _fragments(chosen)).find
    least = float("inf")
    for _ in range(2):
        began = clock()
        candidates = len(search(sample))
        least = min(least, clock() - began)
    return least + CANDIDATE * candidates


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


def _grouped(offers: Sequence[Offer], found: Sequence[Needle]) -> list[tuple[int, ...]]:
    """Return the numbers of the *offers* in groups of at most `MOST` literals, about equally large."""
    weights = [(_weight(found, fragments), number) for number, (_, fragments) in enumerate(offers)]
    count = max(1, -(-sum(weight for weight, _ in weights) // MOST))
    while True:
        groups: list[list[int]] = [[] for _ in range(count)]
        filled = [0] * count
        for weight, number in sorted(weights, reverse=True):
            least = filled.index(min(filled))
            groups[least].append(number)
            filled[least] += weight
        if max(filled) <= max(MOST, max(weights)[0]) or count >= len(weights):
            return [tuple(sorted(group)) for group in groups if group]
        count += 1


def _weight(found: Sequence[Needle], fragments: Sequence[Fragment]) -> int:
    """Return how many literals the *fragments* of one needle take."""
    pieces = set()
    for one in fragments:
        text = found[one.number].choices[one.choice][one.anchor].text
        pieces.add(text[one.offset : one.offset + one.length])
    return sum(map(_count_cases, pieces))
