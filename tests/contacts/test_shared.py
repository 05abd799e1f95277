"""What several people share: the person's part leaves and goes, the others' stays to the byte, and the plan shows which lines."""

from pathlib import Path
from typing import Any

import pytest

from overdracht import Certainty, Item, Result, Verdict
from overdracht_contacts.dav_settings import DavSettings
from overdracht_contacts.on_server import CalDavConnector, CardDavConnector
from tests.contacts.asking import (
    agenda,
    as_it_stands,
    cards,
    erased,
    find,
    notes,
    only,
    proposed,
)
from tests.contacts.shelves import besides
from tests.servers.radicale import Radicale

ANNELIES, PIET = "annelies@dewit.example", "piet@dewit.example"
COUPLE = """BEGIN:VCARD
VERSION:3.0
UID:dewit
FN:Piet en Annelies de Wit
N:de Wit;Piet en Annelies;;;
EMAIL:annelies@dewit.example
EMAIL:piet@dewit.example
TEL;TYPE=HOME:0251-799033
item1.TEL:06-55012344
item1.X-ABLABEL:Annelies mobiel
item2.TEL:06-55012399
item2.X-ABLABEL:Piet mobiel
NOTE:Router staat op zolder.\\n\\nAnnelies mailt liever: annelies@dewit.example.\\n\\nPiet werkt nu 06-55012388.
END:VCARD
""".replace("\n", "\r\n")
WITHOUT = (
    COUPLE.replace("EMAIL:annelies@dewit.example\r\n", "")
    .replace("item1.TEL:06-55012344\r\nitem1.X-ABLABEL:Annelies mobiel\r\n", "")
    .replace(
        "NOTE:Router staat op zolder.\\n\\nAnnelies mailt liever: annelies@dewit.example.\\n\\nPiet werkt nu 06-55012388.",
        "NOTE:Router staat op zolder.\\n\\nPiet werkt nu 06-55012388.",
    )
)
GROUP = """BEGIN:VCARD
VERSION:4.0
UID:bestuur
KIND:group
FN:Bestuur De Oude Haven
MEMBER:urn:uuid:AAAA-1
MEMBER:urn:uuid:BBBB-2
END:VCARD
""".replace("\n", "\r\n")
HERS = "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:urn:uuid:AAAA-1\r\nFN:Annelies\r\nEMAIL:annelies@dewit.example\r\nEND:VCARD\r\n"
HIS = "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:urn:uuid:BBBB-2\r\nFN:Piet\r\nEMAIL:piet@dewit.example\r\nEND:VCARD\r\n"
MEETING = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//NL
BEGIN:VEVENT
UID:overleg
DTSTAMP:20260301T090000Z
DTSTART:20260301T090000Z
SUMMARY:Overleg netwerk
ORGANIZER;CN="Piet de Wit":mailto:piet@dewit.example
ATTENDEE;CN="Piet de Wit":mailto:piet@dewit.example
ATTENDEE;CN="Annelies de Wit":MAILTO:Annelies@DeWit.example
DESCRIPTION:Kabels nalopen.\\n\\nAnnelies (annelies@dewit.example) haalt de sleutel.
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A folder with the card of a couple."""
    (tmp_path / "dewit.vcf").write_bytes(COUPLE.encode())
    return tmp_path


def test_a_couples_card_reveals_nobody_else(shared: Path) -> None:
    """It is exact for each of them, and surely tells of her only what her own label says: his address and number lead nowhere."""
    item = only(cards(shared), ANNELIES, "+31655012344")
    assert item.certainty is Certainty.EXACT
    sure = {one.identifier.value for one in item.reveals if one.certainty is Certainty.EXACT}
    assert sure == {"+31655012344"}
    assert item.third_parties > 0


def test_her_part_of_a_couples_card_leaves(shared: Path) -> None:
    """The name, what nobody else is named in, and her lines; not his address, his numbers, or what the note says of him."""
    item = only(cards(shared), ANNELIES, "+31655012344")
    shown = as_it_stands(cards(shared), item)
    for hers in (
        "Piet en Annelies de Wit",
        "annelies@dewit",
        "06-55012344",
        "Annelies mobiel",
        "zolder",
    ):
        assert hers in shown
    for his in ("piet@dewit", "55012399", "Piet mobiel", "55012388"):
        assert his not in shown


def test_her_part_of_a_couples_card_goes(shared: Path) -> None:
    """The plan shows each line that goes, the card keeps all others to the byte, and doing it again changes nothing."""
    connector = cards(shared)
    item = only(connector, ANNELIES, "+31655012344")
    step = proposed(connector, item)
    assert step.disposition.verdict is Verdict.ANONYMISE
    gone = [one for one in step.action.splitlines() if one.startswith("-")]
    assert [one.partition(":")[0] for one in gone] == [
        "-EMAIL",
        "-item1.TEL",
        "-item1.X-ABLABEL",
        "-NOTE",
    ]
    assert (shared / "dewit.vcf").read_bytes() == COUPLE.encode()
    (outcome,) = erased(connector, [step])
    assert outcome.result is Result.ANONYMISED
    left = (shared / "dewit.vcf").read_bytes()
    assert left.replace(b"\r\n ", b"") == WITHOUT.encode()
    assert find(connector, ANNELIES, "+31655012344").items == []
    assert erased(connector, [step]) == [outcome]
    assert list(connector.prepare(iter([step]))) == []
    assert (shared / "dewit.vcf").read_bytes() == left


def test_a_shared_card_that_changed_is_left_alone(shared: Path) -> None:
    """When somebody edited the card after the plan, nothing of it is touched."""
    connector = cards(shared)
    step = proposed(connector, only(connector, ANNELIES))
    changed = COUPLE.replace("zolder", "zolder boven").encode()
    (shared / "dewit.vcf").write_bytes(changed)
    assert [one.key for one in connector.prepare(iter([step]))] == [step.item.key]
    assert [one.result for one in erased(connector, [step])] == [Result.CHANGED]
    assert (shared / "dewit.vcf").read_bytes() == changed


def test_a_member_leaves_the_group_and_the_group_stays(tmp_path: Path) -> None:
    """A group is found by the card that it points at, wherever that stands in the file, and loses that line only."""
    path = tmp_path / "alles.vcf"
    path.write_bytes((GROUP + HERS + HIS).encode())
    connector = cards(tmp_path)
    items = find(connector, ANNELIES).items
    assert {one.title for one in items} == {"Annelies", "Bestuur De Oude Haven"}
    assert {one.certainty for one in items} == {Certainty.EXACT}
    steps = [proposed(connector, one) for one in items]
    assert {one.result for one in erased(connector, steps)} == {Result.ERASED, Result.ANONYMISED}
    assert path.read_bytes() == (GROUP.replace("MEMBER:urn:uuid:AAAA-1\r\n", "") + HIS).encode()


def test_a_party_leaves_the_meeting_and_the_meeting_stays(tmp_path: Path) -> None:
    """Her line and what the text says of her go; of his she gets nothing, and the meeting itself she does."""
    path = tmp_path / "agenda.ics"
    path.write_bytes(MEETING.encode())
    connector = agenda(tmp_path)
    item = only(connector, ANNELIES)
    shown = as_it_stands(connector, item)
    assert "Overleg netwerk" in shown
    assert "piet@" not in shown
    (outcome,) = erased(connector, [proposed(connector, item)])
    assert outcome.result is Result.ANONYMISED
    assert (
        path.read_bytes()
        == MEETING.replace('ATTENDEE;CN="Annelies de Wit":MAILTO:Annelies@DeWit.example\r\n', "")
        .replace("\\n\\nAnnelies (annelies@dewit.example) haalt de sleutel.", "\\n\\n")
        .encode()
    )


def test_an_appointment_is_about_whom_its_summary_names(tmp_path: Path) -> None:
    """A number or a customer number in the summary makes it exact, and it goes with the address in it; one in the description is a mention."""
    path = tmp_path / "agenda.ics"
    one = (
        MEETING.partition("ORGANIZER")[0]
        + "LOCATION:Molenlaan 5\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    path.write_bytes(one.replace("Overleg netwerk", "Annelies 06-55012344 K10045").encode())
    connector = agenda(tmp_path)
    for sought in ("+31655012344", "customer:K10045"):
        assert only(connector, sought).certainty is Certainty.EXACT
    item = only(connector, "+31655012344", "customer:K10045")
    assert [each.result for each in erased(connector, [proposed(connector, item)])] == [
        Result.ERASED
    ]
    assert not path.exists()
    path.write_bytes(one.replace("LOCATION:", "DESCRIPTION:06-55012344 ").encode())
    assert only(connector, "+31655012344").certainty is Certainty.MENTION


LOG = """# Telefoonlijst maart

- 01-03-2026 Zoë Özdemir (06-55012355) vraagt een offerte.
- 02-03-2026 Annelies de Wit (annelies@dewit.example) meldt storing.
  Zij is na vijf uur thuis.
- 03-03-2026 Piet en Annelies: piet@dewit.example wil dat annelies@dewit.example ook meeleest.

## Annelies annelies@dewit.example

Wil volgende week langskomen.

## Overig

De kast moet open.
"""
LEFT = """# Telefoonlijst maart

- 01-03-2026 Zoë Özdemir (06-55012355) vraagt een offerte.
- 03-03-2026 Piet en Annelies: piet@dewit.example wil dat [gewist] ook meeleest.

## Overig

De kast moet open.
"""


def test_a_note_about_several_people_is_edited(tmp_path: Path) -> None:
    """Her entries, what stands under her heading, and her address in a sentence about both go; all the rest stays to the byte."""
    path = tmp_path / "lijst.md"
    path.write_text(LOG)
    connector = notes(tmp_path)
    item = only(connector, ANNELIES)
    assert item.certainty is Certainty.MENTION
    step = proposed(connector, item)
    assert step.disposition.verdict is Verdict.ANONYMISE
    assert "-- 02-03-2026 Annelies de Wit (annelies@dewit.example) meldt storing." in step.action
    erased(connector, [step])
    assert path.read_text() == LEFT
    assert find(connector, ANNELIES).items == []


def test_a_note_about_several_people_is_masked(tmp_path: Path) -> None:
    """She gets her own passages and nobody else's words or numbers."""
    (tmp_path / "lijst.md").write_text(LOG)
    shown = as_it_stands(notes(tmp_path), only(notes(tmp_path), ANNELIES))
    for hers in ("meldt storing", "na vijf uur thuis", "langskomen"):
        assert hers in shown
    for others in ("Özdemir", "55012355", "piet@dewit.example", "De kast", "Telefoonlijst"):
        assert others not in shown


def test_a_note_about_one_person_goes_whole(tmp_path: Path) -> None:
    """Its head says whose it is; the file goes, and other files stay."""
    (tmp_path / "a.md").write_text(
        "---\nklant: Annelies <annelies@dewit.example>\n---\n# Modem\n\nMoet vervangen.\n"
    )
    (tmp_path / "b.txt").write_text("Gesprek met piet@dewit.example\n\nNiets bijzonders.\n")
    connector = notes(tmp_path)
    item = only(connector, ANNELIES)
    assert (item.certainty, item.is_contact) == (Certainty.EXACT, True)
    erased(connector, [proposed(connector, item)])
    assert [one.name for one in tmp_path.iterdir()] == ["b.txt"]


def test_a_first_line_says_whom_a_note_is_about(tmp_path: Path) -> None:
    """A customer number, a telephone number or an address in the first line makes it exact; further down it is a mention."""
    (tmp_path / "a.txt").write_text("K10045 belde om 14:00 (06-55012344)\nWil een nieuwe router.\n")
    for sought in ("customer:K10045", "+31655012344"):
        assert only(notes(tmp_path), sought).certainty is Certainty.EXACT
    (tmp_path / "a.txt").write_text("Vandaag gebeld\n\nK10045 belde om 14:00 (06-55012344)\n")
    for sought in ("customer:K10045", "+31655012344"):
        assert only(notes(tmp_path), sought).certainty is Certainty.MENTION


@pytest.mark.parametrize("kind", ["cards", "calendar"])
def test_on_a_server_too(radicale: Radicale, kind: str) -> None:
    """Her part of a card or meeting goes by PUT with If-Match; the server writes it anew, and still it is known for what the plan shows:
    once more is no change, and what others have of it is all there."""
    user = radicale.new_user()
    connector: Any
    if kind == "cards":
        path = radicale.collection(user, "boek", "VADDRESSBOOK") / "dewit.vcf"
        connector, before, after = CardDavConnector, COUPLE, WITHOUT
    else:
        path = radicale.collection(user, "agenda", "VCALENDAR") / "overleg.ics"
        connector, before = CalDavConnector, MEETING
        after = MEETING.replace(
            'ATTENDEE;CN="Annelies de Wit":MAILTO:Annelies@DeWit.example\r\n', ""
        )
        after = after.replace("\\n\\nAnnelies (annelies@dewit.example) haalt de sleutel.", "\\n\\n")
    path.write_bytes(before.encode())
    source = connector("server", DavSettings.model_validate(radicale.settings(user)))
    item: Item = only(source, ANNELIES, "+31655012344")
    step = proposed(source, item)
    (outcome,) = erased(source, [step])
    assert outcome.result is Result.ANONYMISED
    ignored = ("PRODID", "REV", "DTSTAMP")
    assert besides(path.read_bytes(), ignored) == besides(after.encode(), ignored)
    left = path.read_bytes()
    assert erased(source, [step]) == [outcome]
    assert path.read_bytes() == left
    assert find(source, ANNELIES, "+31655012344").items == []
