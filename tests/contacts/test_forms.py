"""What leaves is taken by others: independent libraries and a server read the forms, and photos are whole."""

import base64
import ssl
from pathlib import Path

import pytest
import vobject
from icalendar import Calendar

from overdracht_contacts.card_forms import as_3, as_4
from overdracht_contacts.cards import Card
from overdracht_contacts.contentlines import content_lines
from overdracht_contacts.dav_settings import DavSettings
from overdracht_contacts.on_server import CardDavConnector
from tests.contacts.asking import agenda, cards, exported, find, only
from tests.contacts.test_odd_cards import DIALECTS, PHOTO, SANNE, written
from tests.contacts.test_shared import ANNELIES, MEETING
from tests.servers.radicale import PASSWORD, Radicale

PICTURE = base64.b64decode(PHOTO)


@pytest.mark.parametrize("dialect", [one for one in DIALECTS if one != "Google"])
def test_vobject_reads_3_0_and_the_photo_is_whole(dialect: str) -> None:
    """From every dialect: the name, every address and number, and each byte of the photo."""
    card = vobject.readOne(as_3(Card(written(DIALECTS[dialect]))).decode())
    assert card.version.value == "3.0"
    assert card.photo.value == PICTURE
    assert card.email.value == SANNE
    assert card.tel.value.replace("-", "").replace(" ", "")[-8:] == "12345678"
    assert card.n.value.family
    assert card.fn.value


@pytest.mark.parametrize("dialect", DIALECTS)
def test_4_0_says_the_same(dialect: str) -> None:
    """Version 4.0 has a name, no transfer encoding, the photo as a link with its data, and all fields of the person."""
    content = as_4(Card(written(DIALECTS[dialect])))
    card = Card(content)
    assert card.first("VERSION") == "4.0"
    assert card.title
    assert b"QUOTED-PRINTABLE" not in content
    assert b"ENCODING=" not in content
    for line in content_lines(content):
        assert line.name
        if line.name == "PHOTO":
            kind, _, packed = line.value.partition(";base64,")
            assert kind == "data:image/jpeg"
            assert base64.b64decode(packed) == PICTURE
    assert {one.value for field in card.fields for one in field.values} >= {SANNE, "+31612345678"}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_server_takes_both(radicale: Radicale, dialect: str) -> None:
    """Radicale accepts both forms by PUT, and hers is found in them again by both connectors' ways."""
    import httpx

    user = radicale.new_user()
    radicale.collection(user, "boek", "VADDRESSBOOK")
    card = Card(written(DIALECTS[dialect]))
    settings = DavSettings.model_validate(radicale.settings(user))
    with httpx.Client(
        verify=_trusting(radicale), auth=(user, PASSWORD), base_url=radicale.url
    ) as client:
        for name, content in (("drie", as_3(card)), ("vier", as_4(card))):
            answer = client.put(
                f"{user}/boek/{name}.vcf", content=content.replace(b"UID:", b"UID:" + name.encode())
            )
            assert answer.status_code == 201, answer.text
    found = find(CardDavConnector("boek", settings), SANNE)
    assert len(found.items) == 2
    assert found.gaps == []


def _trusting(server: Radicale) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(server.base / "localhost.crt"))


def test_every_form_of_a_card_leaves(tmp_path: Path) -> None:
    """An export holds the card as it stands, 3.0 and 4.0, and a line that says what it is."""
    (tmp_path / "kaart.vcf").write_bytes(written(DIALECTS["Apple"]))
    pieces = exported(cards(tmp_path), only(cards(tmp_path), SANNE)).pieces
    assert [one.path.rpartition("/")[2] for one in pieces] == [
        "000001.vcf",
        "000001-vcard-3.0.vcf",
        "000001-vcard-4.0.vcf",
        "index.jsonl",
    ]


def test_icalendar_reads_what_leaves_of_a_meeting(tmp_path: Path) -> None:
    """An independent library reads the masked appointment as a calendar with one event and one attendee."""
    (tmp_path / "agenda.ics").write_bytes(MEETING.encode())
    item = only(agenda(tmp_path), ANNELIES)
    content = exported(agenda(tmp_path), item).pieces[0].content
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert event["SUMMARY"] == "Overleg netwerk"
    assert str(event["ATTENDEE"]).casefold() == f"mailto:{ANNELIES}"
