"""Erasing from the log of a real nginx that serves requests while logrotate rotates its log: no request's line is lost."""

import base64
import gzip
import http.client
import os
import re
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from overdracht import Certainty, Kinds, Result, Subject, Verdict
from overdracht.testing.acting import ERASE, approved, erase
from overdracht.testing.watching import find
from overdracht_serverlogs.connector import ServerLogs
from overdracht_serverlogs.lineitems import Key
from overdracht_serverlogs.settings import ServerLogsSettings
from tests.serverlogs.busy import Busy
from tests.serverlogs.erasing import erase_all
from tests.servers.need import need
from tests.servers.ports import free_port
from tests.servers.waiting import wait_until

SANNE = Subject("2026-0001", (Kinds().parse("sanne@vanderberg.example"),))
CONFIG = """
{user}daemon on; worker_processes 2; pid {base}/nginx.pid; error_log {base}/error.log info;
events {{ worker_connections 64; }}
http {{
  client_body_temp_path {base}/b; proxy_temp_path {base}/p; fastcgi_temp_path {base}/f; uwsgi_temp_path {base}/u; scgi_temp_path {base}/s;
  set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For;
  access_log {base}/log/access.log combined;
  server {{ listen 127.0.0.1:{port}; location / {{ return 200 "ok\\n"; }} }}
}}
"""
ROTATE = """
{base}/log/access.log {{
  rotate 50
  missingok
  notifempty
  nomail
  nocreate
  compress
  delaycompress
  su root root
  postrotate
    kill -USR1 $(cat {base}/nginx.pid)
  endscript
}}
"""


class Nginx:
    """A real nginx with its log below *base*."""

    def __init__(self, base: Path) -> None:
        self.base = base
        (base / "log").mkdir()
        self.port = free_port()
        # Its workers open the log themselves, and another user cannot enter a test's directory.
        user = "user root; " if os.geteuid() == 0 else ""
        (base / "nginx.conf").write_text(CONFIG.format(base=base, port=self.port, user=user))
        (base / "rotate.conf").write_text(ROTATE.format(base=base))
        (base / "rotate.conf").chmod(0o600)
        self.command = ("/usr/sbin/nginx", "-c", f"{base}/nginx.conf", "-p", str(base))
        self.run()

    def run(self, *words: str) -> None:
        """Run nginx with further *words*."""
        subprocess.run([*self.command, *words], check=True, capture_output=True)

    def rotate(self) -> None:
        """Have logrotate rotate the log now."""
        command = [
            "/usr/sbin/logrotate",
            "-f",
            "-s",
            f"{self.base}/state",
            f"{self.base}/rotate.conf",
        ]
        subprocess.run(command, check=True, capture_output=True)

    def settle(self, count: int) -> None:
        """Wait until the lines of *count* requests stand in its logs: it writes a line after it has answered."""
        wait_until(lambda: self.numbers().total() >= count)

    def rotate_quietly(self) -> None:
        """Have its log rotated, and wait until it writes a new one: it reopens some time after it was told to."""
        self.rotate()
        wait_until((self.base / "log" / "access.log").exists)

    def stop(self) -> None:
        """End it."""
        self.run("-s", "quit")
        while (self.base / "nginx.pid").exists():
            time.sleep(0.02)

    def connector(self, *, reopen: bool = True) -> ServerLogs:
        """Return a new connector to its logs."""
        family = {"paths": [str(self.base / "log" / "access.log*")]}
        how = {"reopen": [*self.command, "-s", "reopen"]} if reopen else {}
        return ServerLogs("web", ServerLogsSettings.model_validate({"logs": [family | how]}))

    def numbers(self) -> Counter[tuple[str, int]]:
        """Return whose request of which number stands in the logs, and how often."""
        found: Counter[tuple[str, int]] = Counter()
        for path in (self.base / "log").iterdir():
            content = path.read_bytes()
            text = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
            for line in text.splitlines():
                match = re.fullmatch(rb'\S+ - (\S+) \[[^]]+\] "GET /(\d+) .*', line)
                assert match is not None, line
                found[match[1].decode(), int(match[2])] += 1
        return found


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[Nginx]:
    need("nginx", "logrotate")
    tmp_path.chmod(0o755)
    server = Nginx(tmp_path)
    try:
        yield server
    finally:
        if (tmp_path / "nginx.pid").exists():
            server.stop()


class Visitors(Busy):
    """Requests of two people, numbered, one after another, until the end."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port
        self.count = 0

    def work(self) -> None:
        """Ask again and again."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        while not self.ended.is_set():
            self.ask(connection, self.count)
            self.count += 1
        connection.close()

    @staticmethod
    def ask(connection: http.client.HTTPConnection, number: int) -> None:
        """Make one request, every tenth of which is Sanne's."""
        user = "sanne@vanderberg.example" if number % 10 == 0 else "piet"
        told = base64.b64encode(f"{user}:x".encode()).decode()
        headers = {"Authorization": f"Basic {told}", "X-Forwarded-For": f"192.0.2.{number % 250}"}
        connection.request("GET", f"/{number}", headers=headers)
        assert connection.getresponse().read() == b"ok\n"


@pytest.mark.server
def test_no_request_is_lost_while_a_person_is_erased_and_the_log_rotates(nginx: Nginx) -> None:
    """Over thousands of requests, rotations and erasures at once, every line of everybody else's is there once, and the person's are gone."""
    results: Counter[str] = Counter()
    with Visitors(nginx.port) as visitors:
        for turn in range(6):
            time.sleep(0.15)
            rotation = threading.Thread(target=nginx.rotate)
            if turn % 2:
                rotation.start()  # at the same time
            results += erase_all(nginx.connector(), SANNE)
            if turn % 2:
                rotation.join()
            else:
                nginx.rotate()
    last = erase_all(nginx.connector(), SANNE)
    nginx.stop()
    assert results[Result.ERASED] >= 3, results
    assert set(last) <= {Result.ERASED}
    assert visitors.count > 500
    expected = {("piet", one) for one in range(visitors.count) if one % 10}
    assert nginx.numbers() == Counter(expected)
    assert not [one for one in (nginx.base / "log").iterdir() if one.name.startswith(".")]


@pytest.mark.server
def test_without_a_command_the_lines_wait_until_the_log_was_rotated(nginx: Nginx) -> None:
    """What stands in the log that nginx writes is kept until a day on which it was rotated, and is found and erased then though nothing but
    key and fingerprint is left of it."""
    with Visitors(nginx.port) as visitors:
        wait_until(lambda: visitors.count > 30)
    nginx.settle(visitors.count)
    connector = nginx.connector(reopen=False)
    items = find(connector, SANNE).of(Certainty.EXACT)
    for item in items:
        step = connector.propose(item, ERASE)
        assert step.disposition.verdict is Verdict.RETAIN
        day = Key.parse(item.key).day
        assert day is not None
        assert step.disposition.until == day + timedelta(days=8)
    nginx.rotate_quietly()
    nginx.rotate_quietly()
    again = nginx.connector(reopen=False)
    scheduled = [replace(one, matches=(), title="") for one in items]
    steps = [approved(again.propose(one, ERASE)) for one in scheduled]
    assert {one.disposition.verdict for one in steps} == {Verdict.ERASE}
    assert list(again.prepare(iter(steps))) == []
    assert set(erase(again, steps).results.values()) == {Result.ERASED}
    assert {who for who, _ in nginx.numbers()} == {"piet"}


@pytest.mark.server
def test_a_server_that_is_not_told_keeps_its_log(nginx: Nginx) -> None:
    """Without a command a step for the log that is written is an objection, and nothing is touched."""
    with Visitors(nginx.port) as visitors:
        wait_until(lambda: visitors.count > 30)
    nginx.settle(visitors.count)
    connector = nginx.connector()
    steps = [approved(connector.propose(one, ERASE)) for one in find(connector, SANNE).items]
    before = nginx.numbers()
    silent = nginx.connector(reopen=False)
    assert list(silent.prepare(iter(steps)))
    assert set(erase(silent, steps).results.values()) == {Result.FAILED}
    assert nginx.numbers() == before
