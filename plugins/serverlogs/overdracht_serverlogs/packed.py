"""Read a log's text, whatever it is compressed with: told by the content, not by the name. Reading leaves no trace."""

import io
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from overdracht_serverlogs.zstd_frames import is_whole

_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
_NO_TRACE = getattr(os, "O_NOATIME", 0)
_MAGIC = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\xfd7zXZ\x00": "xz",
    b"BZh": "bz2",
}
_SKIPPED = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
"""How a frame begins that zstd passes over; pzstd puts one in front."""
_WIDE = (b"\xff\xfe", b"\xfe\xff")
"""How a file in UTF-16 begins."""
_PACKED_READ = 1 << 17
DAMAGED = "its compression is damaged or ends too early"


class Unreadable(Exception):
    """A file that cannot be read, or not to its end; the text says why, and holds nothing personal."""

    def __init__(self, reason: str, *, missing: bool = False) -> None:
        super().__init__(reason)
        self.missing = missing
        """There is no file of that name."""


class _Raw(Protocol):
    def readinto(self, view: memoryview, /) -> int | None: ...
    def close(self) -> None: ...


class Reader:
    """The text of an open file."""

    def __init__(self, descriptor: int, method: str, text: _Raw) -> None:
        self.descriptor = descriptor
        self.method = method
        """`plain`, `gzip`, `zstd`, `xz` or `bz2`."""
        self._text = text
        status = os.fstat(descriptor)
        self.identity = (status.st_dev, status.st_ino)
        """Device and inode."""
        self.size = status.st_size
        """Bytes on disk."""

    def readinto(self, view: memoryview) -> int:
        """Fill *view* with what comes next and return how much that was; nothing at the end."""
        try:
            read = self._text.readinto(view) or 0
        except Exception as error:
            raise Unreadable(_reason(error)) from error
        if not read and self.method == "zstd" and len(view) and not is_whole(self.descriptor):
            raise Unreadable(DAMAGED)
        return read

    def seek(self, place: int) -> None:
        """Go from the beginning to *place* in the text; in a compressed one by reading on."""
        if self.method == "plain":
            os.lseek(self.descriptor, place, os.SEEK_SET)
            return
        passed = memoryview(bytearray(min(place, 1 << 18)))
        while place > 0:
            read = self.readinto(passed[: min(place, len(passed))])
            if not read:
                raise Unreadable(DAMAGED)
            place -= read

    def close(self) -> None:
        """Let go of what reads, but not of the file itself."""
        if self._text is not None and self.method != "plain":
            self._text.close()


def _reason(error: Exception) -> str:
    return _why(error) if isinstance(error, OSError) and error.errno is not None else DAMAGED


def _why(error: OSError) -> str:
    return str(error) if error.errno is None else os.strerror(error.errno).lower()


def method_of(start: bytes) -> str:
    """Return what a file that begins with *start* is compressed with."""
    for magic, method in _MAGIC.items():
        if start.startswith(magic):
            return method
    return "zstd" if _SKIPPED.match(start) else "plain"


def open_file(path: str) -> int:
    """Return a descriptor of the regular file at *path*; its access time stays as it is where the system permits that."""
    try:
        descriptor = os.open(path, _FLAGS | _NO_TRACE)
    except PermissionError:
        # Only a file's owner may read it without a trace in its access time.
        descriptor = os.open(path, _FLAGS)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("it is no regular file")
    return descriptor


@contextmanager
def opened(path: str) -> Iterator[Reader]:
    """Open the file at *path* for a while; Unreadable says why it cannot be."""
    try:
        descriptor = open_file(path)
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        raise Unreadable(_why(error), missing=missing) from error
    try:
        start = os.pread(descriptor, 6, 0)
        if start.startswith(_WIDE):
            raise Unreadable("it is written in UTF-16, which is not searched")
        method = method_of(start)
        reader = Reader(descriptor, method, _text(descriptor, method))
        try:
            yield reader
        finally:
            reader.close()
    except OSError as error:
        raise Unreadable(_reason(error)) from error
    finally:
        os.close(descriptor)


def _text(descriptor: int, method: str) -> Any:
    raw = io.FileIO(descriptor, "rb", closefd=False)
    if method == "gzip":
        from isal import igzip

        return igzip.IGzipFile(fileobj=raw, mode="rb")  # type: ignore[no-untyped-call]
    if method == "zstd":
        import zstandard

        packing = zstandard.ZstdDecompressor()
        return packing.stream_reader(raw, read_size=_PACKED_READ, read_across_frames=True)
    if method == "xz":
        import lzma

        return lzma.LZMAFile(raw)
    if method == "bz2":
        import bz2

        return bz2.BZ2File(raw)
    return raw
