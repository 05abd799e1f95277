"""Find the records of items again, wherever rotation and compression brought them, and say what became of the items."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from overdracht import Certainty, Identifier, Item
from overdracht_serverlogs.formats import UNKNOWN, Format
from overdracht_serverlogs.fragments import Finder
from overdracht_serverlogs.judging import Hit, Judge, Span
from overdracht_serverlogs.lineitems import WHOLE_DAY, Key, digest, unpack
from overdracht_serverlogs.logs import Log, LogFile
from overdracht_serverlogs.looks import Look, listed, look
from overdracht_serverlogs.moments import written
from overdracht_serverlogs.planning import plan
from overdracht_serverlogs.records import Block, Times, blocks, lines, stamp_of
from overdracht_serverlogs.scanning import found_in
from overdracht_serverlogs.spellings import Wanted

_AT_ONCE = 4096
"""Bytes that are asked first: the dates stand on every line."""


class Standing(Enum):
    """What became of an item since it was found."""

    PLANNED = "planned"
    """Its records are there, or what is left of them."""
    GONE = "gone"
    CHANGED = "changed"
    """A record of it is missing, and one that is like it is there and was not planned."""


class Located(NamedTuple):
    """A record of an item, where it is now."""

    start: int
    """In the uncompressed file."""
    end: int
    raw: bytes
    moment: datetime | None
    key: str
    spans: tuple[tuple[int, int, Identifier], ...] = ()
    """Where in *raw* the identifiers are by which the item was found."""
    form: Format = UNKNOWN
    """How the record is written."""


@dataclass(slots=True)
class _Sought:
    """One item that is sought."""

    key: Key
    digests: Counter[bytes]
    numbers: frozenset[int]
    """The identifiers by which it was found."""
    planned: int = 0
    located: int = 0
    others: int = 0
    """Records that are like it but are not planned."""


class Sought:
    """Items of one log whose records are sought; goes through the log's files in order, once."""

    def __init__(self, items: Iterable[Item]) -> None:
        numbers: dict[Identifier, int] = {}
        self._items: dict[str, _Sought] = {}
        self._by_day: dict[date | None, list[_Sought]] = defaultdict(list)
        self._keys: dict[int, str] = {}
        self._unaided = False
        for item in items:
            matched = [
                numbers.setdefault(_whole(one.identifier), len(numbers)) for one in item.matches
            ]
            one = _made(item, frozenset(matched))
            if one is None:
                continue
            self._items[item.key] = one
            self._keys[id(one)] = item.key
            self._by_day[one.key.day].append(one)
            self._unaided = self._unaided or not matched
        self.wanted = Wanted(tuple(numbers))
        self._finders: dict[str, Finder] = {}

    @property
    def days(self) -> frozenset[date | None]:
        """The days on which the records lie."""
        return frozenset(self._by_day)

    @property
    def aided(self) -> bool:
        """Say whether every item tells by what it was found: otherwise every record has to be looked at."""
        return not self._unaided

    @cached_property
    def every_whole_day(self) -> frozenset[date | None]:
        """The days that are sought whole, whomever they are about."""
        return frozenset(
            day
            for day, sought in self._by_day.items()
            if any(one.key.sort == WHOLE_DAY for one in sought)
        )

    def standing(self, key: str) -> Standing:
        """Say what became of the item of this *key*, once all files were gone through."""
        one = self._items.get(key)
        if one is None or (not one.located and not one.others):
            return Standing.GONE
        if one.located < one.planned and one.others:
            return Standing.CHANGED
        return Standing.PLANNED if one.located else Standing.GONE

    def finder(self, sample: bytes) -> Finder:
        """Return what finds the items' identifiers."""
        if "" not in self._finders:
            self._finders[""] = Finder(self.wanted, plan(self.wanted, sample))
        return self._finders[""]

    def take(
        self, raw: bytes, day: date | None, numbers: frozenset[int], certainties: "_Certainties"
    ) -> str | None:
        """Return the key of the item to which the record *raw* of *day* belongs, in which the identifiers of these *numbers* stand."""
        here = self._by_day.get(day, ())
        # What was found without a day, in a log of which no format could be told then, may have one by now.
        undated = self._by_day.get(None, ()) if day is not None else ()
        mark = digest(raw)
        for one in (*here, *undated):
            if one.digests.get(mark):
                one.digests[mark] -= 1
                one.located += 1
                return self._keys[id(one)]
        for one in here:
            known = one.numbers & numbers
            if known and certainties.of(known) == one.key.sort:
                one.others += 1
        return None


def _whole(identifier: Identifier) -> Identifier:
    return Identifier(identifier.kind, identifier.value)


def _made(item: Item, numbers: frozenset[int]) -> _Sought | None:
    try:
        key = Key.parse(item.key)
    except ValueError:
        return None
    digests = Counter(() if key.sort == WHOLE_DAY else unpack(item.fingerprint))
    return _Sought(key, digests, numbers, planned=digests.total())


@dataclass(slots=True)
class _Certainties:
    """How sure a record is by some of the identifiers in it."""

    judge: Judge
    raw: bytes
    spans: list[Span]
    day: date | None
    known: dict[frozenset[int], Certainty | None] = field(default_factory=dict)

    def of(self, numbers: frozenset[int]) -> Certainty | None:
        """Return how sure it is by the identifiers of these *numbers* alone."""
        if numbers not in self.known:
            spans = [one for one in self.spans if one[2] in numbers]
            judged = self.judge.judge(self.raw, Hit(0, len(self.raw), spans), self.day)
            self.known[numbers] = None if judged is None else judged[0]
        return self.known[numbers]


def locate(log: Log, file: LogFile, sought: Sought) -> Iterator[Located]:
    """Yield the records in *file* of *log* that are *sought*, in order. Unreadable says why the file cannot be read, or not on."""
    looked = look(log, file)
    with listed(file) as reader:
        end = file.size if looked.method == "plain" else None
        search = _Search(looked, sought)
        with closing(blocks(reader, looked.form, 0, end)) as every:
            for block in every:
                yield from search.block(block)


class _Search:
    """Goes through one file."""

    def __init__(self, looked: Look, sought: Sought) -> None:
        self._looked = looked
        self._sought = sought
        self._times = Times(looked.form)
        self._judge = Judge(sought.wanted, looked.form)
        self._finder = sought.finder(looked.sample) if sought.wanted.identifiers else None
        self._days = _Days(looked, sought.days)

    def block(self, block: Block) -> Iterator[Located]:
        """Yield what is sought in *block*."""
        if self._days.among(block, self._times):
            spans: list[Span] = []
            if self._finder is not None:
                with block.view as view:
                    spans = self._finder.find(view, block.text)
            form = self._looked.form
            few = self._sought.aided
            for hit in found_in(block, spans, form) if few else _every(block, spans, form):
                found = self._record(block, hit)
                if found is not None:
                    yield found
        self._times.passed(block)

    def _record(self, block: Block, hit: Hit) -> Located | None:
        form, dating = self._looked.form, self._looked.dating
        stamp = stamp_of(block.text, hit.start, hit.end, form)
        if stamp is None:
            stamp = self._times.before(block, hit.start)
        place = block.base + hit.start
        day = None if stamp is None else dating.day(stamp, place)
        if day not in self._sought.days and None not in self._sought.days:
            return None
        raw = bytes(block.text[hit.start : hit.end])
        spans = [(start - hit.start, end - hit.start, number) for start, end, number in hit.spans]
        certainties = _Certainties(self._judge, raw, spans, day)
        numbers = frozenset(number for _, _, number in spans)
        key = self._sought.take(raw, day, numbers, certainties)
        if key is None:
            return None
        moment = None if stamp is None else dating.moment(stamp, place)
        known = self._sought.wanted.identifiers
        named = tuple((start, end, known[number]) for start, end, number in spans)
        return Located(place, block.base + hit.end, raw, moment, key, named, form)


class _Days:
    """Says quickly that a block has no record of the days that are sought: none of the texts of their dates stands in it."""

    def __init__(self, looked: Look, wanted: frozenset[date | None]) -> None:
        self._wanted = wanted
        self._dating = looked.dating
        texts: set[bytes] | None = set()
        stamp = looked.stamp
        for day in wanted:
            spelled = () if day is None or stamp is None else written(day, stamp)
            texts = None if texts is None or not spelled else texts | set(spelled)
        self._search = None if texts is None else _searcher(sorted(texts))

    def among(self, block: Block, times: Times) -> bool:
        """Say whether *block* may hold a record of one of the days."""
        if self._search is None:
            return True
        before = times.before(block, 0)
        if before is not None and self._dating.day(before, block.base) in self._wanted:
            return True
        with block.view as view:
            return self._search(view)


def _searcher(texts: list[bytes]) -> Callable[[memoryview], bool]:
    import ahocorasick_rs

    search = ahocorasick_rs.BytesAhoCorasick(texts)
    return lambda view: (
        next(iter(search.find_matches_as_indexes(view[:_AT_ONCE])), None) is not None
        or bool(search.find_matches_as_indexes(view[_AT_ONCE - 16 :]))
    )


def _every(block: Block, spans: list[Span], form: Format) -> Iterator[Hit]:
    """Yield every record of *block*, with the *spans* in it."""
    place = 0
    for start, end in lines(block, form):
        inside = []
        while place < len(spans) and spans[place][0] < end:
            inside.append(spans[place])
            place += 1
        yield Hit(start, end, inside)
