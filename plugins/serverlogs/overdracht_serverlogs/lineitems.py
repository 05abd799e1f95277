"""What an item of the logs is: some records of one log and one day, known by their digests.

Between a plan and its erasure lie days, in which logs are rotated, compressed and written anew without other people's lines. So an item
names no file and no place in one. Its key is the log, the day, how sure it is, and the digest of its first record; its fingerprint
is the digests of all its records. These two are enough to find the records again, wherever they went.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Self

from overdracht import Certainty

MOST_RECORDS = 250
"""Records in one item: a day with more makes more items."""
DIGEST = 8
"""Bytes of the digest of one record."""
UNDATED = "undated"
WHOLE_DAY = "all"
"""Instead of a certainty: everybody's records of the day, which outlived their term."""


def digest(raw: bytes) -> bytes:
    """Return what a record with the bytes *raw* is known by; the line end behind it does not count."""
    return blake2b(raw.rstrip(b"\r\n"), digest_size=DIGEST).digest()


def pack(digests: Iterable[bytes]) -> str:
    """Return the fingerprint of an item with records of these *digests*."""
    return b64encode(b"".join(digests)).decode()


def unpack(fingerprint: str) -> tuple[bytes, ...]:
    """Return the digests in *fingerprint*; none when it is no such fingerprint."""
    try:
        packed = b64decode(fingerprint, validate=True)
    except ValueError:
        return ()
    if len(packed) % DIGEST:
        return ()
    return tuple(packed[at : at + DIGEST] for at in range(0, len(packed), DIGEST))


@dataclass(frozen=True, slots=True)
class Key:
    """The key of an item, taken apart."""

    part: str
    day: date | None
    sort: str
    """A certainty, or `WHOLE_DAY`."""
    first: str = ""
    """The digest of the first record, in hexadecimal; none for a whole day."""

    def __str__(self) -> str:
        ending = f"@{self.first}" if self.first else ""
        return f"{self.part}@{self.day or UNDATED}@{self.sort}{ending}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the key that *text* is; ValueError when it is none."""
        rest, _, last = text.rpartition("@")
        first = ""
        if last != WHOLE_DAY:
            first = last
            rest, _, last = rest.rpartition("@")
        part, at, day = rest.rpartition("@")
        if not at or last not in {WHOLE_DAY, *Certainty}:
            raise ValueError("it is no key of a log's records")
        return cls(part, None if day == UNDATED else date.fromisoformat(day), last, first)
