"""Search one Maildir folder and find its messages again, leaving it as it is: nothing is moved from `new` to `cur`."""

import itertools
import os
import time
from bisect import bisect_left
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from overdracht import Gap, Item
from overdracht_imap.headers import LONGEST
from overdracht_imap.mailitems import mail_item
from overdracht_imap.marks import may_carry_files, names_in
from overdracht_imap.mime import UNREAD
from overdracht_imap.packed import is_packed
from overdracht_imap.reading import head, open_file, opened, whole, why
from overdracht_imap.searching import (
    FIRST_READ,
    Answer,
    HeaderBlock,
    Wanted,
    Whole,
    read_head,
    read_whole,
)

SUBDIRECTORIES = ("cur", "new")
BATCH = 1000
SETTLED_NS = 2_000_000_000
"""A directory changed so shortly ago may change again within the same tick of its clock."""

_SAMPLE = 5

_FLAGS = {
    "D": "\\Draft",
    "F": "\\Flagged",
    "P": "$Forwarded",
    "R": "\\Answered",
    "S": "\\Seen",
    "T": "\\Deleted",
}


def unique(name: str) -> str:
    """Return the part of a message file's *name* that stays when its flags change, fit to print."""
    return printable(name.partition(":2,")[0])


def printable(name: str) -> str:
    """Return a file's *name* as text; bytes that are none are spelt out."""
    return name if name.isascii() else os.fsencode(name).decode("utf-8", "backslashreplace")


def flags(name: str, keywords: dict[str, str]) -> list[str]:
    """Return the IMAP flags that a message file's *name* tells; *keywords* are the folder's own, letter → flag."""
    letters = name.partition(":2,")[2]
    return [flag for letter in letters if (flag := _FLAGS.get(letter) or keywords.get(letter))]


@dataclass(frozen=True, slots=True)
class MaildirTask:
    """Messages *names* of one directory to search."""

    directory: str
    part: str
    names: tuple[str, ...]
    wanted: Wanted

    def run(self) -> Answer:
        """Search them."""
        # A message on its way from `new` to `cur` may be in both.
        answer = Answer(recheck=self.directory.endswith("new"))
        directory = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            search = self._bodies if self.wanted.thorough else self._headers
            search(directory, answer)
        finally:
            os.close(directory)
        return answer

    def _headers(self, directory: int, answer: Answer) -> None:
        block = HeaderBlock(self.wanted)
        for name in self.names:
            if block.is_full:
                self._collect(block, directory, answer)
            try:
                descriptor = open_file(name, directory)
                try:
                    size = os.readv(
                        descriptor, [block.view[block.length : block.length + FIRST_READ]]
                    )
                    start = block.length
                    if is_packed(block.buffer, start, start + size) or not block.keep(name, size):
                        self._long_header(name, descriptor, directory, answer)
                finally:
                    os.close(descriptor)
            except OSError as error:
                self._fault(name, error, answer)
            else:
                answer.looked_at += 1
        self._collect(block, directory, answer)

    def _collect(self, block: HeaderBlock, directory: int, answer: Answer) -> None:
        for name, letterhead in block.found():
            self._add(name, Whole(letterhead), directory, answer)

    def _long_header(self, name: str, descriptor: int, directory: int, answer: Answer) -> None:
        told = read_head(self.wanted, head(descriptor, LONGEST))
        self._add(name, told, directory, answer)

    def _bodies(self, directory: int, answer: Answer) -> None:
        for name in self.names:
            try:
                with opened(name, directory) as descriptor, whole(descriptor) as message:
                    told = read_whole(self.wanted, message)
            except OSError as error:
                self._fault(name, error, answer)
            else:
                self._add(name, told, directory, answer)
                answer.looked_at += 1

    def _fault(self, name: str, error: OSError, answer: Answer) -> None:
        if isinstance(error, FileNotFoundError):
            answer.vanished.append(name)
        else:
            answer.gaps.append(
                Gap(self.part, f"a message {why(error)}", message_key(self.part, name))
            )

    def _add(self, name: str, told: Whole, directory: int, answer: Answer) -> None:
        letterhead = told.letterhead
        if told.unread:
            answer.gaps.append(Gap(self.part, UNREAD, message_key(self.part, name)))
        if not letterhead.matches:
            return
        files: tuple[str, ...] = ()
        try:
            status = os.stat(name, dir_fd=directory, follow_symlinks=False)
            if may_carry_files(letterhead.content_type, status.st_size):
                with opened(name, directory) as descriptor, whole(descriptor) as message:
                    files = tuple(names_in(message))
        except OSError as error:
            self._fault(name, error, answer)
            return
        answer.items.append(
            mail_item(
                key=message_key(self.part, name),
                part=self.part,
                fingerprint=fingerprint(name, status.st_size),
                size=status.st_size,
                received=datetime.fromtimestamp(int(status.st_mtime), UTC),
                letterhead=letterhead,
                files=files,
                seen=told.seen,
            )
        )


def message_key(part: str, name: str) -> str:
    """Return the key of the message file *name* in *part*: it stays when the flags change."""
    return f"{part}/{unique(name)}"


def fingerprint(name: str, size: int) -> str:
    """Return the fingerprint of a message file: a Maildir's messages are never written twice."""
    return f"{unique(name)}:{size}"


class Maildir:
    """The Maildir folder at *path*."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def state(self) -> tuple[tuple[int, ...], bool]:
        """Return numbers that differ as soon as a message came, went or was renamed, and whether they can be relied on yet."""
        numbers: list[int] = []
        settled = True
        for name in SUBDIRECTORIES:
            try:
                status = (self.path / name).stat()
            except FileNotFoundError:
                numbers += (0, 0)
                continue
            numbers += (status.st_ino, status.st_mtime_ns)
            settled = settled and time.time_ns() - status.st_mtime_ns >= SETTLED_NS
        return tuple(numbers), settled

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield the directory and the name of every message file, as the file system lists them."""
        for subdirectory in SUBDIRECTORIES:
            directory = str(self.path / subdirectory)
            with suppress(FileNotFoundError), os.scandir(directory) as entries:
                for entry in entries:
                    if not entry.name.startswith(".") and not entry.is_dir(follow_symlinks=False):
                        yield directory, entry.name

    def obstacle(self) -> str:
        """Return why the folder, or one of its first messages, cannot be read, empty when they can."""
        try:
            sample = list(itertools.islice(self.names(), _SAMPLE))
        except OSError as error:
            return f"the folder {why(error)}"
        for directory, name in sample:
            try:
                with opened(f"{directory}/{name}") as descriptor:
                    head(descriptor, FIRST_READ)
            except FileNotFoundError:
                continue  # its flags changed just now
            except OSError as error:
                return f"a message {why(error)}"
        return ""

    def keywords(self) -> dict[str, str]:
        """Return the folder's own flags, letter → flag, as Dovecot keeps them."""
        found: dict[str, str] = {}
        with suppress(OSError):
            with opened(str(self.path / "dovecot-keywords")) as descriptor:
                text = os.read(descriptor, 1 << 14).decode("utf-8", "replace")
            for line in text.splitlines():
                number, _, flag = line.partition(" ")
                if number.isdigit() and int(number) < 26 and flag:
                    found[chr(ord("a") + int(number))] = flag
        return found


class Listing:
    """The message files of a folder at one moment, to find messages by the part of their name that stays; of all, or those *wanted*."""

    def __init__(self, folder: Maildir, wanted: Collection[str] | None = None) -> None:
        self._names: list[bytes] = sorted(
            f"{unique(name)}\0{directory[-3:]}\0".encode() + os.fsencode(name)
            for directory, name in folder.names()
            if wanted is None or unique(name) in wanted
        )
        self._path = folder.path

    def find(self, name: str) -> tuple[str, str] | None:
        """Return directory and present name of the message whose staying name is *name*."""
        return next(self.all(name), None)

    def all(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield directory and present name of every file whose staying name is *name*: a crash may have left two of a message."""
        wanted = f"{name}\0".encode()
        place = bisect_left(self._names, wanted)
        while place < len(self._names) and self._names[place].startswith(wanted):
            _, subdirectory, present = self._names[place].split(b"\0")
            yield str(self._path / subdirectory.decode()), os.fsdecode(present)
            place += 1


def key_name(item: Item) -> str:
    """Return the part of the file name that stays, out of the *item*'s key."""
    return item.key.rpartition("/")[2]
