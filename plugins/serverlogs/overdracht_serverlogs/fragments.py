"""The first stage of a search: short pieces of the identifiers, looked for all at once by vector instructions.

The searcher in `ahocorasick_rs` uses them when there are few and short literals that tell upper from lower case. So of each anchor one fragment of a few
bytes is looked for, in every mix of cases, at most `MOST` literals a group.
"""

import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import ahocorasick_rs

from overdracht_serverlogs.anchors import Check
from overdracht_serverlogs.spellings import Needle, Wanted, needles

MOST = 64
"""Literals in one group: more are not searched by vector instructions."""


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
        """What says, by literal, whether another one begins within it; None when none can."""
        return [
            self._asked_first(number) if within else None
            for number, within in enumerate(self._within)
        ]

    def _asked_first(self, number: int) -> "_Matches":
        """Return what says it of one literal, and is made when it is first asked: of hundreds most never are."""

        def ask(text: bytearray, place: int) -> object:
            patterns = (
                b".{%d}" % shift + re.escape(self.literals[other])
                for shift, other in self._within[number]
            )
            made = self.hidden[number] = re.compile(b"|".join(patterns), re.DOTALL).match
            return made(text, place)

        return ask

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
