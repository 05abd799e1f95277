"""The tutorial's connector is a distribution of its own: it keeps the contract, and is found, exported and erased through like any other."""

import json
import os
import re
from pathlib import Path

import pytest

from tests.connector.distribution import python, unpacked

DOCS = Path(__file__).parents[2] / "docs"
TICKETS = DOCS / "tutorial" / "overdracht-tickets"

BROKEN = '''"""A plugin that cannot be loaded."""

raise RuntimeError("no such library")
'''


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tutorial's wheel, unpacked as pip does it."""
    return unpacked(TICKETS, tmp_path_factory.mktemp("installed"))


def test_its_own_tests_pass(installed: Path) -> None:
    """As its author runs them: every promise of the contract, reading and erasing."""
    done = python(
        *("-m", "pytest", "-q", "-p", "no:cacheprovider"),
        path=installed,
        cwd=TICKETS,
    )
    assert done.returncode == 0, done.stdout
    assert "56 passed" in done.stdout


def test_it_is_found_exported_and_erased_through(installed: Path, tmp_path: Path) -> None:
    """In the demo's world: her tickets with what was written under them are in the bundle, and gone afterwards; the others' are not."""
    done = python("-m", "overdracht", "demo", "world", path=installed, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    tables = (tmp_path / "world" / "opened").rglob("archive.jsonl")
    (ticket,) = [json.loads(line) for path in tables for line in path.read_text().splitlines()]
    assert ticket["title"] == "Mailbox vol"
    assert [one["body"] for one in ticket["messages"]] == [
        "Kan er ruimte bij?",
        "Er is nu 5 GB bij.",
    ]
    for person, left in (
        ("sanne@vanderberg.example", 0),
        ("sanne.vanderberg@kleikunst.example", 1),
    ):
        found = python(
            *("-m", "overdracht", "--config", "world/overdracht.toml", "find", person, "--json"),
            path=installed,
            cwd=tmp_path,
        )
        totals = json.loads(found.stdout)["totals"]
        assert sum(one["items"] for one in totals if one["source"] == "tickets") == left


def test_a_broken_one_is_named_and_stays_alone(installed: Path, tmp_path: Path) -> None:
    """A plugin that raises while it is loaded is named as not used, with exit code 1; all others work."""
    other = tmp_path / "other"
    package = other / "overdracht_broken"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(BROKEN)
    info = other / "overdracht_broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: overdracht-broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[overdracht]\nbroken = overdracht_broken\n")
    both = Path(f"{installed}{os.pathsep}{other}")

    done = python("-m", "overdracht", "connectors", "--json", path=both, cwd=tmp_path)
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert {"tickets", "imap", "mailfiles"} <= {one["name"] for one in told["connectors"]}
    (broken,) = told["broken"]
    assert "broken" in broken
    assert "overdracht-broken" in broken


def test_what_the_page_shows_is_what_runs() -> None:
    """Every piece of code in the tutorial is taken out of the distribution's files, by a name that stands there once."""
    page = (DOCS / "tutorial" / "index.md").read_text()
    pieces = re.findall(
        r'^--8<-- "(tutorial/overdracht-tickets/[^":]+)(?::([a-z]+))?', page, re.MULTILINE
    )
    assert len(pieces) > 8
    for file, section in pieces:
        text = (DOCS / file).read_text()
        if section:
            assert text.count(f"[start:{section}]") == 1, (file, section)
            assert text.count(f"[end:{section}]") == 1, (file, section)
    blocks = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert all(block.startswith("--8<-- ") for block in blocks)
