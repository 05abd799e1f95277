"""A server that says what a test tells it to say, whatever it is asked."""

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Self

from overdracht_imap.wire import Wire

Answer = bytes | Callable[[bytes], bytes | None] | None
TAG = b"<tag>"
"""Stands for the tag of the command that is answered, `<tag2>` for that of the one after it, and so on."""


class ScriptedWire:
    """A `Wire` to a peer that reads *commands* lines and then sends *answer*, in pieces of *step* bytes, and closes."""

    def __init__(self, answer: bytes, *, commands: int = 1, step: int = 1 << 20) -> None:
        self._near, self._far = socket.socketpair()
        self._near.settimeout(10)
        self._answer, self._commands, self._step = answer, commands, step
        self.asked: list[bytes] = []
        self._thread = threading.Thread(target=self._speak, daemon=True)
        self.wire = Wire(self._near)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._near.close()
        self._thread.join(10)
        self._far.close()

    def _speak(self) -> None:
        with self._far.makefile("rb") as lines:
            self.asked = [lines.readline() for _ in range(self._commands)]
        answer = self._answer
        for number, line in enumerate(self.asked, 1):
            name = TAG if number == 1 else b"<tag%d>" % number
            answer = answer.replace(name, line.partition(b" ")[0])
        with contextlib.suppress(OSError):  # the reader may have seen enough
            for at in range(0, len(answer), self._step):
                self._far.sendall(answer[at : at + self._step])
            self._far.shutdown(socket.SHUT_WR)


class ScriptedServer:
    """An IMAP server for one conversation after another: command name → what it answers.

    An answer may be bytes, in which TAG is the command's, or a function of the command's line; None closes the connection.
    """

    GREETING = b"* OK [CAPABILITY IMAP4rev1] ready\r\n"

    def __init__(
        self,
        answers: Mapping[str, Answer],
        greeting: bytes = GREETING,
    ) -> None:
        usual: dict[str, Answer] = {
            "CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n<tag> OK\r\n",
            "LOGIN": b"<tag> OK\r\n",
            "LOGOUT": b"* BYE\r\n<tag> OK\r\n",
            "LIST": b'* LIST () "/" INBOX\r\n<tag> OK\r\n',
            "EXAMINE": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 2]\r\n<tag> OK [READ-ONLY]\r\n",
        }
        self._answers = usual | dict(answers)
        self._greeting = greeting
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.lines: list[bytes] = []
        self._open: list[socket.socket] = []

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # `close` alone does not wake a thread that waits in `accept`.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._listener.close()

    def _serve(self) -> None:
        talks: list[threading.Thread] = []
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                break
            talks.append(threading.Thread(target=self._talk, args=(connection,), daemon=True))
            talks[-1].start()
        for talk in talks:
            talk.join(10)

    def _talk(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        with connection, connection.makefile("rb") as lines:
            try:
                connection.sendall(self._greeting)
                for line in lines:
                    self.lines.append(line)
                    answer = self._answer(line)
                    if answer is None:
                        return
                    connection.sendall(answer)
            except OSError:
                return

    def _answer(self, line: bytes) -> bytes | None:
        tag, _, rest = line.strip().partition(b" ")
        words = re.split(rb"\s+", rest.upper())
        name = b" ".join(words[:2]) if words[0] == b"UID" else words[0]
        answer = self._answers.get(name.decode("latin-1"), b"<tag> BAD what is that\r\n")
        if callable(answer):
            answer = answer(line)
        if answer is None:
            return None
        # imaplib insists on the text behind OK.
        return re.sub(rb"(?m)^(<tag> \w+)\r\n", rb"\1 done\r\n", answer).replace(TAG, tag)


def fetched(uid: int, header: bytes) -> bytes:
    """Return the answer of a usual server about one header section."""
    return b"* %d FETCH (UID %d BODY[HEADER.FIELDS (FROM TO)] {%d}\r\n%s)\r\n" % (
        uid,
        uid,
        len(header),
        header,
    )


def joined(parts: Iterable[bytes]) -> bytes:
    """Return *parts* and the end of the command."""
    return b"".join(parts) + b"<tag> OK done\r\n"
