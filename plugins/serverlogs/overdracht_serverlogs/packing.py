"""Compress text again by the method that its file had, in members of bounded size, so that a later change leaves most of them alone."""

import struct
from collections.abc import Callable
from typing import Any, Protocol

MEMBER = 16 << 20
"""Text in one member."""


class Packer(Protocol):
    """Packs one member after another."""

    def pack(self, text: bytes | memoryview) -> bytes:
        """Return what is ready when *text* was added."""

    def finish(self) -> bytes:
        """Return the rest, and the end of the member; nothing when none was begun."""


class GzipPacker:
    """Packs gzip; the first member gets the *header* that the old one had, with its file name and time."""

    def __init__(self, header: bytes = b"") -> None:
        from isal import isal_zlib

        self._library = isal_zlib
        self._header = header
        self._packing: Any = None
        self._crc = self._size = 0

    def pack(self, text: bytes | memoryview) -> bytes:
        begun = b""
        if self._packing is None:
            begun = self._header or b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"
            self._header = b""
            self._packing = self._library.compressobj(3, self._library.DEFLATED, -15)
            self._crc = self._size = 0
        self._crc = self._library.crc32(text, self._crc)
        self._size += len(text)
        packed: bytes = begun + self._packing.compress(text)
        return packed + (self.finish() if self._full else b"")

    @property
    def _full(self) -> bool:
        return self._size >= MEMBER

    def finish(self) -> bytes:
        if self._packing is None:
            return b""
        rest: bytes = self._packing.flush()
        self._packing = None
        return rest + struct.pack("<II", self._crc, self._size & 0xFFFFFFFF)


class StreamPacker:
    """Packs by compressors of the standard library's kind."""

    def __init__(self, new: Callable[[], Any]) -> None:
        self._new = new
        self._packing: Any = None
        self._size = 0

    def pack(self, text: bytes | memoryview) -> bytes:
        if self._packing is None:
            self._packing, self._size = self._new(), 0
        self._size += len(text)
        packed: bytes = self._packing.compress(bytes(text))
        return packed + (self.finish() if self._size >= MEMBER else b"")

    def finish(self) -> bytes:
        if self._packing is None:
            return b""
        rest: bytes = self._packing.flush()
        self._packing = None
        return rest


def zstd() -> StreamPacker:
    """Return what packs zstd."""
    import zstandard

    return StreamPacker(
        lambda: zstandard.ZstdCompressor(level=3, write_checksum=True).compressobj()
    )


def xz() -> StreamPacker:
    """Return what packs xz; the usual level would take more memory than all else together."""
    import lzma

    return StreamPacker(lambda: lzma.LZMACompressor(preset=3))


def bzip2() -> StreamPacker:
    """Return what packs bzip2."""
    import bz2

    return StreamPacker(lambda: bz2.BZ2Compressor(9))
