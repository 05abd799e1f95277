"""What a database holds of people: which tables and columns, how a row joins to a person, and what erasing makes of each column.

A *record* is a row of a table with the rows that are part of it (an invoice and its lines). It is somebody's because its own columns
say so (`identifies`: a customer record), or because it is *linked* to a record that is (an invoice to its customer).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from overdracht import Category
from overdracht_accounting.values import as_text, says

PSEUDONYM = re.compile(r"gewist-[0-9a-f]{12}")
"""What a pseudonym looks like."""


EMPTY: tuple[object, ...] = ("", b"", {}, [])
"""Values of any column that hold nothing."""


class Act(StrEnum):
    """What erasing makes of a column."""

    NULL = "null"
    TEXT = "text"
    """A fixed text takes its place."""
    PSEUDONYM = "pseudonym"
    """A word that only who has the key can make out of the value again."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column with personal data."""

    name: str
    categories: tuple[Category, ...]
    """It stays as long as one of these has to; the second and further ones count only in a record that has a date."""
    act: Act = Act.NULL
    text: str = ""
    """What takes its place."""
    searched: bool = True
    """It is free text, in which anybody may be mentioned."""
    words_after: str = ""
    """In a text that begins so, the words of a name stand one by one: there the longest of them is looked for."""
    keeps: Callable[[str], str] | None = None
    """What of its text stays when it goes; a further column of the same name tells until when that does."""

    def left_of(self, value: str) -> str:
        """Return the text that takes the place of *value*."""
        return self.text if self.keeps is None else self.keeps(value)

    def has_words(self, text: str) -> bool:
        """Say whether the words of a name stand one by one in *text*."""
        return bool(self.words_after) and text.startswith(self.words_after)

    def is_blank(self, value: object) -> bool:
        """Say whether *value* holds nothing personal: it is empty, or what erasing makes of it."""
        if value is None or value in EMPTY:
            return True
        if self.act is Act.PSEUDONYM:
            return PSEUDONYM.fullmatch(as_text(value)) is not None
        return self.act is Act.TEXT and says(value, self.left_of(as_text(value)))


@dataclass(frozen=True, slots=True)
class Table:
    """A table, by its name in the database."""

    name: str
    key: tuple[str, ...]
    """The columns that tell its rows apart."""
    columns: tuple[Column, ...] = ()
    hidden: frozenset[str] = frozenset()
    """Columns that are no part of a record: they neither leave nor tell whether it changed."""

    def column(self, name: str) -> Column | None:
        """Return the column called *name*, None when nothing is mapped so."""
        return next((one for one in self.columns if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Member:
    """Rows that are part of a record, by the columns in which they hold the key of the row that they are part of.

    With several such keys, the first that is filled counts: what is part of two would be erased with either.
    """

    table: Table
    by: tuple[tuple[str, ...], ...]
    """Each as many columns as the key has."""
    members: tuple["Member", ...] = ()
    where: str = ""
    """An SQL condition that its rows meet."""


@dataclass(frozen=True, slots=True)
class Hop:
    """A table in between: from what stands in its column *near* to what stands in *far*."""

    table: str
    near: str
    far: str
    where: str = ""
    """An SQL condition that its rows meet."""


@dataclass(frozen=True, slots=True)
class Link:
    """Whose a record is: it holds the key of a record of the part *to* in the columns *by*, or *hops* lead from that key to its own, or
    *sql* gives pairs of keys, in its columns *record* and *owner*."""

    to: str
    by: tuple[str, ...] = ()
    sql: str = ""
    hops: tuple[Hop, ...] = ()
    """One by one, for no database is asked to join large tables without an index."""
    record: tuple[str, ...] = ("record",)
    owner: tuple[str, ...] = ("owner",)


@dataclass(frozen=True, slots=True)
class Record:
    """One part of a source."""

    name: str
    table: Table
    category: Category
    title: tuple[str, ...] = ()
    date: str = ""
    """An SQL expression over the table for the record's own time; where there is none the latest of what is linked to it counts."""
    where: str = ""
    """An SQL condition that its rows meet."""
    identifies: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    """Kind of identifier → the columns, or groups of columns read as one text, that say whom the record is about."""
    links: tuple[Link, ...] = ()
    members: tuple[Member, ...] = ()
    stays: bool = False
    """When nothing personal is left, the row stays: others count on it."""
    only_masked: bool = False
    """It is never about one person: who is mentioned in it is masked."""
    is_contact: bool = False

    @property
    def identity_columns(self) -> frozenset[str]:
        """The columns that say whom the record is about."""
        return frozenset(
            name for groups in self.identifies.values() for one in groups for name in one
        )

    def tables(self) -> Iterator[Table]:
        """Yield its table and those of its members."""
        yield self.table
        yield from (one.table for one in walk(self.members))

    @property
    def groups(self) -> tuple[tuple[Category, ...], ...]:
        """The sets of categories that its columns fall under, each once and in a fixed order."""
        found = {one.categories for table in self.tables() for one in table.columns}
        return tuple(sorted(found))


def walk(members: tuple[Member, ...]) -> Iterator[Member]:
    """Yield *members* and theirs."""
    for one in members:
        yield one
        yield from walk(one.members)


@dataclass(frozen=True, slots=True)
class Invariant:
    """What must be the same before and after an erasure: the rows that *sql* gives."""

    name: str
    sql: str


@dataclass(frozen=True, slots=True)
class DataMap:
    """All of it; a record's links lead to records before it."""

    records: tuple[Record, ...]
    invariants: tuple[Invariant, ...] = ()
    reviewed: frozenset[str] = frozenset()
    """Tables, and columns as `table.column`, of which somebody decided that they hold nothing personal."""

    @property
    def categories(self) -> frozenset[Category]:
        """The categories of its records."""
        return frozenset(one.category for one in self.records)

    def record(self, name: str) -> Record | None:
        """Return the record of the part *name*."""
        return next((one for one in self.records if one.name == name), None)

    def linked_to(self, name: str) -> Iterator[tuple[Record, Link]]:
        """Yield the records whose links lead to the part *name*."""
        for record in self.records:
            for link in record.links:
                if link.to == name:
                    yield record, link


def key_names(end: str, width: int) -> tuple[str, ...]:
    """Return how the columns are called in which a SELECT gives a key of *width* columns."""
    return (end,) if width == 1 else tuple(f"{end}_{number}" for number in range(1, width + 1))


def item_key(part: str, key: str) -> str:
    """Return the key of an item: its *part* and the *key* of its row."""
    return f"{part}:{key}"


def row_key(part: str, key: str) -> str:
    """Return the key of the row in an item's *key*."""
    return key.removeprefix(f"{part}:")
