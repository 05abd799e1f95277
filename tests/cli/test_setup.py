"""`init`, `connectors` and `check`: what comes before the first question."""

import json
import tomllib
from pathlib import Path

import pytest

from overdracht.cli.session import Session
from tests.cli import plugin
from tests.cli.conftest import Home, Run

ANSWERS = (
    "--name", "Voorbeeld “ICT”", "--contact", "privacy@voorbeeld.example",
    "--own", "voorbeeld.example", "--own", "NL91ABNA0417164300", "--language", "en",
)  # fmt: skip


def test_init_writes_what_the_options_answer(run: Run, home: Home) -> None:
    """With an option for every answer it asks nothing; what it writes is read back as it was answered, with comments."""
    result = run("init", "--no-input", *ANSWERS, "--to", "nieuw.toml")
    assert result.exit_code == 0, result.output
    written = (home.path / "nieuw.toml").read_text()
    organisation = tomllib.loads(written)["organisation"]
    assert organisation["name"] == "Voorbeeld “ICT”"
    assert organisation["own"] == ["voorbeeld.example", "NL91ABNA0417164300"]
    assert "# " in written
    config = Session(explicit=Path("nieuw.toml")).config
    assert config.organisation.language == "en"
    assert len(config.organisation.own) == 2


def test_init_names_the_connectors_that_were_chosen(run: Run, home: Home) -> None:
    """A connector that is chosen becomes a source whose required settings stay open, so that reading the file says so."""
    run("init", "--no-input", *ANSWERS, "--connector", "cabinet", "--to", "nieuw.toml")
    assert tomllib.loads((home.path / "nieuw.toml").read_text())["sources"]["cabinet"] == {
        "connector": "cabinet"
    }
    result = run("--config", "nieuw.toml", "check")
    assert result.exit_code == 2
    assert "sources.cabinet.system: is missing" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ((*ANSWERS, "--no-input"), 2, "overdracht.toml exists already (--to FILE writes another)"),
        ((*ANSWERS, "--to", "n.toml"), 2, "there is no terminal to ask on (--no-input"),
        (("--no-input", "--own", "blub", "--to", "n.toml"), 2, "it is not clear what kind"),
        (("--no-input", "--connector", "zolder", "--to", "n.toml"), 2, "no connector zolder"),
        (("--no-input", "--to", "weg/n.toml"), 2, "weg/n.toml: cannot be written: No such file"),
    ],
)
def test_init_refuses_in_one_line(
    run: Run, home: Home, arguments: tuple[str, ...], code: int, told: str
) -> None:
    """It overwrites nothing, and a wrong answer is told before anything is written."""
    before = home.config.read_text()
    result = run("init", *arguments)
    assert result.exit_code == code
    assert told in result.stderr
    assert home.config.read_text() == before
    assert home.names() == {"overdracht.toml"}


def test_connectors_says_what_each_can_do(run: Run) -> None:
    """Every connector is listed with its abilities, the distribution it comes from, and what it is."""
    line = next(one for one in run("connectors").output.splitlines() if "cabinet " in one)
    name, abilities = line.split(maxsplit=1)
    assert name == "cabinet"
    assert abilities.startswith("find, export, erase, rectify, restore, identifiers, age ")
    assert abilities.endswith("overdracht-cabinet 1.2  a filing cabinet, for tests")


def test_connectors_shows_the_settings_of_one(run: Run) -> None:
    """With a name each setting is shown with its default and description; --json has the same."""
    output = run("connectors", "cabinet").output
    assert "system  (required)  the records: key, part, fields" in output
    assert "--extra text: the free text of every record as a file" in output
    (one,) = json.loads(run("connectors", "cabinet", "--json").output)["connectors"]
    assert one["settings"][0]["key"] == "system"
    assert one["can"] == [
        "find",
        "export",
        "erase",
        "rectify",
        "restore",
        "identifiers",
        "age",
    ]


def test_a_broken_plugin_is_named(
    run: Run, home: Home, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plugin that cannot be loaded is named with its distribution and makes exit code 1; the others stay."""
    ruin = plugin.install_broken(tmp_path_factory.mktemp("ruin"))
    monkeypatch.syspath_prepend(str(ruin))
    result = run("connectors")
    assert result.exit_code == 1
    assert "not used: plugin ruin of overdracht-ruin 0.1: ModuleNotFoundError" in result.output
    assert "cabinet" in result.output


def test_a_plugins_command_is_one_of_ours(run: Run) -> None:
    """What a plugin adds stands in the help and runs."""
    assert "greet" in run("--help").output
    assert run("greet").output == "hello from a plugin\n"


def test_check_tries_every_source(run: Run, home: Home) -> None:
    """Each source's checks are shown with how long they took; all well is exit 0."""
    result = run("check")
    assert result.exit_code == 0
    assert "kast (cabinet, 0." in result.output
    assert "  ok    reachable\n" in result.output
    assert "All is well." in result.output


def test_check_names_what_fails_and_goes_on(run: Run, home: Home) -> None:
    """A connector that fails or is missing is told without its words, the other sources are tried, and the exit code is 1."""
    home.configure(
        plugin.source("stuk", "faulty"),
        plugin.source("weg", "brievenbus"),
        plugin.source("kast", "cabinet"),
    )
    result = run("check")
    assert result.exit_code == 1
    assert "FAIL  check: the connector failed with TypeError, a fault of its own" in result.output
    assert "FAIL  connector: no connector brievenbus is installed" in result.output
    assert "ok    reachable" in result.output
    assert "2 sources cannot be searched whole." in result.output
    answers = json.loads(run("check", "kast", "stuk", "--json").output)
    assert [(one["source"], one["ok"]) for one in answers] == [("stuk", False), ("kast", True)]


def test_no_source_is_not_well(run: Run, home: Home) -> None:
    """A configuration without sources is exit code 1: nothing would be searched."""
    home.configure()
    assert run("check").exit_code == 1
