"""A real Apache: its logs are told by their looks, a person is found in each, and erased while it serves and logrotate rotates."""

import gzip
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import pytest

from overdracht import Certainty, Kinds, Period, Result, Subject, local_day
from overdracht.testing.watching import find
from overdracht_serverlogs.connector import ServerLogs
from overdracht_serverlogs.lineitems import unpack
from overdracht_serverlogs.logs import logs
from overdracht_serverlogs.looks import look
from overdracht_serverlogs.settings import ServerLogsSettings
from tests.serverlogs.erasing import erase_all
from tests.servers.apache import ERROR_FORMATS, Apache
from tests.servers.need import need
from tests.servers.waiting import wait_until

LOGIN = "sanne@vanderberg.example"
SANNE = Subject("2026-0001", (Kinds().parse(LOGIN),))
USERS = (LOGIN, "svdberg", "piet")
BOTH = (Certainty.EXACT, Certainty.MENTION)
LOGS = ("access.log", "common.log", "error.log", "other_vhosts_access.log")


@pytest.fixture
def apache() -> Iterator[Apache]:
    need("apache2", "logrotate")
    with Apache(*USERS) as server:
        yield server


def _connector(apache: Apache, *, reopen: bool = True, **family: object) -> ServerLogs:
    how = {"reopen": apache.command("graceful")} if reopen else {}
    given = {"paths": [str(apache.log / "*.log*")], **how, **family}
    return ServerLogs("web", ServerLogsSettings.model_validate({"logs": [given]}))


def _numbers(log: Path) -> Counter[int]:
    """Return the numbers of the requests in *log* and all its rotations, and how often each is there; every line must be whole."""
    found: Counter[int] = Counter()
    for path in log.parent.glob(f"{log.name}*"):
        content = path.read_bytes()
        text = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
        assert not text or text.endswith(b"\n")
        for line in text.splitlines():
            assert line.startswith(b"[") == (log.name == "error.log"), line
            assert LOGIN.encode() not in line.replace(b"%40", b"@")
            if match := re.search(rb"/n(\d+)", line):
                found[int(match[1])] += 1
    return found


class Visitors:
    """Requests of two people for what is not there, numbered, by two at a time, until the end; every tenth is Sanne's."""

    def __init__(self, apache: Apache) -> None:
        self.apache = apache
        self.ended = threading.Event()
        self.asked: list[int] = []
        self.threads = [threading.Thread(target=self.visit, args=(one,)) for one in range(2)]

    def visit(self, number: int) -> None:
        """Ask again and again, for every second number from *number* on."""
        while not self.ended.is_set():
            ours = number % 10 == 0
            referer = f"http://x.example/?m={LOGIN.replace('@', '%40')}" if ours else ""
            user = LOGIN if ours else "piet"
            self.apache.ask(f"/n{number}", user, f"192.0.2.{number % 250}", referer)
            self.asked.append(number)
            number += 2

    def __enter__(self) -> Self:
        for one in self.threads:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        for one in self.threads:
            one.join()


@pytest.mark.server
def test_no_request_is_lost_while_a_person_is_erased_and_the_logs_rotate(apache: Apache) -> None:
    """Over hundreds of requests, rotations and erasures at once, with a graceful restart for each, every line of everybody else's is there
    once in the access logs and in the error log, and the person's are gone."""
    results: Counter[str] = Counter()
    with Visitors(apache) as visitors:
        for turn in range(4):
            time.sleep(0.2)
            rotation = threading.Thread(target=apache.rotate)
            if turn % 2:
                rotation.start()  # at the same time
            results += erase_all(_connector(apache), SANNE, BOTH)
            if turn % 2:
                rotation.join()
            else:
                apache.rotate()
    erase_all(_connector(apache), SANNE, BOTH)
    apache.stop()
    assert results[Result.ERASED] >= 8, results
    assert len(visitors.asked) > 200
    expected = Counter(one for one in visitors.asked if one % 10)
    for name in LOGS:
        assert _numbers(apache.log / name) == expected, name
    assert not list(apache.log.glob(".*"))


@pytest.mark.server
def test_a_long_request_that_ends_after_the_logs_were_opened_anew_is_not_lost(
    apache: Apache,
) -> None:
    """A download that outlives the graceful restart writes its line to the old log, and that line stands in the new one."""
    apache.ask("/n1", "piet")
    apache.ask("/n10", LOGIN)
    download = threading.Thread(target=apache.ask, args=("/slow?/n2", "piet"))
    download.start()
    time.sleep(0.3)
    wait_until(lambda: b"/n10 " in (apache.log / "other_vhosts_access.log").read_bytes())
    assert erase_all(_connector(apache), SANNE)[Result.ERASED] == 3
    assert (
        download.is_alive() is False
    )  # who waits for the old log to be let go of waits for the download
    for name in ("access.log", "common.log", "other_vhosts_access.log"):
        assert _numbers(apache.log / name) == Counter({1: 1, 2: 1}), name


@pytest.mark.server
@pytest.mark.parametrize("error_format", ERROR_FORMATS)
def test_every_log_is_told_by_its_looks_and_the_person_is_found_in_it(error_format: str) -> None:
    """combined, vhost_combined, common and the error log in both its ways of writing the time; by login, address, network and an encoded
    mail address."""
    need("apache2")
    with Apache(*USERS, error_format=error_format) as apache:
        apache.ask("/index.html", LOGIN, "203.0.113.7")
        apache.ask("/index.html", "svdberg", "2001:db8:52:1::7")
        apache.ask("/n1?m=sanne%40vanderberg.example", "piet", "2001:db8:53::9")
        apache.ask("/n2", "piet", "203.0.113.7", "http://x.example/?m=Sanne%40vanderberg.example")
        apache.ask("/n3", "piet", "2001:db8:52:1::7")
        apache.stop()
        connector = _connector(apache, reopen=False)
        forms = {
            Path(log.part).name: look(log, log.files[0]).form.name
            for log in logs(connector.settings)
        }
        told = {"default": "apache-error", "iso": "iso"}[error_format]
        assert forms == dict(zip(LOGS, ("combined", "common", told, "combined"), strict=True))
        assert _found(connector, LOGIN) == {
            ("access.log", "exact", 1),
            ("access.log", "mention", 2),
            ("common.log", "exact", 1),
            ("common.log", "mention", 1),
            ("error.log", "mention", 1),
            ("other_vhosts_access.log", "exact", 1),
            ("other_vhosts_access.log", "mention", 2),
        }
        assert _found(connector, "username:svdberg") == {
            (name, "exact", 1) for name in LOGS if name != "error.log"
        }
        for address, wrong in (
            ("203.0.113.7", 1),
            ("2001:DB8:52:1:0:0:0:7", 1),
            ("2001:db8:52::/48", 1),
        ):
            assert _found(connector, address) == {
                (name, "possible", wrong if name == "error.log" else 2) for name in LOGS
            }, address


def _found(connector: ServerLogs, who: str) -> set[tuple[str, str, int]]:
    """Return in which logs *who* is found, how surely, and in how many lines."""
    subject = Subject("2026-0001", (Kinds().parse(who),))
    return {
        (Path(one.part).name, str(one.certainty), len(unpack(one.fingerprint)))
        for one in find(connector, subject).items
    }


@pytest.mark.server
def test_the_address_behind_a_login_is_offered_for_its_day(apache: Apache) -> None:
    """Only of who got in, and only as possible."""
    apache.ask("/index.html", LOGIN, "2001:db8:52:1::7")
    apache.ask("/index.html", "piet", "203.0.113.9")
    apache.stop()  # it writes a line after it has answered
    (log,) = (apache.log / "access.log",)
    items = find(_connector(apache, paths=[str(log)]), SANNE).of(Certainty.EXACT)
    (revealed,) = [one for item in items for one in item.reveals]
    assert revealed.identifier.value == "2001:db8:52:1::7"
    assert revealed.certainty is Certainty.POSSIBLE
    day = local_day(datetime.now(UTC))
    assert revealed.identifier.period == Period(day, day)
