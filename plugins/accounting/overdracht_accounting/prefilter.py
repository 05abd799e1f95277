"""Let the database itself leave out the rows in which nobody who is looked for can stand: cheap, and nothing that may match is left out.

An identifier in ASCII text is always these runs of characters in this order, whatever stands between them; a text that is not all ASCII may
write it in other letters, and always passes.
"""

import re
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, column, func, or_
from sqlalchemy.types import LargeBinary

from overdracht import Identifier, fold, split_address

_RUNS = re.compile(r"\d+|[^\W\d_]+")
_SPREAD = frozenset({"phone", "iban", "kvk"})
"""Between any two characters of these may stand a space or a dash."""
_UNFILTERED = frozenset({"ip"})
_SHORTEST_COUNTRY = 3
"""Digits of the longest calling code: what follows it stands in every way of writing a telephone number."""
_ESCAPE = "\\"


def runs(identifier: Identifier) -> tuple[tuple[str, ...], ...]:  # noqa: PLR0911 - one for each kind
    """Return what stands in every ASCII text that holds *identifier*: sequences of runs; nothing when that cannot be told."""
    kind, value = identifier.kind, identifier.value
    if kind in _UNFILTERED:
        return ()
    if kind == "phone":
        return (tuple(value.partition(";")[0].lstrip("+")[_SHORTEST_COUNTRY:]),)
    if kind in _SPREAD:
        return (tuple(fold(value)),)
    if kind == "email":
        local, domain = split_address(value)
        # An A-label may stand there by its own letters, of which the accents are gone.
        return ((fold(local),) if "xn--" in domain else (fold(local), fold(domain)),)
    if kind in {"name", "address"}:
        # The last word may stand in front, or the first at the end.
        words = re.findall(r"[^\W_]+", fold(value))
        return tuple((one,) for one in sorted(set(words), key=lambda one: (-len(one), one)))
    if kind in {"domain", "username"}:
        # An A-label's own letters are not ASCII.
        return ((fold(value),),)
    return (tuple(_RUNS.findall(fold(value))),)


def may_hold(
    names: Iterable[str],
    identifiers: Iterable[Identifier],
    dialect: str,
    packed: Collection[str] = (),
) -> ColumnElement[bool] | None:
    """Return the condition that one of the columns *names* may hold one of *identifiers*; None when that cannot be said.

    Those that are *packed* may whenever they hold anything: what stands in bytes or JSON the database does not see.
    """
    wanted = []
    for one in identifiers:
        found = runs(one)
        if not found or not all(run and run.isascii() for sequence in found for run in sequence):
            return None
        wanted.append(tuple("%".join(["", *map(_escaped, some), ""]) for some in found if some))
    if not all(wanted):
        return None
    tests: list[ColumnElement[bool]] = []
    for name in names:
        if name in packed:
            tests.append(column(name).is_not(None))
            continue
        tests += (_all_of(name, patterns, dialect) for patterns in dict.fromkeys(wanted))
        tests.append(_beyond_ascii(name, dialect))
    return or_(*tests) if tests else None


def _all_of(name: str, patterns: Iterable[str], dialect: str) -> ColumnElement[bool]:
    return and_(*(_like(name, pattern, dialect) for pattern in patterns))


def _escaped(run: str) -> str:
    return re.sub(r"([%_\\])", r"\\\1", run)


def _like(name: str, pattern: str, dialect: str) -> ColumnElement[bool]:
    if dialect == "sqlite":
        # Its LIKE ignores the case of ASCII letters.
        escape = _ESCAPE if _ESCAPE in pattern else None
        return column(name).like(pattern, escape=escape)
    # Everywhere a backslash escapes by itself.
    return cast(column(name), Text).ilike(pattern)


def _beyond_ascii(name: str, dialect: str) -> ColumnElement[bool]:
    one: ColumnElement[Any] = column(name)
    if dialect == "sqlite":
        # As a text, for any column may hold bytes too; with a zero among them they pass.
        return func.length(cast(one, Text)) != func.length(cast(one, LargeBinary))
    if dialect == "postgresql":
        as_text = cast(one, Text)
        return func.octet_length(as_text) != func.char_length(as_text)
    return func.length(one) != func.char_length(one)
