"""When a line was written: the time in it, with the right zone and the right year.

A time without a zone is in the zone of the machine that wrote it. A time without a year (RFC 3164) lies in the latest year in which it is
not after the last day on which its stretch of the file can have been written.
"""

import calendar
import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

from overdracht import local_day

MONTHS = {
    name: number
    for number, name in enumerate(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)
}
EARLIEST, LATEST = date(1990, 1, 1), date(2200, 1, 1)
"""A day outside these is no time but junk."""

CLF = rb"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}"
ISO = rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?"
BSD = rb"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d"
SLASHED = rb"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d"
LONG = rb"[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,9})? \d{4}"
DASHED = rb"\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d(?:\.\d{1,9})?(?: [A-Za-z][\w+/-]{0,40})?"
EPOCH = rb"\d{9,11}(?:\.\d{1,9})?|\d{12,14}"

_CLF = re.compile(rb"(\d\d)/(\w{3})/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-]\d\d)(\d\d)")
_ISO = re.compile(
    rb"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?: ?(Z|UTC|[+-]\d\d:?\d\d))?"
)
_BSD = re.compile(rb"([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)")
_SLASHED = re.compile(rb"(\d{4})/(\d\d)/(\d\d) (\d\d):(\d\d):(\d\d)")
_LONG = re.compile(
    rb"[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))? (\d{4})"
)
_DASHED = re.compile(
    rb"(\d\d)-(\w{3})-(\d{4}) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?: ([A-Za-z][\w+/-]*))?"
)
_EPOCH = re.compile(EPOCH)


@dataclass(frozen=True)
class Dating:
    """How the times in one file are read: naive ones in *zone* (this machine's when None), those without a year by *latest*."""

    zone: tzinfo | None
    latest: Sequence[date]
    """By stretch of the file, the last day on which it can have been written."""
    starts: Sequence[int] = (0,)
    """Where the stretches begin."""
    strptime: str = ""
    _days: dict[tuple[bytes, date | None], date | None] = field(
        default_factory=dict, compare=False, repr=False
    )

    def moment(self, stamp: bytes, at: int = 0) -> datetime | None:
        """Return the time that *stamp* says of a line at offset *at*; None when it says none that can be."""
        return _moment(stamp, self.zone, self._bound(at), self.strptime)

    def day(self, stamp: bytes, at: int = 0) -> date | None:
        """Return the Dutch day of *stamp*, as quickly as can be: a minute lies in one day."""
        bound = self._bound(at) if is_without_year(stamp) else None
        minute = (_minute(stamp), bound)
        try:
            return self._days[minute]
        except KeyError:
            pass
        moment = self.moment(stamp, at)
        if len(self._days) > 20_000:
            self._days.clear()
        day = self._days[minute] = None if moment is None else local_day(moment)
        return day

    def _bound(self, at: int) -> date:
        return self.latest[max(0, bisect_right(self.starts, at) - 1)]


def written(day: date, stamp: bytes) -> tuple[bytes, ...]:
    """Return texts of which one stands in every time of a Dutch *day*, in a file with the time *stamp*; none when that cannot be told."""
    if not any(pattern.fullmatch(stamp) for pattern, _ in _DATES):
        return ()
    # In another zone it is still, or already, the day beside it.
    near = [day + timedelta(days=shift) for shift in (-1, 0, 1)]
    return tuple(_spelt(one, form) for _, form in _DATES for one in near)


def _spelt(day: date, form: str) -> bytes:
    month = next(name for name, number in MONTHS.items() if number == day.month).decode()
    return form.format(day=day.day, month=day.month, name=month, year=day.year).encode()


_DATES = (
    (_CLF, "{day:02}/{name}/{year}"),
    (_BSD, "{name} {day:2}"),
    (_ISO, "{year}-{month:02}-{day:02}"),
    (_SLASHED, "{year}/{month:02}/{day:02}"),
    (_LONG, "{name} {day:02}"),
    (_DASHED, "{day:02}-{name}-{year}"),
)


def is_without_year(stamp: bytes) -> bool:
    """Say whether *stamp* is a time as RFC 3164 writes it."""
    return len(stamp) == 15 and stamp[3:4] == b" "


def seconds(stamp: bytes) -> tuple[int, int]:
    """Return from where to where in *stamp* its seconds are; all of it when that is not known."""
    if stamp[2:3] == b"/":
        return 17, 20
    if stamp[4:5] in b"-/" and stamp[16:17] == b":":
        return 16, len(stamp) - len(_zone_text(stamp))
    return (12, 15) if is_without_year(stamp) else (len(stamp), len(stamp))


def _minute(stamp: bytes) -> bytes:
    """Return *stamp* without its seconds, where it is known where they stand."""
    front, behind = seconds(stamp)
    return stamp[:front] + stamp[behind:]


def _zone_text(stamp: bytes) -> bytes:
    return stamp[19:].lstrip(b".,0123456789")


def _moment(stamp: bytes, zone: tzinfo | None, latest: date, strptime: str) -> datetime | None:
    try:
        found = _read_by(strptime, stamp) if strptime else _read(stamp, latest)
        found = found if found.tzinfo else _placed(found, zone)
    except (ValueError, OverflowError, OSError):
        return None
    return found if EARLIEST <= found.date() < LATEST else None


def _read_by(strptime: str, stamp: bytes) -> datetime:
    return datetime.strptime(stamp.decode(), strptime)  # noqa: DTZ007 - the zone follows


def _read(stamp: bytes, latest: date) -> datetime:
    for pattern, reader in _READERS:
        found = pattern.fullmatch(stamp)
        if found:
            return reader(found, latest)
    raise ValueError("it is no time")


def _naive(year: int, month: int, day: int, hour: int, minute: int, second: int) -> datetime:
    # A leap second is counted to the second before it.
    return datetime(year, month, day, hour, minute, min(second, 59))  # noqa: DTZ001 - the zone follows


def _clf(found: re.Match[bytes], _: date) -> datetime:
    day, month, year, hour, minute, second, hours, minutes = found.groups()
    moment = _naive(int(year), _month(month), int(day), int(hour), int(minute), int(second))
    return moment.replace(tzinfo=_offset(hours + minutes))


def _iso(found: re.Match[bytes], _: date) -> datetime:
    *numbers, fraction, written = found.groups()
    year, month, day, hour, minute, second = (int(one or 0) for one in numbers)
    moment = _naive(year, month, day, hour, minute, second).replace(microsecond=_micro(fraction))
    if written is None:
        return moment
    return moment.replace(tzinfo=UTC if written in {b"Z", b"UTC"} else _offset(written))


def _bsd(found: re.Match[bytes], latest: date) -> datetime:
    name, text, hour, minute, second = found.groups()
    month, day = _month(name), int(text)
    year = latest.year - ((month, day) > (latest.month, latest.day))
    while (month, day) == (2, 29) and not calendar.isleap(year):
        year -= 1
    return _naive(year, month, day, int(hour), int(minute), int(second))


def _slashed(found: re.Match[bytes], _: date) -> datetime:
    year, month, day, hour, minute, second = map(int, found.groups())
    return _naive(year, month, day, hour, minute, second)


def _long(found: re.Match[bytes], _: date) -> datetime:
    month, day, hour, minute, second, fraction, year = found.groups()
    moment = _naive(int(year), _month(month), int(day), int(hour), int(minute), int(second))
    return moment.replace(microsecond=_micro(fraction))


def _dashed(found: re.Match[bytes], _: date) -> datetime:
    day, month, year, hour, minute, second, fraction, zone = found.groups()
    moment = _naive(int(year), _month(month), int(day), int(hour), int(minute), int(second))
    moment = moment.replace(microsecond=_micro(fraction))
    return moment if zone is None else moment.replace(tzinfo=_zone(zone.decode()))


def _epoch(found: re.Match[bytes], _: date) -> datetime:
    text = found[0]
    seconds = float(text) / 1000 if b"." not in text and len(text) > 11 else float(text)
    return datetime.fromtimestamp(seconds, UTC)


def _micro(fraction: bytes | None) -> int:
    return int((fraction or b"0").ljust(6, b"0")[:6])


_Reader = Callable[[re.Match[bytes], date], datetime]
_READERS: tuple[tuple[re.Pattern[bytes], _Reader], ...] = (
    (_CLF, _clf),
    (_BSD, _bsd),
    (_ISO, _iso),
    (_SLASHED, _slashed),
    (_LONG, _long),
    (_DASHED, _dashed),
    (_EPOCH, _epoch),
)


def _month(name: bytes) -> int:
    try:
        return MONTHS[name]
    except KeyError:
        raise ValueError("it is no month") from None


@lru_cache(maxsize=256)
def _offset(text: bytes) -> timezone:
    hours, minutes = int(text[1:3]), int(text[-2:])
    away = timedelta(hours=hours, minutes=minutes)
    return timezone(-away if text[:1] == b"-" else away)


@lru_cache(maxsize=256)
def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError("it is no zone") from error


def _placed(moment: datetime, zone: tzinfo | None) -> datetime:
    return moment.astimezone() if zone is None else moment.replace(tzinfo=zone)
