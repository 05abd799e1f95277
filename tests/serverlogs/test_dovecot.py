"""A real Dovecot with its own log: a person is found as the one who logs in and whose mailbox it is, and erased while others go on logging in."""

import gzip
import os
import re
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from overdracht import Certainty, Kinds, Period, Result, Subject, local_day
from overdracht.testing.watching import find
from overdracht_serverlogs.connector import ServerLogs
from overdracht_serverlogs.logs import logs
from overdracht_serverlogs.looks import look
from overdracht_serverlogs.settings import ServerLogsSettings
from tests.serverlogs.asking import count
from tests.serverlogs.busy import Busy
from tests.serverlogs.erasing import erase_all
from tests.servers.dovecot import PASSWORD, PATIENCE, Dovecot
from tests.servers.need import need
from tests.servers.waiting import wait_until

SANNE = "sanne@vanderberg.example"


class LoggingDovecot(Dovecot):
    """A Dovecot that logs in a folder of its own, and lets who connects say from where."""

    @property
    def log(self) -> Path:
        """Return its log."""
        return self.base / "log" / "dovecot.log"

    def _configure(self) -> None:
        super()._configure()
        self.log.parent.mkdir()
        status = self.config.stat()
        with self.config.open("a") as file:
            file.write(
                f"log_path = {self.log}\nlogin_trusted_networks = 127.0.0.0/8\nauth_verbose = yes\n"
            )
        os.chown(self.log.parent, status.st_uid, status.st_gid)

    def visit(self, user: str, address: str, password: str = PASSWORD) -> None:
        """Log in as *user* from *address*, and out."""
        with IMAPClient("127.0.0.1", self.port, ssl=False, timeout=PATIENCE) as client:
            client.id_({"x-originating-ip": address, "x-originating-port": "40000"})
            client.plain_login(user, password)

    def run(self, *words: str) -> None:
        """Have doveadm do what the *words* say."""
        subprocess.run(self.command(*words), check=True, capture_output=True)

    def command(self, *words: str) -> list[str]:
        """Return what has doveadm do what the *words* say."""
        return ["/usr/bin/doveadm", "-c", str(self.config), *words]

    def rotate(self) -> None:
        """Have logrotate rotate the log now."""
        config = self.base / "rotate.conf"
        reopen = " ".join(self.command("log", "reopen"))
        config.write_text(
            f"{self.log} {{\nrotate 50\nmissingok\nnotifempty\ncompress\ndelaycompress\nsu root root\npostrotate\n{reopen}\nendscript\n}}\n"
        )
        config.chmod(0o600)
        command = ["/usr/sbin/logrotate", "-f", "-s", str(self.base / "state"), str(config)]
        subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(scope="module")
def dovecot() -> Iterator[LoggingDovecot]:
    need("dovecot", "doveadm", "logrotate")
    with LoggingDovecot() as server:
        yield server


def _connector(dovecot: LoggingDovecot) -> ServerLogs:
    family = {"paths": [f"{dovecot.log}*"], "reopen": dovecot.command("log", "reopen")}
    return ServerLogs("mail", ServerLogsSettings.model_validate({"logs": [family]}))


def _subject(*texts: str) -> Subject:
    return Subject("2026-0001", tuple(Kinds().parse(one) for one in texts))


def _lines(dovecot: LoggingDovecot) -> list[str]:
    """Return every line of the log and its rotations."""
    lines: list[str] = []
    for path in sorted(dovecot.log.parent.iterdir()):
        content = path.read_bytes()
        text = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
        assert not text or text.endswith(b"\n")
        lines += text.decode().splitlines()
    return lines


@pytest.mark.server
@pytest.mark.parametrize("who", ["truus@vanderberg.example", "username:tvdberg"])
def test_a_person_is_found_in_every_line_of_her_session(dovecot: LoggingDovecot, who: str) -> None:
    """As who logs in and as whose mailbox it is, surely; the address behind the login is offered as possible, for its day; that of an attempt
    which failed is not."""
    user = who.removeprefix("username:")
    dovecot.visit(user, "203.0.113.7")
    dovecot.visit(user, "2001:db8:52:1::7")
    with pytest.raises(LoginError):
        dovecot.visit(user, "203.0.113.99", "wrong")
    wait_until(lambda: any("auth failed" in one and user in one for one in _lines(dovecot)))
    connector = _connector(dovecot)
    (log,) = logs(connector.settings)
    assert look(log, log.files[0]).form.name == "dovecot"
    items = {one.certainty: one for one in find(connector, _subject(who)).items}
    hers = [one for one in _lines(dovecot) if user in one]
    refused = [one for one in hers if "auth: Info: static(" in one]
    assert count([items.pop(Certainty.MENTION)]) == len(refused) > 0
    (item,) = items.values()
    assert item.certainty is Certainty.EXACT
    assert count([item]) == len(hers) - len(refused) >= 5
    day = local_day(datetime.now(UTC))
    assert {
        (one.identifier.value, one.identifier.period, one.certainty) for one in item.reveals
    } == {
        ("203.0.113.7", Period(day, day), Certainty.POSSIBLE),
        ("2001:db8:52:1::7", Period(day, day), Certainty.POSSIBLE),
    }


@pytest.mark.server
def test_the_lines_of_an_address_are_possible_in_its_window_alone(dovecot: LoggingDovecot) -> None:
    """What was revealed finds the logins from that address on that day, also in other spellings, and not on another day."""
    dovecot.visit("karin@vanderberg.example", "2001:db8:77:1::7")
    day = local_day(datetime.now(UTC))
    for shift, expected in ((0, 1), (1, 0)):
        window = Period(day + timedelta(days=shift), day + timedelta(days=shift))
        address = replace(Kinds().parse("2001:DB8:77:1:0:0:0:7"), period=window)
        items = find(_connector(dovecot), Subject("2026-0001", (address,))).items
        assert [one.certainty for one in items] == [Certainty.POSSIBLE] * expected


class Visitors(Busy):
    """Logins one after another, each of another account but every tenth, which is Sanne's, until the end."""

    def __init__(self, dovecot: LoggingDovecot) -> None:
        super().__init__()
        self.dovecot = dovecot
        self.number = 0

    def work(self) -> None:
        """Log in again and again, and not as Sanne at last: the end of a login is logged in its own time."""
        while not self.ended.is_set() or self.number % 10 != 5:
            number = self.number
            user = f"n{number}@dewit.example" if number % 10 else SANNE
            self.dovecot.visit(user, f"192.0.2.{number % 250}")
            self.number += 1


def _told(dovecot: LoggingDovecot) -> Counter[tuple[str, int]]:
    """Return of whose session which line stands in the logs, and how often."""
    lines = "\n".join(_lines(dovecot))
    found = re.findall(r" (Login: user=<|imap\()n(\d+)@dewit\.example", lines)
    return Counter((kind, int(number)) for kind, number in found)


@pytest.mark.server
def test_no_line_is_lost_while_a_person_is_erased_and_the_log_rotates(
    dovecot: LoggingDovecot,
) -> None:
    """Over dozens of logins, erasures and rotations with a reopening for each, of every session of somebody else's login and logout are there
    once, and the person's are gone."""
    results: Counter[str] = Counter()
    with Visitors(dovecot) as visitors:
        for turn in range(4):
            time.sleep(0.3)
            rotation = threading.Thread(target=dovecot.rotate)
            if turn % 2:
                rotation.start()  # at the same time
            results += erase_all(_connector(dovecot), _subject(SANNE))
            if turn % 2:
                rotation.join()
            else:
                dovecot.rotate()
    expected = Counter(
        (kind, one)
        for kind in ("Login: user=<", "imap(")
        for one in range(visitors.number)
        if one % 10
    )
    wait_until(lambda: _told(dovecot) >= expected)
    results += erase_all(_connector(dovecot), _subject(SANNE))
    lines = _lines(dovecot)
    assert results[Result.ERASED] >= 3, results
    assert visitors.number > 20
    assert not [one for one in lines if SANNE in one]
    assert _told(dovecot) == expected
    owners = {path.stat().st_uid for path in dovecot.log.parent.iterdir()}
    assert owners == {dovecot.config.stat().st_uid}
    assert not [one for one in dovecot.log.parent.iterdir() if one.name.startswith(".")]
