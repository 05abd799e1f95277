"""On a terminal: colour, tables that fit, progress, and questions."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from tests.cli.conftest import SANNE, Home, Run

PATIENCE = 60


class Terminal:
    """A process on a terminal of 100 columns; what it writes is read as it comes."""

    def __init__(self, home: Home, *arguments: str) -> None:
        self._master, slave = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "overdracht", *arguments],
            cwd=home.path,
            env={**home.environment(), "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40"},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self.raw = ""
        self._answered: Counter[str] = Counter()

    @property
    def shown(self) -> str:
        """What it wrote, without the terminal's own escapes."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.raw).replace("\r", "")

    def answer(self, question: str, text: str) -> None:
        """Wait until *question* is asked once more, and type *text*."""
        self._read(lambda: self.raw.count(question) > self._answered[question])
        self._answered[question] += 1
        os.write(self._master, f"{text}\n".encode())

    def interrupt(self, question: str) -> None:
        """Wait until *question* is asked, and press Ctrl-C until it ends: one that comes before the terminal is read is lost."""
        self._read(lambda: question in self.shown)
        end = time.monotonic() + PATIENCE
        while self._process.poll() is None:
            assert time.monotonic() < end, self.shown
            self._process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(1)

    def end(self) -> int:
        """Read to the end and return the exit code."""
        self._read(lambda: False)
        return self._process.wait(PATIENCE)

    def close(self) -> None:
        """Let the terminal go."""
        self._process.kill()
        self._process.wait(PATIENCE)
        os.close(self._master)

    def _read(self, enough: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not enough():
            assert time.monotonic() < end, self.shown
            if not select.select([self._master], [], [], 0.2)[0]:
                if self._process.poll() is not None:
                    return
                continue
            try:
                block = os.read(self._master, 65536)
            except OSError:
                return
            self.raw += block.decode(errors="replace")


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    """The terminals of a test, which are closed after it."""
    opened: list[Terminal] = []
    yield opened
    for one in opened:
        one.close()


def test_tables_and_colour_on_a_terminal(home: Home, terminals: list[Terminal]) -> None:
    """On a terminal there is colour; what a source says is inert there too."""
    terminals.append(terminal := Terminal(home, "find", SANNE, "--thorough"))
    assert terminal.end() == 0, terminal.shown
    assert "\x1b[1m" in terminal.raw
    assert "Complete: 1 source searched whole." in terminal.shown
    assert "Traceback" not in terminal.shown
    terminals.append(listing := Terminal(home, "review", f"{_year(terminal)}-0001", "--all"))
    assert listing.end() == 0, listing.shown
    assert "\\u202eexe.pdf" in listing.shown
    assert "[bold]van" in listing.shown
    assert "\x1b[31m" not in listing.raw
    assert "number   source   date         certainty" in listing.shown


def _year(terminal: Terminal) -> str:
    found = re.search(r"Request ([0-9]{4})-", terminal.shown)
    assert found
    return found[1]


def test_review_asks_about_each(home: Home, run: Run, terminals: list[Terminal]) -> None:
    """Without options each item that waits is shown and asked about; what was answered is kept, also after quitting."""
    reference = json.loads(run("find", SANNE, "--thorough", "--json").output)["reference"]
    terminals.append(terminal := Terminal(home, "review", reference))
    terminal.answer("(q)uit", "n")
    terminal.answer("(q)uit", "q")
    assert terminal.end() == 0, terminal.shown
    assert "Over sanne@vanderberg.example gesproken" in terminal.shown
    assert "3 included, 1 left out, 1 to review." in terminal.shown


def test_a_passphrase_is_asked_for_and_not_shown(
    home: Home, run: Run, terminals: list[Terminal]
) -> None:
    """verify asks for the passphrase that it needs, without an echo; a chosen one is asked for twice."""
    terminals.append(
        making := Terminal(home, "export", SANNE, "--quick", "--to", "uit.age", "--passphrase")
    )
    making.answer("Passphrase for the bundle:", "paard-batterij-niet")
    making.answer("Repeat for confirmation:", "paard-batterij-niet")
    assert making.end() == 0, making.shown
    terminals.append(checking := Terminal(home, "verify", "uit.age"))
    checking.answer("Passphrase of the bundle:", "paard-batterij-niet")
    assert checking.end() == 0, checking.shown
    assert "paard" not in making.shown + checking.shown


def test_init_asks_what_it_needs(home: Home, run: Run, terminals: list[Terminal]) -> None:
    """On a terminal init asks, and writes the answers, also when Ctrl-C ends it."""
    terminals.append(
        terminal := Terminal(home, "init", "--connector", "vault", "--to", "nieuw.toml")
    )
    for question, answer in (
        ("  name:", "Voorbeeld ICT"),
        ("  contact:", "privacy@voorbeeld.example"),
        ("  address:", ""),
        ("  own:", "voorbeeld.example voorbeeld.net"),
        ("[nl]:", "en"),
        ("[vault]:", ""),
        ("  host:", "safe.example"),
    ):
        terminal.answer(question, answer)
    terminal.interrupt("  port:")
    assert terminal.end() == 130, terminal.shown
    assert "Written so far: nieuw.toml" in terminal.shown
    written = (home.path / "nieuw.toml").read_text()
    assert 'own = ["voorbeeld.example", "voorbeeld.net"]' in written
    assert 'language = "en"' in written
    assert 'host = "safe.example"' in written
