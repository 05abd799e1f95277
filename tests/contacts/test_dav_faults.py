"""Servers that refuse, mislead, cut off and change under our hands: nothing is missed in silence, and nothing else is touched."""

import ssl
from pathlib import Path

import pytest
from pydantic import ValidationError

from overdracht import Extent, Misbehaving, Refused, Result, SourceError, Unreachable
from overdracht_contacts.dav_settings import DavSettings
from overdracht_contacts.multistatus import Garbled, responses
from overdracht_contacts.on_server import CardDavConnector
from tests.contacts.asking import erased, find, only, proposed
from tests.contacts.scripted import BOOK, IS_BOOK, Answer, card, multistatus, serving
from tests.contacts.servers import CardDavHarness
from tests.servers.certificates import write_certificate
from tests.servers.radicale import PASSWORD, PASSWORD_VARIABLE, Radicale

SANNE = "sanne@vanderberg.example"
HERS = f"BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Sanne\nEMAIL:{SANNE}\nEND:VCARD\n"
OTHER = HERS.replace(SANNE, "piet@dewit.example").replace("UID:1", "UID:2")


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)


def book(settings: DavSettings) -> CardDavConnector:
    """Return the connector to the server of *settings*."""
    return CardDavConnector("boek", settings)


def test_the_certificate_is_verified(radicale: Radicale, tmp_path: Path) -> None:
    """A server whose certificate nobody vouches for gets no password: the error says so."""
    other, _ = write_certificate(tmp_path)
    settings = DavSettings.model_validate(radicale.settings(ca_file=other))
    with pytest.raises(Unreachable, match="certificate that is not trusted"):
        find(book(settings), SANNE)


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "http://elders.example/"},
        {"url": "ftp://127.0.0.1/"},
        {"url": "https://mmvi:geheim@127.0.0.1/"},
        {"url": ["https://a.example/", "https://b.example/"]},
        {"url": []},
    ],
)
def test_unsafe_addresses_are_refused(changes: dict[str, object]) -> None:
    """Plain text to another machine, another scheme, a password in the address, two servers: the settings say no, and no value is told."""
    given = {"url": "https://a.example/", "username": "x", "password": {"env": "X"}}
    with pytest.raises(ValidationError) as told:
        DavSettings.model_validate(given | changes)
    assert "geheim" not in str(told.value)


def test_a_wrong_password_is_told(radicale: Radicale, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused, in a line with the remedy and without the password."""
    monkeypatch.setenv(PASSWORD_VARIABLE, "verkeerd-wachtwoord")
    with pytest.raises(Refused, match="username") as told:
        find(book(DavSettings.model_validate(radicale.settings())), SANNE)
    assert "verkeerd" not in str(told.value)


def test_address_books_are_discovered_from_the_servers_own_address(radicale: Radicale) -> None:
    """From `/` the user's books are found through principal and home, by the names that people gave them, and calendars are left alone."""
    user = radicale.new_user()
    radicale.collection(user, "a1", "VADDRESSBOOK", "Klanten")
    radicale.collection(user, "a2", "VADDRESSBOOK", "Klanten")
    radicale.collection(user, "a3", "VADDRESSBOOK", "Leveranciers")
    radicale.collection(user, "c1", "VCALENDAR", "Agenda")
    settings = radicale.settings(user, exclude=["Lever*"])
    found = find(book(DavSettings.model_validate(settings)), SANNE)
    assert len(found.searched) == 2
    assert all(part.startswith("Klanten") for part in found.searched)


def test_a_redirect_to_another_server_is_not_followed() -> None:
    """The password goes to the server that was named and to no other."""

    def script(method: str, path: str, content: bytes) -> Answer:
        return 301, {"Location": "https://elders.example/"}, b""

    with serving(script) as (settings, _), pytest.raises(Misbehaving, match="another server"):
        find(book(settings), SANNE)


def test_a_redirect_on_the_same_server_is() -> None:
    """A moved book is found where it moved to."""

    def script(method: str, path: str, content: bytes) -> Answer:
        if path == BOOK:
            return 308, {"Location": "/nieuw/"}, b""
        return multistatus(IS_BOOK) if method == "PROPFIND" else multistatus(card("1.vcf", HERS))

    with serving(script) as (settings, _):
        assert len(find(book(settings), SANNE).items) == 1


@pytest.mark.parametrize("how", ["status", "without content", "bad xml", "not supported"])
def test_an_answer_that_is_cut_off_is_completed(how: str) -> None:
    """When the one big answer is cut off (507), lacks content, is no XML because of one card, or is refused, the rest is asked for by name:
    each card is found once and none is missed."""
    rest = {"2.vcf": OTHER, "3.vcf": HERS.replace("UID:1", "UID:3")}

    def script(method: str, path: str, content: bytes) -> Answer:
        if method == "PROPFIND" and b"getetag" in content:
            listed = [
                card(name, "").replace("<C:address-data></C:address-data>", "")
                for name in ("1.vcf", *rest)
            ]
            return multistatus(IS_BOOK, *listed)
        if method == "PROPFIND":
            return multistatus(IS_BOOK)
        if method == "GET":
            return 200, {"ETag": '"1"'}, {"1.vcf": HERS, **rest}[path.rpartition("/")[2]].encode()
        if b"multiget" in content:
            assert b"/boek/1.vcf" not in content or how in {"bad xml", "not supported"}
            if how == "bad xml":
                return 207, {}, multistatus(card("2.vcf", OTHER + "\x1b"))[2]
            known = {"1.vcf": HERS, **rest}
            return multistatus(
                *(
                    card(name, text)
                    for name, text in known.items()
                    if f"{BOOK}{name}<".encode() in content
                )
            )
        return {
            "status": multistatus(
                card("1.vcf", HERS),
                "<response><href>/boek/</href><status>HTTP/1.1 507 Insufficient Storage</status></response>",
            ),
            "without content": multistatus(
                card("1.vcf", HERS), card("2.vcf", ""), card("3.vcf", "")
            ),
            "bad xml": (207, {}, multistatus(card("1.vcf", HERS), card("2.vcf", "\x1b"))[2]),
            "not supported": (501, {}, b""),
        }[how]

    with serving(script) as (settings, _):
        found = find(book(settings), SANNE)
    assert sorted(one.key for one in found.items) == ["/boek/1.vcf", "/boek/3.vcf"]
    (ended,) = found.searched.values()
    assert (ended.looked_at, ended.extent, ended.cursor) == (3, Extent.WHOLE, "")
    assert found.gaps == []


def test_xml_that_attacks_is_refused() -> None:
    """A document type, with which a short answer becomes a long one or fetches a file, is not taken."""
    bomb = '<!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><multistatus xmlns="DAV:">&b;</multistatus>'
    for text in (bomb, "<html/>", "", "<multistatus xmlns='DAV:'>"):
        with pytest.raises(Garbled):
            list(responses([text.encode()]))


def test_what_changed_between_the_look_and_the_deed_stays(radicale: Radicale) -> None:
    """When somebody saves the card after it was looked at and before it is removed, If-Match fails: the card stays and is told as changed."""
    harness = CardDavHarness(radicale)
    path = harness.first / "s.vcf"
    path.write_bytes(HERS.replace("\n", "\r\n").encode())
    connector = harness.connector()
    step = proposed(connector, only(connector, SANNE))
    changed = HERS.replace("Sanne", "Sanne Nieuw").replace("\n", "\r\n").encode()

    from overdracht_contacts import dav_erase

    real = dav_erase.carry_out

    def late(*given: object) -> object:
        path.write_bytes(changed)
        return real(*given)  # type: ignore[arg-type]  # passed on as they came

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dav_erase, "carry_out", late)
        (outcome,) = erased(connector, [step])
    assert outcome.result is Result.CHANGED
    assert path.read_bytes() == changed


@pytest.mark.parametrize("etag", ["", 'W/"1"'])
def test_without_a_strong_etag_nothing_is_changed(etag: str) -> None:
    """Where nothing tells that a card is still the same, it is refused and not removed on luck."""

    def script(method: str, path: str, content: bytes) -> Answer:
        return (
            multistatus(IS_BOOK) if method == "PROPFIND" else multistatus(card("1.vcf", HERS, etag))
        )

    with serving(script) as (settings, asked):
        step = proposed(book(settings), only(book(settings), SANNE))
        (outcome,) = erased(book(settings), [step])
    assert outcome.result is Result.REFUSED
    assert "DELETE" not in {method for method, _ in asked}


@pytest.mark.parametrize(
    ("code", "result"),
    [
        (204, Result.ERASED),
        (404, Result.ALREADY_GONE),
        (412, Result.CHANGED),
        (403, Result.REFUSED),
        (423, Result.FAILED),
        (500, Result.FAILED),
    ],
)
def test_each_answer_to_a_removal_has_its_meaning(code: int, result: Result) -> None:
    """Done, gone, changed, refused, locked and broken are told apart."""

    def script(method: str, path: str, content: bytes) -> Answer:
        if method == "DELETE":
            return code, {}, b""
        return multistatus(IS_BOOK) if method == "PROPFIND" else multistatus(card("1.vcf", HERS))

    with serving(script) as (settings, _):
        step = proposed(book(settings), only(book(settings), SANNE))
        (outcome,) = erased(book(settings), [step])
    assert outcome.result is result
    assert bool(outcome.reason) == (result in {Result.CHANGED, Result.REFUSED, Result.FAILED})


def test_no_mail_is_caused() -> None:
    """What removes or replaces says that the other parties are not to be told by the server."""
    sent: list[str] = []

    def script(method: str, path: str, content: bytes) -> Answer:
        return (
            (204, {}, b"")
            if method == "DELETE"
            else multistatus(IS_BOOK, card("1.vcf", HERS))
            if method == "REPORT"
            else multistatus(IS_BOOK)
        )

    with serving(script, sent) as (settings, _):
        erased(book(settings), [proposed(book(settings), only(book(settings), SANNE))])
    assert "Schedule-Reply: F" in sent


def test_reading_sends_nothing_that_writes() -> None:
    """A check, a find and an export send PROPFIND, REPORT and GET, and nothing else."""

    def script(method: str, path: str, content: bytes) -> Answer:
        return multistatus(IS_BOOK) if method == "PROPFIND" else multistatus(card("1.vcf", HERS))

    with serving(script) as (settings, asked):
        list(book(settings).check())
        items = find(book(settings), SANNE).items
        list(book(settings).export(iter(items)))
        list(book(settings).identifiers())
    assert {method for method, _ in asked} <= {"PROPFIND", "REPORT", "GET"}


def test_digest_authentication_works() -> None:
    """A server that wants the password as a digest gets it so, and never in the clear."""

    def script(method: str, path: str, content: bytes) -> Answer:
        return (
            401,
            {"WWW-Authenticate": 'Digest realm="Baikal", nonce="abc", qop="auth", algorithm=MD5'},
            b"",
        )

    with serving(script) as (settings, asked), pytest.raises(SourceError):
        find(book(settings.model_copy(update={"auth": "digest"})), SANNE)
    assert len(asked) == 2


def test_the_context_verifies() -> None:
    """The connection asks for a valid certificate of the right name."""
    from overdracht_contacts.dav import _context

    settings = {"url": "https://a.example/", "username": "x", "password": {"env": "X"}}
    context = _context(DavSettings.model_validate(settings))
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
