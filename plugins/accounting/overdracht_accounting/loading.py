"""Read records out of a database by their keys: the row, the rows that are part of it, whose it is, and what tells that it changed."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from sqlalchemy import Connection, bindparam, column, func, literal_column, or_, select, text
from sqlalchemy import table as sql_table
from sqlalchemy.sql import ColumnElement, FromClause, Select
from sqlalchemy.sql.selectable import TableClause
from sqlalchemy.types import NullType

from overdracht_accounting.mapping import Column, DataMap, Link, Member, Record, Table
from overdracht_accounting.moments import moment

MOST_KEYS = 2_000
"""Keys in one question: well below what every database takes as parameters."""

MOST_KNOWN = 20_000
"""Owners of which it is remembered what is linked to them: the same is asked more than once of who is looked for."""

DEPENDS, UNDECIDED = "d", "u"
"""In a fingerprint: rows that stay are linked to the record; something without a date is."""
GROUPS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""In a fingerprint: which groups of columns hold anything, by their place in `Record.groups`."""
_DATE = "overdracht_date"
T = TypeVar("T")
if TYPE_CHECKING:
    Question = Select[*tuple[Any, ...]]
else:
    Question = Select
"""What a database is asked: its columns are the mapping's, and known only then."""


def batches(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield *things* in lists of at most *size*."""
    iterator = iter(things)
    while batch := list(islice(iterator, size)):
        yield batch


def from_table(table: Table) -> TableClause:
    """Return *table* for a statement; its name may have a schema in front."""
    schema, _, name = table.name.rpartition(".")
    names = {table.key, *(one.name for one in table.columns)}
    return sql_table(name, *(column(one) for one in sorted(names)), schema=schema or None)


def condition(where: str) -> ColumnElement[bool]:
    """Return an SQL condition of the mapping, in brackets."""
    return literal_column(f"({where})")


def among(one: ColumnElement[object], keys: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that the column *one* holds one of *keys*, which the database reads as what the column is."""
    return one.in_(bindparam(None, list(keys), expanding=True, type_=NullType()))


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it is in the database."""

    table: Table
    key: str
    values: Mapping[str, object]

    def text(self, name: str) -> str:
        """Return the value of the column *name* as a text, empty when there is none."""
        value = self.values.get(name)
        return "" if value is None else str(value)


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
        return frozenset(
            self.record.groups.index(one.categories)
            for row, one in self.columns()
            if not one.is_blank(row.values.get(one.name))
        )

    def _flags(self) -> str:
        letters = DEPENDS * self.depends + UNDECIDED * self.undecided
        return letters + "".join(GROUPS[one] for one in sorted(self.filled))


def _visible(row: Row) -> list[object]:
    return [
        value.hex() if isinstance(value, bytes) else value
        for name, value in sorted(row.values.items())
        if name not in row.table.hidden
    ]


@dataclass
class Loader:
    """Reads the records of *mapping* by one *connection*; *zone* is that of times without one.

    *broken* are the parts that cannot be asked, with the reason; what is linked to a record there cannot be known.
    """

    connection: Connection
    mapping: DataMap
    zone: str = "Europe/Amsterdam"
    broken: Mapping[str, str] = field(default_factory=dict)
    _links: dict[tuple[str, Link], dict[str, set[str]]] = field(default_factory=dict, repr=False)
    """By part and link, the keys that belong to each owner that was asked about."""

    def reason(self, part: str) -> str:
        """Say why *part* cannot be asked."""
        return self.broken.get(part, "the part is not in the mapping any more")

    def load(self, record: Record, keys: Collection[str]) -> dict[str, Loaded]:
        """Return the records of these *keys* that are there, by key."""
        found: dict[str, Loaded] = {}
        for some in batches(sorted(set(keys)), MOST_KEYS):
            found |= self._load(record, some)
        return found

    def _load(self, record: Record, keys: Sequence[str]) -> dict[str, Loaded]:
        source = from_table(record.table)
        what: list[ColumnElement[object]] = [literal_column("*")]
        if record.date:
            what.append(literal_column(f"({record.date})").label(_DATE))
        asked = select(*what).select_from(source).where(among(source.c[record.table.key], keys))
        if record.where:
            asked = asked.where(condition(record.where))
        loaded = {}
        for values in self.connection.execute(asked).mappings():
            given = dict(values)
            when = moment(given.pop(_DATE, None), self.zone)
            row = Row(record.table, str(given[record.table.key]), given)
            loaded[row.key] = Loaded(record, row, [], when)
        if loaded:
            owners = {key: [key] for key in loaded}
            for member in record.members:
                self._members(member, owners, loaded)
            self._dependents(record, loaded)
        return loaded

    def _members(
        self, member: Member, owners: Mapping[str, list[str]], loaded: Mapping[str, Loaded]
    ) -> None:
        """Add the rows of *member* to the records; *owners* tells by a parent's key which those are."""
        below: dict[str, list[str]] = {}
        for row in self.parts(member, owners):
            parents = {
                str(row.values[name]) for name in member.by if row.values.get(name) is not None
            }
            records = sorted({one for parent in parents for one in owners.get(parent, ())})
            for one in records:
                loaded[one].parts.append(row)
            below[row.key] = records
        if below:
            for inner in member.members:
                self._members(inner, below, loaded)

    def parts(self, member: Member, parents: Collection[str]) -> Iterator[Row]:
        """Yield the rows of *member* that are part of the rows with the keys *parents*."""
        source = from_table(member.table)
        seen: set[str] = set()
        for some in batches(sorted(parents), MOST_KEYS):
            by = (among(column(name), some) for name in member.by)
            asked: Question = select(literal_column("*")).select_from(source).where(or_(*by))
            if member.where:
                asked = asked.where(condition(member.where))
            for values in self.connection.execute(
                asked.order_by(source.c[member.table.key])
            ).mappings():
                row = Row(member.table, str(values[member.table.key]), dict(values))
                if row.key not in seen:
                    seen.add(row.key)
                    yield row

    def _dependents(self, record: Record, loaded: dict[str, Loaded]) -> None:
        """Tell of the records what is linked to them; one that stays and has a date of its own does not depend on it."""
        beside = {one.name for one, _ in self.mapping.linked_to(record.name)}
        beside |= {link.to for link in record.links}
        if not beside.isdisjoint(self.broken):
            for here in loaded.values():
                here.undecided = True
        if record.stays and record.date:
            return
        for one, owners in self.dependents(record, loaded):
            dates = self.dates(one, owners)
            for key, owned in owners.items():
                for owner in owned:
                    here = loaded[owner]
                    when = dates.get(key)
                    here.depends |= one.stays
                    here.undecided |= bool(one.stays and one.date and when is None)
                    if not record.date and when is not None:
                        here.when = when if here.when is None else max(here.when, when)

    def dependents(
        self, record: Record, keys: Collection[str]
    ) -> Iterator[tuple[Record, dict[str, set[str]]]]:
        """Yield the parts that are linked to *record*, also through another, with the keys there and which of *keys* own each."""
        reached: dict[str, dict[str, set[str]]] = {record.name: {key: {key} for key in keys}}
        for one in self.mapping.records:
            owned: dict[str, set[str]] = {}
            for link in () if one.name in self.broken else one.links:
                above = reached.get(link.to)
                if not above:
                    continue
                for key, owner in self.linked(one, link, owners=above):
                    owned.setdefault(key, set()).update(above[owner])
            if owned and one.name != record.name:
                reached[one.name] = owned
                yield one, owned

    def linked(
        self,
        record: Record,
        link: Link,
        *,
        owners: Collection[str] | None = None,
        keys: Collection[str] | None = None,
    ) -> Iterator[tuple[str, str]]:
        """Yield the pairs of a key of *record* and that of its owner by *link*, for these *owners* or these *keys*."""
        if owners is None:
            yield from self._pairs(record, link, keys or (), from_owners=False)
            return
        known = self._links.setdefault((record.name, link), {})
        asked = [one for one in owners if one not in known]
        if len(known) + len(asked) > MOST_KNOWN:
            known.clear()
            asked = list(owners)
        known |= {one: set() for one in asked}
        for key, owner in self._pairs(record, link, asked, from_owners=True):
            known[owner].add(key)
        for owner in owners:
            yield from ((key, owner) for key in sorted(known[owner]))

    def _pairs(
        self, record: Record, link: Link, ends: Collection[str], *, from_owners: bool
    ) -> Iterator[tuple[str, str]]:
        if link.hops:
            yield from self._hopped(link, ends, from_owners=from_owners)
            return
        source: FromClause
        if link.sql:
            pairs = text(link.sql).columns(column("record"), column("owner")).subquery("link")
            source, mine, theirs = pairs, pairs.c.record, pairs.c.owner
        else:
            source = from_table(record.table)
            mine, theirs = column(record.table.key), column(link.by)
        where = "" if link.sql else record.where
        for one, other in self._between(source, mine, theirs, ends, where, from_owners=from_owners):
            yield one, other

    def _hopped(
        self, link: Link, ends: Collection[str], *, from_owners: bool
    ) -> Iterator[tuple[str, str]]:
        """Yield the pairs that the hops of *link* lead to."""
        reached = {one: {one} for one in ends}
        for hop in link.hops if from_owners else reversed(link.hops):
            source = sql_table(hop.table, column(hop.near), column(hop.far))
            further: dict[str, set[str]] = {}
            for far, near in self._between(
                source,
                column(hop.far),
                column(hop.near),
                reached,
                hop.where,
                from_owners=from_owners,
            ):
                here, there = (near, far) if from_owners else (far, near)
                further.setdefault(there, set()).update(reached[here])
            reached = further
        for end, starts in reached.items():
            yield from ((end, one) if from_owners else (one, end) for one in starts)

    def _between(
        self,
        source: FromClause,
        mine: ColumnElement[Any],
        theirs: ColumnElement[Any],
        ends: Collection[str],
        where: str,
        *,
        from_owners: bool,
    ) -> Iterator[tuple[str, str]]:
        asked: Question = select(mine, theirs).select_from(source)
        if where:
            asked = asked.where(condition(where))
        for some in batches(sorted(ends), MOST_KEYS):
            by = among(theirs if from_owners else mine, some)
            for one, other in self.connection.execute(asked.where(by).distinct()):
                if one is not None and other is not None:
                    yield str(one), str(other)

    def dates(self, record: Record, keys: Collection[str]) -> dict[str, datetime | None]:
        """Return the own times of the records of these *keys*; those that are not there are left out."""
        source = from_table(record.table)
        what: ColumnElement[Any] = literal_column(f"({record.date or 'NULL'})")
        asked: Question = select(source.c[record.table.key], what).select_from(source)
        if record.where:
            asked = asked.where(condition(record.where))
        found: dict[str, datetime | None] = {}
        for some in batches(sorted(keys), MOST_KEYS):
            for key, when in self.connection.execute(
                asked.where(among(source.c[record.table.key], some))
            ):
                found[str(key)] = moment(when, self.zone)
        return found

    def rows(self, record: Record, keys: Collection[str]) -> dict[str, Mapping[str, object]]:
        """Return the rows of the records of these *keys*, without what is part of them."""
        source = from_table(record.table)
        found: dict[str, Mapping[str, object]] = {}
        for some in batches(sorted(keys), MOST_KEYS):
            asked: Question = select(literal_column("*")).select_from(source)
            asked = asked.where(among(source.c[record.table.key], some))
            for values in self.connection.execute(asked).mappings():
                found[str(values[record.table.key])] = dict(values)
        return found

    def values(
        self, table: Table, names: Sequence[str], keys: Collection[str], where: str = ""
    ) -> dict[str, set[str]]:
        """Return, by key of *table*, what stands in the columns *names* of those of *keys* that are there and meet *where*."""
        source = from_table(table)
        asked: Question = select(source.c[table.key], *(column(one) for one in names)).select_from(
            source
        )
        if where:
            asked = asked.where(condition(where))
        found: dict[str, set[str]] = {}
        for some in batches(sorted(keys), MOST_KEYS):
            for key, *held in self.connection.execute(
                asked.where(among(source.c[table.key], some))
            ):
                found[str(key)] = {str(one) for one in held if one is not None}
        return found

    def owners(self, record: Record, keys: Collection[str]) -> dict[str, set[tuple[str, str]]]:
        """Return, by key, the records (part and key) that say whom it is about: itself, or those that it is linked to."""
        if record.identifies:
            return {key: {(record.name, key)} for key in keys}
        found: dict[str, set[tuple[str, str]]] = {}
        for link in record.links:
            above = self.mapping.record(link.to)
            if above is None or link.to in self.broken or not keys:
                continue
            pairs = list(self.linked(record, link, keys=keys))
            there = self.existing(above, {owner for _, owner in pairs})
            further = self.owners(above, there)
            for key, owner in pairs:
                found.setdefault(key, set()).update(further.get(owner, ()))
        return found

    def existing(self, record: Record, keys: Collection[str]) -> set[str]:
        """Return those of *keys* that *record* has."""
        return set(self.dates(record, keys))

    def keys(self, record: Record) -> Iterator[list[str]]:
        """Yield the keys of all records of a part, a batch at a time and in their order."""
        source = from_table(record.table)
        key = source.c[record.table.key]
        asked = select(key).select_from(source).order_by(key).limit(MOST_KEYS)
        if record.where:
            asked = asked.where(condition(record.where))
        last: str | None = None
        while True:
            after = asked if last is None else asked.where(key > bindparam(None, last, NullType()))
            found = [str(one) for one in self.connection.execute(after).scalars()]
            if not found:
                return
            yield found
            last = found[-1]

    def count(self, table: Table) -> int:
        """Return how many rows *table* has."""
        asked = select(func.count()).select_from(from_table(table))
        return int(self.connection.execute(asked).scalar_one())
