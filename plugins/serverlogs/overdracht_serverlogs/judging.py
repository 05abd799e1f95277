"""Say how sure it is that a record is about the subject, and by what."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from overdracht import ALWAYS, Certainty
from overdracht_serverlogs.formats import Format
from overdracht_serverlogs.owners import Owner
from overdracht_serverlogs.spellings import Wanted, is_weak

_FREE = frozenset({"username", "name", "address", "customer", "kvk", "phone"})
"""Kinds that look like any word: the time, the machine and the program in front of a line are not asked for them."""
_IN_FRONT = frozenset({"time", "host", "program", "pid", "priority", "status", "bytes"})
_CERTAINTIES = (Certainty.EXACT, Certainty.MENTION, Certainty.POSSIBLE)
_EXACT, _MENTION, _POSSIBLE = range(3)
"""Places in it: numbers are quicker to compare, and to look up, than the members of an enumeration."""
_MOST_SIGNS = 10_000

_NOBODY: Sequence[Owner] = ()

Span = tuple[int, int, int]
"""From where to where in a text, and the number of the identifier."""


class Sign(NamedTuple):
    """What a record was found by, and what it gives away."""

    matches: tuple[tuple[int, Certainty, str], ...]
    """The number of an identifier, how sure, and in which field."""
    reveals: tuple[tuple[str, str], ...] = ()
    """Addresses from which somebody logged in, with their field."""


class Hit(NamedTuple):
    """A record of a block, and what stands in it."""

    start: int
    end: int
    spans: list[Span]


class _Traits(NamedTuple):
    """What there is to know of an identifier, asked once instead of for each line."""

    excluded: bool
    is_weak: bool
    is_owner: bool
    """It may stand in a field that says whom a line is about."""
    free: bool
    always: bool


class Judge:
    """Says how sure it is that a record is about whom is *wanted*."""

    def __init__(self, wanted: Wanted, form: Format) -> None:
        self._identifiers = wanted.all
        self._traits = [
            _Traits(
                number >= len(wanted.identifiers),
                is_weak(one),
                one.kind != "domain" and not is_weak(one),
                one.kind in _FREE,
                one.period == ALWAYS,
            )
            for number, one in enumerate(wanted.all)
        ]
        self._form = form
        self._signs: dict[
            tuple[tuple[tuple[int, int, str], ...], tuple[tuple[str, str], ...]], Sign
        ] = {}

    def judge(self, raw: bytes, hit: Hit, day: date | None) -> tuple[Certainty, Sign, int] | None:
        """Return how sure it is, by what, and how many others the record names; None when it is not the subject's."""
        base, spans = hit.start, hit.spans
        if len(spans) > 1:
            return self._weighed(raw, [(a - base, b - base, n) for a, b, n in spans], day)
        # By far the most frequent: one identifier on a line.
        start, end, number = spans[0]
        traits = self._traits[number]
        if traits.excluded:
            return None
        span = (start - base, end - base)
        owners = self._form.owners(raw) if traits.is_owner else _NOBODY
        found = self._match(raw, span, number, owners, day)
        if found is None:
            return None
        if found[0] != _EXACT:
            return _CERTAINTIES[found[0]], self._sign(((number, *found),)), 0
        others = sum((one[1], one[2]) != span for one in owners)
        reveals = tuple((address, field) for field, address in self._form.addresses(raw))
        return Certainty.EXACT, self._sign(((number, *found),), reveals), others

    def _sign(
        self,
        matches: tuple[tuple[int, int, str], ...],
        reveals: tuple[tuple[str, str], ...] = (),
    ) -> Sign:
        """Return the sign of these, the same object for equal ones."""
        known = matches, reveals
        sign = self._signs.get(known)
        if sign is None:
            if len(self._signs) > _MOST_SIGNS:
                self._signs.clear()
            told = tuple((number, _CERTAINTIES[rank], where) for number, rank, where in matches)
            sign = self._signs[known] = Sign(told, reveals)
        return sign

    def _weighed(
        self, raw: bytes, spans: list[Span], day: date | None
    ) -> tuple[Certainty, Sign, int] | None:
        matches: dict[int, tuple[int, str]] = {}
        excluded = False
        owners: Sequence[Owner] | None = None
        for start, end, number in spans:
            traits = self._traits[number]
            if traits.excluded:
                excluded = True
                continue
            if owners is None and traits.is_owner:
                owners = self._form.owners(raw)
            found = self._match(raw, (start, end), number, owners or _NOBODY, day)
            if found is not None and (number not in matches or found[0] < matches[number][0]):
                matches[number] = found
        if not matches:
            return None
        rank = min(one[0] for one in matches.values())
        if excluded and rank == _POSSIBLE:
            return None  # it carries what is known to be somebody else's
        reveals: tuple[tuple[str, str], ...] = ()
        others = 0
        if rank == _EXACT:
            reveals = tuple((address, where) for where, address in self._form.addresses(raw))
            ours = {(start, end) for start, end, _ in spans}
            others = sum((one[1], one[2]) not in ours for one in owners or ())
        listed = tuple((number, *matches[number]) for number in sorted(matches))
        return _CERTAINTIES[rank], self._sign(listed, reveals), others

    def _match(
        self,
        raw: bytes,
        span: tuple[int, int],
        number: int,
        owners: Sequence[Owner],
        day: date | None,
    ) -> tuple[int, str] | None:
        traits = self._traits[number]
        sure = traits.always or day is not None
        if (
            not traits.always
            and day is not None
            and not self._identifiers[number].period.covers(day)
        ):
            return None
        if traits.is_weak:
            if traits.free and self._in_front(raw, span):
                return None
            return _POSSIBLE, "remote_addr" if span[0] == 0 else "line"
        if traits.is_owner:
            for name, start, end in owners:
                if (start, end) == span:
                    return (_EXACT if sure else _POSSIBLE), name
        if traits.free and self._in_front(raw, span):
            return None
        return (_MENTION if sure else _POSSIBLE), "line"

    def _in_front(self, raw: bytes, span: tuple[int, int]) -> bool:
        """Say whether what stands in *span* is the time, the machine or the program in front of a line."""
        return self._form.field_at(raw, span[0]) in _IN_FRONT
