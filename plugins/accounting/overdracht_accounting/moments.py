"""Times as databases keep them: with or without a zone, as a date, as a text."""

import re
from datetime import UTC, date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo

_TEXT = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ]?(\d\d):?(\d\d)(?::?(\d\d)(?:\.\d+)?)?)?\s*(Z|[+-]\d\d:?\d\d)?"
)
NOON = time(12)
"""A date without a time is taken for noon: then it is that day in every zone nearby."""
_NEVER = 1971
"""GnuCash writes the beginning of 1970 for no date at all."""


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def moment(value: object, zone: str) -> datetime | None:
    """Return *value* as an aware time, one without a zone being in *zone*; None when it is none that can be believed."""
    try:
        found = _moment(value, zone)
    except (ValueError, OverflowError):
        return None
    return None if found is None or found.year < _NEVER else found


def _moment(value: object, zone: str) -> datetime | None:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=_zone(zone))
    if isinstance(value, date):
        return datetime.combine(value, NOON, _zone(zone))
    if isinstance(value, str):
        written = _TEXT.fullmatch(value.strip())
        return None if written is None else _written(written, zone)
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) > 10**8:
        return datetime.fromtimestamp(value, UTC)
    return None


def _written(written: re.Match[str], zone: str) -> datetime:
    year, month, day = (int(part) for part in written.groups()[:3])
    if written[4] is None:
        return datetime.combine(date(year, month, day), NOON, _zone(zone))
    clock = time(int(written[4]), int(written[5]), int(written[6] or 0))
    found = datetime.combine(date(year, month, day), clock)
    if written[7]:
        offset = "+00:00" if written[7] == "Z" else written[7]
        return datetime.fromisoformat(f"{found.isoformat()}{offset}")
    return found.replace(tzinfo=_zone(zone))
