"""Whose a note is: its title and the fields at its top say it, until somebody else is named."""

from pathlib import Path

import pytest

from overdracht import Result, Verdict
from tests.contacts.asking import as_it_stands, erased, notes, only, proposed

MAIL, PHONE, NAME = "ann@smit.example", "+31612345678", "name:Ann Smit"
ALL = (MAIL, PHONE, NAME)
TOP = "mail: ann@smit.example\ntel: 06-12345678\n\n"

HERS = {
    "title": (f"# Ann Smit\n\n{TOP}Betaalt traag.\n", ALL),
    "title, by the name only": (f"# Ann Smit\n\n{TOP}Betaalt traag.\n", (NAME,)),
    "title, by the addresses only": (f"# Ann Smit\n\n{TOP}Betaalt traag.\n", (MAIL, PHONE)),
    "no fields": ("# Smit, Ann\n\nBetaalt traag.\n\n## Modem\n\nMoet vervangen.\n", (NAME,)),
    "second level": ("## Klant Ann Smit\n\nBetaalt traag.\n", (NAME,)),
    "underlined": ("Ann Smit\n========\n\nBetaalt traag.\n", (NAME,)),
    "below a date": ("---\ndatum: 2026-03-01\n---\n# Ann Smit\n\nBetaalt traag.\n", (NAME,)),
    "plain title": ("Ann Smit\n\nBetaalt traag.\n", (NAME,)),
    "name in the head": ("klant: Ann Smit\n\nBetaalt traag.\n", (NAME,)),
    "address in the head": (f"{TOP}Betaalt traag.\n", (MAIL, PHONE)),
}


@pytest.mark.parametrize("kind", HERS)
def test_a_note_that_is_called_after_her_is_hers(tmp_path: Path, kind: str) -> None:
    """Its title or the fields at its top name her and nobody else is named in it: she gets all of it, and it goes whole."""
    text, sought = HERS[kind]
    (tmp_path / "a.md").write_text(text)
    connector = notes(tmp_path)
    item = only(connector, *sought)
    assert as_it_stands(connector, item) == text
    step = proposed(connector, item)
    assert step.disposition.verdict is Verdict.ERASE
    assert [one.result for one in erased(connector, [step])] == [Result.ERASED]
    assert not (tmp_path / "a.md").exists()


DOUBTFUL = {
    "another address": (f"# Ann Smit\n\n{TOP}Betaalt traag.\n\nZie piet@dewit.example.\n", ALL),
    "two in the title": ("# Ann Smit en Piet de Wit\n\nBetaalt traag.\n", (NAME,)),
    "another's title": ("# Piet de Wit, man van Ann Smit\n\nBetaalt traag.\n", (NAME,)),
    "another's section": ("# Ann Smit\n\nBelt vaak.\n\n## Piet Jansen\n\nBetaalt.\n", (NAME,)),
    "a number not known": (f"# Klanten\n\n{TOP}Betaalt traag.\n", (MAIL,)),
    "another's title, her fields": (f"# Piet de Wit\n\n{TOP}Ann Smit betaalt.\n\nTraag.\n", ALL),
    "another customer": (f"# Ann Smit\n\nklant: Piet Jansen\n{TOP}Betaalt traag.\n", ALL),
}


@pytest.mark.parametrize("kind", DOUBTFUL)
def test_what_may_be_somebody_elses_is_looked_at(tmp_path: Path, kind: str) -> None:
    """The top names her and others too, or perhaps: nothing is planned for the passages that name nobody, and the ground says why."""
    text, sought = DOUBTFUL[kind]
    (tmp_path / "a.md").write_text(text)
    step = proposed(notes(tmp_path), only(notes(tmp_path), *sought))
    assert step.disposition.verdict is Verdict.REVIEW
    assert "perhaps it is about somebody else too" in step.disposition.ground.en


def test_the_next_heading_of_the_same_level_ends_her_section(tmp_path: Path) -> None:
    """In a file of several people hers is all under her heading, though it is the first; the others' stays to the byte."""
    others = "# Piet Jansen\n\nWil een offerte.\n\n# Bart\n\nmail: bart@elders.example\n"
    path = tmp_path / "a.md"
    path.write_text(f"# Ann Smit\n\n{TOP}Betaalt traag.\n\n{others}")
    connector = notes(tmp_path)
    item = only(connector, *ALL)
    shown = as_it_stands(connector, item)
    assert "Betaalt traag" in shown
    assert "offerte" not in shown
    step = proposed(connector, item)
    assert step.disposition.verdict is Verdict.ANONYMISE
    erased(connector, [step])
    assert path.read_text() == others


LISTS = {
    "sentence": "Ann Smit belde.\n\nKees wil een offerte.\n",
    "entry": "- Ann Smit belde\n- Kees wil een offerte\n",
    "first of a list": "Ann Smit\nKees de Boer\n\nKees wil een offerte.\n",
}


@pytest.mark.parametrize("kind", LISTS)
def test_a_first_line_that_is_no_title_gives_her_nothing_else(tmp_path: Path, kind: str) -> None:
    """A list of paragraphs, entries or names whose first is about her is not hers: what is about Kees stays."""
    (tmp_path / "a.txt").write_text(LISTS[kind])
    connector = notes(tmp_path)
    erased(connector, [proposed(connector, only(connector, NAME))])
    left = (tmp_path / "a.txt").read_text()
    assert "Kees wil een offerte" in left
    assert "Ann Smit" not in left
