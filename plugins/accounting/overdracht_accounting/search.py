"""Find what a database holds about the subject: by the customer's record, by what is linked to it, and by mentions in free text."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from overdracht import (
    Certainty,
    Finding,
    Gap,
    Identifier,
    Item,
    Match,
    Mentions,
    Question,
    Searched,
    Text,
)
from overdracht_accounting.holders import Holders
from overdracht_accounting.items import make_item
from overdracht_accounting.keys import batches
from overdracht_accounting.loading import Loader
from overdracht_accounting.mapping import Member, Record, Table
from overdracht_accounting.matching import VIA, Matcher, is_own, is_short
from overdracht_accounting.scanners import each
from overdracht_accounting.scanning import Hit, Scan, count

AT_ONCE = 200
"""Records that are read and told at once."""

SHORT = Text(
    "het klantnummer is te kort om ernaar te zoeken in vrije tekst",
    "the customer number is too short to be looked for in free text",
)

UNREADABLE = "it holds bytes that are no text: only what stands among them in plain letters was searched, not what is in files and pictures"

Matches = tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """One reason to go through a table: for the records it holds, or for the rows at the end of *path* that are part of others."""

    record: Record
    path: tuple[Member, ...] = ()

    @property
    def name(self) -> tuple[str, ...]:
        """What tells it from the others."""
        return (self.record.name, *(one.table.name for one in self.path))

    @property
    def table(self) -> Table:
        """The table."""
        return self.path[-1].table if self.path else self.record.table

    @property
    def by(self) -> tuple[tuple[str, ...], ...]:
        """The columns by which its rows are part of others, each as many as the key there has."""
        return self.path[-1].by if self.path else ()

    @property
    def where(self) -> str:
        """The condition that its rows meet."""
        return self.path[-1].where if self.path else self.record.where

    @property
    def columns(self) -> frozenset[str]:
        """The columns that are gone through."""
        searched = frozenset(one.name for one in self.table.columns if one.searched)
        return searched if self.path else searched | self.record.identity_columns


@dataclass(frozen=True, slots=True)
class _Seen:
    """A row that mentions the person."""

    key: str
    parents: tuple[str, ...]
    matches: Matches


class Search:
    """Searches what *loader* reads; parts in *broken* cannot be. Tables are gone through by the *scanners*, as many at once."""

    def __init__(
        self,
        loader: Loader,
        question: Question,
        broken: Mapping[str, str],
        scanners: Sequence[Connection] = (),
    ) -> None:
        self._loader = loader
        self._scanners = scanners or (loader.connection,)
        self._broken = broken
        wanted = question.subject.identifiers
        self._matcher = Matcher(wanted, question.subject.excluded)
        self._note = SHORT if any(map(is_short, wanted)) else None
        self._seen: dict[tuple[str, ...], list[_Seen]] = {}
        self._claimed: set[tuple[str, str]] = set()
        self._found: dict[str, dict[str, Matches]] = {}
        self._looked_at: dict[str, int] = {}
        """By table, how many rows it has."""
        self._same: dict[Matches, Matches] = {}
        self._unreadable: set[tuple[str, str]] = set()
        """Tables and columns with bytes that are no text."""

    def findings(self) -> Iterator[Finding]:
        """Yield what there is, part by part."""
        records = [one for one in self._loader.mapping.records if one.name not in self._broken]
        each(self._go_through, _by_table(records), self._scanners)
        for record in records:
            self._found[record.name] = self._in(record)
        for record in self._loader.mapping.records:
            if record.name in self._broken:
                yield Gap(record.name, self._broken[record.name])
            else:
                yield from self._items(record)
                name = record.table.name
                if name not in self._looked_at:
                    self._looked_at[name] = count(self._loader.connection, record.table)
                yield Searched(record.name, self._looked_at[name], note=self._note)
        for table, column in sorted(self._unreadable):
            yield Gap(f"{table}.{column}", UNREADABLE)

    @property
    def mentions(self) -> Mentions:
        """What finds the subject in free text."""
        return self._matcher.mentions

    def own(self) -> tuple[frozenset[str], tuple[Identifier, ...]]:
        """Return the keys of the records that are surely the subject's, and the identifiers that say so."""
        keys: set[str] = set()
        identifiers: dict[Identifier, None] = {}
        for found in self._found.values():
            for key, matches in found.items():
                exact = [one.identifier for one in matches if one.certainty is Certainty.EXACT]
                identifiers |= dict.fromkeys(exact)
                keys |= {key} if exact else set()
        return frozenset(keys), tuple(identifiers)

    def _items(self, record: Record) -> Iterator[Item]:
        """Yield the items of a part, a batch at a time."""
        found = self._found[record.name]
        for keys in batches(sorted(found), AT_ONCE):
            loaded = self._loader.load(record, keys)
            holders = Holders(self._loader).of(record, loaded)
            for key in keys:
                if key in loaded:
                    holder, others = holders.get(key, (None, 0))
                    yield make_item(loaded[key], found[key], holder, others)

    def _go_through(self, uses: Sequence[Use], connection: Connection) -> None:
        """Go through one table, and note the rows in which the person stands, with no more of them than is needed."""
        columns = sorted({name for one in uses for name in one.columns})
        by = sorted({name for one in uses for names in one.by for name in names})
        wheres = list(dict.fromkeys(one.where for one in uses))
        where = "" if "" in wheres else "(" + ") OR (".join(wheres) + ")"
        table = uses[0].table
        self._looked_at[table.name] = count(connection, table)
        packed = [name for one, name in self._loader.packed if one == table.name]
        scan = Scan(table, columns, by, where, packed)
        candidates = self._matcher.candidates_in(one.table for one in uses)
        for hit in scan.hits(connection, *candidates):
            for use in uses:
                matches = self._matches(use, hit)
                if matches:
                    parents = filter(None, (hit.parent(names) for names in use.by))
                    seen = _Seen(
                        hit.key, tuple(parents)[:1], self._same.setdefault(matches, matches)
                    )
                    self._seen.setdefault(use.name, []).append(seen)
        self._unreadable |= {(table.name, one) for one in scan.unreadable}

    def _matches(self, use: Use, hit: Hit) -> Matches:
        if use.path:
            return tuple(self._matcher.in_member(use.table, hit.texts))
        return tuple(self._matcher.in_record(use.record, hit.texts))

    def _in(self, record: Record) -> dict[str, Matches]:
        found: dict[str, Matches] = {}
        for seen in self._seen.get(Use(record).name, ()):
            if not record.only_masked or (record.table.name, seen.key) not in self._claimed:
                self._add(found, seen.key, seen.matches)
        self._linked(record, found)
        for path in _paths(record.members):
            for seen, keys in self._roots(Use(record, path)):
                for key in keys:
                    self._add(found, key, seen.matches)
        there = self._loader.existing(record, found)
        return {key: matches for key, matches in found.items() if key in there}

    def _add(self, found: dict[str, Matches], key: str, matches: Iterable[Match]) -> None:
        together = tuple(dict.fromkeys((*found.get(key, ()), *matches)))
        found[key] = self._same.setdefault(together, together)

    def _linked(self, record: Record, found: dict[str, Matches]) -> None:
        """Add what is linked to records that are the person's."""
        for link in record.links:
            above = self._loader.mapping.record(link.to)
            owners = self._found.get(link.to, {})
            if above is None or not owners:
                continue
            own = {
                key: [one for one in matches if is_own(one, above)]
                for key, matches in owners.items()
            }
            own = {key: matches for key, matches in own.items() if matches}
            where = f"{VIA}{link.to}"
            for key, owner in self._loader.linked(record, link, owners=own):
                via = (Match(one.identifier, one.certainty, where) for one in own[owner])
                self._add(found, key, via)

    def _roots(self, use: Use) -> Iterator[tuple[_Seen, set[str]]]:
        """Yield the rows that were seen of a member, each with the keys of the records that it is part of."""
        member, seen = use.path[-1], self._seen.get(use.name, [])
        if member.where and seen:
            keys = self._loader.above(member, [one.key for one in seen])
            seen = [one for one in seen if one.key in keys]
        above = {one.key: set(one.parents) for one in seen}
        for parent in reversed(use.path[:-1]):
            wanted = {key for keys in above.values() for key in keys}
            parents = self._loader.above(parent, wanted)
            above = {
                one: {key for parent_key in keys for key in parents.get(parent_key, ())}
                for one, keys in above.items()
            }
        there = self._loader.existing(use.record, {one for keys in above.values() for one in keys})
        for one in seen:
            roots = above[one.key] & there
            if roots:
                self._claimed.add((member.table.name, one.key))
                yield one, roots


def _paths(
    members: Iterable[Member], above: tuple[Member, ...] = ()
) -> Iterator[tuple[Member, ...]]:
    for one in members:
        path = (*above, one)
        yield path
        yield from _paths(one.members, path)


def _by_table(records: Iterable[Record]) -> list[list[Use]]:
    """Return every reason to go through a table, by table: each is gone through once."""
    tables: dict[str, list[Use]] = {}
    for record in records:
        for one in (Use(record), *(Use(record, path) for path in _paths(record.members))):
            if one.columns:
                tables.setdefault(one.table.name, []).append(one)
    return list(tables.values())
