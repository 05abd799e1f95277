"""A Dutch page says in Dutch why something was not searched, where those are our own words."""

import re

import pytest

from overdracht.report.reasons import in_dutch
from overdracht.survey.engine import SILENT
from tests.cli import plugin
from tests.cli.conftest import SANNE, Home, Run


def test_our_own_reasons_are_dutch_on_a_dutch_page(run: Run, home: Home) -> None:
    """A connector that faults, one that is not installed, and a source that was not asked; a connector's own words are marked as English."""
    home.configure(
        plugin.source("kast", "cabinet"),
        plugin.source("stuk", "faulty"),
        plugin.source("weg", "brievenbus"),
        plugin.source("nee", "refusing"),
    )
    run("find", SANNE)
    run("plan", SANNE, "--no-find", "--html", "alles.html")
    page = (home.path / "alles.html").read_text()
    assert "de connector liep vast op TypeError, een fout van hemzelf" in page
    assert "er is geen connector brievenbus geïnstalleerd" in page
    (foreign,) = re.findall(r'<p><span lang="en">([^<]*)', page)
    assert foreign.startswith("the server says")
    run("find", SANNE, "--source", "kast")
    run("plan", SANNE, "--no-find", "--html", "een.html")
    page = (home.path / "een.html").read_text()
    assert "deze keer niet gevraagd (--source)" in page
    assert '<p><span lang="en">' not in page
    run("plan", SANNE, "--no-find", "--html", "en.html", "--language", "en")
    assert "not asked in this run (--source)" in (home.path / "en.html").read_text()


@pytest.mark.parametrize(
    ("reason", "dutch"),
    [
        (SILENT, "de connector zei niets over wat hij heeft doorzocht"),
        (
            "no connector imapp is installed (did you mean imap?); not used: plugin x",
            "er is geen connector imapp geïnstalleerd (bedoelt u imap?); not used: plugin x",
        ),
        ("the connector imap failed (TypeError)", "de connector imap liep vast (TypeError)"),
        (
            "the connector x cannot be started: OSError",
            "de connector x kan niet worden gestart: OSError",
        ),
        ("the folder cannot be read: Permission denied", None),
    ],
)
def test_by_example(reason: str, dutch: str | None) -> None:
    """What the core says in the search, the configuration and the export; somebody else's words have no Dutch."""
    assert in_dutch(reason) == dutch
