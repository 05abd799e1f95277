"""Read the answers to many FETCH commands straight off an IMAP connection, in large blocks.

A library opens the connection, logs in and chooses the folder; for the bulk this module takes over its socket and gives it back when
the last tagged line has been read. It knows IMAP (RFC 3501, RFC 9051) and nothing of overdracht.

    WireError
    ├── Dropped      the connection is gone, or the server said BYE
    ├── Nonsense     the server answers what the protocol does not allow
    └── BadAnswer    a FETCH answer that cannot be taken apart
"""

import itertools
import re
import secrets
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BufferedReader

from overdracht_imap.stream import MAX_HEADER, MAX_LINE, Dropped, Nonsense, Response, Stream
from overdracht_imap.tokens import Skipped, Value, attributes

EMIT = 1 << 16
"""A block is handed over when it has this many bytes: large enough to match at speed, small enough to stay in a CPU's cache."""
MOST_ODD = 500
IN_FLIGHT = 2

_NUMBERED = re.compile(rb"\* (\d{1,10}) ([A-Za-z]+)")
_UID = re.compile(rb"\(UID (\d{1,10}) ")
_SECTION = re.compile(rb"\(UID \d{1,10} (BODY\[HEADER\.FIELDS [^\]\r\n]*\]) \Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Done:
    """A command's tagged answer: which one (counted from 0), its status and its response code without brackets."""

    index: int
    status: str
    code: str = ""

    @property
    def ok(self) -> bool:
        """Say whether the server did what it was asked, as far as the messages still exist."""
        return self.status == "OK" or self.code == "EXPUNGEISSUED"


@dataclass(frozen=True, slots=True)
class Fetched:
    """One message's FETCH answer: item name in capitals → value."""

    uid: int
    values: dict[bytes, Value]


@dataclass(slots=True)
class Block:
    """A run of FETCH answers as they came, each with one header section; *starts* holds where each begins in *data*.

    *odd* are those whose answer has another shape (a quoted string, items in another order, no header at all), taken apart already.
    """

    data: bytes
    starts: list[int] = field(default_factory=list)
    odd: list[Fetched] = field(default_factory=list)

    @property
    def messages(self) -> int:
        """Return how many messages it holds."""
        return len(self.starts) + len(self.odd)

    def at(self, start: int) -> tuple[int, bytes]:
        """Return the UID and the header section of the answer that begins at *start*."""
        opening = self.data.index(b" {", start)
        closing = self.data.index(b"}\r\n", opening)
        length = int(self.data[opening + 2 : closing])
        numbers = _UID.search(self.data, start, opening)
        if numbers is None:
            raise Nonsense("a FETCH answer without a UID")
        return int(numbers[1]), self.data[closing + 3 : closing + 3 + length]


class Wire:
    """The bulk reader of one connection; *file* is the reader through which the library has read *sock* so far."""

    def __init__(self, sock: socket.socket, file: BufferedReader | None = None) -> None:
        self._stream = Stream(sock, file)
        self._tag = b"w" + secrets.token_hex(6).encode()
        self._count = 0
        self._shape = b"\0"
        self._usual = self._following = re.compile(rb"(?!)()")
        """An answer of the usual shape up to its literal, alone and behind another's end; they match nothing until the shape is known."""
        self.busy = False
        """Commands are unanswered: the connection cannot be given back."""

    # -- what can be asked ---------------------------------------------------------------------------------------------------

    def fetch(
        self, commands: Iterable[bytes], *, limit: int, in_flight: int = IN_FLIGHT
    ) -> Iterator[Fetched | Done]:
        """Send the *commands* (`UID FETCH …`), some ahead, and yield each message as its answer comes.

        A literal above *limit* comes as `Skipped`. A server may answer two commands at once and in any order: a message belongs to the
        command that asked for its UID, and a command is answered when its `Done` has come.
        """
        waiting = _Waiting(self, commands, in_flight)
        while waiting:
            response = self._stream.response(limit)
            done = waiting.answered(response)
            if done is not None:
                yield done
                continue
            fetched = self._fetched(response)
            if fetched is not None:
                yield fetched
        self._give_back()

    def headers(self, commands: Iterable[bytes]) -> Iterator[Block | Done]:
        """Send the *commands* (`UID FETCH … (UID BODY.PEEK[HEADER.FIELDS (…)])`) and yield the answers in blocks, otherwise like `fetch`."""
        waiting = _Waiting(self, commands, IN_FLIGHT)
        starts: list[int] = []
        odd: list[Fetched] = []
        walked = 0  # so many bytes of the buffer are whole answers of the usual shape
        while waiting:
            walked, unusual = self._walk(walked, starts)
            if unusual or walked >= EMIT or len(odd) >= MOST_ODD:
                data = self._stream.take(walked)
                if starts or odd:
                    yield Block(data, starts, odd)
                walked, starts, odd = 0, [], []
                if not unusual:
                    continue  # there may be more in the buffer already, and nothing more to come
            if not unusual:
                self._stream.more()
                continue
            response = self._stream.response(MAX_HEADER)
            done = waiting.answered(response)
            if done is not None:
                yield done
                continue
            fetched = self._fetched(response)
            if fetched is not None:
                odd.append(fetched)
                self._learn(response[0])
        self._give_back()

    # -- runs of header sections ---------------------------------------------------------------------------------------------

    def _learn(self, opening: bytes | Skipped) -> None:
        """Take the way in which this server names the header section, to know it again without taking it apart."""
        named = _SECTION.search(opening) if isinstance(opening, bytes) else None
        if named is not None:
            self._shape = named[1]
            usual = (
                rb"\* \d{1,10} FETCH \(UID \d{1,10} "
                + re.escape(self._shape)
                + rb" \{(\d{1,9})\}\r\n"
            )
            self._usual, self._following = re.compile(usual), re.compile(rb"\)\r\n" + usual)

    def _walk(self, walked: int, starts: list[int]) -> tuple[int, bool]:
        """Step over whole answers of the usual shape; return how far it went and whether what follows is of another shape."""
        buffer, base, end = self._stream.buffer, self._stream.start, self._stream.end
        shape = self._shape
        find, width, position = buffer.find, len(shape), base + walked
        usual, following = self._usual.match, self._following.match
        while position - base < EMIT:
            # The quick way; where it does not lead on, the careful one says why.
            named_so = usual(buffer, position, end)
            while named_so and position - base < EMIT:
                after = named_so.end() + int(named_so[1])
                named_so = following(buffer, after, end)
                if named_so:
                    starts.append(position - base)
                    position = after + 3
            opening = find(b" {", position, end)
            named = opening - width
            if opening < 0 or named < position or find(b"\r", position, named) >= 0:
                return position - base, find(
                    b"\r\n", position, end
                ) >= 0 or end - position > MAX_LINE
            closing = find(b"}\r\n", opening, opening + 16)
            if closing < 0 or closing + 3 > end:
                return position - base, end - opening > 16
            number = buffer[opening + 2 : closing]
            if buffer[named:opening] != shape or not number.isdigit():
                return position - base, True
            after = closing + 3 + int(number)
            if after + 3 > end:
                return position - base, int(number) > MAX_HEADER
            if buffer[after : after + 3] != b")\r\n":
                return position - base, True
            starts.append(position - base)
            position = after + 3
        return position - base, False

    # -- the conversation ----------------------------------------------------------------------------------------------------

    def send(self, *commands: bytes) -> list[bytes]:
        """Send the *commands* at once and return their tags, which nothing that a message holds can imitate."""
        if commands and not self.busy:
            self.busy = True
            self._stream.take_over()
        tags = []
        for _ in commands:
            self._count += 1
            tags.append(b"%s.%d" % (self._tag, self._count))
        pairs = zip(tags, commands, strict=True)
        self._stream.send(b"".join(tag + b" " + command + b"\r\n" for tag, command in pairs))
        return tags

    def _give_back(self) -> None:
        """Read the rest of a line that the server volunteered, so that the library finds the connection between two lines."""
        while self._stream.end > self._stream.start:
            line = self._stream.line()
            if line.upper().startswith(b"* BYE"):
                raise Dropped("the server ended the conversation")
        self.busy = False

    def _fetched(self, response: Response) -> Fetched | None:
        """Return the message that *response* tells about, None when it tells something else."""
        first = response[0]
        if isinstance(first, Skipped):
            return None
        if first[:5].upper() == b"* BYE":
            raise Dropped("the server ended the conversation")
        numbered = _NUMBERED.match(first)
        if numbered is None or numbered[2].upper() != b"FETCH":
            return None
        values = attributes([first[numbered.end() :], *response[1:]])
        uid = values.get(b"UID")
        if not isinstance(uid, bytes) or not uid.isdigit():
            return None  # a flag change that the server volunteers
        return Fetched(int(uid), values)


class _Waiting:
    """Commands that were sent and are not answered yet, never more than *in_flight*; true as long as there are any."""

    def __init__(self, wire: Wire, commands: Iterable[bytes], in_flight: int) -> None:
        self._wire = wire
        self._source = enumerate(commands)
        self._tags: dict[bytes, int] = {}
        self._send(in_flight)

    def __bool__(self) -> bool:
        return bool(self._tags)

    def answered(self, response: Response) -> Done | None:
        """Return the end of a command if *response* is one, and send the next command."""
        first = response[0]
        if isinstance(first, Skipped) or first[:2] == b"* " or first[:1] == b"+":
            return None
        tag, _, rest = first.partition(b" ")
        index = self._tags.pop(tag, None)
        if index is None:
            raise Nonsense("an answer to a question that was not asked")
        self._send(1)
        return _done(index, rest)

    def _send(self, most: int) -> None:
        following = tuple(itertools.islice(self._source, most))
        tags = self._wire.send(*(command for _, command in following))
        self._tags |= zip(tags, (index for index, _ in following), strict=True)


def _done(index: int, rest: bytes) -> Done:
    status, _, text = rest.partition(b" ")
    word = status.upper().decode("ascii", "replace")
    if word not in {"OK", "NO", "BAD"}:
        raise Nonsense("a tagged answer that is neither OK, NO nor BAD")
    code = ""
    if text[:1] == b"[" and b"]" in text:
        inside = text[1 : text.index(b"]")].split()
        code = inside[0].upper().decode("ascii", "replace") if inside else ""
    return Done(index, word, code)
