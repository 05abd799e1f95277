"""What a FETCH answer tells about a message."""

import re
from datetime import datetime, timedelta, timezone

from overdracht import Misbehaving
from overdracht_imap.tokens import Skipped
from overdracht_imap.wire import Fetched

_DATE = re.compile(rb"\s*(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
_MONTHS = {
    name: number
    for number, name in enumerate(b"jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)
}


def size_of(answer: Fetched) -> int:
    """Return RFC822.SIZE, 0 when the server does not tell."""
    value = answer.values.get(b"RFC822.SIZE")
    return int(value) if isinstance(value, bytes) and value.isdigit() else 0


def fingerprint(uidvalidity: int, uid: int, size: int) -> str:
    """Return what differs as soon as a message is not the one that was found."""
    return f"{uidvalidity}/{uid}/{size}"


def internal_date(answer: Fetched) -> datetime | None:
    """Return INTERNALDATE, in the offset in which the server tells it."""
    value = answer.values.get(b"INTERNALDATE")
    found = _DATE.fullmatch(value) if isinstance(value, bytes) else None
    if found is None:
        return None
    day, month, year, hour, minute, second, sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    try:
        return datetime(
            int(year), _MONTHS[month.lower()], int(day), int(hour), int(minute), int(second),
            tzinfo=timezone(-offset if sign == b"-" else offset),
        )  # fmt: skip
    except (ValueError, KeyError):
        return None


def flags(answer: Fetched) -> list[str]:
    """Return the flags, but for `\\Recent`, which belongs to a session and not to the message."""
    value = answer.values.get(b"FLAGS")
    if not isinstance(value, tuple):
        return []
    names = [flag.decode("latin-1") for flag in value if isinstance(flag, bytes)]
    return [name for name in names if name.lower() != "\\recent"]


def is_deleted(answer: Fetched) -> bool:
    """Say whether it is flagged as deleted."""
    value = answer.values.get(b"FLAGS")
    return isinstance(value, tuple) and any(
        isinstance(flag, bytes) and flag.lower() == b"\\deleted" for flag in value
    )


def is_large(answer: Fetched) -> bool:
    """Say whether something was too long to hold, and must be asked for in parts."""
    return any(isinstance(value, Skipped) for value in answer.values.values())


def is_asked(answer: Fetched, items: bytes) -> bool:
    """Say whether this answers a question for *items*, and is not a flag change that the server volunteers."""
    wanted = b"BODY[" if b"BODY" in items else b"RFC822.SIZE"
    return any(name.startswith(wanted) for name in answer.values)


def is_gone(answer: Fetched) -> bool:
    """Say whether the message was expunged meanwhile: Dovecot then answers with NIL, where an empty message is an empty string."""
    return any(value is None for name, value in answer.values.items() if name.startswith(b"BODY["))


def body(answer: Fetched) -> bytes:
    """Return the message, or the part of it, that *answer* holds; empty when the server gives none."""
    for name, value in answer.values.items():
        if name.startswith(b"BODY[]"):
            if isinstance(value, bytes):
                return value
            if isinstance(value, Skipped):
                raise Misbehaving("the server sends more of a message than was asked for")
    return b""
