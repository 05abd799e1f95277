"""The members of a compressed file: each is a whole that can be copied as it is, and is packed again only when something in it changes.

gzip calls them members, zstd frames, xz and bzip2 streams; a file is one of them, or several one after another.
"""

import io
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

CHUNK = 1 << 18
_TEXT = 1 << 20
"""How much text is unpacked at a time: a small stretch of a packed file may unpack to anything."""
_FRAME, _SKIPPABLE, _SKIPPABLES = 0xFD2FB528, 0x184D2A50, 0xFFFFFFF0


class Damaged(OSError):
    """A packed file is not what its method says it should be."""

    def __init__(self) -> None:
        super().__init__("the compressed file is damaged")


class Members(Protocol):
    """Reads the members of one packed file."""

    def text(self, start: int) -> "Text | None":
        """Return the text of the member that begins at *start*; None when there is no further one."""


class Text(Protocol):
    """The text of one member."""

    end: int
    """Once the text was read to its end: where the member ends in the file."""
    whole: bool
    """The member ended as it should; a packing that was broken off leaves one that does not."""

    def __iter__(self) -> Iterator[bytes]:
        """Yield the text in chunks."""


@dataclass
class _Stream:
    """The text of a member that a decompressor of the standard library's kind unpacks."""

    descriptor: int
    start: int
    decompressor: Any
    errors: tuple[type[Exception], ...]
    end: int = 0
    whole: bool = False

    def __iter__(self) -> Iterator[bytes]:
        self.end = self.start
        try:
            yield from self._unpacked()
        except self.errors as error:
            raise Damaged from error

    def _unpacked(self) -> Iterator[bytes]:
        one = self.decompressor
        while not one.eof:
            packed = getattr(one, "unconsumed_tail", b"")
            if not packed and getattr(one, "needs_input", True):
                packed = os.pread(self.descriptor, CHUNK, self.end)
                if not packed:
                    return
                self.end += len(packed)
            text = one.decompress(packed, _TEXT)
            if text:
                yield text
        self.end -= len(one.unused_data)
        self.whole = True


class GzipMembers:
    """gzip."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def text(self, start: int) -> Text | None:
        from isal import isal_zlib

        if os.pread(self._descriptor, 2, start) != b"\x1f\x8b":
            return None
        unpacking = isal_zlib.decompressobj(31)
        failure: Any = isal_zlib.error
        return _Stream(self._descriptor, start, unpacking, (failure,))


class Bzip2Members:
    """bzip2."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def text(self, start: int) -> Text | None:
        import bz2

        if os.pread(self._descriptor, 3, start) != b"BZh":
            return None
        return _Stream(self._descriptor, start, bz2.BZ2Decompressor(), (OSError, ValueError))


class XzMembers:
    """xz."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def text(self, start: int) -> Text | None:
        import lzma

        if os.pread(self._descriptor, 6, start) != b"\xfd7zXZ\x00":
            return None
        return _Stream(self._descriptor, start, lzma.LZMADecompressor(), (lzma.LZMAError,))


class ZstdMembers:
    """zstd."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def text(self, start: int) -> Text | None:
        magic = os.pread(self._descriptor, 4, start)
        if len(magic) < 4 or not _is_frame(int.from_bytes(magic, "little")):
            return None
        return _Frame(self._descriptor, start)


def _is_frame(magic: int) -> bool:
    return magic == _FRAME or magic & _SKIPPABLES == _SKIPPABLE


class _Frame:
    """The text of one zstd frame, whose end stands in the headers of its blocks (RFC 8878)."""

    def __init__(self, descriptor: int, start: int) -> None:
        self._descriptor = descriptor
        self._start = start
        self.end, self.whole = frame_end(descriptor, start)

    def __iter__(self) -> Iterator[bytes]:
        import zstandard

        packed = io.BufferedReader(_Stretch(self._descriptor, self._start, self.end), CHUNK)
        if int.from_bytes(packed.peek(4)[:4], "little") != _FRAME:
            return  # a frame to be skipped has no text
        unpacking = zstandard.ZstdDecompressor(max_window_size=1 << 27)
        try:
            with unpacking.stream_reader(packed, read_across_frames=False) as reader:
                while text := reader.read(_TEXT):
                    yield text
        except zstandard.ZstdError as error:
            raise Damaged from error


class _Stretch(io.RawIOBase):
    """A stretch of an open file."""

    def __init__(self, descriptor: int, start: int, end: int) -> None:
        self._descriptor = descriptor
        self._place = start
        self._end = end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        packed = os.pread(self._descriptor, min(len(buffer), self._end - self._place), self._place)
        buffer[: len(packed)] = packed
        self._place += len(packed)
        return len(packed)


def frame_end(descriptor: int, start: int) -> tuple[int, bool]:
    """Return where the zstd frame that begins at *start* ends, and whether it ends there as it should."""
    size = os.fstat(descriptor).st_size
    head = os.pread(descriptor, 18, start)
    if len(head) < 9:
        return size, False
    if int.from_bytes(head[:4], "little") != _FRAME:
        place = start + 8 + struct.unpack("<I", head[4:8])[0]
        return min(place, size), place <= size
    descriptor_byte = head[4]
    single = descriptor_byte >> 5 & 1
    sizes = (1 if single else 0, 2, 4, 8)[descriptor_byte >> 6]
    place = start + 5 + (not single) + (0, 1, 2, 4)[descriptor_byte & 3] + sizes
    last = False
    while not last:
        block = os.pread(descriptor, 3, place)
        if len(block) < 3:
            return size, False
        header = int.from_bytes(block, "little")
        last = bool(header & 1)
        # A block of one byte repeated holds that byte alone.
        place += 3 + (1 if header >> 1 & 3 == 1 else header >> 3)
    place += 4 * (descriptor_byte >> 2 & 1)
    return min(place, size), place <= size
