"""Search a batch of messages on disk: the work of one task, here or in another process."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, Protocol

from overdracht import Gap, Identifier, Item
from overdracht_imap.glance import NONE, Glance, glance
from overdracht_imap.headers import LONGEST, section_end
from overdracht_imap.letters import Letters
from overdracht_imap.matching import Letterhead, Matcher
from overdracht_imap.mime import Buffer, skip_empty_lines

FIRST_READ = 8192
"""Bytes that hold most header sections whole."""
_BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for, as it travels to another process."""

    identifiers: tuple[Identifier, ...]
    excluded: tuple[Identifier, ...] = ()
    own: frozenset[Identifier] = frozenset()
    thorough: bool = False


@dataclass(slots=True)
class Answer:
    """What a batch of messages gave."""

    looked_at: int = 0
    items: list[Item] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)
    """The names that were not there any more: moved or removed since the folder was listed."""
    recheck: bool = False
    """Its messages may have been met before, under another name."""


class Task(Protocol):
    """A batch of messages."""

    def run(self) -> Answer:
        """Search it."""


def run(task: Task) -> Answer:
    """Search the batch of *task*; a function, so that it can be sent to another process."""
    return task.run()


@lru_cache(maxsize=2)
def tools(wanted: Wanted) -> tuple[Matcher, Letters]:
    """Return what matches *wanted*: made once in each process."""
    matcher = Matcher(wanted.identifiers, wanted.excluded, wanted.own)
    return matcher, Letters(wanted.identifiers)


class Whole(NamedTuple):
    """What a whole message tells."""

    letterhead: Letterhead
    seen: Glance = NONE
    """What is seen in a letter that the person sent."""
    unread: bool = False
    """Some of it could not be read."""


def read_head(wanted: Wanted, start: bytes) -> Whole:
    """Return what the header section tells with which a message begins, the first LONGEST bytes of which are *start*."""
    end = section_end(start, 0, len(start))
    letterhead = tools(wanted)[0].read(start[:end] if end >= 0 else start)
    return Whole(letterhead, unread=end < 0 and len(start) >= LONGEST)


def read_whole(wanted: Wanted, message: Buffer, start: int = 0, end: int | None = None) -> Whole:
    """Return what the whole *message* tells: its header section, and the mentions in the rest."""
    matcher, letters = tools(wanted)
    last = len(message) if end is None else end
    first = skip_empty_lines(message, start, last)
    header_end = section_end(message, first, last)
    header = bytes(message[first : min(header_end if header_end >= 0 else last, first + LONGEST)])
    told = letters.read(message, start, last)
    letterhead = matcher.read(header, told.mentions)
    seen = glance(message, start, last) if letterhead.sent_by_subject else NONE
    return Whole(letterhead, seen, told.unread)


class HeaderBlock:
    """Collects the header sections of many messages and searches them as one text, which costs a fraction of one by one."""

    def __init__(self, wanted: Wanted) -> None:
        self._matcher, _ = tools(wanted)
        self.buffer = bytearray(_BLOCK)
        self.view = memoryview(self.buffer)
        self.length = 0
        self._names: list[str] = []
        self._starts: list[int] = []

    @property
    def is_full(self) -> bool:
        """Say whether the next message might not fit."""
        return self.length + FIRST_READ + 2 > _BLOCK

    def keep(self, name: str, size: int) -> bool:
        """Keep the header section of message *name* in the *size* bytes that were read behind `length`; False when it does not end there."""
        start = self.length
        end = start + size
        while start < end and self.buffer[start] in b"\r\n":
            start += 1  # a careless writer's empty lines
        found = section_end(self.buffer, start, end)
        if found < 0:
            if size >= FIRST_READ:
                return False
            self.buffer[end : end + 2] = b"\n\n"
            found = end + 2
        self._names.append(name)
        self._starts.append(self.length)
        self.length = found
        return True

    def found(self) -> Iterator[tuple[str, Letterhead]]:
        """Yield the messages that match, and begin anew."""
        starts = self._starts
        last = -1
        for place in self._matcher.candidates(self.view[: self.length]):
            which = bisect_right(starts, place) - 1
            if which == last:
                continue
            last = which
            end = starts[which + 1] if which + 1 < len(starts) else self.length
            letterhead = self._matcher.read(bytes(self.view[starts[which] : end]))
            if letterhead.matches:
                yield self._names[which], letterhead
        self._names, self._starts, self.length = [], [], 0
