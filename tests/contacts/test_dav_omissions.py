"""What a server leaves out of an answer is not gone: it is asked for by itself, and what cannot be had then is told."""

from dataclasses import dataclass

import pytest

from overdracht import Extent, Result
from overdracht_contacts.on_server import CardDavConnector
from tests.contacts.asking import erased, find, only, proposed
from tests.contacts.scripted import BOOK, IS_BOOK, Answer, card, multistatus, serving
from tests.servers.radicale import PASSWORD, PASSWORD_VARIABLE

SANNE = "sanne@vanderberg.example"
HERS = f"BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Sanne\nEMAIL:{SANNE}\nEND:VCARD\n"
WHOLE = "<response><href>{}</href><status>HTTP/1.1 {} X</status></response>"
OMISSIONS = {
    "forbidden": WHOLE.format(f"{BOOK}1.vcf", 403),
    "broken": WHOLE.format(f"{BOOK}1.vcf", 500),
    "cut off": WHOLE.format(BOOK, 507),
    "left out": "",
    "without content": card("1.vcf", ""),
    "content broken": f"<response><href>{BOOK}1.vcf</href><propstat><prop><C:address-data/></prop><status>HTTP/1.1 500 X</status></propstat>"
    "</response>",
}


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)


@dataclass
class Omitting:
    """A server that gives the card when it is asked for all, and leaves it out when it is asked for by name."""

    by_name: str
    got: Answer
    omits_always: bool = False

    def answer(self, method: str, path: str, content: bytes) -> Answer:
        """Answer one question."""
        if method == "GET":
            return self.got
        if method == "DELETE":
            return 204, {}, b""
        if method == "PROPFIND":
            listed = card("1.vcf", "").replace("<C:address-data></C:address-data>", "")
            return multistatus(IS_BOOK, *([listed] if b"getetag" in content else []))
        omits = self.omits_always or b"multiget" in content
        return multistatus(self.by_name) if omits else multistatus(card("1.vcf", HERS))


def outcome(server: Omitting) -> Result:
    """Plan to erase the card, do it, and return what came of it."""
    with serving(server.answer) as (settings, _):
        connector = CardDavConnector("boek", settings)
        step = proposed(connector, only(connector, SANNE))
        (told,) = erased(connector, [step])
    return told.result


WHOLLY: Answer = (200, {"ETag": '"1"'}, HERS.encode())
CASES = [
    *((how, WHOLLY, Result.ERASED) for how in OMISSIONS),
    *((how, (500, {}, b""), Result.FAILED) for how in OMISSIONS),
    ("left out", (200, {"ETag": '"1"'}, b""), Result.FAILED),
    ("left out", (403, {}, b""), Result.FAILED),
    ("left out", (404, {}, b""), Result.ALREADY_GONE),
    ("left out", (410, {}, b""), Result.ALREADY_GONE),
]


@pytest.mark.parametrize(("how", "got", "result"), CASES)
def test_what_is_left_out_is_not_taken_for_gone(how: str, got: Answer, result: Result) -> None:
    """A card that the server does not give among others is erased when it gives it by itself, gone when it says so, and failed otherwise."""
    assert outcome(Omitting(OMISSIONS[how], got)) is result


@pytest.mark.parametrize("code", [404, 410])
def test_what_the_server_says_to_be_gone_is_gone(code: int) -> None:
    """A card of which the server says among others that it is not there is not asked for again."""
    server = Omitting(WHOLE.format(f"{BOOK}1.vcf", code), WHOLLY)
    assert outcome(server) is Result.ALREADY_GONE


@pytest.mark.parametrize("how", [one for one in OMISSIONS if one != "left out"])
def test_a_card_that_cannot_be_had_is_a_gap(how: str) -> None:
    """In a search the card is named that the server lists and does not give, and the book is not taken for searched to its end."""
    server = Omitting(OMISSIONS[how], (500, {}, b""), omits_always=True)
    with serving(server.answer) as (settings, _):
        found = find(CardDavConnector("boek", settings), SANNE)
    assert [one.key for one in found.gaps] == [f"{BOOK}1.vcf"]
    (ended,) = found.searched.values()
    assert (ended.extent, ended.cursor) == (Extent.ADDED, "")
