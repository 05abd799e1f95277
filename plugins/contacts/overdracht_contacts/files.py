"""Open files so that reading leaves no trace and nothing but a regular file is read, and list folders."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NO_TRACE = getattr(os, "O_NOATIME", 0)
LARGEST = 512 << 20
"""Bytes of a file that is read."""


@contextmanager
def opened(path: str) -> Iterator[int]:
    """Open the regular file at *path* for a while; its access time stays as it is where the system permits that."""
    try:
        descriptor = os.open(path, _FLAGS | _NO_TRACE)
    except PermissionError:
        descriptor = os.open(path, _FLAGS)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("it is no regular file")
        yield descriptor
    finally:
        os.close(descriptor)


def content(descriptor: int) -> bytes:
    """Return all of the open file *descriptor*."""
    size = os.fstat(descriptor).st_size
    if size > LARGEST:
        raise OSError("it is too large to be one of these files")
    parts, position = [], 0
    while part := os.pread(descriptor, 1 << 20, position):
        parts.append(part)
        position += len(part)
    return b"".join(parts)


def read(path: str) -> bytes:
    """Return the content of the file at *path*."""
    with opened(path) as descriptor:
        return content(descriptor)


def why(error: OSError) -> str:
    """Return in one line what went wrong, without a file's name."""
    with suppress(ValueError, TypeError):
        if error.errno is not None:
            return os.strerror(error.errno)
    return str(error)


def printable(name: str) -> str:
    """Return a file's *name* as text that every system can keep; bytes that are no text are written out."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode("utf-8", "backslashreplace")
    return name


def may_write(path: str, how: int = os.W_OK) -> bool:
    """Say whether this process may write to *path*, as it runs now."""
    return os.access(path, how, effective_ids=os.access in os.supports_effective_ids)


def sync_folder(path: str) -> None:
    """Make durable what was removed from the folder at *path*."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
