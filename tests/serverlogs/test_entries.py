"""Logins, bans and the journal beyond the contract: what a record tells, what is revealed, what waits for the vacuum, what is cut beside a writer."""

import json
import os
import shutil
import sqlite3
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overdracht import (
    Category,
    Certainty,
    Disposition,
    Kinds,
    Result,
    Ruling,
    Subject,
    Verdict,
    local_day,
)
from overdracht.testing.acting import ERASE, approved, erase
from overdracht.testing.watching import export, find
from overdracht_serverlogs import utmp
from overdracht_serverlogs.fail2ban import Fail2ban, Fail2banSettings
from overdracht_serverlogs.journald import VACUUM, Journald, JournaldSettings
from overdracht_serverlogs.logins import Logins, LoginsSettings
from tests.serverlogs.entry_harness import write_journal
from tests.servers.need import need
from tests.servers.permissions import unreadable

KINDS = Kinds()
LOGIN = KINDS.parse("username:svdberg")
IP = KINDS.parse("198.51.100.23")
HOST = "7" * 32
"""The machine's number, after which journald calls the directory."""
WHEN = datetime(2026, 5, 4, 12, 30, 15, 250_000, tzinfo=UTC)


def _logins(path: Path) -> Logins:
    return Logins("aanmeldingen", LoginsSettings(paths=(path,)))


@given(
    st.text(max_size=8),
    st.text(max_size=60),
    st.one_of(st.just(""), st.ip_addresses().map(str)),
    st.integers(31_536_000_000_000, 4_102_444_800_000_000),
)
def test_a_record_is_read_as_it_was_written(
    user: str, host: str, address: str, micros: int
) -> None:
    """User, host, address and moment come out again, as far as they fit and up to the first NUL."""
    when = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=micros)
    raw = utmp.write(7, "pts/0", user, host, address, when)
    assert len(raw) == utmp.SIZE == 384
    read = utmp.read(raw)
    assert read.when == when
    if user.isascii() and "\0" not in user:
        assert read.user == user
    zero = not address or int(ip_address(address)) == 0
    if zero or ":" not in address:
        assert read.address == ("" if zero else address)


@given(st.binary(min_size=utmp.SIZE, max_size=utmp.SIZE))
def test_any_record_can_be_read(raw: bytes) -> None:
    """Whatever stands in a record of a damaged file, reading it is no error."""
    utmp.read(raw)


def test_the_programs_own_records_are_read() -> None:
    """What `utmpdump` of Debian makes of the record is what was meant."""
    need("utmpdump")
    import subprocess

    raw = utmp.write(7, "pts/0", "svdberg", "thuis.example", "198.51.100.23", WHEN)
    told = subprocess.run(["utmpdump"], input=raw, capture_output=True, check=True).stdout.decode()
    for one in ("svdberg", "thuis.example", "198.51.100.23", "2026-05-04T12:30:15,250000+00:00"):
        assert one in told


def test_the_address_behind_a_login_is_offered_for_its_day(tmp_path: Path) -> None:
    """A login reveals its address as possibly the person's, on that day alone; by the address alone a login is only possible."""
    path = tmp_path / "wtmp"
    path.write_bytes(utmp.write(7, "pts/0", "svdberg", "", "198.51.100.23", WHEN))
    (item,) = find(_logins(path), Subject("1", (LOGIN,))).items
    (revealed,) = item.reveals
    assert (revealed.identifier, revealed.certainty) == (IP, Certainty.POSSIBLE)
    assert revealed.identifier.period.since == revealed.identifier.period.until == WHEN.date()
    (item,) = find(_logins(path), Subject("1", (IP,))).items
    assert item.certainty is Certainty.POSSIBLE
    assert (
        find(_logins(path), Subject("1", (KINDS.parse("ip:198.51.100.23[2026-06-01/..]"),))).items
        == []
    )


def test_logins_written_meanwhile_are_kept(tmp_path: Path) -> None:
    """While the person's logins are cut out of btmp again and again, another's that are added at the same time all stay."""
    path = tmp_path / "btmp"
    path.touch()
    ended, written = threading.Event(), 0

    def add() -> None:
        nonlocal written
        while not ended.is_set():
            user = "svdberg" if written % 5 == 0 else "admin"
            raw = utmp.write(6, "ssh:notty", user, f"h{written}", "203.0.113.5", WHEN)
            # As sshd does: open, write one record, close.
            descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
            os.write(descriptor, raw)
            os.close(descriptor)
            written += 1
            time.sleep(0.002)

    thread = threading.Thread(target=add)
    thread.start()
    try:
        while written < 100 and thread.is_alive():
            _erase_logins(path)
    finally:
        ended.set()
        thread.join()
    _erase_logins(path)
    left = sorted(int(one.host[1:]) for one in utmp.records(path.read_bytes()))
    assert written >= 100
    assert left == [one for one in range(written) if one % 5]


def _erase_logins(path: Path) -> None:
    connector = _logins(path)
    items = find(connector, Subject("1", (LOGIN,))).items
    done = erase(connector, [approved(connector.propose(one, ERASE)) for one in items])
    assert done.error is None


def _journal(root: Path, when: datetime, name: str = "system@7-1-1.journal") -> Journald:
    need("journalctl")
    (root / HOST).mkdir(exist_ok=True)
    entry = {
        "__REALTIME_TIMESTAMP": str(int(when.timestamp() * 1_000_000)),
        "MESSAGE": "Accepted publickey for svdberg from 198.51.100.23 port 50022 ssh2",
        "SYSLOG_IDENTIFIER": "sshd",
    }
    write_journal(root / HOST / name, [entry])
    return Journald("journaal", JournaldSettings(directory=root))


@pytest.mark.server
def test_an_entry_of_the_journal_waits_for_the_vacuum(tmp_path: Path) -> None:
    """The plan keeps a fresh entry until the day on which its file is old enough to go, and says why; an old one goes by a vacuum."""
    connector = _journal(tmp_path, datetime.now(UTC))
    (item,) = find(connector, Subject("1", (LOGIN,))).items
    assert item.certainty is Certainty.EXACT
    step = connector.propose(item, ERASE)
    assert step.disposition.verdict is Verdict.RETAIN
    assert step.disposition.until == local_day(datetime.now(UTC)) + timedelta(days=92 + 1)
    assert "journaal" in step.disposition.ground.nl
    assert b"198.51.100.23" in export(connector, [item]).content


@pytest.mark.server
def test_the_vacuum_takes_old_files_and_says_what_stays(tmp_path: Path) -> None:
    """A real vacuum removes the archived file that is older than the term; what it could not take is failed, with the reason, and never called done."""
    name = "system@0000000000000000000000000000aaaa-0000000000000001-0005f0a0a0a0a0a0.journal"
    connector = _journal(tmp_path, datetime(2023, 1, 1, tzinfo=UTC), name)
    _journal(tmp_path, datetime(2023, 1, 2, tzinfo=UTC), "user-1000.journal")
    items = [
        one.item
        for one in connector.aged({Category.TRAFFIC: local_day(WHEN)})
        if not hasattr(one, "reason")
    ]
    assert sorted(one.part for one in items) == [f"{HOST}/system", f"{HOST}/user-1000"]
    steps = [approved(connector.propose(one, Ruling(Disposition(Verdict.ERASE)))) for one in items]
    assert {one.action for one in steps} == {VACUUM}
    assert list(connector.prepare(iter(steps))) == []
    done = erase(connector, steps)
    assert done.error is None
    results = {one.key.partition("@")[0]: one for one in done.outcomes}
    assert results[f"{HOST}/system"].result is Result.ERASED
    assert results[f"{HOST}/user-1000"].result is Result.FAILED
    assert "vacuum" in results[f"{HOST}/user-1000"].reason
    assert not (tmp_path / HOST / name).exists()
    again = {one.key.partition("@")[0]: one.result for one in erase(connector, steps).outcomes}
    assert again[f"{HOST}/system"] in {Result.ALREADY_GONE, Result.FAILED}


@pytest.mark.server
def test_a_check_says_how_much_of_the_journal_may_be_read(tmp_path: Path) -> None:
    """All of it; or only a user's own, as for who is not in the group of the journal. One file among several that is closed is told, though
    the first can be read."""
    connector = _journal(tmp_path, datetime.now(UTC))
    _journal(tmp_path, datetime.now(UTC), "user-1000.journal")
    _journal(tmp_path, datetime.now(UTC), "system@7-1-2.journal")
    system, own, permitted = connector.check()
    assert system.detail == "it can be read (2 files)"
    assert own.detail == "it can be read (1 file)"
    assert (permitted.ok, permitted.detail) == (True, "the whole journal can be read")
    with unreadable(tmp_path / HOST / "system@7-1-2.journal"):
        system, own, permitted = connector.check()
    assert (system.ok, own.ok, permitted.ok) == (False, True, False)
    assert (
        "1 of 2 files cannot be read: system@7-1-2.journal: it cannot be read: no permission"
        in system.detail
    )
    assert f"not the whole journal, only {HOST}/user-1000" in permitted.detail


@pytest.mark.server
def test_a_directory_of_the_journal_that_cannot_be_listed_is_a_gap(tmp_path: Path) -> None:
    """It is not passed over, neither by a check nor by a search, though other journals can be read."""
    connector = _journal(tmp_path, datetime.now(UTC))
    other = tmp_path / "andere"
    shutil.copytree(tmp_path / HOST, other)
    with unreadable(other):
        checks = {one.name: one for one in connector.check()}
        found = find(connector, Subject("1", (LOGIN,)))
    assert not checks["andere/"].ok
    assert not checks["permitted"].ok
    assert [(one.part, one.reason) for one in found.gaps] == [
        ("andere/", "its files cannot be listed: no permission")
    ]
    assert [one.part for one in found.items] == [f"{HOST}/system"]


@pytest.mark.server
def test_a_damaged_file_keeps_no_other_from_being_read(tmp_path: Path) -> None:
    """What a crash left damaged is a gap of its own: the entries in the other files are found, exported and counted in the sweep."""
    connector = _journal(tmp_path, datetime(2023, 1, 1, tzinfo=UTC))
    good = (tmp_path / HOST / "system@7-1-1.journal").read_bytes()
    (tmp_path / HOST / "system@7-1-2.journal~").write_bytes(good[: len(good) // 3])
    found = find(connector, Subject("1", (LOGIN,)))
    (item,) = found.items
    (gap,) = found.gaps
    assert "system@7-1-2.journal~" in gap.reason
    assert not found.searched
    assert b"198.51.100.23" in export(connector, [item]).content
    aged = list(connector.aged({Category.TRAFFIC: local_day(WHEN)}))
    assert len(aged) == 2


@pytest.mark.server
def test_what_cannot_be_read_is_not_called_gone(tmp_path: Path) -> None:
    """When the file that held an entry cannot be read any more, nobody can tell that it is gone."""
    connector = _journal(tmp_path, datetime(2023, 1, 1, tzinfo=UTC))
    (item,) = find(connector, Subject("1", (LOGIN,))).items
    step = approved(connector.propose(item, ERASE))
    path = tmp_path / HOST / "system@7-1-1.journal"
    path.write_bytes(path.read_bytes()[:200])
    (outcome,) = erase(connector, [step]).outcomes
    assert outcome.result is Result.FAILED


MAIL = KINDS.parse("sanne@vanderberg.example")


@pytest.mark.parametrize(
    ("banned", "data"),
    [
        ("svdberg", {"matches": []}),
        ("sanne@vanderberg.example", {"matches": []}),
        ("203.0.113.6", {"matches": None, "user": "svdberg"}),
        ("203.0.113.6", {"matches": [], "users": ["svdberg"]}),
        ("203.0.113.6", {"diep": [{"mlfid": "sanne@vanderberg.example"}]}),
    ],
)
def test_a_ban_is_found_by_all_that_it_tells(tmp_path: Path, banned: str, data: object) -> None:
    """A jail may ban a login instead of an address (F-ID), and keep who it was elsewhere than in the lines."""
    path = tmp_path / "fail2ban.sqlite3"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE jails (name TEXT, enabled INTEGER)")
        db.execute("CREATE TABLE bans (jail TEXT, ip TEXT, timeofban INTEGER, bantime INTEGER, bancount INTEGER, data JSON)")  # fmt: skip
        db.execute("INSERT INTO jails VALUES ('sshd', 1)")
        row = ("sshd", banned, int(WHEN.timestamp()), 600, 1, json.dumps(data))
        db.execute("INSERT INTO bans VALUES (?, ?, ?, ?, ?, ?)", row)
    connector = Fail2ban("fail2ban", Fail2banSettings(path=path))
    (item,) = find(connector, Subject("1", (LOGIN, MAIL))).items
    assert item.certainty is Certainty.MENTION
    step = approved(connector.propose(item, ERASE))
    assert [one.result for one in erase(connector, [step]).outcomes] == [Result.ERASED]
