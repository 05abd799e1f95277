"""overdracht as a process: exit codes, signals, pipes, and nothing half-written."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli import plugin
from tests.cli.conftest import SANNE, Home

PATIENCE = 60


def _wait_for(condition: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)


def _working(home: Home, process: "subprocess.Popen[bytes]", items: int) -> None:
    """Wait until the state file holds *items*."""
    path = home.path / "state" / "overdracht.sqlite"

    def there() -> bool:
        if not path.exists():
            return False
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            return bool(connection.execute("SELECT count(*) FROM item").fetchone()[0] >= items)
        except sqlite3.OperationalError:
            return False
        finally:
            connection.close()

    _wait_for(there, process)


def _ended(process: "subprocess.Popen[bytes]") -> tuple[int, str, str]:
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out.decode(), err.decode()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--version",), 0),
        (("find", SANNE), 0),
        (("find", SANNE, "--json"), 0),
        (("check",), 0),
        (("greet",), 0),
        (("stumble",), 1),
        (("export", SANNE, "--quick", "--to", "uit.age"), 0),
        (("export", SANNE, "--to", "uit.age"), 1),
        (("verify", "overdracht.toml"), 1),
        (("find", "blub"), 2),
        ((), 2),
    ],
)
def test_the_exit_code_tells(home: Home, arguments: tuple[str, ...], code: int) -> None:
    """0 is complete, 1 incomplete or failed, 2 a wrong command line; there is never a traceback."""
    returned, out, err = _ended(home.start(*arguments))
    assert returned == code, err
    assert "Traceback" not in out + err
    assert len(err.splitlines()) <= 1


def test_ctrl_c_ends_a_search_in_one_line_and_keeps_what_was_found(home: Home) -> None:
    """An interrupt is exit code 130 and one line; the items found so far stand in the state file, and a next search goes on."""
    home.configure(plugin.source("kast", "cabinet"), plugin.source("traag", "stalling"))
    process = home.start("find", SANNE)
    _working(home, process, 4)
    process.send_signal(signal.SIGINT)
    code, out, err = _ended(process)
    assert code == 130
    assert err == (
        "overdracht: interrupted; what was found so far is kept, and no file is left half-written\n"
    )
    assert out == ""
    home.configure(plugin.source("kast", "cabinet"))
    assert _ended(home.start("find", SANNE))[0] == 0


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)],
)
def test_an_export_that_is_stopped_leaves_no_file(
    home: Home, number: signal.Signals, code: int
) -> None:
    """However an export is stopped, by hand, politely or hard, no bundle stands there, nor a piece of one."""
    home.configure(plugin.source("kast", "endless"))
    assert _ended(home.start("find", SANNE))[0] == 0
    before = home.names()
    process = home.start("export", SANNE, "--to", "uit.age")
    descriptors = Path(f"/proc/{process.pid}/fd")

    def writing() -> bool:
        opened = [Path(os.path.realpath(one)) for one in descriptors.iterdir()]
        return any(one.is_relative_to(home.path) and "state" not in one.parts for one in opened)

    _wait_for(writing, process)
    time.sleep(0.3)
    process.send_signal(number)
    returned, _, err = _ended(process)
    assert returned == code
    assert "Traceback" not in err
    assert home.names() - before <= {"state"}


@pytest.mark.parametrize("arguments", [("find", SANNE), ("find", SANNE, "--json"), ("--help",)])
def test_a_pipe_that_closes_ends_it_quietly(home: Home, arguments: tuple[str, ...]) -> None:
    """When whoever reads has gone, as `| head` does, nothing is said."""
    process = home.start(*arguments)
    assert process.stdout
    process.stdout.close()
    assert process.stderr
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(PATIENCE) == 1


def test_a_bundle_whose_passphrase_nobody_saw_is_not_kept(home: Home) -> None:
    """When the passphrase that was made cannot be shown, the bundle, which nobody could open, is removed."""
    process = home.start("export", SANNE, "--to", "uit.age")
    assert process.stdout
    process.stdout.close()
    process.stdout = None
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "uit.age" not in home.names()


def test_an_encoding_without_the_letter_does_not_end_it(home: Home) -> None:
    """A title that the terminal's encoding lacks is escaped."""
    environment = {**home.environment(), "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(
        [sys.executable, "-m", "overdracht", "find", SANNE],
        cwd=home.path,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"\\u201cKlantkaart" in done.stdout


def test_what_is_started_loads_only_what_it_needs(home: Home) -> None:
    """A search imports neither what draws on a terminal nor what writes bundles: they would double its start-up."""
    program = (
        "import sys; from overdracht.cli.main import cli\n"
        f"try: cli(['find', {SANNE!r}])\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "print('LOADED', *sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=home.path,
        env=home.environment(),
        capture_output=True,
        check=True,
    )
    loaded = set(done.stderr.decode().partition("LOADED")[2].split())
    heavy = {
        "rich",
        "pyrage",
        "pyzipper",
        "overdracht.bundle",
        "overdracht.report",
        "overdracht.export",
    }
    assert not loaded & heavy


def test_a_full_disk_ends_an_export_in_one_line(home: Home) -> None:
    """When there is no more room the reason is told, and no piece of the bundle is left."""
    home.configure(plugin.source("kast", "endless"))
    assert _ended(home.start("find", SANNE))[0] == 0
    before = home.names()
    # A limit on the size of a file stands for the disk: the system refuses the write in the same way.
    program = f'ulimit -f 4000; exec "{sys.executable}" -m overdracht export {SANNE} --to uit.age'
    done = subprocess.run(
        ["bash", "-c", program],
        cwd=home.path,
        env=home.environment(),
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 1
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith("overdracht: ")
    assert "File too large" in line
    assert home.names() == before
