"""Unpack the messages that a server keeps compressed, and know those that nobody can read as they are."""

import re
from collections.abc import Callable
from typing import Protocol

LONGEST = 256 << 20
"""A message that unpacks to more than this many bytes is not read."""
_MEMORY = 256 << 20
_SLICE = 4096
"""Bytes of zstd that are unpacked at a time: the most that so few can come to fits into memory."""

_MAGIC = re.compile(
    rb"(?P<gzip>\x1f\x8b)|(?P<bzip2>BZh[1-9])|(?P<xz>\xfd7zXZ\x00)|(?P<zstd>\x28\xb5\x2f\xfd)"
    rb"|(?P<encrypted>CRYPTED[\x00-\x1f]|age-encryption\.org/|Salted__)"
    rb"|(?P<compressed>Dovecot-LZ4|\x04\x22\x4d\x18|\x1f\x9d|PK\x03\x04|7z\xbc\xaf\x27\x1c|LZIP|\x89LZO)"
)
_WHY_NOT = {
    "encrypted": "it is encrypted (as Dovecot's mail_crypt does): read the archive over IMAP, where the server decrypts it",
    "compressed": "it is compressed in a way that is not read here: read the archive over IMAP, or write it anew without that",
}
_DAMAGED = "it is compressed and damaged"


class _Unpacking(Protocol):
    @property
    def eof(self) -> bool:
        """Say whether the member's end was met."""

    @property
    def unused_data(self) -> bytes:
        """Return what stands behind it."""

    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes:
        """Return up to so many bytes of what *data* holds."""


def is_packed(start: bytes | bytearray, at: int = 0, end: int | None = None) -> bool:
    """Say whether a message that begins with *start* (from *at* to *end*) is compressed or encrypted, as a server may keep its messages."""
    return _MAGIC.match(start, at, len(start) if end is None else end) is not None


def unpacked(packed: bytes, longest: int | None = None) -> bytes:
    """Return what *packed* holds, or its first *longest* bytes; OSError when it cannot be read, is damaged, or is unreasonably much."""
    found = _MAGIC.match(packed)
    kind = found.lastgroup if found else None
    if kind is None or kind in _WHY_NOT:
        raise OSError(_WHY_NOT.get(kind or "", _DAMAGED))
    most = LONGEST + 1 if longest is None else longest
    message = _zstd(packed, most) if kind == "zstd" else _members(packed, _OPENERS[kind], most)
    if len(message) > LONGEST:
        raise OSError(f"it unpacks to more than {LONGEST >> 20} MB")
    if is_packed(message):
        raise OSError("it is packed twice")
    return message


def _gzip() -> _Unpacking:
    import zlib

    return zlib.decompressobj(wbits=31)


def _bzip2() -> _Unpacking:
    import bz2

    return bz2.BZ2Decompressor()


def _xz() -> _Unpacking:
    import lzma

    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY)


_OPENERS: dict[str, Callable[[], _Unpacking]] = {"gzip": _gzip, "bzip2": _bzip2, "xz": _xz}


def _members(packed: bytes, opened: Callable[[], _Unpacking], most: int) -> bytes:
    """Return up to *most* bytes of the members, one behind the other, that *packed* consists of."""
    from lzma import LZMAError
    from zlib import error as ZlibError  # noqa: N812 - it is a class

    found: list[bytes] = []
    room = most
    while packed and room:
        member = opened()
        try:
            found.append(member.decompress(packed, room))
        except (ZlibError, LZMAError, OSError, EOFError, ValueError) as error:
            raise OSError(_DAMAGED) from error
        room -= len(found[-1])
        if room and not member.eof:
            raise OSError(_DAMAGED)
        packed = member.unused_data if member.eof else b""
    return b"".join(found)


def _zstd(packed: bytes, most: int) -> bytes:
    import zstandard

    found: list[bytes] = []
    room, at = most, 0
    while at < len(packed) and room > 0:
        frame = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()
        while at < len(packed) and room > 0 and not frame.eof:
            try:
                found.append(frame.decompress(packed[at : at + _SLICE]))
            except zstandard.ZstdError as error:
                raise OSError(_DAMAGED) from error
            at += _SLICE
            room -= len(found[-1])
        at = min(at, len(packed)) - len(frame.unused_data)
        if room > 0 and not frame.eof:
            raise OSError(_DAMAGED)
    return b"".join(found)[:most]
