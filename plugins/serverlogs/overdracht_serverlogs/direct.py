"""Write a large file past the page cache: it need not find room there first, and is on the disk at once."""

import fcntl
import mmap
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from overdracht import write_all

LEAST = 64 << 20
"""Smaller files go by the page cache."""
_BUFFER = 4 << 20
_BLOCK = 4096
"""What the length and place of what is written so must be multiples of, on any disk."""


class Truncated(OSError):
    """The file became shorter while it was read."""

    def __init__(self) -> None:
        super().__init__("the file was truncated meanwhile")


def write(old: int, new: int, pieces: Iterable[tuple[int, int] | bytes]) -> bool:
    """Write to the empty file *new* the *pieces*, stretches of the file *old* and bytes of their own; return False, and write nothing, when the
    file system has no such way."""
    if not hasattr(os, "O_DIRECT"):
        return False
    with mmap.mmap(-1, _BUFFER) as memory, memoryview(memory) as buffer:
        filled, begun = 0, False
        with _directly(new) as can:
            if not can:
                return False
            for count in _fill(old, pieces, buffer):
                filled = count
                if count < _BUFFER:
                    break  # the last, which is not whole
                try:
                    write_all(new, buffer)
                except OSError:
                    if begun:
                        raise
                    return False
                begun, filled = True, 0
            whole = filled - filled % _BLOCK
            write_all(new, buffer[:whole])
        write_all(new, buffer[whole:filled])
    return True


def _fill(old: int, pieces: Iterable[tuple[int, int] | bytes], buffer: memoryview) -> Iterator[int]:
    """Fill *buffer* again and again, and yield how much of it is full: all but the last time the whole."""
    filled = 0
    for piece in pieces:
        place, end = (0, len(piece)) if isinstance(piece, bytes) else piece
        while place < end:
            room = min(_BUFFER - filled, end - place)
            if isinstance(piece, bytes):
                buffer[filled : filled + room] = piece[place : place + room]
            else:
                room = os.preadv(old, [buffer[filled : filled + room]], place)
                if not room:
                    raise Truncated
            filled += room
            place += room
            if filled == _BUFFER:
                yield filled
                filled = 0
    yield filled


@contextmanager
def _directly(descriptor: int) -> Iterator[bool]:
    """Let what is written to *descriptor* go past the page cache; give False when it cannot."""
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_DIRECT)
    except OSError:
        yield False
        return
    try:
        yield True
    finally:
        fcntl.fcntl(descriptor, fcntl.F_SETFL, flags)
