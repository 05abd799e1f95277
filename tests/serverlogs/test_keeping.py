"""What is not old is kept, and what could not be erased is never called erased: whatever others do to the logs meanwhile."""

import gzip
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from overdracht import Aged, ApprovedStep, Category, Result
from overdracht.testing.acting import ERASE, approved, erase
from overdracht_serverlogs import file_erase, line_erase, login_files, rewriting, utmp
from overdracht_serverlogs.connector import ServerLogs
from overdracht_serverlogs.entries import Unreadable
from overdracht_serverlogs.login_files import LoginFiles
from tests.serverlogs.asking import find, logs_in

TODAY = datetime.now(UTC).date()


def _syslog(*days_ago: int) -> str:
    days = [TODAY - timedelta(days=one) for one in days_ago]
    return "".join(
        f"{day:%b} {day.day:2} 10:00:00 host app[1]: sanne@vanderberg.example\n" for day in days
    )


def _old(folder: Path, limit: date = TODAY - timedelta(days=90)) -> list[str]:
    told = list(logs_in(folder).aged({Category.TRAFFIC: limit}))
    return [one.item.title for one in told if isinstance(one, Aged)]


def test_a_late_line_makes_no_other_a_year_older(tmp_path: Path) -> None:
    """A line of days ago that a relay delivers late, in the same file or first in the next: last week's syslog stays last week's."""
    (tmp_path / "syslog.1").write_text(_syslog(6, 5, 4, 3, 2, 1))
    (tmp_path / "syslog").write_text(_syslog(5, 1, 4, 0))
    assert _old(tmp_path) == []
    items = find(logs_in(tmp_path), "sanne@vanderberg.example").items
    assert items
    assert all(one.when and one.when.date() > TODAY - timedelta(days=8) for one in items)


def test_a_clock_that_was_reset_makes_nothing_old(tmp_path: Path) -> None:
    """A machine that starts without a clock writes a day of months ago between two of this week: those before it are not deleted for it."""
    reset = TODAY - timedelta(days=80)
    booted = f"{reset:%b} {reset.day:2} 00:00:12 host kernel: booted\n"
    (tmp_path / "syslog").write_text(_syslog(3, 2, 1) + booted + _syslog(0))
    assert _old(tmp_path) == []


ME = "sanne@vanderberg.example"
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def _line(user: str = "-", path: str = "/", when: datetime = NOON) -> bytes:
    return f'192.0.2.1 - {user} [{when:%d/%b/%Y:%H:%M:%S %z}] "GET {path} HTTP/1.1" 200 7 "-" "x"\n'.encode()


def _steps(connector: ServerLogs) -> list[ApprovedStep]:
    return [approved(connector.propose(one, ERASE)) for one in find(connector, ME).items]


def _results(connector: ServerLogs, steps: list[ApprovedStep]) -> set[str]:
    done = erase(connector, steps)
    assert done.error is None
    return set(done.results.values())


def _once(does: Callable[[], None], then: Callable[..., Any]) -> Callable[..., Any]:
    """Return what is as *then*, and before the first time *does* what somebody else does meanwhile."""
    before = [does]

    def both(*given: Any, **named: Any) -> Any:
        if before:
            before.pop()()
        return then(*given, **named)

    return both


def test_what_was_being_compressed_is_cut_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who opened the rotated file before it was written anew writes its old lines under another name: they go there too."""
    log, packed = tmp_path / "access.log.1", tmp_path / "access.log.1.gz"
    log.write_bytes(_line(ME) + _line())
    connector = logs_in(tmp_path)
    steps = _steps(connector)
    rewrite = rewriting.rewrite

    def while_it_is_packed(*given: Any) -> None:
        with log.open("rb") as old:
            rewrite(*given)
            packed.write_bytes(gzip.compress(old.read()))
        log.unlink()
        monkeypatch.undo()

    monkeypatch.setattr(file_erase, "rewrite", while_it_is_packed)
    assert _results(connector, steps) == {Result.ERASED}
    assert gzip.decompress(packed.read_bytes()) == _line()


def test_the_second_try_ends_what_the_first_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rotated when one of two lines was cut, and with a new line of the same day: the other planned line goes, and the new one stays."""
    (tmp_path / "access.log.2").write_bytes(_line(ME, "/one"))
    (tmp_path / "access.log.1").write_bytes(_line(ME, "/two"))
    (tmp_path / "access.log").write_bytes(b"")
    connector = logs_in(tmp_path)
    steps = _steps(connector)
    new = _line(ME, "/new")
    with (tmp_path / "access.log.1").open("ab") as file:
        file.write(new)
    cut = file_erase.cut

    def then_rotated(*given: Any) -> None:
        cut(*given)
        for number in (2, 1):
            (tmp_path / f"access.log.{number}").rename(tmp_path / f"access.log.{number + 1}")
        monkeypatch.undo()

    monkeypatch.setattr(line_erase, "cut", then_rotated)
    assert _results(connector, steps) == {Result.ERASED}
    assert (tmp_path / "access.log.2").read_bytes() == new


def test_a_log_that_is_not_searched_any_more_is_not_gone(tmp_path: Path) -> None:
    """Left out of the configuration since the plan, its lines are still there: an objection, and a failure; removed, they are gone."""
    (tmp_path / "access.log.1").write_bytes(_line(ME))
    (tmp_path / "other.log").write_bytes(_line())
    steps = _steps(logs_in(tmp_path))
    without = logs_in(tmp_path, exclude=("access.log*",))
    assert len(list(without.prepare(iter(steps)))) == 1
    assert _results(without, steps) == {Result.FAILED}
    (tmp_path / "access.log.1").unlink()
    assert _results(without, steps) == {Result.ALREADY_GONE}


def _login(user: str) -> bytes:
    return utmp.write(7, "pts/0", user, "h.example", "192.0.2.9", NOON)


@pytest.mark.parametrize("name", ["held", "_entries"])
def test_logins_are_not_cut_in_another_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rotated between reading and writing: what stands at the same places in the other file are other people's logins, and stay."""
    log, rotated = tmp_path / "wtmp", tmp_path / "wtmp.1"
    rotated.write_bytes(_login("sanne") + _login("jan"))
    log.write_bytes(others := _login("piet") + _login("kees"))

    def rotate() -> None:
        rotated.rename(tmp_path / "wtmp.2")
        log.rename(rotated)
        log.touch()

    monkeypatch.setattr(login_files, name, _once(rotate, getattr(login_files, name)))
    with pytest.raises(Unreadable, match="rotated meanwhile"):
        LoginFiles([log], "s").remove(
            str(log), lambda one: "x" if one.record["user"] == "sanne" else None
        )
    assert others in [one.read_bytes() for one in tmp_path.iterdir()]


def test_a_rotated_log_waits_for_who_still_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that did not open its log anew yet writes on in the rotated one: no line of it is lost, and who waits can erase."""
    log = tmp_path / "access.log.1"
    log.write_bytes(_line(ME))
    monkeypatch.setattr(line_erase, "_PATIENCE", 0.5)
    steps = _steps(connector := logs_in(tmp_path, lets_go_within=1))
    with log.open("ab", buffering=0) as server:
        assert _results(connector, steps) == {Result.FAILED}
        server.write(_line())
    assert log.read_bytes() == _line(ME) + _line()
    assert _results(connector, steps) == {Result.ERASED}
    assert log.read_bytes() == _line()


def test_zeros_between_two_packed_pieces_are_no_erasure(tmp_path: Path) -> None:
    """What stands behind them is read and cannot be cut: it is said to have failed, and the file stays."""
    log = tmp_path / "access.log.1.gz"
    log.write_bytes(content := gzip.compress(_line()) + bytes(512) + gzip.compress(_line(ME)))
    steps = _steps(connector := logs_in(tmp_path))
    assert _results(connector, steps) == {Result.FAILED}
    assert log.read_bytes() == content


def test_a_log_that_was_copied_and_cut_off_is_sought_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Filled again before it is cut, its lines at the same places are others': they stay, and the planned one goes from the copy."""
    log, copied = tmp_path / "access.log", tmp_path / "access.log.1"
    log.write_bytes(_line(path="/before") + _line(ME) + _line())
    steps = _steps(connector := logs_in(tmp_path))
    others = _line("piet") * 6

    def rotate() -> None:
        copied.write_bytes(log.read_bytes())
        log.write_bytes(others)

    monkeypatch.setattr(line_erase, "cut", _once(rotate, file_erase.cut))
    assert _results(connector, steps) == {Result.ERASED}
    assert log.read_bytes() == others
    assert copied.read_bytes() == _line(path="/before") + _line()
