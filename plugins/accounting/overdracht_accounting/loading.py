"""Read records out of a database by their keys: the row, the rows that are part of it, whose it is, and what tells that it changed."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, literal_column, or_, select
from sqlalchemy.sql import ColumnElement

from overdracht_accounting.keys import MOST_KEYS, after, among, asked_at_once, key_of
from overdracht_accounting.linking import Links
from overdracht_accounting.mapping import DataMap, Member, Record
from overdracht_accounting.moments import moment
from overdracht_accounting.rows import (
    Loaded,
    Question,
    Row,
    columns,
    condition,
    from_table,
    key_columns,
    keyed,
    required,
)

_DATE = "overdracht_date"


@dataclass
class Loader:
    """Reads the records of *mapping* by one *connection*; *zone* is that of times without one.

    *broken* are the parts that cannot be asked, with the reason; what is linked to a record there cannot be known.
    """

    connection: Connection
    mapping: DataMap
    zone: str = "Europe/Amsterdam"
    broken: Mapping[str, str] = field(default_factory=dict)
    packed: Collection[tuple[str, str]] = ()
    """Tables and columns whose text the database itself cannot search."""

    def __post_init__(self) -> None:
        self.links = Links(self.connection)
        self.linked = self.links.linked

    def reason(self, part: str) -> str:
        """Say why *part* cannot be asked."""
        return self.broken.get(part, "the part is not in the mapping any more")

    def load(self, record: Record, keys: Collection[str]) -> dict[str, Loaded]:
        """Return the records of these *keys* that are there, by key."""
        found: dict[str, Loaded] = {}
        for some in asked_at_once(set(keys), len(record.table.key)):
            found |= self._load(record, some)
        return found

    def _load(self, record: Record, keys: Sequence[str]) -> dict[str, Loaded]:
        source = from_table(record.table)
        what: list[ColumnElement[object]] = [literal_column("*")]
        if record.date:
            what.append(literal_column(f"({record.date})").label(_DATE))
        asked = select(*what).select_from(source).where(among(key_columns(record.table), keys))
        if record.where:
            asked = asked.where(condition(record.where))
        loaded = {}
        for values in self.connection.execute(asked).mappings():
            given = dict(values)
            when = moment(given.pop(_DATE, None), self.zone)
            row = Row(record.table, keyed(record.table, given), given)
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
            parent = next(filter(None, map(row.key_in, member.by)), "")
            records = sorted(owners.get(parent, ()))
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
        for some in asked_at_once(parents, len(member.by[0])):
            by = (among(columns(names), some) for names in member.by)
            asked: Question = select(literal_column("*")).select_from(source).where(or_(*by))
            if member.where:
                asked = asked.where(condition(member.where))
            # Asked for the rows in order, a database goes through the whole table in that order instead of as it lies.
            found = [dict(one) for one in self.connection.execute(asked).mappings()]
            rows = [Row(member.table, keyed(member.table, one), one) for one in found]
            for row in sorted(rows, key=lambda row: row.place):
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

    def dates(self, record: Record, keys: Collection[str]) -> dict[str, datetime | None]:
        """Return the own times of the records of these *keys*; those that are not there are left out."""
        source = from_table(record.table)
        what: ColumnElement[Any] = literal_column(f"({record.date or 'NULL'})")
        keys_in = key_columns(record.table)
        asked: Question = select(*keys_in, what).select_from(source)
        if record.where:
            asked = asked.where(condition(record.where))
        found: dict[str, datetime | None] = {}
        for some in asked_at_once(keys, len(keys_in)):
            for *key, when in self.connection.execute(asked.where(among(keys_in, some))):
                found[required(record.table, key_of(key))] = moment(when, self.zone)
        return found

    def rows(self, record: Record, keys: Collection[str]) -> dict[str, Mapping[str, object]]:
        """Return the rows of the records of these *keys*, without what is part of them."""
        source = from_table(record.table)
        found: dict[str, Mapping[str, object]] = {}
        for some in asked_at_once(keys, len(record.table.key)):
            asked: Question = select(literal_column("*")).select_from(source)
            asked = asked.where(among(key_columns(record.table), some))
            for values in self.connection.execute(asked).mappings():
                row = dict(values)
                found[keyed(record.table, row)] = row
        return found

    def above(self, member: Member, keys: Collection[str]) -> dict[str, set[str]]:
        """Return those of *keys* that rows of *member* have, each with the keys of what the row is part of."""
        own = key_columns(member.table)
        names = [name for one in member.by for name in one]
        asked: Question = select(*own, *columns(names)).select_from(from_table(member.table))
        if member.where:
            asked = asked.where(condition(member.where))
        found: dict[str, set[str]] = {}
        for some in asked_at_once(keys, len(own)):
            for values in self.connection.execute(asked.where(among(own, some))):
                held = dict(zip(names, values[len(own) :], strict=True))
                parents = (key_of([held[name] for name in one]) for one in member.by)
                key = required(member.table, key_of(values[: len(own)]))
                found[key] = set(filter(None, parents))
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
        own = key_columns(record.table)
        asked: Question = select(*own).select_from(from_table(record.table))
        asked = asked.order_by(*own).limit(MOST_KEYS)
        if record.where:
            asked = asked.where(condition(record.where))
        last: str | None = None
        while True:
            further = asked if last is None else asked.where(after(own, last))
            rows = self.connection.execute(further)
            found = [required(record.table, key_of(one)) for one in rows]
            if not found:
                return
            yield found
            last = found[-1]
