"""Every command explains itself, and the documentation knows every command and option."""

import re
import shlex
from pathlib import Path

import click
import pytest

from overdracht.cli.main import COMMANDS, cli
from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]
DOCUMENTATION = (ROOT / "docs" / "commands.md").read_text()


def _command(name: str) -> click.Command:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    return found


def _options(name: str) -> list[str]:
    return [
        max(one.opts, key=len) for one in _command(name).params if isinstance(one, click.Option)
    ]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_has_an_example_that_parses(run: Run, name: str) -> None:
    """`--help` ends in examples of the command itself, with options and arguments that it has."""
    text = run(name, "--help").output
    examples = re.findall(rf"^ +overdracht ({name}\b.*)$", text, re.MULTILINE)
    assert examples, text
    for example in examples:
        words = shlex.split(example)
        context = _command(name).make_context(name, words[1:], resilient_parsing=False)
        context.close()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_described(name: str) -> None:
    """Each option has a help text that is a sentence."""
    for one in _command(name).params:
        if isinstance(one, click.Option):
            assert one.help, one.name
            assert one.help.rstrip("]").split("  [")[0].endswith("."), one.help


@pytest.mark.parametrize("name", COMMANDS)
def test_the_documentation_has_every_command_and_option(name: str) -> None:
    """docs/commands.md has a section for the command, which names each of its options."""
    section = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", DOCUMENTATION, re.MULTILINE | re.DOTALL)
    assert section, f"docs/commands.md has no section {name}"
    for option in _options(name):
        assert f"`{option}" in section[1], f"docs/commands.md: {name} {option}"


def test_the_documentation_has_no_command_that_is_not_there() -> None:
    """Every section of the commands that begins in lower case is one of the commands."""
    assert tuple(re.findall(r"^## ([a-z]+)$", DOCUMENTATION, re.MULTILINE)) == COMMANDS


def test_global_options_are_documented() -> None:
    """So are the options of overdracht itself."""
    for option in ("--config", "--debug", "--version", "_OVERDRACHT_COMPLETE=bash_source"):
        assert f"`{option}" in DOCUMENTATION or option in DOCUMENTATION


def test_completion_is_clicks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shell completes commands by click's own script."""
    from click.testing import CliRunner

    result = CliRunner().invoke(
        cli, [], prog_name="overdracht", env={"_OVERDRACHT_COMPLETE": "bash_source"}
    )
    assert "_OVERDRACHT_COMPLETE=bash_complete" in result.output
