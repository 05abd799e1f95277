"""Open files of a mail archive so that reading leaves no trace and nothing but a regular file is read."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from mmap import ACCESS_READ, mmap

from overdracht_imap.mime import Buffer
from overdracht_imap.packed import is_packed, unpacked

CHUNK = 1 << 20
_SMALL = 4 << 20

# A name in a mail folder may be a link or a pipe that somebody put there: neither is followed or waited for.
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | getattr(os, "O_BINARY", 0)
NO_TRACE = getattr(os, "O_NOATIME", 0)
"""The flag by which reading a file does not change its access time."""


def open_file(name: str, directory: int | None = None) -> int:
    """Return a descriptor of the file *name* (in the open *directory*); its access time stays as it is where the system permits that."""
    try:
        return os.open(name, _FLAGS | NO_TRACE, dir_fd=directory)
    except PermissionError:
        # Only a file's owner may read it without a trace in its access time.
        return os.open(name, _FLAGS, dir_fd=directory)


def leaves_no_trace(path: str) -> bool:
    """Say whether *path* can be opened without its access time changing."""
    if not NO_TRACE:
        return False
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | NO_TRACE))
    except OSError:
        return False
    return True


@contextmanager
def opened(name: str, directory: int | None = None) -> Iterator[int]:
    """Open the regular file *name* for a while."""
    descriptor = open_file(name, directory)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("it is no regular file")
        yield descriptor
    finally:
        os.close(descriptor)


def head(descriptor: int, longest: int) -> bytes:
    """Return the first *longest* bytes of the message in the open file, unpacked."""
    start = os.pread(descriptor, longest, 0)
    if not is_packed(start):
        return start
    return unpacked(b"".join((start, *chunks(descriptor, len(start), _size(descriptor)))), longest)


@contextmanager
def whole(descriptor: int) -> Iterator[Buffer]:
    """Give the content of the open file *descriptor*: a small one as bytes, a large one mapped into memory."""
    size = _size(descriptor)
    start = os.pread(descriptor, min(size, _SMALL), 0)
    if is_packed(start):
        yield unpacked(start + os.pread(descriptor, max(0, size - len(start)), len(start)))
    elif size <= _SMALL:
        yield start
    else:
        with mmap(descriptor, 0, access=ACCESS_READ) as mapped:
            yield mapped


def _size(descriptor: int) -> int:
    return os.fstat(descriptor).st_size


def chunks(descriptor: int, start: int, end: int) -> Iterator[bytes]:
    """Yield the bytes from *start* to *end* of the open file *descriptor*."""
    while start < end and (chunk := os.pread(descriptor, min(CHUNK, end - start), start)):
        start += len(chunk)
        yield chunk


def why(error: OSError) -> str:
    """Return in one line why a file or folder cannot be read, without its name."""
    with suppress(ValueError, TypeError):
        if error.errno is not None:
            return f"cannot be read: {os.strerror(error.errno)}"
    return f"cannot be read: {error}"
