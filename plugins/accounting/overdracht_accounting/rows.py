"""The rows and records of a mapping as they are in the database, and the pieces of the questions that ask for them."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import column, literal_column
from sqlalchemy import table as sql_table
from sqlalchemy.sql import ColumnElement, Select
from sqlalchemy.sql.selectable import TableClause

from overdracht import Misbehaving
from overdracht_accounting.keys import key_of
from overdracht_accounting.mapping import Column, Record, Table
from overdracht_accounting.values import as_text, is_opaque

DEPENDS, UNDECIDED = "d", "u"
"""In a fingerprint: rows that stay are linked to the record; something without a date is."""
GROUPS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""In a fingerprint: which groups of columns hold anything, and after a second point which hold what is no text, by their place in `Record.groups`."""
if TYPE_CHECKING:
    Question = Select[*tuple[Any, ...]]
else:
    Question = Select
"""What a database is asked: its columns are the mapping's, and known only then."""


def from_table(table: Table, further: Iterable[str] = ()) -> TableClause:
    """Return *table* for a statement, with its *further* columns beside the mapped ones; its name may have a schema in front."""
    schema, _, name = table.name.rpartition(".")
    names = {*table.key, *(one.name for one in table.columns), *further}
    return sql_table(name, *(column(one) for one in sorted(names)), schema=schema or None)


def key_columns(table: Table) -> list[ColumnElement[object]]:
    """Return the columns of the key of *table*, for a statement."""
    return columns(table.key)


def columns(names: Iterable[str]) -> list[ColumnElement[object]]:
    """Return the columns called *names*, for a statement."""
    return [column(name) for name in names]


def keyed(table: Table, values: Mapping[str, object]) -> str:
    """Return the key of the row of *table* that *values* are."""
    return required(table, key_of([values[name] for name in table.key]))


def required(table: Table, key: str | None) -> str:
    """Return *key*, by which a row of *table* can be found again; raise Misbehaving when it is none."""
    if key is None:
        said = ", ".join(table.key)
        raise Misbehaving(
            f"a row of {table.name} has no {said}, by which it would be found again",
            remedy="let `key` name columns that are never empty",
        )
    return key


def condition(where: str) -> ColumnElement[bool]:
    """Return an SQL condition of the mapping, in brackets."""
    return literal_column(f"({where})")


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it is in the database."""

    table: Table
    key: str
    values: Mapping[str, object]

    def text(self, name: str) -> str:
        """Return the value of the column *name* as a text, empty when there is none."""
        return as_text(self.values.get(name))

    def key_in(self, names: Sequence[str]) -> str | None:
        """Return the key of another row that stands in the columns *names*, None when there is none."""
        return key_of([self.values.get(name) for name in names])

    @property
    def place(self) -> list[tuple[str, Any]]:
        """What puts rows in the order of their keys."""
        values = (self.values[name] for name in self.table.key)
        return [(type(one).__name__, one) for one in values]


@dataclass(slots=True)
class Loaded:
    """One record as it is in the database."""

    record: Record
    row: Row
    parts: list[Row]
    """The rows that are part of it, in the order of the mapping and their keys."""
    when: datetime | None = None
    depends: bool = False
    """Rows that stay are linked to it: it cannot be deleted."""
    undecided: bool = False
    """Something without a date is linked to it: nobody can say how long it has to stay."""

    @property
    def key(self) -> str:
        """The key of its row."""
        return self.row.key

    def rows(self) -> Iterator[Row]:
        """Yield all its rows."""
        yield self.row
        yield from self.parts

    def columns(self) -> Iterator[tuple[Row, Column]]:
        """Yield each mapped column of each row."""
        for row in self.rows():
            for one in row.table.columns:
                yield row, one

    def fingerprint(self) -> str:
        """Return what differs as soon as the record does, and after a point what is to be known to propose: see `flags`."""
        seen = [(one.table.name, one.key, _visible(one)) for one in self.rows()]
        day = None if self.when is None else self.when.isoformat()
        content = orjson.dumps([seen, day], default=str, option=orjson.OPT_NON_STR_KEYS)
        return f"{hashlib.sha256(content).hexdigest()[:20]}.{self._flags()}"

    @property
    def filled(self) -> frozenset[int]:
        """The groups of columns that hold anything personal, by their place in `Record.groups`."""
        return self._groups(lambda column, value: not column.is_blank(value))

    @property
    def _opaque(self) -> frozenset[int]:
        """The groups of columns of which one holds what cannot be masked, for it is no text."""
        return self._groups(lambda _, value: is_opaque(value))

    def _groups(self, holds: Callable[[Column, object], bool]) -> frozenset[int]:
        return frozenset(
            self.record.groups.index(one.categories)
            for row, one in self.columns()
            if holds(one, row.values.get(one.name))
        )

    def _flags(self) -> str:
        letters = DEPENDS * self.depends + UNDECIDED * self.undecided
        filled = letters + _lettered(self.filled)
        return f"{filled}.{_lettered(self._opaque)}" if self._opaque else filled


def _lettered(groups: Iterable[int]) -> str:
    return "".join(GROUPS[one] for one in sorted(groups))


def _visible(row: Row) -> list[object]:
    return [
        value.hex() if isinstance(value, bytes) else value
        for name, value in sorted(row.values.items())
        if name not in row.table.hidden
    ]
