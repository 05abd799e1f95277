"""Make items of the records that were found: by log, day and certainty, handed out as soon as one is full."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from overdracht import (
    Category,
    Certainty,
    Identifier,
    IdentifierError,
    Item,
    Kinds,
    Match,
    Origin,
    Period,
    Revealed,
    one_line,
)
from overdracht_serverlogs.judging import Sign
from overdracht_serverlogs.lineitems import DIGEST, MOST_RECORDS, UNDATED, Key, pack
from overdracht_serverlogs.logs import Log
from overdracht_serverlogs.moments import Dating
from overdracht_serverlogs.scanning import Lot, Records
from overdracht_serverlogs.spellings import Wanted

MOST_REVEALED = 50
"""Addresses that one item reveals."""
_STRONGEST_FIRST = (Certainty.EXACT, Certainty.MENTION, Certainty.POSSIBLE)
_KINDS = Kinds()


@dataclass(slots=True)
class _Open:
    """An item that is not full yet."""

    stamp: bytes
    strptime: str
    digests: bytearray = field(default_factory=bytearray)
    size: int = 0
    others: int = 0
    matches: dict[int, tuple[Certainty, str]] = field(default_factory=dict)
    reveals: dict[str, str] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return len(self.digests) // DIGEST


class Grouping:
    """Collects the records of one *log* that were found for *wanted*."""

    def __init__(self, log: Log, wanted: Wanted) -> None:
        self._log = log
        self._wanted = wanted
        self._open: dict[tuple[date | None, Certainty], _Open] = {}
        self._firsts: dict[str, int] = {}

    def add(self, lot: Lot, strptime: str) -> Iterator[Item]:
        """Take the records of *lot*, and yield the items that are full."""
        for sort, records in lot.groups.items():
            yield from self._take(sort, records, lot.signs, strptime)

    def rest(self) -> Iterator[Item]:
        """Yield the items that are not full, the oldest first."""
        for sort in sorted(self._open, key=_order):
            yield self._item(sort, self._open[sort])
        self._open.clear()

    def _take(
        self,
        sort: tuple[date | None, Certainty],
        records: Records,
        signs: list[Sign],
        strptime: str,
    ) -> Iterator[Item]:
        stamps = records.stamps
        times = stamps if isinstance(stamps, list) else stamps.split(b"\n")
        total, place = len(records.sizes), 0
        while place < total:
            into = self._open.get(sort)
            if into is None:
                into = self._open[sort] = _Open(times[place], strptime)
            behind = min(total, place + MOST_RECORDS - into.count)
            into.digests += records.digests[place * DIGEST : behind * DIGEST]
            into.size += sum(records.sizes[place:behind])
            for sign in dict.fromkeys(records.signs[place:behind]):
                self._sign(into, signs[sign])
            if place == 0:
                into.others += records.others
            if into.count == MOST_RECORDS:
                yield self._item(sort, self._open.pop(sort))
            place = behind

    @staticmethod
    def _sign(into: _Open, sign: Sign) -> None:
        for number, certainty, where in sign.matches:
            known = into.matches.get(number)
            if known is None or _STRONGEST_FIRST.index(certainty) < _STRONGEST_FIRST.index(
                known[0]
            ):
                into.matches[number] = (certainty, where)
        for address, where in sign.reveals:
            if len(into.reveals) < MOST_REVEALED:
                into.reveals.setdefault(address, where)

    def _item(self, sort: tuple[date | None, Certainty], made: _Open) -> Item:
        day, certainty = sort
        first = made.digests[:DIGEST].hex()
        key = Key(self._log.part, day, certainty, first)
        again = self._firsts[str(key)] = self._firsts.get(str(key), 0) + 1
        if again > 1:
            # Another full item of the day that begins with the same line.
            key = Key(self._log.part, day, certainty, f"{first}~{again}")
        return Item(
            key=str(key),
            part=self._log.part,
            category=Category.TRAFFIC,
            matches=tuple(
                Match(self._wanted.identifiers[number], *made.matches[number])
                for number in sorted(made.matches)
            ),
            fingerprint=pack((bytes(made.digests),)),
            title=_title(self._log.part, day, made.count),
            when=_moment(made, day, self._log),
            size=made.size,
            origin=Origin.OBSERVED,
            reveals=tuple(_revealed(made.reveals, day)),
            third_parties=made.others,
        )


def _order(sort: tuple[date | None, Certainty]) -> tuple[date, int]:
    return sort[0] or date.min, _STRONGEST_FIRST.index(sort[1])


def _title(part: str, day: date | None, count: int) -> str:
    name = part.rpartition("/")[2]
    return f"{one_line(name)} {day or UNDATED} ({count})"


def _moment(made: _Open, day: date | None, log: Log) -> datetime | None:
    if day is None:
        return None
    # The year is known now, so that a time without one is read by it.
    dating = Dating(log.zone, (day + timedelta(days=1),), strptime=made.strptime)
    return dating.moment(made.stamp) or datetime.combine(day, time(12)).astimezone()


def _revealed(addresses: dict[str, str], day: date | None) -> Iterator[Revealed]:
    for address in sorted(addresses):
        value = _known(address)
        if value:
            during = Identifier("ip", value, Period(day, day))
            yield Revealed(during, Certainty.POSSIBLE, addresses[address])


@lru_cache(maxsize=1024)
def _known(address: str) -> str:
    """Return *address* normalised; nothing when it is none."""
    try:
        return _KINDS.identifier("ip", address).value
    except IdentifierError:
        return ""
