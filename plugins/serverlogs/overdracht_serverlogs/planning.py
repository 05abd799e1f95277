"""Choose the fragments by which identifiers are found fastest.

Which are rare depends on the logs: all are counted in a sample, rare ones are drawn and timed on it together, and the fastest set is kept. What is
found does not depend on that.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

import ahocorasick_rs

from overdracht_serverlogs.fragments import MOST, Fragment, Pass, Plan
from overdracht_serverlogs.spellings import Needle, Wanted, needles

LENGTHS = (4, 5, 3)
LONG = (4, 5)
"""Lengths with which the searcher stops less often: the shortest of a group says how many bytes it looks at in each place."""
SHORT = 30.0
"""What a needle with a shorter fragment costs besides, in candidates of one sample."""
WIDE = (6, 5, 8)
"""Lengths when there are so many identifiers that one pass without vector instructions is quicker than many with them."""
SLIM = 32
"""Literals in one group that is searched at twice the pace."""
MOST_PASSES = 4
MANY = 128
"""Identifiers of which it is plain that they need more passes."""
SAMPLE = 512 << 10
_COUNTED = 16 << 10
_MOST_CASES = 16
PER_LITERAL = 2.0
"""What one more literal costs, in candidates of one sample."""
CANDIDATE = 8e-7
"""Seconds that looking at one candidate takes."""
DRAWS = 4
"""Ways to find one needle that are tried."""

Offer = tuple[float, tuple[Fragment, ...]]
"""The fragments by which one needle can be found, and what they cost by their number and by how often they occur."""

Division = list[list[Sequence[Offer]]]
"""Groups of needles, each of which is one pass, with the offers for each of them."""


@lru_cache(maxsize=65_536)
def _count_cases(text: bytes) -> int:
    return 1 << sum(97 <= one <= 122 for one in text)


def plan(wanted: Wanted, sample: bytes, clock: Callable[[], float] = time.perf_counter) -> Plan:
    """Return the fragments by which *wanted* is found fastest in text like *sample*."""
    found = needles(wanted)
    sample = sample[:SAMPLE]
    divisions = [] if len(found) > MANY else _divisions(_ways(found, sample), found)
    if not divisions:
        wide = _offered(found, sample, WIDE)
        return (tuple(one for offer in wide for one in offer[0][1]),)

    def seconds(groups: Division) -> float:
        return sum(_seconds([one[0] for one in group], found, sample, clock) for group in groups)

    return tuple(_fastest(group, found, sample, clock) for group in min(divisions, key=seconds))


def _ways(found: Sequence[Needle], sample: bytes) -> list[list[Offer]]:
    """Return for each needle ways to find it, the cheapest first; those with a short fragment cost more."""
    ways = _offered(found, sample, LONG)
    for known, others in zip(ways, _offered(found, sample, LENGTHS), strict=True):
        known += [(cost + SHORT, one) for cost, one in others if _is_short(one)]
        known.sort()
    return [one[:DRAWS] for one in ways]


def _is_short(fragments: Sequence[Fragment]) -> bool:
    return any(one.length < min(LONG) for one in fragments)


def _divisions(ways: Sequence[Sequence[Offer]], found: Sequence[Needle]) -> list[Division]:
    """Return what can be made of the *ways* to find each needle with few passes: of few literals each, and of more."""
    short = [one for one in ways if _is_short(one[0][1])]
    long = [
        [other for other in one if not _is_short(other[1])]
        for one in ways
        if not _is_short(one[0][1])
    ]
    made = [
        [
            [some[number] for number in group]
            for some in (short, long)
            for group in _grouped([one[0] for one in some], found, most)
        ]
        for most in (SLIM, MOST)
    ]
    return [one for one in made if len(one) <= MOST_PASSES]


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
    found: Counter[int] = Counter()
    for at in range(
        0, len(text), _COUNTED
    ):  # a list of all that is found in all of it would be long
        some = search.find_matches_as_indexes(text[at : at + _COUNTED], overlapping=True)
        found.update(one[0] for one in some)
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


def _grouped(offers: Sequence[Offer], found: Sequence[Needle], most: int) -> list[tuple[int, ...]]:
    """Return the numbers of the *offers* in groups of at most *most* literals, about equally large."""
    if not offers:
        return []
    weights = [(_weight(found, fragments), number) for number, (_, fragments) in enumerate(offers)]
    count = max(1, -(-sum(weight for weight, _ in weights) // most))
    while True:
        groups: list[list[int]] = [[] for _ in range(count)]
        filled = [0] * count
        for weight, number in sorted(weights, reverse=True):
            least = filled.index(min(filled))
            groups[least].append(number)
            filled[least] += weight
        if max(filled) <= max(most, max(weights)[0]) or count >= len(weights):
            return [tuple(sorted(group)) for group in groups if group]
        count += 1


def _weight(found: Sequence[Needle], fragments: Sequence[Fragment]) -> int:
    """Return how many literals the *fragments* of one needle take."""
    pieces = set()
    for one in fragments:
        text = found[one.number].choices[one.choice][one.anchor].text
        pieces.add(text[one.offset : one.offset + one.length])
    return sum(map(_count_cases, pieces))
