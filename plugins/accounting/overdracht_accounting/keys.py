"""Keys of rows, each as one text: of one column its value, of several their values with a comma in between."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import TypeVar

from sqlalchemy import and_, bindparam, false, or_
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import NullType

MOST_KEYS = 2_000
"""Keys in one question: well below what every database takes as parameters."""
_MOST_WIDE = 200
"""Keys of several columns in one question: of these each may be a condition of its own, and those are limited sooner."""
_PART = re.compile(r"((?:[^\\,]|\\.)*)(?:,|$)", re.DOTALL)
T = TypeVar("T")

Columns = Sequence[ColumnElement[object]]


def batches(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield *things* in lists of at most *size*."""
    iterator = iter(things)
    while batch := list(islice(iterator, size)):
        yield batch


def key_of(values: Sequence[object]) -> str | None:
    """Return the key that these *values* of its columns are; None when one of them is missing."""
    if any(one is None for one in values):
        return None
    if len(values) == 1:
        return str(values[0])
    return ",".join(re.sub(r"([\\,])", r"\\\1", str(one)) for one in values)


def parts_of(key: str, width: int) -> tuple[str, ...]:
    """Return the values of its *width* columns that *key* is made of."""
    if width == 1:
        return (key,)
    parts = [one[1] for one in _PART.finditer(key)][:width]
    return tuple(re.sub(r"\\(.)", r"\1", one, flags=re.DOTALL) for one in parts)


def asked_at_once(keys: Iterable[str], width: int) -> Iterator[list[str]]:
    """Yield *keys* of *width* columns in lists that one question can hold."""
    yield from batches(sorted(keys), MOST_KEYS if width == 1 else _MOST_WIDE)


def among(columns: Columns, keys: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that *columns* hold one of *keys*, which the database reads as what each column is."""
    *first, last = columns
    if not first:
        return _one_of(last, keys)
    parts = sorted(
        one for one in (parts_of(key, len(columns)) for key in keys) if len(one) == len(columns)
    )
    return or_(
        false(),
        *(
            and_(*map(equal, first, begin), _one_of(last, [one[-1] for one in some]))
            for begin, some in groupby(parts, key=lambda one: one[:-1])
        ),
    )


def equal(one: ColumnElement[object], value: str) -> ColumnElement[bool]:
    """Return the condition that the column *one* holds *value*, which the database reads as what the column is."""
    return one == bindparam(None, value, NullType())


def after(columns: Columns, key: str) -> ColumnElement[bool]:
    """Return the condition that the key in *columns* comes after *key* in their order."""
    conditions: list[ColumnElement[bool]] = []
    before: list[ColumnElement[bool]] = []
    for one, value in zip(columns, parts_of(key, len(columns)), strict=True):
        conditions.append(and_(*before, one > bindparam(None, value, NullType())))
        before.append(equal(one, value))
    return or_(*conditions)


def _one_of(one: ColumnElement[object], values: Collection[str]) -> ColumnElement[bool]:
    return one.in_(bindparam(None, list(values), expanding=True, type_=NullType()))
