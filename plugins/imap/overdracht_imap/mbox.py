"""Search one mbox file in any of the mbox family's dialects for what its messages hold.

A message's bytes are what stands between two separators, unchanged: mboxo and mboxrd quote `From ` lines in bodies differently, nothing in the
file tells which it is, and taking a `>` away that was the writer's own would be a loss.
"""

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from overdracht import Gap, Item
from overdracht_imap.boundaries import AHEAD, IN_DOUBT, Stretch, stretches
from overdracht_imap.headers import LONGEST, section_end
from overdracht_imap.maildir import SETTLED_NS
from overdracht_imap.mailitems import MONTHS, mail_item
from overdracht_imap.marks import may_carry_files, names_in
from overdracht_imap.mime import UNREAD
from overdracht_imap.reading import chunks, opened, whole, why
from overdracht_imap.searching import (
    FIRST_READ,
    Answer,
    HeaderBlock,
    Wanted,
    Whole,
    read_head,
    read_whole,
)

BATCH = 1000
CHANGED = "the message is no longer the one that was found"
TAIL = 4096
"""Bytes at the end of a file whose digest tells whether more was only added behind them."""
_KEPT_BY_PROGRAMS = re.compile(
    rb"^(?:status|x-status|x-keywords|x-uid|x-imap|x-imapbase|content-length|lines)[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*(?:\n|\Z)",
    re.IGNORECASE | re.MULTILINE,
)
_TIME = re.compile(
    rb"([A-Za-z]{3}) +(\d{1,2}) +(\d\d?):(\d\d)(?::(\d\d))?(?: [^ \n]+)? +(\d{4}|\d\d\b)"
)


def when_received(separator: bytes) -> datetime | None:
    """Return the time in a `From ` line, which has no zone and is taken for UTC (RFC 4155)."""
    found = _TIME.search(separator)
    if found is None or (month := found[1].decode().lower()) not in MONTHS:
        return None
    day, hour, minute, second, year = (int(found[n] or 0) for n in (2, 3, 4, 5, 6))
    if year < 100:
        year += 1900 if year >= 70 else 2000  # as POSIX has it
    try:
        return datetime(year, MONTHS.index(month) + 1, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where one message is: its separator line, its first byte, and the byte behind its last."""

    separator: int
    start: int
    end: int
    received: datetime | None


def bounds(descriptor: int, separator: int, next_separator: int) -> Bounds:
    """Return where the message is whose separator line is at *separator* and which ends before *next_separator*."""
    line = os.pread(descriptor, AHEAD, separator)
    start = separator + line.find(b"\n") + 1
    tail = os.pread(descriptor, min(4, next_separator - start), max(start, next_separator - 4))
    # The empty line before the next separator belongs to the file, not to the message.
    cut = 2 if tail.endswith(b"\n\r\n") else 1 if tail.endswith(b"\n\n") else 0
    return Bounds(separator, start, next_separator - cut, when_received(line[: start - separator]))


def header_of(descriptor: int, place: Bounds) -> bytes:
    """Return the header section of the message at *place*."""
    start = os.pread(descriptor, min(FIRST_READ, place.end - place.start), place.start)
    end = section_end(start, 0, len(start))
    if end < 0 and len(start) == FIRST_READ:
        start = os.pread(descriptor, min(LONGEST, place.end - place.start), place.start)
        end = section_end(start, 0, len(start))
    return start[:end] if end >= 0 else start


def digest(header: bytes) -> str:
    """Return what tells a message in an mbox from others: a digest of its *header*, but for the fields in which programs keep its flags."""
    return sha256(_KEPT_BY_PROGRAMS.sub(b"", header)).hexdigest()[:24]


def fingerprint(descriptor: int, place: Bounds) -> str:
    """Return what differs as soon as a message's header section or body does, whatever its flags."""
    header = header_of(descriptor, place)
    body = sha256()
    for chunk in chunks(descriptor, place.start + len(header), place.end):
        body.update(chunk)
    return f"{digest(header)}:{body.hexdigest()[:24]}"


def message_key(part: str, known: str) -> str:
    """Return the key of the message in *part* whose fingerprint is *known*: the same however the file is searched, whatever else is in it."""
    return f"{part}@{known}"


def digest_in(key: str, part: str) -> str:
    """Return the digest of the header section that stands in the *key* of a message in *part*."""
    return key[len(part) + 1 :].partition(":")[0]


def messages(descriptor: int, size: int) -> Iterator[tuple[Bounds, Stretch]]:
    """Yield where the messages of the open file are, each with the stretch it takes: not one message for sure when there is a doubt in that."""
    for stretch in stretches(descriptor, 0, size):
        yield bounds(descriptor, stretch.start, stretch.end), stretch


@dataclass(frozen=True, slots=True)
class MboxTask:
    """Messages of one mbox file to search: the stretches they take."""

    path: str
    part: str
    stretches: tuple[Stretch, ...]
    wanted: Wanted

    def run(self) -> Answer:
        """Search them."""
        answer = Answer(looked_at=len(self.stretches))
        try:
            with opened(self.path) as descriptor:
                search = self._bodies if self.wanted.thorough else self._headers
                search(descriptor, answer)
        except OSError as error:
            answer.gaps.append(Gap(self.part, f"the file {why(error)}"))
        return answer

    def _bounds(self, descriptor: int) -> Iterator[Bounds]:
        for stretch in self.stretches:
            yield bounds(descriptor, stretch.start, stretch.end)

    def _headers(self, descriptor: int, answer: Answer) -> None:
        block = HeaderBlock(self.wanted)
        for number, place in enumerate(self._bounds(descriptor)):
            if block.is_full:
                self._collect(block, descriptor, answer)
            length = min(FIRST_READ, place.end - place.start)
            size = os.preadv(
                descriptor, [block.view[block.length : block.length + length]], place.start
            )
            if not block.keep(str(number), size):
                self._long_header(place, descriptor, answer)
        self._collect(block, descriptor, answer)

    def _long_header(self, place: Bounds, descriptor: int, answer: Answer) -> None:
        start = os.pread(descriptor, min(LONGEST, place.end - place.start), place.start)
        self._add(place, read_head(self.wanted, start), descriptor, answer)

    def _collect(self, block: HeaderBlock, descriptor: int, answer: Answer) -> None:
        for number, letterhead in block.found():
            stretch = self.stretches[int(number)]
            place = bounds(descriptor, stretch.start, stretch.end)
            self._add(place, Whole(letterhead), descriptor, answer)

    def _bodies(self, descriptor: int, answer: Answer) -> None:
        with whole(descriptor) as buffer:
            for place in self._bounds(descriptor):
                told = read_whole(self.wanted, buffer, place.start, place.end)
                self._add(place, told, descriptor, answer)

    def _add(self, place: Bounds, told: Whole, descriptor: int, answer: Answer) -> None:
        letterhead = told.letterhead
        if told.unread:
            key = message_key(self.part, fingerprint(descriptor, place))
            answer.gaps.append(Gap(self.part, UNREAD, key))
        if letterhead.matches:
            known = fingerprint(descriptor, place)
            files: tuple[str, ...] = ()
            if may_carry_files(letterhead.content_type, place.end - place.start):
                with whole(descriptor) as buffer:
                    files = tuple(names_in(buffer, place.start, place.end))
            answer.items.append(
                mail_item(
                    key=message_key(self.part, known),
                    part=self.part,
                    fingerprint=known,
                    size=place.end - place.start,
                    received=place.received,
                    letterhead=letterhead,
                    files=files,
                    seen=told.seen,
                )
            )


@dataclass(frozen=True, slots=True)
class State:
    """What an mbox file was when it was searched: as long as it is that, or begins with it, what was found stands."""

    inode: int
    size: int
    changed: int
    tail: str
    count: int = 0

    @classmethod
    def of(cls, descriptor: int, upto: int | None = None) -> "State":
        """Return the state of the open file, its tail that before *upto*."""
        status = os.fstat(descriptor)
        end = status.st_size if upto is None else upto
        start = max(0, end - TAIL)
        tail = sha256(os.pread(descriptor, end - start, start)).hexdigest()[:32]
        return cls(status.st_ino, status.st_size, status.st_mtime_ns, tail)

    @property
    def settled(self) -> bool:
        """Say whether a later change must show in the time of the last one."""
        return time.time_ns() - self.changed >= SETTLED_NS


class Index:
    """Where the messages of an open mbox file are, by what their header sections say."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._size = os.fstat(descriptor).st_size
        self._at: dict[str, int | tuple[int, ...]] = {}
        for place, _ in messages(descriptor, self._size):
            known = digest(header_of(descriptor, place))
            before = self._at.get(known)
            self._at[known] = (
                place.separator if before is None else (*_each(before), place.separator)
            )

    def find(self, item: Item) -> Bounds | str | None:
        """Return where the message of *item* is; why it cannot be had when another has its header section; None when it is gone."""
        reason = None
        for separator in _each(self._at.get(digest_in(item.key, item.part), ())):
            stretch = next(stretches(self._descriptor, separator, self._size), None)
            if stretch is None or stretch.start != separator:
                reason = reason or CHANGED
                continue
            place = bounds(self._descriptor, separator, stretch.end)
            if not stretch.is_one:
                reason = IN_DOUBT
            elif fingerprint(self._descriptor, place) == item.fingerprint:
                return place
            else:
                reason = reason or CHANGED
        return reason


def _each(places: int | tuple[int, ...]) -> tuple[int, ...]:
    return (places,) if isinstance(places, int) else places
