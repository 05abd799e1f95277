"""The bytes of one IMAP connection, read in large blocks and cut into lines, literals and responses."""

import re
import socket
from io import BufferedReader

from overdracht_imap.tokens import Skipped, WireError

BLOCK = 1 << 18
SMALLEST_READ = 1 << 16
MAX_LINE = 1 << 20
MAX_HEADER = 1 << 24
"""A longer header section is skipped, and reported as skipped."""
MAX_PARTS = 2001
MAX_LITERAL = 1 << 32
"""RFC 9051 ends numbers at 63 bits; no message is this long, so a longer literal is a lie."""

_LITERAL = re.compile(rb"~?\{(\d{1,19})\+?\}\Z")
_STATUS = re.compile(rb"\* (?:OK|NO|BAD|BYE|PREAUTH)\b", re.IGNORECASE)

Response = list[bytes | Skipped]
"""A response's text and its literals in turns; text first and last."""


class Dropped(WireError):
    """The connection is gone, or the server said BYE."""


class Nonsense(WireError):
    """The server answers what the protocol does not allow."""


class Stream:
    """What *sock* brings; the unread part of it is `buffer[start:end]`. *file* is how a library has read from it so far."""

    def __init__(self, sock: socket.socket, file: BufferedReader | None = None) -> None:
        self._sock = sock
        self._file = file
        self._read_ahead = False
        self.buffer = bytearray(BLOCK)
        self.view = memoryview(self.buffer)
        self.start = self.end = 0

    def take_over(self) -> None:
        """Begin to read after the library."""
        self._read_ahead = self._file is not None

    def send(self, lines: bytes) -> None:
        """Send whole *lines*."""
        if lines:
            self._sock.sendall(lines)

    def take(self, count: int) -> bytes:
        """Return the next *count* bytes, which must be there, consumed."""
        taken = bytes(self.view[self.start : self.start + count])
        self.start += count
        return taken

    def more(self) -> None:
        """Read what the connection has, at least one byte; make room first."""
        if len(self.buffer) - self.end < SMALLEST_READ:
            self._make_room()
        if self._read_ahead and self._file is not None:
            # What the library read ahead comes first; `read1` gives that, or reads once, and leaves nothing behind.
            chunk = self._file.read1(SMALLEST_READ)
            self.view[self.end : self.end + len(chunk)] = chunk
            self._read_ahead, count = False, len(chunk)
        else:
            count = self._sock.recv_into(self.view[self.end :])
        if count == 0:
            raise Dropped("the connection was cut")
        self.end += count

    def _make_room(self) -> None:
        kept = self.end - self.start
        if kept > len(self.buffer) // 2:
            if kept > MAX_HEADER + MAX_LINE:
                raise Nonsense("an answer that does not end")
            larger = bytearray(2 * len(self.buffer))
            larger[:kept] = self.view[self.start : self.end]
            self.buffer, self.view = larger, memoryview(larger)
        else:
            self.buffer[:kept] = self.buffer[self.start : self.end]
        self.start, self.end = 0, kept

    def line(self) -> bytes:
        """Return the next line without its end, consumed."""
        searched = self.start
        while True:
            found = self.buffer.find(b"\r\n", searched, self.end)
            if found >= 0:
                line = bytes(self.view[self.start : found])
                self.start = found + 2
                return line
            if self.end - self.start > MAX_LINE:
                raise Nonsense("a line that does not end")
            searched_from_start = max(0, self.end - self.start - 1)
            self.more()
            searched = self.start + searched_from_start

    def response(self, limit: int) -> Response:
        """Return the next response, its text and its literals in turns, consumed."""
        line = self.line()
        parts: Response = [line]
        if line[:2] != b"* " or _STATUS.match(line):
            return parts  # human text, which may end like a literal and is none
        held = 0
        while (literal := _LITERAL.search(line)) is not None:
            size = int(literal[1])
            parts[-1] = line[: literal.start()]
            parts.append(self._literal(size, limit))
            line = self.line()
            parts.append(line)
            held += len(line) + (size if size <= limit else 0)
            if held > limit + MAX_LINE or len(parts) > MAX_PARTS:
                raise Nonsense("an answer that does not end")
        return parts

    def _literal(self, size: int, limit: int) -> bytes | Skipped:
        if size > MAX_LITERAL:
            raise Nonsense("a literal of an impossible size")
        if size > limit:
            self._skip(size)
            return Skipped(size)
        if size <= self.end - self.start:
            content = bytes(self.view[self.start : self.start + size])
            self.start += size
            return content
        whole = bytearray(size)
        have = self.end - self.start
        whole[:have] = self.view[self.start : self.end]
        self.start = self.end = 0
        rest = memoryview(whole)[have:]
        while rest:
            count = self._sock.recv_into(rest)
            if count == 0:
                raise Dropped("the connection was cut")
            rest = rest[count:]
        return bytes(whole)

    def _skip(self, size: int) -> None:
        while size > (have := self.end - self.start):
            size -= have
            self.start = self.end = 0
            self.more()
        self.start += size
