"""A certificate that is read back, its page, and the letter that is made of it."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import html5lib
import orjson
import pytest

from overdracht.errors import BundleError
from overdracht.report.certificate import is_certificate, parse
from overdracht.report.letter import Letter
from tests.export.hostile import SCRIPT
from tests.report.erasures import (
    certificate,
    certificate_page,
    correction_letter_page,
    facts,
    letter_page,
    plan_page,
)


def words(page: bytes) -> str:
    """Return a page's text as it is read, white space joined."""
    tree = html5lib.parse(page.decode(), namespaceHTMLElements=False)
    return re.sub(r"\s+", " ", " ".join(tree.find("body").itertext()))


def letter(language: str = "nl", received: date | None = None, **more: Any) -> str:
    """Return the letter as one line of text."""
    return " ".join(Letter(certificate(**more), language, received).text().split())


@pytest.mark.parametrize(
    "change",
    [
        {"format": "overdracht-certificate/2"},
        {"sources": 3},
        {"retained": [{"source": "x", "category": "horoscope", "items": 1}]},
        {"made": "gisteren"},
    ],
)
def test_what_is_no_certificate_is_refused(change: dict[str, Any]) -> None:
    """The shape is checked, and the answer does not repeat what stands in the file."""
    with pytest.raises(BundleError) as caught:
        parse(orjson.dumps(facts() | change))
    assert "horoscope" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_certificate_is_told_from_anything_else() -> None:
    """By its first byte and its format, so that `verify` knows what it was given."""
    assert is_certificate(orjson.dumps(facts()))
    assert not is_certificate(b'{"format": "overdracht-overview"}')
    assert not is_certificate(b"PK\3\4")


def test_the_page_says_whether_it_is_complete() -> None:
    """An incomplete one does not look like a complete one."""
    assert "VOLLEDIG Alle bronnen" in words(certificate_page())
    incomplete = words(certificate_page(complete=False))
    assert "ONVOLLEDIG" in incomplete
    assert "COMPLETE" in words(certificate_page(language="en"))


def test_the_day_is_a_dutch_one() -> None:
    """Half past eleven at night in UTC is tomorrow in the Netherlands."""
    assert "25 november 2026" in words(certificate_page())


def test_replaced_values_are_called_pseudonymous() -> None:
    """Amounts that stay beside a name that was replaced are no anonymous data, and nobody is told so."""
    for language, said in (
        ("nl", "gepseudonimiseerd, niet anoniem"),
        ("en", "pseudonymised, not anonymous"),
    ):
        assert said in words(certificate_page(language=language))
        assert said in letter(language)
    kept = [{**facts()["retained"][0], "pseudonymous": False}]
    assert "gepseudonimiseerd" not in letter(retained=kept)


def test_the_letter_names_the_recipients() -> None:
    """GDPR Art. 19: who received data is told, and the person hears who that is; without any it is to be filled in."""
    assert "- Boekhoudkantoor De Balans - de Belastingdienst" in letter()
    organisation = {**facts()["organisation"], "recipients": []}
    assert "[de ontvangers, of: niemand]" in letter(organisation=organisation)


def test_the_letter_says_how_long_backups_go_back() -> None:
    """As configured; else the administrator fills it in."""
    assert "ten hoogste 90 dagen" in letter()
    organisation = {**facts()["organisation"], "backups": None}
    assert "ten hoogste [termijn]" in letter(organisation=organisation)


def test_the_letter_of_an_incomplete_erasure_says_what_is_open() -> None:
    """What failed, what was not searched and what waits, with room for the reasons."""
    source = {**facts()["sources"][0], "gaps": 1, "results": {"erased": 1, "failed": 2}}
    waits = {
        "source": "notities",
        "category": "note",
        "ground": {"nl": "Dit systeem kan niet zelf wissen.", "en": "x"},
        "items": 1,
    }
    said = letter(complete=False, sources=[source], left_alone=[waits])
    assert "Nog niet alles is afgerond" in said
    assert "2 gegevens kon nog niet worden gewist. [Waarom, en wanneer wel.]" in said
    assert "Niet geheel doorzocht: mailarchief." in said
    assert "Notities (notities): 1 gegeven. Dit systeem kan niet zelf wissen." in said
    assert "Wat nog niet is gewist" not in letter()


def test_the_letter_is_dated_by_the_request() -> None:
    """The day on which it came in, when that is known."""
    assert "Op 20 november 2026 ontvingen wij" in letter(received=date(2026, 11, 20))
    assert "Op [datum] ontvingen wij" in letter()


def test_text_and_page_say_the_same() -> None:
    """Two forms of one letter."""
    shown = words(letter_page()).replace("\N{NO-BREAK SPACE}", " ")
    plain = letter(received=date(2026, 11, 20))
    sentences = re.findall(r"[A-Z][^.\[\]-]{30,}\.", plain)
    assert len(sentences) > 10
    for sentence in sentences:
        assert sentence in shown, sentence


def test_hostile_texts_stay_texts() -> None:
    """In the plain letter no control character survives, and in a page no element is made."""
    plain = Letter(certificate(hostile=True), "nl").text()
    assert all(one.isprintable() or one == "\n" for one in plain)
    pages = (
        certificate_page(hostile=True),
        letter_page(hostile=True),
        correction_letter_page(hostile=True),
    )
    for page in pages:
        tree = html5lib.parse(page.decode(), namespaceHTMLElements=False)
        assert not list(tree.iter("script"))
        assert SCRIPT in words(page)


def test_the_letter_says_what_stays_without_commands() -> None:
    """What, where and until when, and that it is not used; how to clear it stands in the certificate's page, as code."""

    def both(text: str) -> dict[str, str]:
        return {"nl": text, "en": text}

    left = {
        "source": "mailarchief",
        "what": both("afzenders van gewiste mail"),
        "where": both("`dovecot.index` van elke map, en het transactielog (`pg_wal`)"),
        "until": both("tot de server hem opruimt (`doveadm purge`)"),
        "remedy": both("`doveadm purge -u ACCOUNT` of `fstrim`"),
    }
    told = letter(residue=[left])
    assert (
        "- mailarchief: afzenders van gewiste mail (dovecot.index van elke map, en het transactielog; hoe lang: tot de server hem opruimt)"
        in told
    )
    assert "Wij gebruiken het niet meer." in told
    for page in (told, words(letter_page(residue=[left]))):
        assert not re.search("`|doveadm|fstrim|verhelpen", page)
    shown = certificate_page(residue=[left]).decode()
    assert "<code>doveadm purge -u ACCOUNT</code>" in shown
    assert "`" not in words(shown.encode())


def test_what_was_emptied_does_not_look_empty() -> None:
    """A source in which nothing of the person is left was searched whole; beside what was erased in it, "empty" would read as if nothing ever was."""
    (source,) = facts()["sources"]
    shown = words(certificate_page(sources=[{**source, "searched": "empty"}]))
    assert "Geheel; niets meer van de persoon" in shown
    assert "Leeg" not in shown
    assert "Hieronder staat waar." in words(correction_letter_page())


def test_nothing_waits_on_the_page_of_a_plan_where_nothing_does(tmp_path: Path) -> None:
    """What a review left out stands under a head of its own, and a command in a text is shown as one."""
    page = plan_page(tmp_path, hostile=False)
    shown = words(page)
    assert "Wat is weggelaten Na beoordeling niet aangeraakt: 2 gegevens." in shown
    assert "<code>doveadm mailbox cache purge</code>" in page.decode()
    assert "`" not in shown
    quiet = plan_page(tmp_path / "stil", hostile=False, waits=False)
    assert "Wat op u wacht" in shown
    assert "Wat op u wacht" not in words(quiet)
    assert "Na beoordeling niet aangeraakt" in words(quiet)
