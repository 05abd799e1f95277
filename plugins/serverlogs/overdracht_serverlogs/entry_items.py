"""Group entries into items by day and certainty, find them again by their digests, and tell whom they are about and how old they are."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from overdracht import (
    Aged,
    Category,
    Extent,
    Finding,
    Gap,
    Identifier,
    Item,
    Match,
    Origin,
    Question,
    Revealed,
    Searched,
    Sighting,
    one_line,
)
from overdracht_serverlogs.entries import (
    Entry,
    Incomplete,
    Store,
    Unreadable,
    Wanted,
    certainty_of,
    owned,
    revealed,
)
from overdracht_serverlogs.lineitems import MOST_RECORDS, UNDATED, WHOLE_DAY, Key, pack, unpack

_MOST_OPEN = 64
"""Groups that are held at a time: entries come nearly in the order of time."""
_MOST_REVEALED = 20


@dataclass
class _Group:
    key: Key
    when: datetime | None
    digests: list[bytes] = field(default_factory=list)
    matches: dict[Identifier, Match] = field(default_factory=dict)
    reveals: dict[Identifier, Revealed] = field(default_factory=dict)

    def add(self, entry: Entry, matches: Iterable[Match] = ()) -> None:
        self.digests.append(entry.digest)
        for match in matches:
            self.matches.setdefault(match.identifier, match)

    def item(self, noun: tuple[str, str]) -> Item:
        count = len(self.digests)
        name = one_line(self.key.part.rpartition("/")[2], 100)
        return Item(
            key=str(self.key),
            part=self.key.part,
            category=Category.TRAFFIC,
            matches=tuple(self.matches.values()),
            fingerprint=pack(self.digests),
            title=f"{name} {self.key.day or UNDATED}: {count} {noun[count != 1]}",
            when=self.when,
            origin=Origin.OBSERVED,
            reveals=tuple(self.reveals.values()),
        )


class Groups:
    """Groups entries as they come, a bounded number at a time."""

    def __init__(self, noun: tuple[str, str]) -> None:
        self._noun = noun
        self._open: dict[tuple[date | None, str], _Group] = {}

    def take(self, part: str, entry: Entry, matches: tuple[Match, ...]) -> Iterator[Item]:
        """Add *entry*, and yield what is full."""
        certainty = certainty_of(matches)
        place = entry.day, certainty.value
        group = self._open.get(place)
        if group is None:
            key = Key(part, entry.day, certainty.value, entry.digest.hex())
            group = self._open[place] = _Group(key, entry.when)
            if len(self._open) > _MOST_OPEN:
                yield self._open.pop(next(iter(self._open))).item(self._noun)
        group.add(entry, matches)
        if certainty == "exact" and len(group.reveals) < _MOST_REVEALED:
            for one in revealed(entry):
                group.reveals.setdefault(one.identifier, one)
        if len(group.digests) >= MOST_RECORDS:
            yield self._open.pop(place).item(self._noun)

    def rest(self) -> Iterator[Item]:
        """Yield what is not full."""
        yield from (group.item(self._noun) for group in self._open.values())
        self._open.clear()


def find(store: Store, question: Question) -> Iterator[Finding]:
    """Yield what *store* holds about the question's subject, part by part."""
    wanted = Wanted(question.subject.identifiers, question.subject.excluded)
    for part in store.parts():
        groups = Groups(store.noun)
        try:
            state = store.state(part)
            if state and question.cursors.get(part, "").rpartition(" ")[0] == state:
                count = int(question.cursors[part].rpartition(" ")[2])
                yield Searched(part, count, question.cursors[part], Extent.UNCHANGED)
                continue
            count = 0
            for entry in store.entries(part):
                count += 1
                if matches := wanted.matches(entry):
                    yield from groups.take(part, entry, matches)
            yield from groups.rest()
            settled = state if state and store.state(part) == state else ""
        except Unreadable as error:
            yield from groups.rest()
            yield Gap(part, str(error))
        else:
            yield Searched(part, count, f"{settled} {count}" if settled else "")


class Planned:
    """The entries of some items of one part, by their digests, to be found again."""

    def __init__(self, items: Iterable[Item]) -> None:
        self.missing: dict[str, Counter[bytes]] = {}
        self._keys: dict[bytes, list[str]] = {}
        self._days: dict[date | None, str] = {}
        self._wanted: dict[str, tuple[Key, Wanted]] = {}
        self.added: set[str] = set()
        """The keys of items of which an entry is not there and another is that was not planned."""
        self.found: Counter[str] = Counter()
        for item in items:
            key = Key.parse(item.key)
            self.missing[item.key] = Counter(unpack(item.fingerprint))
            for digest in self.missing[item.key]:
                self._keys.setdefault(digest, []).append(item.key)
            if item.matches:
                self._wanted[item.key] = key, Wanted([one.identifier for one in item.matches])

    def key_of(self, entry: Entry) -> str | None:
        """Return the key of the item that *entry* is planned with, each planned one once; None for an entry that is not."""
        digest = entry.digest
        for key in self._keys.get(digest, ()):
            if self.missing[key][digest] > 0:
                self.missing[key][digest] -= 1
                self.found[key] += 1
                return key
        for text, (where, wanted) in self._wanted.items():
            matches = wanted.matches(entry) if where.day == entry.day else ()
            if matches and certainty_of(matches).value == where.sort:
                self.added.add(text)
        return None

    def standing(self, key: str) -> str:
        """Say, when all entries were looked at, whether the item is as `planned`, `gone`, or `changed`."""
        if not self.is_whole(key) and key in self.added:
            return "changed"
        return "planned" if self.found[key] else "gone"

    def is_whole(self, key: str) -> bool:
        """Say, when all entries were looked at, whether every planned one is there."""
        return not any(self.missing[key].values())


def sightings(store: Store) -> Iterator[Sighting | Gap]:
    """Yield every strong identifier of every item that could be found by it."""
    for part in store.parts():
        told: dict[tuple[date | None, Identifier], tuple[int, str, datetime | None]] = {}
        try:
            for entry in store.entries(part):
                for identifier in dict.fromkeys(one for _, one in owned(entry.owners)):
                    place = entry.day, identifier
                    count, key, when = told.get(place, (0, "", None))
                    if count % MOST_RECORDS == 0:
                        key = str(Key(part, entry.day, "exact", entry.digest.hex()))
                        when = entry.when
                        yield Sighting(identifier, key, part, when)
                    told[place] = count + 1, key, when
        except Unreadable as error:
            yield Gap(part, str(error))


def aged(store: Store, before: Mapping[Category, date]) -> Iterator[Aged | Gap]:
    """Yield, day by day, the entries that are older than the day for traffic data; they go whomever they are about, so that nobody is named."""
    limit = before.get(Category.TRAFFIC)
    if limit is None:
        return
    for part in store.parts():
        groups: dict[date, _Group] = {}
        try:
            for entry in store.entries(part):
                if entry.day is None or entry.day >= limit:
                    continue
                group = groups.get(entry.day)
                if group is None:
                    key = Key(part, entry.day, WHOLE_DAY, entry.digest.hex())
                    group = groups[entry.day] = _Group(key, entry.when)
                group.add(entry)
                if len(group.digests) >= MOST_RECORDS:
                    del groups[entry.day]
                    yield Aged(group.item(store.noun), ())
        except Incomplete as error:
            yield Gap(part, str(error))
        except Unreadable as error:
            yield Gap(part, str(error))
            continue
        for group in groups.values():
            yield Aged(group.item(store.noun), ())
