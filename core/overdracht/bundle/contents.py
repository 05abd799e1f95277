"""What a bundle holds, file by file: of a zip, or of the folder it was unpacked to.

A zip is read by asking for exactly the bytes our own writer would have written (`zipformat`), from its first byte to its last. So
there is nothing in it that one program sees and another does not, no file lies in another, and all are as large as they say.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from isal import isal_zlib as zlib

from overdracht.bundle import zipformat
from overdracht.errors import BundleError
from overdracht.manifest import is_safe_path
from overdracht.names import alike
from overdracht.seal import Damaged

_BLOCK = 1 << 20
_LONGEST_RECORD = zipformat.RECORD_SIZE + 4096


@dataclass(frozen=True, slots=True)
class Stored:
    """One file of a bundle: its *path* in the bag, and what its `Contents` needs to find it again."""

    path: str
    entry: zipformat.Entry | None = None


class Contents(Protocol):
    """The files of a bundle."""

    def files(self) -> Iterator[Stored]:
        """Yield every file; raise Damaged when no further one can be told."""

    def chunks(self, stored: Stored) -> Iterator[bytes]:
        """Yield what *stored* holds; raise Damaged when it cannot be read."""


class ZipContents:
    """The files in a zip. Neither its directory nor any file is ever held whole."""

    def __init__(self, file: BinaryIO) -> None:
        self._descriptor = file.fileno()
        self._length = file.seek(0, os.SEEK_END)
        last = self._read(max(0, self._length - zipformat.END_SIZES[1]), zipformat.END_SIZES[1])
        end = zipformat.parse_end(last)
        if end is None:
            raise Damaged("the zip in it is cut, or its end is damaged")
        self._end = end
        if end.offset + end.size + len(zipformat.end(end)) != self._length:
            raise Damaged("the zip in it is not as long as it says")

    def files(self) -> Iterator[Stored]:
        """Yield every file; raise Damaged where the zip says what our writer never would."""
        top, position, count = b"", 0, 0
        seen: set[int] = set()
        for entry in self._entries():
            count += 1
            top = top or entry.name.partition(b"/")[0] + b"/"
            path = entry.name.removeprefix(top).decode(errors="replace")
            if (
                not entry.name.startswith(top)
                or path.encode() != entry.name[len(top) :]
                or not is_safe_path(path)
            ):
                raise Damaged(f"file {count} of the zip has a path that overdracht never gives")
            if hash(alike(path)) in seen:
                raise Damaged(f"{path}: stands in the zip twice")
            seen.add(hash(alike(path)))
            position = self._check_place(entry, position, path)
            yield Stored(path, entry)
        if position != self._end.offset or count != self._end.entries:
            raise Damaged("the zip in it holds something that it does not list")

    def chunks(self, stored: Stored) -> Iterator[bytes]:
        """Yield what *stored* holds; raise Damaged when its checksum is another."""
        entry = stored.entry
        assert entry is not None  # noqa: S101 - every Stored of a zip has one
        start, crc = entry.offset + len(zipformat.head(entry)), 0
        for position in range(0, entry.size, _BLOCK):
            block = self._read(start + position, min(_BLOCK, entry.size - position))
            crc = zlib.crc32(block, crc)
            yield block
        if crc != entry.crc:
            raise Damaged(f"{stored.path}: differs from its checksum in the zip")

    def _entries(self) -> Iterator[zipformat.Entry]:
        position, rest = self._end.offset, self._end.size
        buffer = b""
        while rest or buffer:
            if len(buffer) < _LONGEST_RECORD and rest:
                more = self._read(position, min(_BLOCK, rest))
                buffer, position, rest = buffer + more, position + len(more), rest - len(more)
            taken = 0
            while length := zipformat.record_length(buffer[taken : taken + zipformat.RECORD_SIZE]):
                if taken + length > len(buffer):
                    break
                entry = zipformat.parse_record(buffer[taken : taken + length])
                if entry is None:
                    raise Damaged("the directory of the zip is damaged, or made by another program")
                yield entry
                taken += length
            buffer = buffer[taken:]
            if not taken:
                raise Damaged("the directory of the zip is damaged, or made by another program")

    def _check_place(self, entry: zipformat.Entry, position: int, path: str) -> int:
        """Return where the file after *entry* begins, once the zip says around its content what the directory says."""
        head, tail = zipformat.head(entry), zipformat.tail(entry)
        end = position + len(head) + entry.size
        if entry.offset != position or end + len(tail) > self._end.offset:
            raise Damaged(f"{path}: is not where the directory of the zip says")
        if self._read(position, len(head)) != head or self._read(end, len(tail)) != tail:
            raise Damaged(
                f"{path}: the zip says one thing in its directory and another beside the file"
            )
        return end + len(tail)

    def _read(self, position: int, size: int) -> bytes:
        return os.pread(self._descriptor, size, position)


class FolderContents:
    """The files of an unpacked bag; links and special files are refused, never followed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def files(self) -> Iterator[Stored]:
        """Yield every file, in order of path; raise Damaged at a link or at what is no file."""
        try:
            yield from self._below("")
        except OSError as error:
            raise BundleError(f"{error.filename}: {error.strerror}") from error

    def chunks(self, stored: Stored) -> Iterator[bytes]:
        """Yield what *stored* holds."""
        try:
            descriptor = os.open(
                self._folder / stored.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
            )
            with open(descriptor, "rb", buffering=0) as file:  # noqa: PTH123 - a descriptor, no path
                while block := file.read(_BLOCK):
                    yield block
        except OSError as error:
            raise Damaged(f"{stored.path!r}: cannot be read: {error.strerror}") from error

    def _below(self, prefix: str) -> Iterator[Stored]:
        with os.scandir(self._folder / prefix) as found:
            entries = sorted(found, key=lambda each: each.name)
        for each in entries:
            path = prefix + each.name
            if each.is_dir(follow_symlinks=False):
                yield from self._below(f"{path}/")
            elif stat.S_ISREG(each.stat(follow_symlinks=False).st_mode):
                yield Stored(path)
            else:
                raise Damaged(f"{path!r}: is a link or no file, which a bundle never holds")
