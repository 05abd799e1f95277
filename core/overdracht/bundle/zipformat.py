"""The one kind of zip file a bundle is: stored, ZIP64 where it must be, every byte decided by its entries.

What is written and what is read again is built by the same functions, so a reader can ask for exactly the bytes that a writer would
have written: a zip that says two things at once, or has room for a third, is not this kind of zip.
"""

import struct
from datetime import UTC, datetime
from typing import NamedTuple

LIMIT = 0xFFFFFFFF
"""What a plain zip's sizes and offsets stay below."""
COUNT_LIMIT = 0xFFFF
END_SIZES = (22, 98)
"""How long the end of the file is, without and with ZIP64."""

_LOCAL = struct.Struct("<4sHHHIIIIHH")
_CENTRAL = struct.Struct("<4sHHHHIIIIHHHHHII")
_DESCRIPTOR = struct.Struct("<4sIQQ")
_END = struct.Struct("<4sHHHHIIH")
_END64 = struct.Struct("<4sQHHIIQQQQ")
_LOCATOR = struct.Struct("<4sIQI")
_EXTRA_LOCAL = struct.pack("<HHQQ", 1, 16, 0, 0)

_PLAIN, _ZIP64 = 20, 45
_MADE_BY = 3 << 8 | _ZIP64
_UTF8, _STREAMED = 0x800, 0x808
_OWNER_ONLY = 0o100600 << 16


class Entry(NamedTuple):
    """One file in the zip. *streamed*: its size was not known when its content began, so it stands behind it."""

    name: bytes
    size: int
    crc: int
    offset: int
    stamp: int
    streamed: bool = False


class End(NamedTuple):
    """Where the directory is, and how much stands in it."""

    entries: int
    size: int
    offset: int


def stamp(moment: datetime) -> int:
    """Return *moment* as a zip says it: two seconds fine, from 1980 to 2107, here in UTC."""
    at = moment.astimezone(UTC)
    year = min(max(at.year, 1980), 2107)
    date = (year - 1980) << 9 | at.month << 5 | at.day
    return date << 16 | at.hour << 11 | at.minute << 5 | at.second // 2


def head(entry: Entry) -> bytes:
    """Return what stands before the entry's content."""
    name = entry.name
    if entry.streamed:
        fields = (
            _ZIP64,
            _STREAMED,
            0,
            entry.stamp,
            0,
            0xFFFFFFFF,
            0xFFFFFFFF,
            len(name),
            len(_EXTRA_LOCAL),
        )
        return _LOCAL.pack(b"PK\3\4", *fields) + name + _EXTRA_LOCAL
    fields = (_PLAIN, _UTF8, 0, entry.stamp, entry.crc, entry.size, entry.size, len(name), 0)
    return _LOCAL.pack(b"PK\3\4", *fields) + name


def tail(entry: Entry) -> bytes:
    """Return what stands behind the entry's content."""
    return (
        _DESCRIPTOR.pack(b"PK\7\10", entry.crc, entry.size, entry.size) if entry.streamed else b""
    )


def record(entry: Entry) -> bytes:
    """Return the entry's record in the directory."""
    name, size, crc, offset, stamped, streamed = entry
    large, far = size >= LIMIT, offset >= LIMIT
    extra = b""
    if large or far:
        numbers = ((size, size) if large else ()) + ((offset,) if far else ())
        extra = struct.pack(f"<HH{len(numbers)}Q", 1, 8 * len(numbers), *numbers)
    version = _ZIP64 if streamed or extra else _PLAIN
    flags = _STREAMED if streamed else _UTF8
    shown = 0xFFFFFFFF if large else size
    where = 0xFFFFFFFF if far else offset
    return (
        _CENTRAL.pack(
            *(b"PK\1\2", _MADE_BY, version, flags, 0, stamped, crc, shown, shown),
            *(len(name), len(extra), 0, 0, 0, _OWNER_ONLY, where),
        )
        + name
        + extra
    )


def end(directory: End) -> bytes:
    """Return the end of the file."""
    count, size, offset = directory
    many, large, far = count >= COUNT_LIMIT, size >= LIMIT, offset >= LIMIT
    plain = _END.pack(
        *(b"PK\5\6", 0, 0, *(0xFFFF if many else count,) * 2),
        *(0xFFFFFFFF if large else size, 0xFFFFFFFF if far else offset, 0),
    )
    if not (many or large or far):
        return plain
    return (
        _END64.pack(b"PK\6\6", _END64.size - 12, _MADE_BY, _ZIP64, 0, 0, count, count, size, offset)
        + _LOCATOR.pack(b"PK\6\7", 0, offset + size, 1)
        + plain
    )


RECORD_SIZE = _CENTRAL.size


def record_length(raw: bytes) -> int:
    """Return how long the record is that begins with *raw*, or 0 when it is none."""
    if len(raw) < RECORD_SIZE or raw[:4] != b"PK\1\2":
        return 0
    fields = _CENTRAL.unpack_from(raw)
    return RECORD_SIZE + int(fields[9]) + int(fields[10])


def parse_record(raw: bytes) -> Entry | None:
    """Return the entry whose record is *raw*, or None when no entry of this kind has that record."""
    fields = _CENTRAL.unpack_from(raw)
    flags, stamped, crc, size, offset = fields[3], fields[5], fields[6], fields[7], fields[15]
    name, extra = raw[RECORD_SIZE : RECORD_SIZE + fields[9]], raw[RECORD_SIZE + fields[9] :]
    numbers = (
        list(struct.unpack(f"<{(len(extra) - 4) // 8}Q", extra[4:]))
        if len(extra) in {12, 20, 28}
        else []
    )
    if size == 0xFFFFFFFF and len(numbers) >= 2:
        size, numbers = numbers[0], numbers[2:]
    if offset == 0xFFFFFFFF and numbers:
        offset = numbers[0]
    entry = Entry(name, size, crc, offset, stamped, flags == _STREAMED)
    if size > 0xFFFFFFFF and not entry.streamed:
        # Its head could not say so.
        return None
    return entry if record(entry) == raw else None


def parse_end(raw: bytes) -> End | None:
    """Return the end that *raw*, the last bytes of a file, ends in, or None when it is not of this kind."""
    if len(raw) < _END.size:
        return None
    _, _, _, _, count, size, offset, _ = _END.unpack_from(raw, len(raw) - _END.size)
    directory = End(count, size, offset)
    if len(raw) >= END_SIZES[1] and raw[-42:-38] == b"PK\6\7":
        directory = End(*_END64.unpack_from(raw, len(raw) - END_SIZES[1])[7:])
    return directory if raw.endswith(end(directory)) else None
