"""Writing anew a log that is being written: no line is lost, whatever the server does and whenever the process dies."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from overdracht_serverlogs import exchanging, live
from overdracht_serverlogs.cuts import Cuts
from overdracht_serverlogs.exchanging import Meanwhile
from overdracht_serverlogs.live import NotReopened, is_written, left_over, recover, rewrite_live

WRITER = Path(__file__).with_name("writer.py")
OURS = b"one of the person's lines\n"


@contextmanager
def server(log: Path, pause: float = 0.0005) -> Iterator[tuple[Callable[[], None], list[int]]]:
    """Run a writer to *log*; give what makes it open it anew, and a list that at its end holds how many lines it wrote."""
    written: list[int] = []
    begun = log.stat().st_size
    with subprocess.Popen([sys.executable, WRITER, log, str(pause)], stdout=subprocess.PIPE) as one:
        while log.stat().st_size < begun + 2000:
            time.sleep(0.01)
        try:
            yield lambda: os.kill(one.pid, signal.SIGUSR1), written
        finally:
            one.terminate()
            out, _ = one.communicate()
            written.append(int(out))


def _cuts(log: Path) -> Cuts:
    """Cut the person's lines at the beginning."""
    cuts = Cuts()
    cuts.add(0, log.read_bytes().rfind(OURS) + len(OURS))
    return cuts


def _begun(log: Path) -> None:
    log.write_bytes(OURS * 1000)


def _is_whole(log: Path, count: int) -> None:
    """Check that every line the server wrote is there, once, and none of the person's."""
    lines = log.read_bytes().splitlines()
    numbers = [int(one.split()[1]) for one in lines if one.startswith(b"line ")]
    assert len(lines) == len(numbers)
    assert sorted(numbers) == list(range(count))
    assert [one.name for one in log.parent.iterdir()] == [log.name]


def test_no_line_is_lost_while_the_server_writes(tmp_path: Path) -> None:
    """Of a server that writes thousands of lines, every one is there once after five rewrites of its log."""
    log = tmp_path / "access.log"
    _begun(log)
    with server(log, 0) as (reopen, written):
        for _ in range(5):
            with log.open("rb") as old:
                cuts = Cuts()
                if old.read(len(OURS)) == OURS:
                    cuts = _cuts(log)
                rewrite_live(log, old.fileno(), cuts, reopen)
            time.sleep(0.05)
    assert written[0] > 1000
    _is_whole(log, written[0])


def test_a_server_that_does_not_reopen_keeps_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the command does nothing the old log stands again, whole, and it is an error."""
    monkeypatch.setattr(live, "PATIENCE", 0.2)
    log = tmp_path / "access.log"
    _begun(log)
    with server(log) as (_, written), log.open("rb") as old:
        with pytest.raises(NotReopened):
            rewrite_live(log, old.fileno(), _cuts(log), lambda: None)
        assert os.path.samestat(log.stat(), os.fstat(old.fileno()))
    content = log.read_bytes()
    assert content.startswith(OURS * 1000)
    log.write_bytes(content[len(OURS) * 1000 :])
    _is_whole(log, written[0])


def test_a_server_that_did_not_hear_is_told_once_more(tmp_path: Path) -> None:
    """A signal that a server ignored, since it was still busy with an earlier one, is given again before it is given up."""
    log = tmp_path / "access.log"
    _begun(log)
    with server(log) as (reopen, written), log.open("rb") as old:
        calls = 0

        def second() -> None:
            nonlocal calls
            calls += 1
            if calls == 2:
                reopen()

        rewrite_live(log, old.fileno(), _cuts(log), second, patience=2)
        assert calls == 2
    _is_whole(log, written[0])


def test_a_command_that_fails_keeps_the_log(tmp_path: Path) -> None:
    """When the command fails after the server did open the new log, the old one is back with every line."""
    log = tmp_path / "access.log"
    _begun(log)
    with server(log) as (reopen, written), log.open("rb") as old:
        calls = 0

        def failing() -> None:
            nonlocal calls
            calls += 1
            reopen()
            if calls == 1:
                time.sleep(0.2)
                raise OSError("`nginx` failed with exit code 1")

        with pytest.raises(OSError, match="exit code 1"):
            rewrite_live(log, old.fileno(), _cuts(log), failing)
        assert calls == 2
    content = log.read_bytes()
    assert content.count(OURS) == 1000
    log.write_bytes(content.replace(OURS, b""))
    _is_whole(log, written[0])


def test_without_a_command_a_log_that_is_written_is_left_alone(tmp_path: Path) -> None:
    """A log that somebody has open for writing is not touched when nobody said how to have it opened anew; one that nobody has, is."""
    log = tmp_path / "access.log"
    _begun(log)
    with server(log) as (_, _written), log.open("rb") as old:
        assert is_written(old.fileno())
        with pytest.raises(NotReopened):
            rewrite_live(log, old.fileno(), _cuts(log), None)
    with log.open("rb") as old:
        assert not is_written(old.fileno())
        rewrite_live(log, old.fileno(), _cuts(log), None)
    assert OURS not in log.read_bytes()


def test_a_torn_line_is_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line of which half was written when the log was copied is whole afterwards, and so is the one the server wrote then."""
    log = tmp_path / "access.log"
    log.write_bytes(OURS + b"first\nhalf of ")

    def reopened() -> None:
        with log.open("ab") as new:
            new.write(b"third\n")
        with next(left_over(tmp_path))[0].open("ab") as old:
            old.write(b"a line\n")

    with log.open("rb") as old:
        rewrite_live(log, old.fileno(), _cuts(log), reopened)
    assert log.read_bytes() == b"first\nthird\nhalf of a line\n"


def test_a_log_that_is_rotated_meanwhile_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When logrotate gives the name to another file in the last moment, that file keeps it, and nothing is left aside."""
    log, rotated = tmp_path / "access.log", tmp_path / "access.log.1"
    _begun(log)
    exchange = exchanging._exchange
    turns = iter([True])

    def rotate_first(one: Path, other: Path) -> None:
        if next(turns, False):
            log.rename(rotated)
            log.write_bytes(b"the first line of the next log\n")
        exchange(one, other)

    monkeypatch.setattr(exchanging, "_exchange", rotate_first)
    with log.open("rb") as old, pytest.raises(Meanwhile):
        rewrite_live(log, old.fileno(), _cuts(log), lambda: None)
    assert log.read_bytes() == b"the first line of the next log\n"
    assert rotated.read_bytes() == OURS * 1000
    assert len(list(tmp_path.iterdir())) == 2


def test_a_log_that_is_cut_off_meanwhile_loses_no_later_line(tmp_path: Path) -> None:
    """When `copytruncate` empties the old file just after the new one took its name, what is written to it then is taken along."""
    log = tmp_path / "access.log"
    log.write_bytes(OURS * 5 + b"first\n")

    def truncated() -> None:
        aside = next(left_over(tmp_path))[0]
        os.truncate(aside, 0)
        with aside.open("ab") as old:
            old.write(b"later\n")

    with log.open("rb") as old:
        rewrite_live(log, old.fileno(), _cuts(log), truncated)
    assert log.read_bytes() == b"first\nlater\n"


def test_a_log_that_is_rotated_before_it_is_put_back_keeps_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the new file was rotated before the server let go of the old one, nothing is put back over it, and the next erasure ends it."""
    monkeypatch.setattr(live, "PATIENCE", 0.1)
    log, rotated = tmp_path / "access.log", tmp_path / "access.log.1"
    log.write_bytes(OURS * 5 + b"first\n")
    with log.open("ab") as server:

        def rotate() -> None:
            if rotated.exists():
                return  # told once more
            log.rename(rotated)
            log.write_bytes(b"third\n")
            server.write(b"second\n")
            server.flush()

        with log.open("rb") as old, pytest.raises(NotReopened):
            rewrite_live(log, old.fileno(), _cuts(log), rotate)
        assert log.read_bytes() == b"third\n"
        assert rotated.read_bytes() == b"first\n"
    recover(log, None)
    assert log.read_bytes() == b"third\nsecond\n"
    assert list(left_over(tmp_path)) == []


MOMENTS = ("rename", "exchanged", "reopened", "appended", "unlink")


@pytest.mark.parametrize("moment", MOMENTS)
def test_who_dies_half_way_loses_no_line(moment: str, tmp_path: Path) -> None:
    """Killed at any moment: once somebody has ended it, every line of the server is there once, and the person's are gone or all there."""
    log = tmp_path / "access.log"
    _begun(log)
    with server(log, 0.001) as (reopen, written):
        child = os.fork()
        if child == 0:
            _die_at(moment, log, reopen)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        time.sleep(0.05)
        recover(log, reopen)
        assert list(left_over(tmp_path)) == []
    content = log.read_bytes()
    assert content.count(OURS) in {0, 1000}
    assert (content.count(OURS) == 1000) == (moment == "rename")
    for one in tmp_path.glob(".*overdracht-new"):
        one.unlink()
    log.write_bytes(content.replace(OURS, b""))
    _is_whole(log, written[0])


def _die_at(moment: str, log: Path, reopen: Callable[[], None]) -> None:
    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    tell, append = reopen, live._append

    def reopen_and_die() -> None:
        tell()
        die()

    def append_and_die(path: Path, late: bytes) -> None:
        append(path, late)
        die()

    if moment == "rename":
        live.put_in_place = die  # type: ignore[assignment,attr-defined]
    elif moment == "exchanged":
        live._take_along = die  # type: ignore[assignment]
    elif moment == "reopened":
        reopen = reopen_and_die
    elif moment == "appended":
        live._append = append_and_die
    else:
        live.sync = die  # type: ignore[assignment,attr-defined]
    try:
        with log.open("rb") as old:
            rewrite_live(log, old.fileno(), _cuts(log), reopen)
    finally:
        os._exit(1)
