"""Go from records to those that are linked to them and back, from table to table, and remember what was asked."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, column, select, text
from sqlalchemy import table as sql_table
from sqlalchemy.sql import ColumnElement, FromClause

from overdracht_accounting.mapping import Link, Record
from overdracht_accounting.rows import MOST_KEYS, Question, among, batches, condition, from_table

MOST_KNOWN = 20_000
"""Owners of which it is remembered what is linked to them: the same is asked more than once of who is looked for."""


@dataclass
class Links:
    """The links of a mapping, in the database at the other end of *connection*."""

    connection: Connection
    _known: dict[tuple[str, Link], dict[str, tuple[str, ...]]] = field(
        default_factory=dict, repr=False
    )
    """By part and link, the keys that belong to each owner that was asked about."""

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
        known = self._known.setdefault((record.name, link), {})
        asked = [one for one in owners if one not in known]
        if len(known) + len(asked) > MOST_KNOWN:
            known.clear()
            asked = list(owners)
        found: dict[str, set[str]] = {}
        for key, owner in self._pairs(record, link, asked, from_owners=True):
            found.setdefault(owner, set()).add(key)
        # Most own nothing, and share the one empty tuple.
        known |= {one: tuple(sorted(found.get(one, ()))) for one in asked}
        for owner in owners:
            yield from ((key, owner) for key in known[owner])

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
        yield from self._between(source, mine, theirs, ends, where, from_owners=from_owners)

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
