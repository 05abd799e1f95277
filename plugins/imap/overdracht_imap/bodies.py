"""Find the messages of a folder whose body or attachments mention an identifier."""

import mmap
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from overdracht import Identifier, Match
from overdracht_imap import download
from overdracht_imap.answers import body, is_large, size_of
from overdracht_imap.download import Download, Lost, Vanished
from overdracht_imap.glance import NONE, Glance, glance
from overdracht_imap.headers import LONGEST, section_end
from overdracht_imap.letters import Letters
from overdracht_imap.matching import NOTHING, Matcher
from overdracht_imap.mime import Buffer

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

SIZES = b"(UID RFC822.SIZE)"
ITEMS = b"(UID BODY.PEEK[])"
WEIGHT = 1 << 20
"""So many bytes of messages are looked at in one go."""
AHEAD = 4

Bundle = tuple[tuple[int, bytes], ...]


class Mentioned(NamedTuple):
    """What the message *uid* told."""

    uid: int
    matches: tuple[Match, ...]
    seen: Glance = NONE
    """What was seen in it, when the person sent it."""
    unread: bool = False
    """Some of it could not be read."""


class Large(NamedTuple):
    """A message too large to hold."""

    uid: int
    size: int


class Bodies:
    """Reads whole messages and yields of each the mentions in it; of a message that did not come, that it is lost."""

    def __init__(
        self,
        source: Download,
        identifiers: tuple[Identifier, ...],
        pool: "Callable[[], Executor] | None",
    ) -> None:
        self._download = source
        self._identifiers = identifiers
        self._pool = pool

    def mentions(self, uids: Sequence[int]) -> Iterator[Mentioned | Lost | int]:
        """Yield what *uids* mention, which are lost, and now and then how many were looked at."""
        executor = self._pool() if self._pool is not None else None
        running: deque[Future[list[Mentioned]]] = deque()
        done = 0
        for one in self._bundles(uids):
            if isinstance(one, Lost):
                yield one
                continue
            if isinstance(one, Large):
                yield from self._large(*one)
                continue
            if executor is None:
                yield from look(self._identifiers, one)
            else:
                running.append(executor.submit(look, self._identifiers, one))
                if len(running) > AHEAD:
                    yield from running.popleft().result()
            done += len(one)
            yield done
        for future in running:
            yield from future.result()

    def _bundles(self, uids: Sequence[int]) -> Iterator[Bundle | Large | Lost]:
        """Yield messages in bundles of about WEIGHT; a large one by UID and size."""
        for at in range(0, len(uids), download.ROUND):
            small: list[int] = []
            for answer in self._download.messages(uids[at : at + download.ROUND], SIZES):
                if isinstance(answer, Lost):
                    yield answer
                elif size_of(answer) > download.SMALL:
                    yield Large(answer.uid, size_of(answer))
                else:
                    small.append(answer.uid)
            yield from self._small(small)

    def _small(self, uids: Sequence[int]) -> Iterator[Bundle | Large | Lost]:
        held: list[tuple[int, bytes]] = []
        weight = 0
        for answer in self._download.messages(uids, ITEMS):
            if isinstance(answer, Lost):
                yield answer
            elif is_large(answer):
                yield Large(answer.uid, 0)  # its size was not the truth
            else:
                message = body(answer)
                held.append((answer.uid, message))
                weight += len(message)
                if weight >= WEIGHT:
                    yield tuple(held)
                    held, weight = [], 0
        if held:
            yield tuple(held)

    def _large(self, uid: int, size: int) -> Iterator[Mentioned | Lost]:
        """Look at a message that is too large to hold, by way of a file."""
        with tempfile.TemporaryFile() as file:
            try:
                for part in self._download.whole(uid, size):
                    file.write(part)
            except Vanished as error:
                yield Lost(uid, error.message)
                return
            file.flush()
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as message:
                told = _reader(self._identifiers).read(uid, message)
        if told is not None:
            yield told


def look(identifiers: tuple[Identifier, ...], bundle: Bundle) -> list[Mentioned]:
    """Return what the messages of *bundle* tell, those that do; runs in another process."""
    reader = _reader(identifiers)
    found = (reader.read(uid, message) for uid, message in bundle)
    return [one for one in found if one is not None]


class _Reader:
    """Reads whole messages, their header sections too: a server may have seen another end to one than we do."""

    def __init__(self, identifiers: tuple[Identifier, ...]) -> None:
        self._letters = Letters(identifiers)
        self._matcher = Matcher(identifiers)

    def read(self, uid: int, message: Buffer) -> Mentioned | None:
        """Return what the *message* tells; None when that is nothing."""
        header = bytes(message[:LONGEST]).lstrip(b"\r\n")
        end = section_end(header, 0, len(header))
        header = header[:end] if end >= 0 else header
        maybe = next(self._matcher.candidates(header), None) is not None
        letterhead = self._matcher.read(header) if maybe else NOTHING
        told = self._letters.read(message)
        matches = (*letterhead.matches, *told.mentions)
        if not matches and not told.unread:
            return None
        seen = glance(message) if letterhead.sent_by_subject else NONE
        return Mentioned(uid, matches, seen, told.unread)


@lru_cache(maxsize=4)
def _reader(identifiers: tuple[Identifier, ...]) -> _Reader:
    return _Reader(identifiers)


def spellings(identifier: Identifier) -> tuple[str, ...]:
    """Return the forms of a strong *identifier* that are worth asking a server for, which looks for characters as they stand."""
    value = identifier.value
    if identifier.kind == "iban":
        return value, " ".join(value[at : at + 4] for at in range(0, len(value), 4))
    if identifier.kind == "phone":
        local = value.removeprefix("+31")
        return (
            (value,)
            if local == value
            else (value, f"0{local}", f"06-{local[1:]}", f"06 {local[1:]}")
        )
    return (value,)


def criteria(forms: Sequence[str]) -> list[str]:
    """Return the IMAP search for any of *forms* in a body."""
    found: list[str] = []
    for form in forms[:-1]:
        found += ["OR", "BODY", form]
    return [*found, "BODY", forms[-1]]
