"""Write a log file anew with some stretches of its text gone or replaced, and all the rest as it was, byte for byte.

What a packed file consists of is copied as it is packed, member by member; only a member in which something changes is unpacked and packed
again, by the same method.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from overdracht import Replacement, new_path, write_all
from overdracht_serverlogs import direct, packing
from overdracht_serverlogs.cuts import Cuts, Cutter
from overdracht_serverlogs.exchanging import Meanwhile, put_in_place
from overdracht_serverlogs.members import (
    Bzip2Members,
    Damaged,
    GzipMembers,
    Members,
    Text,
    XzMembers,
    ZstdMembers,
)
from overdracht_serverlogs.packed import method_of, open_file

_CHUNK = 1 << 20
_NO_COPYING = {errno.ENOSYS, errno.EXDEV, errno.EINVAL, errno.EOPNOTSUPP, errno.EBADF, errno.EPERM}
"""How a system says that it cannot copy from file to file by itself."""


@contextmanager
def held(path: Path) -> Iterator[tuple[int, str]]:
    """Give a descriptor of the file at *path*, open for reading, and the method it is packed by."""
    descriptor = open_file(str(path))
    try:
        yield descriptor, method_of(os.pread(descriptor, 6, 0))
    finally:
        os.close(descriptor)


def rewrite(path: Path, old: int, cuts: Cuts, method: str) -> None:
    """Put in the place of the file at *path*, which is open as *old* and packed by *method*, one whose text has the *cuts*.

    Owner, mode, attributes, access list and times stay. Raise OSError when it cannot be done; the old file stands then.
    """
    with Replacement(path, old) as new:
        write(old, new.descriptor, cuts, method)
        new.dress()
        if not new.untouched:
            raise Meanwhile
        put_in_place(new_path(path), path, old)  # the old file is where the new one was, and goes


def write(old: int, new: int, cuts: Cuts, method: str) -> None:
    """Write to *new* what *old*, packed by *method*, is with the *cuts*."""
    size = os.fstat(old).st_size
    if method == "plain":
        if size >= direct.LEAST and direct.write(old, new, cuts.kept(size)):
            return
        for one in cuts.kept(size):
            write_all(new, one) if isinstance(one, bytes) else copy(old, new, *one)
        return
    members, packer = _means(old, method)
    _Repacking(old, new, members, packer).write(cuts, size)


def _means(old: int, method: str) -> tuple[Members, packing.Packer]:
    if method == "gzip":
        return GzipMembers(old), packing.GzipPacker(gzip_header(old))
    if method == "zstd":
        return ZstdMembers(old), packing.zstd()
    if method == "xz":
        return XzMembers(old), packing.xz()
    if method == "bz2":
        return Bzip2Members(old), packing.bzip2()
    raise ValueError(f"no way of packing is called {method}")


class _Repacking:
    """Copies the members that stay and packs the others again."""

    def __init__(self, old: int, new: int, members: Members, packer: packing.Packer) -> None:
        self._old = old
        self._new = new
        self._members = members
        self._packer = packer
        self._written = 0

    def write(self, cuts: Cuts, size: int) -> None:
        """Write all members, and what stands behind the last one."""
        place = text_place = 0
        while (text := self._members.text(place)) is not None:
            text_place += self._member(place, text, cuts, text_place)
            place = text.end
        if cuts.last > text_place:
            raise Damaged  # there is text behind what is no member, as zeros between two of them
        self._emit(self._packer.finish())
        if not self._written:
            self._emit(self._packer.pack(b"") + self._packer.finish())
        copy(self._old, self._new, place, size)

    def _member(self, start: int, text: Text, cuts: Cuts, place: int) -> int:
        """Write the member that begins at *start*, whose text begins at *place*; return how much text it had."""
        first = cuts.first_behind(place)
        length = 0
        for chunk in text:
            length += len(chunk)
            if first is not None and first < place + length:
                break
        else:
            self._emit(self._packer.finish())
            copy(self._old, self._new, start, text.end)
            self._written += text.end - start
            return length
        again = self._members.text(start)
        assert again is not None  # noqa: S101 - it was there a moment ago
        length = 0
        for kept in self._cut(again, Cutter(cuts, place)):
            length += kept
        text.end = again.end
        return length

    def _cut(self, text: Text, cutter: Cutter) -> Iterator[int]:
        for chunk in text:
            for kept in cutter.kept(chunk):
                self._emit(self._packer.pack(kept))
            yield len(chunk)

    def _emit(self, packed: bytes) -> None:
        write_all(self._new, packed)
        self._written += len(packed)


def gzip_header(descriptor: int) -> bytes:
    """Return the header of the first gzip member: with it go the name and the time of what was packed (RFC 1952)."""
    head = os.pread(descriptor, 4096, 0)
    if len(head) < 10:
        raise Damaged
    flags, end = head[3], 10
    if flags & 4:
        end += 2 + int.from_bytes(head[10:12], "little")
    for flag in (8, 16):
        if flags & flag:
            end = head.find(b"\0", end) + 1
            if not end:
                return b""
    # Its own checksum, when it has one, would be that of other bits.
    return head[:3] + bytes([flags & ~2]) + head[4:end]


def copy(old: int, new: int, start: int, end: int) -> None:
    """Append the stretch of *start* to *end* of the file *old* to *new*; the system does it by itself where it can."""
    while start < end:
        try:
            done = os.copy_file_range(old, new, end - start, start)
        except OSError as error:
            if error.errno not in _NO_COPYING:
                raise
            _copy_through(old, new, start, end)
            return
        if not done:
            raise Meanwhile  # it became shorter
        start += done


def _copy_through(old: int, new: int, start: int, end: int) -> None:
    while start < end:
        chunk = os.pread(old, min(_CHUNK, end - start), start)
        if not chunk:
            raise Meanwhile
        write_all(new, chunk)
        start += len(chunk)
