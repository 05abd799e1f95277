"""The records of logins in btmp, wtmp and utmp (utmp(5)), as Linux writes them on 64 and 32 bits alike."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address

_RECORD = struct.Struct("<hxxi32s4s32s256shhiIi16s20x")
SIZE = _RECORD.size
KINDS = {1: "runlevel", 2: "boot", 5: "init", 6: "login", 7: "session", 8: "ended"}
_OF_PEOPLE = frozenset({6, 7})


@dataclass(frozen=True, slots=True)
class Login:
    """One record."""

    raw: bytes
    kind: str
    of_person: bool
    """Somebody logged in, or tried to."""
    line: str
    user: str
    host: str
    address: str
    """Empty when it came from no network."""
    when: datetime | None


def read(raw: bytes) -> Login:
    """Return the record that *raw* is."""
    kind, _pid, line, _id, user, host, _, _, _session, seconds, micros, address = _RECORD.unpack(
        raw
    )
    return Login(
        raw,
        KINDS.get(kind, str(kind)),
        kind in _OF_PEOPLE,
        _text(line),
        _text(user),
        _text(host),
        _address(address),
        _moment(seconds, micros),
    )


def write(kind: int, line: str, user: str, host: str, address: str, when: datetime) -> bytes:
    """Return the record of a login."""
    packed = ip_address(address).packed.ljust(16, b"\0") if address else bytes(16)
    texts = (line.encode()[:32], b"", user.encode()[:32], host.encode()[:256])
    seconds = int(when.timestamp())
    return _RECORD.pack(kind, 0, *texts, 0, 0, 0, seconds, when.microsecond, packed)


def records(text: bytes) -> Iterator[Login]:
    """Yield the whole records in *text*."""
    for place in range(0, len(text) - SIZE + 1, SIZE):
        yield read(text[place : place + SIZE])


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "replace")


def _moment(seconds: int, micros: int) -> datetime | None:
    if not seconds:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC).replace(
            microsecond=micros if 0 <= micros < 1_000_000 else 0
        )
    except (ValueError, OverflowError):
        return None


def _address(packed: bytes) -> str:
    if not any(packed):
        return ""
    if not any(packed[4:]):
        return str(ip_address(packed[:4]))
    return str(ip_address(packed))
