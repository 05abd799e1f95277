"""Dates and times as TransIP writes them, and as the sandbox keeps them: text, in UTC."""

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY = "%Y-%m-%d"
MOMENT = "%Y-%m-%d %H:%M:%S"
HOME = "Europe/Amsterdam"

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def text_of(moment: datetime) -> str:
    """Return *moment* as the sandbox keeps it."""
    return moment.astimezone(UTC).strftime(MOMENT)


def moment_of(text: str) -> datetime:
    """Return the moment that the sandbox keeps as *text*: a day begins at midnight."""
    form = MOMENT if " " in text else DAY
    return datetime.strptime(text, form).replace(tzinfo=UTC)


def in_zone(value: Any, zone: str | None) -> Any:
    """Return the answer *value* with its moments in *zone*, or in TransIP's own."""
    try:
        place = ZoneInfo(zone or HOME)
    except (ZoneInfoNotFoundError, ValueError):
        place = ZoneInfo(HOME)
    return _moved(value, place)


def _moved(value: Any, zone: ZoneInfo) -> Any:
    if isinstance(value, dict):
        return {
            key: inner if key == "createdAt" else _moved(inner, zone)  # always in UTC
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_moved(inner, zone) for inner in value]
    if isinstance(value, str) and _MOMENT.fullmatch(value) and not value.startswith("0000"):
        return moment_of(value).astimezone(zone).strftime(MOMENT)
    return value
