"""What erasing and ageing do to logs beyond the contract: pseudonyms, masks, terms, rotations, links, and a real death half way."""

import gzip
import json
import os
import signal
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overdracht import (
    Aged,
    Category,
    Certainty,
    Disposition,
    File,
    Identifier,
    Item,
    Kinds,
    Line,
    Result,
    Ruling,
    Sighting,
    Subject,
    Verdict,
)
from overdracht.testing.acting import ERASE, approved, erase
from overdracht.testing.watching import find
from overdracht_serverlogs import exchanging, line_erase, rewriting
from overdracht_serverlogs.connector import ServerLogs
from overdracht_serverlogs.formats import named
from overdracht_serverlogs.logs import Log, log_of
from overdracht_serverlogs.masking import masked
from overdracht_serverlogs.pseudonyms import Pseudonyms
from overdracht_serverlogs.settings import ServerLogsSettings

KINDS = Kinds()
EMAIL = KINDS.parse("sanne@vanderberg.example")
IP = KINDS.parse("198.51.100.23")
SANNE = Subject("2026-0001", (EMAIL, IP))


def _connector(directory: Path, **settings: Any) -> ServerLogs:
    source = {name: settings.pop(name) for name in ("pseudonym_key",) if name in settings}
    family = {"paths": [str(directory / "*.log*")], **settings}
    given = {"logs": [family], "zone": "Europe/Amsterdam", **source}
    return ServerLogs("logs", ServerLogsSettings.model_validate(given))


def _line(when: datetime, who: str = "192.0.2.1", user: str = "-", path: str = "/") -> bytes:
    return f'{who} - {user} [{when:%d/%b/%Y:%H:%M:%S %z}] "GET {path} HTTP/1.1" 200 7 "-" "x"\n'.encode()


def _items(connector: ServerLogs, *certainties: Certainty) -> list[Item]:
    chosen = certainties or tuple(Certainty)
    return [one for one in find(connector, SANNE).items if one.certainty in chosen]


def _erase(connector: ServerLogs, items: list[Item], ruling: Ruling = ERASE) -> set[str]:
    done = erase(connector, [approved(connector.propose(one, ruling)) for one in items])
    assert done.error is None
    return set(done.results.values())


NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def test_a_pseudonym_takes_the_place_of_what_identifies(tmp_path: Path) -> None:
    """With `pseudonymise` the line stays, every spelling of the identifiers is replaced, equal ones by equal pseudonyms, and nothing is found
    any more; the address stays one that programs can read."""
    log = tmp_path / "access.log.1"
    other = _line(NOON, "198.51.100.230", "piet")
    log.write_bytes(
        _line(
            NOON, "198.51.100.23", "Sanne@VanDerBerg.example", "/?mail=sanne%40vanderberg.example"
        )
        + other
        + _line(NOON, "198.51.100.23")
    )
    connector = _connector(tmp_path, on_erase="pseudonymise")
    items = _items(connector)
    step = connector.propose(items[0], ERASE)
    assert step.disposition.verdict is Verdict.ANONYMISE
    assert _erase(connector, items) == {Result.ANONYMISED}
    first, second, third = log.read_bytes().splitlines(keepends=True)
    assert second == other
    assert b"vanderberg" not in first.lower()
    assert first.count(b"@invalid") + first.count(b"%40invalid") == 2
    assert first.split()[0] == third.split()[0]
    assert KINDS.identifier("ip", first.split()[0].decode()).value.startswith("fd")
    assert _items(connector) == []
    assert _erase(connector, items) == {Result.ALREADY_GONE}


def test_a_key_makes_pseudonyms_the_same_every_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a key two runs give one pseudonym; without, each run has its own, and nobody can make it again."""
    assert Pseudonyms("secret").of(EMAIL) == Pseudonyms("secret").of(EMAIL)
    assert Pseudonyms().of(EMAIL) != Pseudonyms().of(EMAIL)
    assert Pseudonyms("secret").of(EMAIL) != Pseudonyms("another").of(EMAIL)
    monkeypatch.setenv("LOG_KEY", "secret")
    (tmp_path / "access.log.1").write_bytes(_line(NOON, user="sanne@vanderberg.example"))
    how = {"on_erase": "pseudonymise", "pseudonym_key": {"env": "LOG_KEY"}}
    _erase(connector := _connector(tmp_path, **how), _items(connector))
    assert Pseudonyms("secret").of(EMAIL) in (tmp_path / "access.log.1").read_bytes()


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), max_size=8))
def test_pseudonyms_never_overlap(spots: list[tuple[int, int]]) -> None:
    """Where identifiers stand within one another, as a domain in an address, the cuts are in order and apart."""
    given_spots = [(start, start + length, EMAIL) for start, length in spots]
    last = 100
    for start, end, put in Pseudonyms("k").cuts(100, given_spots):
        assert last <= start < end
        assert put
        last = end


def test_lines_without_a_day_are_found_again_once_they_have_one(tmp_path: Path) -> None:
    """A line that was found in a log of which no format could be told then is erased, and not called gone, when it can be told by now."""
    log = tmp_path / "app.log"
    log.write_bytes(b"begun\n" * 9 + _line(NOON, user=EMAIL.value))
    connector = _connector(tmp_path)
    items = _items(connector)
    assert "undated" in items[0].key
    with log.open("ab") as file:
        file.write(_line(NOON) * 9)
    assert _erase(_connector(tmp_path), items) == {Result.ERASED}
    assert log.read_bytes() == b"begun\n" * 9 + _line(NOON) * 9


def test_others_are_masked_in_what_is_handed_out(tmp_path: Path) -> None:
    """In an export other people's addresses, mail addresses and logins are masked, the person's own are not, and the fields tell as much."""
    line = (
        b"2026-05-04T12:00:00+02:00 mx1 postfix/smtp[7]: AB12: to=<piet@dewit.example>, orig_to=<sanne@vanderberg.example>,"
        b" relay=mx.dewit.example[203.0.113.9]:25, status=sent\n"
    )
    (tmp_path / "mail.log.1").write_bytes(
        line + b"2026-05-04T12:00:01+02:00 mx1 postfix/qmgr[7]: AB13: from=<piet@dewit.example>\n"
    )
    connector = _connector(tmp_path)
    items = _items(connector)
    pieces = list(connector.export(iter(items)))
    (text,) = [b"".join(map(bytes, one.content)) for one in pieces if isinstance(one, File)]
    (record,) = [one.record for one in pieces if isinstance(one, Line)]
    assert text == line.replace(b"piet@dewit.example", b"[e-mail]").replace(b"203.0.113.9", b"[IP]")
    assert b"piet" not in json.dumps(record, default=str).encode()
    assert record["masked"] == {"email": 1, "ip": 1}
    assert record["fields"]["program"] == "postfix/smtp"  # type: ignore[index]


def test_the_address_of_an_own_login_is_no_others() -> None:
    """The address behind the person's own login stays; that of a line which only mentions the person does not."""
    form = named("combined")
    own = _line(NOON, "198.51.100.23", "sanne@vanderberg.example")
    start = own.index(b"sanne")
    assert masked(own, form, [(start, start + len(EMAIL.value), EMAIL)])[0] == own
    mention = _line(NOON, "192.0.2.9", "karin", "/?q=sanne@vanderberg.example")
    start = mention.index(b"sanne")
    text, gone = masked(mention, form, [(start, start + len(EMAIL.value), EMAIL)])
    assert b"192.0.2.9" not in text
    assert b"karin" not in text
    assert gone == {"ip": 1, "username": 1}


def _aged(connector: ServerLogs, before: date) -> list[Item]:
    told = list(connector.aged({Category.TRAFFIC: before}))
    assert all(isinstance(one, Aged) for one in told)
    return [one.item for one in told if isinstance(one, Aged)]


def test_old_lines_go_and_files_without_any_other(tmp_path: Path) -> None:
    """A file of nothing but old lines goes as a whole; of one that straddles the day only the older lines do, whatever the files' own times say."""
    days = [NOON + timedelta(days=number) for number in range(10)]
    (tmp_path / "access.log.2.gz").write_bytes(gzip.compress(b"".join(map(_line, days[:4]))))
    straddling = b"".join(map(_line, days[4:8]))
    (tmp_path / "access.log.1").write_bytes(straddling)
    (tmp_path / "access.log").write_bytes(b"".join(map(_line, days[8:])))
    connector = _connector(tmp_path)
    items = _aged(connector, date(2026, 5, 10))
    assert [one.title for one in items] == [f"access.log 2026-05-{day:02}" for day in range(4, 10)]
    ruling = Ruling(Disposition(Verdict.ERASE))
    assert _erase(connector, items, ruling) == {Result.ERASED}
    assert sorted(one.name for one in tmp_path.iterdir()) == ["access.log", "access.log.1"]
    assert (tmp_path / "access.log.1").read_bytes() == b"".join(map(_line, days[6:8]))
    assert _aged(connector, date(2026, 5, 10)) == []
    assert _erase(connector, items, ruling) == {Result.ALREADY_GONE}


def test_an_old_line_in_a_log_that_is_never_rotated_is_somebodys_to_look_at(tmp_path: Path) -> None:
    """A quiet log that its server keeps open and nothing rotates holds up no other retention: its old lines are for somebody to look at."""
    log = tmp_path / "quiet.log"
    log.write_bytes(_line(NOON))
    connector = _connector(tmp_path)
    with log.open("ab"):
        (item,) = _aged(connector, date(2026, 8, 1))
        step = connector.propose(item, ERASE)
    assert step.disposition.verdict is Verdict.REVIEW
    assert "reopen" in step.disposition.ground.en
    assert _connector(tmp_path).propose(item, ERASE).disposition.verdict is Verdict.ERASE
    assert (
        _connector(tmp_path, reopen=["true"]).propose(item, ERASE).disposition.verdict
        is Verdict.ERASE
    )


def test_what_was_left_aside_waits_for_a_log_that_was_just_renamed(tmp_path: Path) -> None:
    """When a crash left the old file aside, and logrotate renamed the log and the server has not made its new one, both are waited for."""
    log = tmp_path / "access.log"
    aside = tmp_path / ".access.log.overdracht-old.0.0"
    aside.write_bytes(_line(NOON))
    inode = aside.stat().st_ino
    aside.rename(aside.with_name(f".access.log.overdracht-old.0.{inode}"))
    (tmp_path / "access.log.1").write_bytes(_line(NOON, user=EMAIL.value))
    connector = _connector(tmp_path)
    items = _items(connector)
    server = threading.Timer(0.3, log.touch)
    server.start()
    assert _erase(connector, items) == {Result.ERASED}
    server.join()
    assert log.read_bytes() == _line(NOON)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["access.log", "access.log.1"]


def test_a_log_that_is_rotated_at_this_very_moment_is_no_objection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that got another's name after the log was listed is looked for again before anything is said against the plan."""
    log = tmp_path / "access.log"
    log.write_bytes(_line(NOON, user=EMAIL.value))
    connector = _connector(tmp_path)
    steps = [approved(connector.propose(one, ERASE)) for one in _items(connector)]

    def rotated(*args: Any) -> Log | None:
        found = log_of(*args)
        monkeypatch.setattr(line_erase, "log_of", log_of)
        log.rename(tmp_path / "access.log.1")
        log.touch()
        return found

    monkeypatch.setattr(line_erase, "log_of", rotated)
    assert list(connector.prepare(iter(steps))) == []


@pytest.mark.parametrize(
    "line",
    [
        b"Nov 04 14:15:37 imap(svdberg)<19598><WPYq>: Info: Connection closed",
        b"Nov  4 14:15:37 mx1 dovecot: imap(svdberg)<19598><WPYq>: Connection closed",
    ],
)
def test_whose_mailbox_it_is_is_told(tmp_path: Path, line: bytes) -> None:
    """Who comes back after a restored backup is seen in every line that is surely theirs, also without any field."""
    (tmp_path / "mail.log").write_bytes(line + b"\n")
    told = {
        one.identifier for one in _connector(tmp_path).identifiers() if isinstance(one, Sighting)
    }
    assert KINDS.identifier("username", "svdberg") in told


def test_a_log_that_is_written_under_its_days_name_waits_too(tmp_path: Path) -> None:
    """Lines in a file that its server began with the day in its name, as Apache's rotatelogs does, wait until it is at the next."""
    now = datetime.now(UTC)
    (tmp_path / f"access.log.{now - timedelta(days=9):%Y-%m-%d}").write_bytes(
        _line(now - timedelta(days=9), user=EMAIL.value)
    )
    log = tmp_path / f"access.log.{now:%Y-%m-%d}"
    log.write_bytes(_line(now, user=EMAIL.value))
    connector = _connector(tmp_path)
    with log.open("ab"):
        old, new = (connector.propose(one, ERASE) for one in _items(connector))
        assert old.disposition.verdict is Verdict.ERASE
        assert new.disposition.verdict is Verdict.RETAIN
    assert _erase(_connector(tmp_path), [old.item, new.item]) == {Result.ERASED}


def test_the_live_log_stays_when_all_of_it_is_old(tmp_path: Path) -> None:
    """A quiet log of which every line is too old becomes empty, and is there: its server expects it."""
    log = tmp_path / "quiet.log"
    log.write_bytes(_line(NOON) * 3)
    connector = _connector(tmp_path)
    assert _erase(connector, _aged(connector, date(2026, 8, 1))) == {Result.ERASED}
    assert log.read_bytes() == b""


def test_lines_are_found_after_rotation_and_compression(tmp_path: Path) -> None:
    """Planned in the live log, erased from the compressed one; and the new lines of the same person stay for the next plan."""
    log = tmp_path / "access.log"
    log.write_bytes(_line(NOON, user="sanne@vanderberg.example") + _line(NOON))
    connector = _connector(tmp_path)
    items = _items(connector)
    (tmp_path / "access.log.2.gz").write_bytes(gzip.compress(log.read_bytes()))
    fresh = _line(NOON + timedelta(days=3), user="sanne@vanderberg.example")
    log.write_bytes(fresh)
    assert _erase(connector, items) == {Result.ERASED}
    assert gzip.decompress((tmp_path / "access.log.2.gz").read_bytes()) == _line(NOON)
    assert log.read_bytes() == fresh


def test_a_second_name_is_an_objection(tmp_path: Path) -> None:
    """A log with a hard link elsewhere would keep the lines under the other name, and is left alone."""
    log = tmp_path / "access.log.1"
    log.write_bytes(_line(NOON, user="sanne@vanderberg.example"))
    (tmp_path / "kept").mkdir()
    os.link(log, tmp_path / "kept" / "copy")
    connector = _connector(tmp_path)
    steps = [approved(connector.propose(one, ERASE)) for one in _items(connector)]
    (objection,) = connector.prepare(iter(steps))
    assert "second name" in objection.reason
    assert set(erase(connector, steps).results.values()) == {Result.FAILED}


@pytest.mark.parametrize("moment", ["write", "put_in_place", "after"])
@pytest.mark.parametrize("name", ["access.log.1", "access.log.1.gz", "access.log"])
def test_killed_half_way_it_is_ended_by_the_next_try(
    name: str, moment: str, tmp_path: Path
) -> None:
    """Killed while, before and after a file is put in place: nobody else's line is lost, and the same steps over again are done."""
    pack = gzip.compress if name.endswith("gz") else bytes
    unpack = gzip.decompress if name.endswith("gz") else bytes
    others = b"".join(_line(NOON, path=f"/{number}") for number in range(50))
    log = tmp_path / name
    log.write_bytes(pack(_line(NOON, user="sanne@vanderberg.example") * 2 + others))
    connector = _connector(tmp_path)
    items = _items(connector)
    child = os.fork()
    if child == 0:
        try:
            _die_at(moment)
            _erase(connector, items)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert unpack(log.read_bytes()).endswith(others)
    assert _erase(connector, items) <= {Result.ERASED, Result.ALREADY_GONE}
    assert unpack(log.read_bytes()) == others
    assert [one.name for one in tmp_path.iterdir()] == [name]


def _die_at(moment: str) -> None:
    from overdracht_serverlogs import live

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    put = exchanging.put_in_place

    def put_and_die(new: Path, path: Path, old: int) -> None:
        put(new, path, old)
        die()

    if moment == "write":
        rewriting.copy = die  # type: ignore[assignment]
        rewriting.write_all = die  # type: ignore[assignment,attr-defined]
    else:
        dying: Any = die if moment == "put_in_place" else put_and_die
        for module in (rewriting, live):
            module.put_in_place = dying  # type: ignore[attr-defined]


def test_a_pseudonym_needs_no_secret_in_the_settings() -> None:
    """The key is where a reference says; the key itself in the configuration is refused."""
    with pytest.raises(ValueError, match="does not belong in the configuration"):
        ServerLogsSettings.model_validate({"logs": [{"paths": ["x"]}], "pseudonym_key": "secret"})
    assert isinstance(EMAIL, Identifier)
