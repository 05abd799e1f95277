"""Cards as programs really write them: every one is read, none loses a byte that was not to go."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overdracht import Certainty, Result
from overdracht_contacts.cards import Card
from overdracht_contacts.containers import CardFile
from overdracht_contacts.contentlines import content_lines, escaped, folded, likeness, parsed
from tests.contacts.asking import as_it_stands, cards, erased, exported, find, only, proposed

SANNE = "sanne@vanderberg.example"
PHOTO = base64.b64encode(bytes(range(256)) * 40).decode()

APPLE = """BEGIN:VCARD
VERSION:3.0
PRODID:-//Apple Inc.//macOS 14.5//EN
N:van der Berg;Sanne;;;
FN:Sanne van der Berg
item1.EMAIL;type=INTERNET;type=pref:sanne@vanderberg.example
item1.X-ABLabel:_$!<HomePage>!$_
item2.TEL:+31 6 12345678
item2.X-ABLabel:mobiel
item3.ADR;type=HOME;type=pref:;;Kerkstraat 12;Voorbeeldstad;;1972 BC;Nederland
item3.X-ABADR:nl
X-SOCIALPROFILE;type=twitter:https://twitter.example/sanne
PHOTO;ENCODING=b;TYPE=JPEG:{photo}
UID:APPLE-1
X-ABUID:APPLE-1:ABPerson
END:VCARD
"""
GOOGLE = """BEGIN:VCARD
VERSION:3.0
FN:Sanne van der Berg
N:Berg;Sanne;van der;;
EMAIL;TYPE=INTERNET;TYPE=HOME:Sanne@VanDerBerg.example
TEL;TYPE=CELL:06 12 34 56 78
item1.URL:http\\://www.google.example/profiles/123
item1.X-ABLabel:PROFILE
CATEGORIES:myContacts
END:VCARD
"""
OUTLOOK_21 = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=windows-1252;ENCODING=QUOTED-PRINTABLE:B=E9rg;Sann=E9
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Sann=C3=A9 B=C3=A9rg
TEL;CELL;VOICE:0612345678
EMAIL;PREF;INTERNET;ENCODING=QUOTED-PRINTABLE:sanne=40vander=
berg.example
NOTE;ENCODING=QUOTED-PRINTABLE:eerste regel=0D=0A=
tweede regel
PHOTO;TYPE=JPEG;ENCODING=BASE64:
 {photo}

END:VCARD
"""
FOUR = """BEGIN:VCARD
VERSION:4.0
UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1
FN:Sanne van der Berg
EMAIL;PREF=1:sanne@vand
 erberg.exa
\tmple
TEL;VALUE=uri;TYPE="cell,voice":tel:+31-6-12345678
PHOTO:data:image/jpeg;base64,{photo}
KIND:individual
END:VCARD
"""
DIALECTS = {"Apple": APPLE, "Google": GOOGLE, "Outlook 2.1": OUTLOOK_21, "vCard 4.0": FOUR}


def written(text: str, end: str = "\r\n") -> bytes:
    """Return the card *text* as a program writes it, long lines folded."""
    photo = f"{end} ".join(PHOTO[at : at + 74] for at in range(0, len(PHOTO), 74))
    return text.replace("\n", end).format(photo=photo).encode()


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("sought", [SANNE, "+31612345678"])
def test_every_dialect_is_found_by_its_fields(tmp_path: Path, dialect: str, sought: str) -> None:
    """An address and a number are exact, however the program folds, encodes, groups or spells them; the card reveals both."""
    (tmp_path / "kaart.vcf").write_bytes(written(DIALECTS[dialect]))
    item = only(cards(tmp_path), sought)
    assert item.certainty is Certainty.EXACT
    revealed = {one.identifier.value for one in item.reveals if one.certainty is Certainty.EXACT}
    assert {SANNE, "+31612345678"} <= revealed


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_card_leaves_as_it_stands(tmp_path: Path, dialect: str) -> None:
    """The first file of an export is the card, byte for byte."""
    content = written(DIALECTS[dialect])
    (tmp_path / "kaart.vcf").write_bytes(content)
    item = only(cards(tmp_path), SANNE)
    assert as_it_stands(cards(tmp_path), item).encode() == content


def test_names_in_quoted_printable_are_read() -> None:
    """vCard 2.1 with two charsets, and a soft line break in an address."""
    card = Card(written(OUTLOOK_21))
    assert card.title == "Sanné Bérg"
    assert card.assembled == "Sanné Bérg"
    assert card.first("NOTE") == "eerste regel\r\ntweede regel"
    assert card.first("EMAIL") == SANNE


@given(
    st.lists(
        st.binary(max_size=60).map(lambda line: line.replace(b"\n", b"")), min_size=0, max_size=12
    ),
    st.sampled_from([b"\n", b"\r\n"]),
)
def test_taking_apart_loses_no_byte(lines: list[bytes], end: bytes) -> None:
    """Whatever a file holds, the bytes of its lines, joined, are the file."""
    content = end.join(lines)
    assert b"".join(one.raw for one in content_lines(content)) == content
    for held in CardFile().held(content):
        assert all(0 <= start <= stop <= len(content) for start, stop in held.spans)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300))
def test_a_value_survives_escaping_and_folding(text: str) -> None:
    """Any text that is written as a value is read back as it was, and no physical line is longer than 75 octets."""
    line = folded(f"NOTE:{escaped(text)}")
    assert parsed(line).text == text
    assert all(len(one) <= 75 for one in line.split(b"\r\n"))


def test_the_likeness_is_that_of_the_words() -> None:
    """Order, folding and the spelling of parameters make no difference; a value, a type and a photo do."""
    card = written(APPLE)
    lines = card.replace(b"\r\n ", b"").split(b"\r\n")
    turned = b"\n".join([*lines[:3], *reversed(lines[3:-2]), *lines[-2:]])
    assert likeness(turned.replace(b"type=INTERNET", b"TYPE=internet")) == likeness(card)
    for before, after in (
        (b"12345678", b"12345679"),
        (b"type=pref", b"type=work"),
        (b"AAEC", b"AAEE"),
    ):
        assert before in turned
        assert likeness(turned.replace(before, after)) != likeness(card)


def _named(number: int, email: str, uid: str = "zelfde") -> bytes:
    return f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:Klant {number}\r\nEMAIL:{email}\r\nEND:VCARD\r\n".encode()


def test_cards_that_share_a_uid_are_told_apart(tmp_path: Path) -> None:
    """A broken export gives all cards one UID, or none: each is an item of its own, and only the person's goes."""
    others = [_named(number, f"klant{number}@elders.example") for number in range(4)]
    others.append(others[0].replace(b"UID:zelfde\r\n", b""))
    mine = [_named(7, SANNE), _named(8, SANNE).replace(b"UID:zelfde\r\n", b"")]
    path = tmp_path / "alles.vcf"
    path.write_bytes(b"".join([*others[:2], mine[0], *others[2:], mine[1]]))
    connector = cards(tmp_path)
    items = find(connector, SANNE).items
    assert len({one.key for one in items}) == 2
    for item in items:
        (outcome,) = erased(connector, [proposed(connector, item)])
        assert outcome.result is Result.ERASED
    assert path.read_bytes() == b"".join(others)
    assert find(connector, SANNE).items == []


def test_a_card_that_stands_there_twice_goes_twice(tmp_path: Path) -> None:
    """Two cards that are equal to the letter are one item, and none of them stays."""
    path = tmp_path / "alles.vcf"
    other = _named(1, "een@ander.example", "ander")
    path.write_bytes(_named(7, SANNE) + other + _named(7, SANNE))
    connector = cards(tmp_path)
    erased(connector, [proposed(connector, only(connector, SANNE))])
    assert path.read_bytes() == other


def test_what_is_between_and_around_the_cards_stays(tmp_path: Path) -> None:
    """Comments, empty lines and half a card at the end are nobody's, and are not touched."""
    path = tmp_path / "alles.vcf"
    rest = (b"# adresboek\r\n\r\n", b"\r\n\r\n", b"BEGIN:VCARD\r\nFN:Half\r\n")
    path.write_bytes(
        rest[0] + _named(7, SANNE, "a") + rest[1] + _named(1, "a@b.example", "b") + rest[2]
    )
    connector = cards(tmp_path)
    erased(connector, [proposed(connector, only(connector, SANNE))])
    assert path.read_bytes() == rest[0] + rest[1] + _named(1, "a@b.example", "b") + rest[2]


def test_one_in_ten_thousand_is_found_and_goes(tmp_path: Path) -> None:
    """In a file of 10,000 cards the one that is hers is found and taken out, and the others stay to the byte."""
    others = [
        _named(number, f"k{number}@p{number % 97}.example", f"u{number}")
        for number in range(10_000)
    ]
    path = tmp_path / "alles.vcf"
    path.write_bytes(b"".join([*others[:5_000], _named(7, SANNE, "hers"), *others[5_000:]]))
    connector = cards(tmp_path)
    found = find(connector, SANNE)
    assert next(iter(found.searched.values())).looked_at == 10_001
    erased(connector, [proposed(connector, found.items[0])])
    assert path.read_bytes() == b"".join(others)


def test_a_card_is_found_by_a_field_of_ones_own(tmp_path: Path) -> None:
    """A customer number, an IBAN and a user name stand in fields that every program calls differently; a label tells what one is."""
    (tmp_path / "kaart.vcf").write_bytes(
        b"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:1\r\nFN:S\r\nX-KLANTNUMMER:K10023\r\nX-IBAN:NL10 VICT 0000 1234 56\r\n"
        b"IMPP;X-SERVICE-TYPE=Skype:skype:sanne.vdb\r\nitem1.X-ABRELATED:90000031\r\nitem1.X-ABLABEL:KvK\r\nEND:VCARD\r\n"
    )
    for sought in ("customer:K10023", "NL10VICT0000123456", "username:sanne.vdb", "kvk:90000031"):
        assert only(cards(tmp_path), sought).certainty is Certainty.EXACT, sought


def test_a_number_in_a_note_is_a_mention_and_the_card_stays(tmp_path: Path) -> None:
    """On somebody else's card, a number in the note is a mention: only that note is exported, without whose card it is, and only it goes."""
    other = b"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:9\r\nFN:Piet de Wit\r\nN:de Wit;Piet;;;\r\nEMAIL:piet@dewit.example\r\n%sEND:VCARD\r\n"
    path = tmp_path / "piet.vcf"
    path.write_bytes(
        other
        % b"NOTE:Buurvrouw Sanne is 06-12345678. Heeft een hond.\\n\\nModem staat in de gang.\r\n"
    )
    connector = cards(tmp_path)
    item = only(connector, "+31612345678")
    assert item.certainty is Certainty.MENTION
    shown = as_it_stands(connector, item)
    assert "06-12345678" in shown
    assert "Piet" not in shown
    assert "Modem" not in shown
    assert "piet@" not in exported(connector, item).content.decode()
    erased(connector, [proposed(connector, item)])
    assert path.read_bytes() == other % b"NOTE:Modem staat in de gang.\r\n"
