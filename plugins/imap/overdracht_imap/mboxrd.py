"""Write messages as mboxrd (RFC 4155 with `>` before every `From ` that is a line's beginning): a copy for mail programs.

Every kind of mbox loses bytes: line ends become LF here, and a program that does not take the `>` away again shows it.
"""

import re
import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import IO

from overdracht_imap.mailitems import MONTHS

MEDIA_TYPE = "application/mbox"

_FROM = re.compile(rb"^(>*From )", re.MULTILINE)
_NO_SENDER = re.compile(r"[^!-~]")
_BLOCK = 1 << 16
_LONGEST_LINE = 1 << 20


def from_line(sender: str, when: datetime | None) -> bytes:
    """Return the separator line of a message of *sender*, received *when*: the time in UTC as asctime writes it."""
    moment = (when or datetime.fromtimestamp(0, UTC)).astimezone(UTC)
    day = f"{moment.day:2}"
    name = _NO_SENDER.sub("", sender) or "MAILER-DAEMON"
    # Not strftime: its names of days and months follow the locale.
    weekday = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[moment.weekday()]
    month = MONTHS[moment.month - 1].capitalize()
    return f"From {name} {weekday} {month} {day} {moment:%H:%M:%S} {moment.year}\n".encode()


class Quoter:
    """Turns the chunks of one message into the lines of mboxrd, holding no more than a line of it."""

    def __init__(self) -> None:
        self._left = b""
        self._at_line = True

    def feed(self, chunk: bytes | memoryview) -> bytes:
        """Take a *chunk* and return what is ready."""
        block = self._left + chunk
        cut = block.rfind(b"\n") + 1
        if not cut and len(block) < _LONGEST_LINE:
            self._left = block
            return b""
        cut = cut or len(block) - 1  # a carriage return at the end waits for its line feed
        self._left = block[cut:]
        return self._lines(block[:cut])

    def end(self) -> bytes:
        """Return the rest, and the empty line that ends a message."""
        rest = self._lines(self._left)
        self._left = b""
        return rest + (b"\n" if self._at_line else b"\n\n")

    def _lines(self, block: bytes) -> bytes:
        if not block:
            return b""
        lines = block.replace(b"\r\n", b"\n")
        # The first byte is no line's beginning when the line before it goes on here.
        skipped = 0 if self._at_line else 1
        self._at_line = lines.endswith(b"\n")
        return lines[:skipped] + _FROM.sub(rb">\1", lines[skipped:])


class Mbox:
    """One mbox file of an export, collected on disk (nameless, for our eyes only) while the messages pass."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - it lives until all messages have passed

    def copy(
        self, chunks: Iterable[bytes | memoryview], sender: str, when: datetime | None
    ) -> Iterator[bytes | memoryview]:
        """Pass the *chunks* of a message on and append it."""
        self._file.write(from_line(sender, when))
        quoter = Quoter()
        for chunk in chunks:
            self._file.write(quoter.feed(chunk))
            yield chunk
        self._file.write(quoter.end())

    def content(self) -> Iterator[bytes]:
        """Yield the whole file, and let go of it."""
        with self._file as file:
            file.seek(0)
            while block := file.read(_BLOCK):
                yield block

    def close(self) -> None:
        """Let go of the file, read or not."""
        self._file.close()
