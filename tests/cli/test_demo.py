"""The demo takes the whole way, for real, and what it prints can be copied."""

import contextlib
import errno
import json
import re
import shlex
import sqlite3
import stat
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from overdracht.cli.main import cli
from overdracht.registry import Plugin, Provider, load
from tests.cli.conftest import Home


@pytest.fixture
def toured(home: Home) -> tuple[Home, str]:
    """A home in which the demo was run without a directory, and what it said."""
    process = home.start("demo")
    out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, b""), out.decode()
    return home, out.decode()


def test_it_shows_every_step_and_the_result_is_there(toured: tuple[Home, str]) -> None:
    """It asks nothing, does each step, and leaves a bundle and what is in it, in a folder of its own."""
    home, said = toured
    for step in ("check", "find", "review", "export", "verify", "open", "plan", "erase"):
        assert re.search(
            rf"^   \$ .* --config overdracht-demo/overdracht\.toml {step}\b", said, re.MULTILINE
        )
    assert "All is as it was made." in said
    assert "INCOMPLETE" not in said
    assert "Complete: erased, verified and certified." in said
    world = home.path / "overdracht-demo"
    assert (world / "opened" / "index.html").is_file()
    overview = json.loads((world / "opened" / "overview.json").read_text())
    titles = {one["title"] for one in overview["items"]}
    assert len(overview["items"]) > 40
    assert "Klantenlijst" not in titles
    assert stat.S_IMODE((world / "passphrase.txt").stat().st_mode) == 0o600
    assert {one.name for one in home.path.iterdir()} == {"overdracht-demo", "overdracht.toml"}


def test_its_commands_work_when_they_are_copied(toured: tuple[Home, str]) -> None:
    """Each command it names at the end runs in the same folder by the same shell."""
    home, said = toured
    after = said.partition("Now try\n")[2]
    commands = [
        line.strip()
        for line in after.splitlines()
        if "overdracht " in line and " --config " in line
    ]
    assert len(commands) == 6
    for command in commands:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=home.path,
            env={key: value for key, value in home.environment().items() if key != "PYTHONPATH"},
            capture_output=True,
            check=False,
        )
        # A plan says by 1 that something waits for whoever made it.
        assert done.returncode == (" plan " in command), (command, done.stderr)


def test_it_ends_with_a_certificate_of_what_was_erased(toured: tuple[Home, str]) -> None:
    """Sanne's mail is gone but for the lists that were left out, everybody else's is there, and the state knows her no more."""
    home, _ = toured
    world = home.path / "overdracht-demo"
    certificate = json.loads((world / "state" / "certificates" / "2026-0001.json").read_bytes())
    assert certificate["complete"] is True
    assert sum(one["results"].get("erased", 0) for one in certificate["sources"]) > 40
    assert certificate["left_out"] > 1
    for path in (world / "state").rglob("*"):
        assert not path.is_file() or b"vanderberg" not in path.read_bytes(), path


def test_nobody_came_back_where_no_backup_was_restored(toured: tuple[Home, str]) -> None:
    """What was blanked and stays for good, as an invoice of long ago, is no return of whom it was about."""
    home, _ = toured
    config = home.path / "overdracht-demo" / "overdracht.toml"
    again = home.start("--config", str(config), "reapply", "--since", "2020-01-01")
    out, err = again.communicate(timeout=120)
    assert (again.returncode, err) == (0, b""), out.decode()
    assert "0 back of those who were erased" in out.decode()


def test_twice_makes_two(toured: tuple[Home, str]) -> None:
    """A second demo does not touch the first."""
    home, _ = toured
    process = home.start("demo")
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    assert "in overdracht-demo-2." in out.decode()


def test_a_directory_that_is_full_is_refused(home: Home) -> None:
    """A directory with something in it is left alone."""
    Path("vol").mkdir()
    Path("vol/iets").touch()
    result = CliRunner().invoke(cli, ["demo", "vol"], prog_name="overdracht")
    assert result.exit_code == 2
    assert "vol is there already" in result.stderr
    assert not result.stdout


def test_a_path_with_spaces_is_quoted(home: Home) -> None:
    """What is printed can be copied whatever the folder is called."""
    result = CliRunner().invoke(cli, ["demo", "een map"], prog_name="overdracht")
    assert result.exit_code == 0, result.output
    line = next(one for one in result.output.splitlines() if "verify" in one and "$ " in one)
    words = shlex.split(line)
    assert "een map/overdracht.toml" in words
    assert "een map/passphrase.txt" in words


def _broken_database(**_: object) -> list[str]:
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        database.execute("PRAGMA max_page_count=1")
        database.execute("CREATE TABLE t (x)")
    return []


def _broken_file(**_: object) -> list[str]:
    raise RuntimeError from OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("fault", [_broken_database, _broken_file])
def test_a_full_disk_is_no_fault_of_a_plugin(
    home: Home, monkeypatch: pytest.MonkeyPatch, fault: Callable[..., list[str]]
) -> None:
    """It is told as what it is, whatever a plugin makes of it, and no empty directory is left."""
    hook: Any = SimpleNamespace(overdracht_demo=fault)
    plugin = Plugin("boeken", Provider("overdracht-boeken", "1"), hook, (), (), ())
    registry = replace(load(()), plugins=(plugin,))
    monkeypatch.setattr("overdracht.registry.load", lambda *_, **__: registry)
    result = CliRunner().invoke(cli, ["demo"], prog_name="overdracht")
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert re.match("overdracht: the demo cannot be written: .*(full|No space)", line), line
    assert home.names() == {"overdracht.toml"}
