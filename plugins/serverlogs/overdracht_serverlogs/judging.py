"""Say how sure it is that a record is about the subject, and by what."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from overdracht import ALWAYS, Certainty, Identifier
from overdracht_serverlogs.formats import Format, Owner
from overdracht_serverlogs.spellings import Wanted, is_weak

_FREE = frozenset({"username", "name", "address", "customer", "kvk", "phone"})
"""Kinds that look like any word: the time, the machine and the program in front of a line are not asked for them."""
_IN_FRONT = frozenset({"time", "host", "program", "pid", "priority", "status", "bytes"})
_ORDER = {Certainty.EXACT: 0, Certainty.MENTION: 1, Certainty.POSSIBLE: 2}

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


class Judge:
    """Says how sure it is that a record is about whom is *wanted*."""

    def __init__(self, wanted: Wanted, form: Format) -> None:
        self._identifiers = wanted.all
        self._excluded = len(wanted.identifiers)
        self._form = form
        self._plain: dict[tuple[int, bool], Sign] = {}

    def judge(self, raw: bytes, hit: Hit, day: date | None) -> tuple[Certainty, Sign, int] | None:
        """Return how sure it is, by what, and how many others the record names; None when it is not the subject's."""
        base = hit.start
        if len(hit.spans) == 1:
            start, _, number = hit.spans[0]
            identifier = self._identifiers[number]
            if identifier.kind == "ip" and identifier.period == ALWAYS:
                # By far the most frequent: one address on a line.
                if number >= self._excluded:
                    return None
                known = self._plain.get((number, start == base))
                if known is None:
                    where = "remote_addr" if start == base else "line"
                    known = Sign(((number, Certainty.POSSIBLE, where),))
                    self._plain[number, start == base] = known
                return Certainty.POSSIBLE, known, 0
        return self._weighed(raw, [(a - base, b - base, n) for a, b, n in hit.spans], day)

    def _weighed(
        self, raw: bytes, spans: list[Span], day: date | None
    ) -> tuple[Certainty, Sign, int] | None:
        matches: dict[int, tuple[Certainty, str]] = {}
        excluded = False
        owners = None
        for start, end, number in spans:
            identifier = self._identifiers[number]
            if number >= self._excluded:
                excluded = True
                continue
            if owners is None and identifier.kind != "domain" and not is_weak(identifier):
                owners = self._form.owners(raw)
            found = self._match(raw, (start, end), identifier, owners or [], day)
            if found is not None and (
                number not in matches or _ORDER[found[0]] < _ORDER[matches[number][0]]
            ):
                matches[number] = found
        if not matches:
            return None
        certainty = min((one[0] for one in matches.values()), key=_ORDER.__getitem__)
        if excluded and certainty is Certainty.POSSIBLE:
            return None  # it carries what is known to be somebody else's
        reveals: tuple[tuple[str, str], ...] = ()
        others = 0
        if certainty is Certainty.EXACT:
            reveals = tuple((address, where) for where, address in self._form.addresses(raw))
            ours = {(start, end) for start, end, _ in spans}
            others = sum((one.start, one.end) not in ours for one in owners or ())
        listed = sorted((number, *found) for number, found in matches.items())
        return certainty, Sign(tuple(listed), reveals), others

    def _match(
        self,
        raw: bytes,
        span: tuple[int, int],
        identifier: Identifier,
        owners: Sequence[Owner],
        day: date | None,
    ) -> tuple[Certainty, str] | None:
        period = identifier.period
        if period != ALWAYS and day is not None and not period.covers(day):
            return None
        if is_weak(identifier):
            if identifier.kind != "ip" and self._in_front(raw, span, identifier):
                return None
            return Certainty.POSSIBLE, "remote_addr" if span[0] == 0 else "line"
        for name, start, end in owners:
            if (start, end) == span and identifier.kind != "domain":
                sure = period == ALWAYS or day is not None
                return (Certainty.EXACT if sure else Certainty.POSSIBLE), name
        if self._in_front(raw, span, identifier):
            return None
        sure = period == ALWAYS or day is not None
        return (Certainty.MENTION if sure else Certainty.POSSIBLE), "line"

    def _in_front(self, raw: bytes, span: tuple[int, int], identifier: Identifier) -> bool:
        """Say whether what looks like *identifier* is the time, the machine or the program in front of a line."""
        return identifier.kind in _FREE and self._form.field_at(raw, span[0]) in _IN_FRONT
