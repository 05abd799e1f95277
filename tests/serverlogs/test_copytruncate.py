"""A log that logrotate rotates by copytruncate, of a program that goes on writing: what stands in the copies is erased, the rest waits, and what
copytruncate keeps is kept."""

import gzip
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from overdracht import Item, Kinds, Result, Subject, Verdict, local_day
from overdracht.testing.acting import ERASE, approved, erase
from overdracht.testing.watching import find
from overdracht_serverlogs.connector import ServerLogs
from overdracht_serverlogs.lineitems import Key
from overdracht_serverlogs.settings import ServerLogsSettings
from tests.servers.need import need

APPLICATION = Path(__file__).with_name("application.py")
SANNE = Subject("2026-0001", (Kinds().parse("sanne@vanderberg.example"),))
ROTATE = "{log} {{\n copytruncate\n rotate 50\n missingok\n compress\n delaycompress\n su root root\n}}\n"


class Application:
    """The program, with its log, and logrotate for it."""

    def __init__(self, base: Path, first: date, pause: float) -> None:
        self.base = base
        self.log = base / "log" / "app.log"
        self.log.parent.mkdir()
        self.config = base / "rotate.conf"
        self.config.write_text(ROTATE.format(log=self.log))
        self.config.chmod(0o600)
        command = [sys.executable, str(APPLICATION), str(self.log), str(pause), str(first)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)

    def next_day(self) -> None:
        """Have it write lines of the next day from now on."""
        before = self.log.stat().st_size
        self.process.send_signal(signal.SIGUSR1)
        while self.log.stat().st_size < before + 200:
            time.sleep(0.01)

    def rotate(self) -> None:
        """Have logrotate copy the log and cut it off, while the program does not get a turn: what is written between these two is lost."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED)
        command = ["/usr/sbin/logrotate", "-f", "-s", str(self.base / "state"), str(self.config)]
        subprocess.run(command, check=True, capture_output=True)
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> int:
        """End it; return how many lines it wrote."""
        self.process.terminate()
        out, _ = self.process.communicate()
        return int(out or 0)

    def connector(self) -> ServerLogs:
        """Return a new connector to its logs, in the words of the documentation."""
        family = {
            "paths": [f"{self.log}*"],
            "regex": r"(?P<time>\S+ \S+) \[(?P<user>[^\]]*)\]",
            "rotates_within": 8,
        }
        return ServerLogs("app", ServerLogsSettings.model_validate({"logs": [family]}))

    def numbers(self) -> Counter[tuple[str, int]]:
        """Return whose lines of which number stand in the log and its copies, and how often; every line must be whole."""
        found: Counter[tuple[str, int]] = Counter()
        for path in self.log.parent.iterdir():
            content = path.read_bytes()
            text = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
            for line in text.decode().splitlines():
                match = re.fullmatch(r"\S+ 12:00:00 \[(\w+)@\S+\] n(\d+)", line)
                assert match is not None, line
                found[match[1], int(match[2])] += 1
        return found


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    need("logrotate")
    today = local_day(datetime.now(UTC))
    one = Application(tmp_path, today - timedelta(days=3), 0.0005)
    try:
        yield one
    finally:
        if one.process.poll() is None:
            one.process.send_signal(signal.SIGCONT)
            one.stop()


def _erased(connector: ServerLogs) -> tuple[set[date | None], list[Item]]:
    """Erase what may go now; return its days, and what has to wait."""
    items = find(connector, SANNE).items
    steps = [connector.propose(one, ERASE) for one in items]
    done = erase(
        connector, [approved(one) for one in steps if one.disposition.verdict is Verdict.ERASE]
    )
    assert done.error is None
    assert set(done.results.values()) <= {Result.ERASED}, done.outcomes
    waiting = [one.item for one in steps if one.disposition.verdict is Verdict.RETAIN]
    assert len(waiting) + len(done.results) == len(items)
    return {Key.parse(one).day for one in done.results}, waiting


@pytest.mark.server
def test_copies_are_erased_and_the_log_is_left_alone(application: Application) -> None:
    """Of a program that writes on and on, with a copytruncate a day and erasures at the same time, every line of everybody else's is there once;
    the person's lines go with the day that was copied, and those of today wait until the log was rotated."""
    today = local_day(datetime.now(UTC))
    gone: set[date | None] = set()
    for turn in range(3):
        time.sleep(0.1)
        application.next_day()
        rotation = threading.Thread(target=application.rotate)
        rotation.start()
        days, _ = _erased(application.connector())  # at the same time
        rotation.join()
        gone |= days
        days, waiting = _erased(application.connector())
        gone |= days
        assert {Key.parse(one.key).day for one in waiting} <= {today - timedelta(days=2 - turn)}
    assert gone >= {today - timedelta(days=days) for days in (3, 2, 1)}
    written = application.stop()
    found = application.numbers()
    assert {number for who, number in found if who == "piet"} == {
        one for one in range(written) if one % 10
    }
    assert max(found.values()) == 1
    assert [one for one in found if one[0] == "sanne"]
    _erased(application.connector())  # nobody writes it now
    assert {who for who, _ in application.numbers()} == {"piet"}
