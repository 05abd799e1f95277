"""`overdracht connector new` writes a connector that works: installed it is there, in the demo too, and it passes the whole contract."""

import importlib.util
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from overdracht.cli.main import cli
from tests.connector.distribution import python, unpacked


def new(name: str, parent: Path) -> Path:
    """Have a connector written below *parent* and return its folder."""
    done = CliRunner().invoke(cli, ["connector", "new", name, "--to", str(parent)])
    assert done.exit_code == 0, done.output
    return parent / f"overdracht-{name.replace('_', '-')}"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A distribution of the name `help_desk`."""
    return new("help_desk", tmp_path_factory.mktemp("new"))


@pytest.fixture(scope="module")
def installed(written: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which that distribution's wheel was unpacked, as pip does it."""
    return unpacked(written, tmp_path_factory.mktemp("installed"))


def test_installed_it_shows_up(installed: Path, tmp_path: Path) -> None:
    """`overdracht connectors` lists it with all it can do, from its own distribution."""
    done = python(
        "-m", "overdracht", "connectors", "help_desk", "--json", path=installed, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    (told,) = json.loads(done.stdout)["connectors"]
    assert told["name"] == "help_desk"
    assert set(told["can"]) >= {"find", "export", "erase", "identifiers", "age"}
    assert "overdracht-help-desk" in json.dumps(told)


def test_it_is_in_the_demos_world_at_once(installed: Path, tmp_path: Path) -> None:
    """The demo runs to its end with it: the person's tickets are found, handed over and erased, and the others' stay."""
    done = python("-m", "overdracht", "demo", "world", path=installed, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Complete: erased, verified and certified." in done.stdout
    opened = tmp_path / "world" / "opened"
    overview = json.loads((opened / "overview.json").read_text())
    mine = {one["title"] for one in overview["items"] if one["source"] == "help_desk"}
    assert mine == {"Mailbox vol", "Certificaat verlopen", "Vraag"}
    found = python(
        *("-m", "overdracht", "--config", "world/overdracht.toml", "find", "--json"),
        "sanne.vanderberg@kleikunst.example",
        path=installed,
        cwd=tmp_path,
    )
    totals = {one["source"]: one["items"] for one in json.loads(found.stdout)["totals"]}
    assert totals["help_desk"] == 1


def test_it_passes_the_contract_of_its_own_tests(written: Path, installed: Path) -> None:
    """Its tests, run as its author runs them, hold it against every promise, reading and erasing, and it keeps them."""
    done = python("-m", "pytest", "-q", "-p", "no:cacheprovider", path=installed, cwd=written)
    assert done.returncode == 0, done.stdout
    assert "55 passed" in done.stdout


def test_it_is_typed(written: Path, installed: Path) -> None:
    """`mypy --strict`, as its own settings say it, has nothing to say."""
    if importlib.util.find_spec("mypy") is None:
        pytest.skip("mypy is installed where types are checked (tox -e types)")
    done = python("-m", "mypy", "--cache-dir", os.devnull, path=installed, cwd=written)
    assert done.returncode == 0, done.stdout


def test_nothing_of_the_placeholder_is_left(written: Path) -> None:
    """Every file and every text carries the new name."""
    for path in written.rglob("*"):
        assert "acmedesk" not in path.name
        if path.is_file() and path.suffix != ".pyc":
            assert "acmedesk" not in path.read_text().lower()
    assert (written / "src" / "overdracht_help_desk" / "py.typed").is_file()
    assert (written / ".github" / "workflows" / "tests.yml").is_file()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("imap", "there is a connector imap already"),
        ("Help-Desk", "this is no name for a connector"),
        ("class", "this is no name for a connector"),
        ("../up", "this is no name for a connector"),
    ],
)
def test_a_bad_name_is_refused(name: str, said: str, tmp_path: Path) -> None:
    """One clear line, exit code 2, and nothing written."""
    process = python(
        "-m", "overdracht", "connector", "new", name, path=tmp_path / "none", cwd=tmp_path
    )
    assert process.returncode == 2
    assert said in process.stderr
    assert process.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    """A second time is refused, and the first stays as it was made one's own."""
    mine = new("help_desk", tmp_path) / "README.md"
    mine.write_text("mine")
    process = python(
        "-m", "overdracht", "connector", "new", "help_desk", path=tmp_path / "none", cwd=tmp_path
    )
    assert process.returncode == 2
    assert "is there already" in process.stderr
    assert mine.read_text() == "mine"
