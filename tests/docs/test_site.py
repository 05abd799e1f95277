"""The documentation builds without a warning, says what the contract says, and its commands are real."""

import importlib.util
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from overdracht.cli.main import cli
from overdracht.testing import (
    ErasingContract,
    ReadingContract,
    RectifyingContract,
    RestoringContract,
)
from overdracht.testing.numbering import promises

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    path for path in DOCS.rglob("*.md") if "overdracht-tickets" not in path.relative_to(DOCS).parts
)

_LINES = re.MULTILINE | re.DOTALL


def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    """Every link leads somewhere, every page is in the menu, every docstring of the reference can be read."""
    if importlib.util.find_spec("mkdocs") is None:
        pytest.skip("mkdocs is installed where the documentation is built (tox -e docs)")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "CustomerList" in (tmp_path / "writing-a-connector" / "index.html").read_text()
    reference = (tmp_path / "reference" / "index.html").read_text()
    for name in ("Connector", "Erases", "Item", "Harness"):
        assert name in reference


def test_the_contract_is_numbered_in_the_documentation() -> None:
    """docs/contract.md has every promise by its number, as the test of that number says it, and no other."""
    text = (DOCS / "contract.md").read_text()
    told = dict(re.findall(r"^- \*\*([A-Z][0-9]+)\*\* (.*)$", text, re.MULTILINE))
    contracts = (ReadingContract, ErasingContract, RectifyingContract, RestoringContract)
    assert told == {
        number: one for contract in contracts for number, one in promises(contract).items()
    }


def _commands() -> list[tuple[str, str]]:
    """Return the command lines that stand in the pages, with the page of each."""
    blocks = (
        (page, block)
        for page in PAGES
        for block in re.findall(r"^```(?:sh|console|cron|ini)\n(.*?)^```", page.read_text(), _LINES)
    )
    found = [
        (str(page.relative_to(DOCS)), line)
        for page, block in blocks
        for line in re.findall(
            r"(?:^|[ /=])overdracht ((?:--config|[a-z]).*)$", block, re.MULTILINE
        )
    ]
    assert len(found) > 20
    return found


@pytest.mark.parametrize(("page", "line"), _commands(), ids=lambda one: one.split()[0])
def test_a_command_in_the_documentation_is_one(page: str, line: str) -> None:
    """Each command line, as it stands there, has a command, options and arguments that exist."""
    words = shlex.split(line)
    if words[0] == "--config":
        words = words[2:]
    group: click.Command = cli
    while isinstance(group, click.Group):
        command = group.get_command(click.Context(group), words[0])
        assert command is not None, f"{page}: overdracht {line}"
        group, words = command, words[1:]
    group.make_context("overdracht", words, resilient_parsing=False).close()
