"""Go from records to those that are linked to them and back, from table to table, and remember what was asked."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, column, select, text
from sqlalchemy import table as sql_table
from sqlalchemy.sql import FromClause

from overdracht_accounting.keys import Columns, among, asked_at_once, key_of
from overdracht_accounting.mapping import Link, Record
from overdracht_accounting.rows import Question, columns, condition, from_table, key_columns

MOST_KNOWN = 20_000
"""Owners of which it is remembered what is linked to them: the same is asked more than once of who is looked for."""


@dataclass(frozen=True, slots=True)
class Ends:
    """Rows of which each holds a pair of keys: *mine*, and that of what it is linked to, *theirs*."""

    rows: FromClause
    mine: Columns
    theirs: Columns
    where: str = ""


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
        if link.sql:
            given = (*link.record, *link.owner)
            pairs = text(link.sql).columns(*map(column, given)).subquery("link")
            mine, theirs = ([pairs.c[one] for one in names] for names in (link.record, link.owner))
            source = Ends(pairs, mine, theirs)
        else:
            own = key_columns(record.table)
            source = Ends(from_table(record.table), own, columns(link.by), record.where)
        yield from self._between(source, ends, from_owners=from_owners)

    def _hopped(
        self, link: Link, ends: Collection[str], *, from_owners: bool
    ) -> Iterator[tuple[str, str]]:
        """Yield the pairs that the hops of *link* lead to."""
        reached = {one: {one} for one in ends}
        for hop in link.hops if from_owners else reversed(link.hops):
            table = sql_table(hop.table, column(hop.near), column(hop.far))
            source = Ends(table, columns([hop.far]), columns([hop.near]), hop.where)
            further: dict[str, set[str]] = {}
            for mine, theirs in self._between(source, reached, from_owners=from_owners):
                here, there = (theirs, mine) if from_owners else (mine, theirs)
                further.setdefault(there, set()).update(reached[here])
            reached = further
        for end, starts in reached.items():
            yield from ((end, one) if from_owners else (one, end) for one in starts)

    def _between(
        self, source: Ends, ends: Collection[str], *, from_owners: bool
    ) -> Iterator[tuple[str, str]]:
        mine, theirs = source.mine, source.theirs
        asked: Question = select(*mine, *theirs).select_from(source.rows)
        if source.where:
            asked = asked.where(condition(source.where))
        given = theirs if from_owners else mine
        for some in asked_at_once(ends, len(given)):
            # Not DISTINCT, for which a database goes through a table in the order of an index: a pair may come twice.
            for values in self.connection.execute(asked.where(among(given, some))):
                one, other = key_of(values[: len(mine)]), key_of(values[len(mine) :])
                if one is not None and other is not None:
                    yield one, other
