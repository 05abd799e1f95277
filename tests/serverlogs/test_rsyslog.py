"""Erasing from the log of a real rsyslog that goes on writing: no message is lost."""

import re
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from overdracht import Kinds, Result, Subject
from overdracht_serverlogs.connector import ServerLogs
from overdracht_serverlogs.settings import ServerLogsSettings
from tests.serverlogs.erasing import erase_all
from tests.servers.need import need
from tests.servers.waiting import wait_until

SANNE = Subject("2026-0001", (Kinds().parse("sanne@vanderberg.example"),))
CONFIG = """
global(workDirectory="{base}")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="{base}/socket" RateLimit.Interval="0" UseSpecialParser="on")
action(type="omfile" File="{base}/log/mail.log" Template="RSYSLOG_FileFormat")
"""


class Rsyslog:
    """A real rsyslog that writes what comes to its socket."""

    def __init__(self, base: Path) -> None:
        self.base = base
        (base / "log").mkdir()
        (base / "rsyslog.conf").write_text(CONFIG.format(base=base))
        command = ["/usr/sbin/rsyslogd", "-n", "-f", f"{base}/rsyslog.conf", "-i", f"{base}/pid"]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        while not (base / "socket").exists():
            assert self.process.poll() is None
            time.sleep(0.02)

    def connector(self) -> ServerLogs:
        """Return a new connector to its log."""
        family = {
            "paths": [str(self.base / "log" / "mail.log*")],
            "reopen": ["kill", "-HUP", str(self.process.pid)],
        }
        return ServerLogs("mail", ServerLogsSettings.model_validate({"logs": [family]}))

    def stop(self) -> None:
        """End it once it has written what it got."""
        self.process.terminate()
        self.process.wait()


@pytest.fixture
def rsyslog(tmp_path: Path) -> Iterator[Rsyslog]:
    need("rsyslogd")
    server = Rsyslog(tmp_path)
    try:
        yield server
    finally:
        server.stop()


def _send(path: Path, ended: threading.Event, sent: list[int]) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.connect(str(path))
        number = 0
        while not ended.is_set() or number % 10 != 5:
            user = "sanne@vanderberg.example" if number % 10 == 0 else "piet@dewit.example"
            stamp = time.strftime("%b %e %H:%M:%S")
            log.send(f"<22>{stamp} postfix/smtpd[7]: N{number:06}: sasl_username={user}".encode())
            number += 1
            time.sleep(0.0005)
    sent.append(number)


@pytest.mark.server
def test_no_message_is_lost_while_rsyslog_writes(rsyslog: Rsyslog) -> None:
    """Over hundreds of messages and several erasures with a HUP each, every message of everybody else's is there once."""
    ended, sent = threading.Event(), list[int]()
    thread = threading.Thread(target=_send, args=(rsyslog.base / "socket", ended, sent))
    thread.start()
    results: Counter[str] = Counter()
    try:
        for _ in range(4):
            time.sleep(0.2)
            results += erase_all(rsyslog.connector(), SANNE)
    finally:
        ended.set()
        thread.join()
    last = f"N{sent[0] - 1:06}"
    wait_until(lambda: any(last in one.read_text() for one in (rsyslog.base / "log").iterdir()))
    results += erase_all(rsyslog.connector(), SANNE)
    rsyslog.stop()
    assert set(results) == {Result.ERASED}
    (log,) = (rsyslog.base / "log").iterdir()
    lines = [one for one in log.read_text().splitlines() if "postfix" in one]
    numbers = [int(re.findall(r"N(\d{6})", one)[0]) for one in lines]
    assert sent[0] > 200
    assert sorted(numbers) == [one for one in range(sent[0]) if one % 10]
