"""Find what a database holds about the subject: by the customer's record, by what is linked to it, and by mentions in free text."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

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
from overdracht_accounting.identities import fields, identifiers_in, strong
from overdracht_accounting.holders import Holders
from overdracht_accounting.items import make_item
from overdracht_accounting.loading import Loader, batches
from overdracht_accounting.mapping import Member, Record, Table
from overdracht_accounting.scanning import Hit, Scan

AT_ONCE = 200
"""Records that are read and told at once."""
SHORTEST_NUMBER = 4
"""A customer number of fewer characters stands in any text: it is looked for in its own field only."""
VIA = "via "
"""Begins the `where` of a match by which a record is somebody's because it is linked to a record that is."""

SHORT = Text(
    "het klantnummer is te kort om ernaar te zoeken in vrije tekst",
    "the customer number is too short to be looked for in free text",
)


@dataclass(slots=True)
class Sought:
    """What was found of one record so far: why it may be the subject's."""

    matches: list[Match] = field(default_factory=list)

    def add(self, matches: Iterable[Match]) -> None:
        """Add *matches* that are not there yet."""
        self.matches += [one for one in matches if one not in self.matches]


def is_own(match: Match, record: Record) -> bool:
    """Say whether *match* makes a record the person's own, rather than one that mentions the person."""
    if match.certainty is Certainty.MENTION:
        return False
    return match.where in record.identity_columns or match.where.startswith(VIA)


class Search:
    """Searches what *loader* reads; parts in *broken* cannot be."""

    def __init__(self, loader: Loader, question: Question, broken: Mapping[str, str]) -> None:
        self._loader = loader
        self._broken = broken
        self._wanted = frozenset(question.subject.identifiers)
        self._excluded = frozenset(question.subject.excluded)
        self._short = any(_is_short(one) for one in self._wanted)
        self._candidates = Mentions(self._wanted)
        self._mentions = Mentions(one for one in self._wanted if not _is_short(one))
        self._hits: dict[str, list[Hit]] = {}
        self._claimed: set[tuple[str, str]] = set()
        self._found: dict[str, dict[str, Sought]] = {}

    def findings(self) -> Iterator[Finding]:
        """Yield what there is, part by part."""
        records = [one for one in self._loader.mapping.records if one.name not in self._broken]
        for scan in _scans(records):
            self._hits[scan.name] = list(
                scan.scan().hits(self._loader.connection, self._candidates)
            )
        for record in records:
            self._found[record.name] = self._in(record)
        for record in self._loader.mapping.records:
            if record.name in self._broken:
                yield Gap(record.name, self._broken[record.name])
            else:
                yield from self.items(record)
                looked_at = self._loader.count(record.table, record.where)
                yield Searched(record.name, looked_at, note=SHORT if self._short else None)

    def own_keys(self, part: str) -> frozenset[str]:
        """Return the keys of the records of *part* that are surely the subject's."""
        return frozenset(
            key
            for key, sought in self._found.get(part, {}).items()
            if any(one.certainty is Certainty.EXACT for one in sought.matches)
        )

    def items(self, record: Record) -> Iterator[Item]:
        """Yield the items of a part, a batch at a time."""
        found = self._found[record.name]
        for keys in batches(sorted(found), AT_ONCE):
            loaded = self._loader.load(record, keys)
            holders = Holders(self._loader).of(record, loaded)
            for key in keys:
                if key in loaded:
                    holder, others = holders.get(key, (None, 0))
                    yield make_item(loaded[key], found[key].matches, holder, others)

    def _in(self, record: Record) -> dict[str, Sought]:
        found: dict[str, Sought] = {}
        for hit in self._hits.get(record.table.name, ()):
            if record.only_masked and (record.table.name, hit.key) in self._claimed:
                continue
            matches = list(self._matches(record, hit))
            if matches:
                found.setdefault(hit.key, Sought()).add(matches)
        self._linked(record, found)
        self._mentioned(record, found)
        there = self._loader.existing(record, found)
        return {key: sought for key, sought in found.items() if key in there}

    def _matches(self, record: Record, hit: Hit) -> Iterator[Match]:
        told = {
            one for kind, _, text in fields(record, hit.texts) for one in identifiers_in(kind, text)
        }
        another = bool(self._excluded & told)
        for kind, name, text in fields(record, hit.texts):
            for one in identifiers_in(kind, text):
                if strong(one) and one in self._wanted:
                    yield Match(one, Certainty.EXACT, name)
            if another:
                continue
            for one in self._mentions.found(text):
                if not strong(one) and one.kind == kind:
                    yield Match(one, Certainty.POSSIBLE, name)
        searched = {one.name for one in record.table.columns if one.searched}
        for name, text in hit.texts.items():
            if name in searched:
                for match in self._mentions.matches(text, name):
                    own = name in record.identity_columns and match.certainty is Certainty.POSSIBLE
                    if not own and match.identifier not in told:
                        yield match

    def _linked(self, record: Record, found: dict[str, Sought]) -> None:
        """Add what is linked to records that are the person's."""
        for link in record.links:
            above = self._loader.mapping.record(link.to)
            owners = self._found.get(link.to, {})
            if above is None or not owners:
                continue
            own = {
                key: [one for one in sought.matches if is_own(one, above)]
                for key, sought in owners.items()
            }
            own = {key: matches for key, matches in own.items() if matches}
            for key, owner in self._loader.linked(record, link, owners=own):
                here = found.setdefault(key, Sought())
                here.add(
                    Match(one.identifier, one.certainty, f"{VIA}{link.to}") for one in own[owner]
                )

    def _mentioned(self, record: Record, found: dict[str, Sought]) -> None:
        """Add the records that mention the person in a row that is part of them."""
        for path in _paths(record.members):
            member = path[-1]
            names = {one.name for one in member.table.columns if one.searched}
            for hit, keys in self._roots(record, path):
                for name, text in hit.texts.items():
                    matches = list(self._mentions.matches(text, f"{member.table.name}.{name}"))
                    for key in keys if name in names and matches else ():
                        found.setdefault(key, Sought()).add(matches)

    def _roots(self, record: Record, path: Sequence[Member]) -> Iterator[tuple[Hit, set[str]]]:
        """Yield the hits in the member at the end of *path*, each with the keys of the records that it is part of."""
        member = path[-1]
        hits = self._hits.get(member.table.name, ())
        if member.where and hits:
            keys = set(
                self._loader.values(
                    member.table, (member.table.key,), [one.key for one in hits], member.where
                )
            )
            hits = [one for one in hits if one.key in keys]
        above = {
            one.key: {one.parents[name] for name in member.by if name in one.parents}
            for one in hits
        }
        for parent in reversed(path[:-1]):
            wanted = {key for keys in above.values() for key in keys}
            parents = self._loader.values(parent.table, parent.by, wanted, parent.where)
            above = {
                hit: {one for key in keys for one in parents.get(key, ())}
                for hit, keys in above.items()
            }
        there = self._loader.existing(record, {key for keys in above.values() for key in keys})
        for hit in hits:
            roots = above[hit.key] & there
            if roots:
                self._claimed.add((member.table.name, hit.key))
                yield hit, roots


def _is_short(identifier: Identifier) -> bool:
    return identifier.kind == "customer" and len(identifier.value) < SHORTEST_NUMBER


def _paths(
    members: Iterable[Member], above: tuple[Member, ...] = ()
) -> Iterator[tuple[Member, ...]]:
    for one in members:
        path = (*above, one)
        yield path
        yield from _paths(one.members, path)


@dataclass(slots=True)
class _TableScan:
    """Everything for which one table is gone through."""

    name: str
    table: Table
    columns: set[str] = field(default_factory=set)
    by: set[str] = field(default_factory=set)
    wheres: list[str] = field(default_factory=list)

    def scan(self) -> Scan:
        where = "" if "" in self.wheres else ") OR (".join(dict.fromkeys(self.wheres))
        return Scan(
            self.table, sorted(self.columns), sorted(self.by), f"({where})" if where else ""
        )


def _scans(records: Iterable[Record]) -> list[_TableScan]:
    scans: dict[str, _TableScan] = {}
    for record in records:
        one = scans.setdefault(record.table.name, _TableScan(record.table.name, record.table))
        one.columns |= record.identity_columns | _searched(record.table)
        one.wheres.append(record.where)
        for path in _paths(record.members):
            member = path[-1]
            name = member.table.name
            one = scans.setdefault(name, _TableScan(name, member.table))
            one.columns |= _searched(member.table)
            one.by |= set(member.by)
            one.wheres.append(member.where)
    return [one for one in scans.values() if one.columns]


def _searched(table: Table) -> set[str]:
    return {one.name for one in table.columns if one.searched}
