"""Which letters of the person's own are the request itself, and with which an identity document may have come."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from overdracht import Mark, Question, Subject
from overdracht_imap.glance import Glance, glance
from overdracht_imap.mailfiles import MailFilesConnector, MailFilesSettings
from tests.imap.asking import JAN, Found, collect, find
from tests.imap.test_letters import in_base64, nested
from tests.servers.dovecot import PASSWORD, PASSWORD_VARIABLE, Dovecot
from tests.servers.need import need

HEAD = b"From: Jan <jan@kaasboer.example>\nTo: info@voorbeeld-ict.example\nSubject: Verzoek\nDate: Mon, 05 Jan 2026 10:00:00 +0100\nMIME-Version: 1.0\n"
ASKS = "Hallo,\n\ngraag al mijn gegevens wissen (AVG). Een kopie zit erbij.\n\nJan\n"
SOFT = "Goedemiddag,\n\nZoals gevraagd mijn rijbewijs.\n"
PLAIN = "Goedemiddag,\n\nDe printer doet het weer.\n"


def with_picture(
    text: str, kind: bytes = b"image/jpeg", name: bytes = b"IMG_0042.jpg", head: bytes = HEAD
) -> bytes:
    """Return a letter with *text* and a picture."""
    named = b'Content-Disposition: attachment; filename="%s"\n' % name if name else b""
    return (
        head
        + b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(text.encode())
        + b"\n--b\nContent-Transfer-Encoding: base64\n"
        + named
        + b"Content-Type: %s\n\n" % kind
        + base64.encodebytes(bytes(300))
        + b"--b--\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "graag al mijn gegevens wissen (AVG)",
        "Wilt u mijn persoonsgegevens verwijderen?",
        "Ik verzoek jullie alle gegevens te verwijderen, op grond van de AVG.",
        "Graag ontvang ik inzage in mijn gegevens.",
        "Ik doe een beroep op mijn recht op vergetelheid",
        "Hierbij een inzageverzoek.",
        "Welke gegevens hebben jullie van mij?",
        "Stuur een kopie van mijn\r\npersoonlijke gegevens",
        "Please delete all my personal data.",
        "I want my account data to be erased under the GDPR",
        "What information do you hold? The data you hold about me, please.",
        "This is a subject access request.",
        "I exercise my right to be forgotten",
    ],
)
def test_words_that_ask(text: str) -> None:
    """A request is known by its words, in Dutch and in English, however the lines are broken."""
    assert glance(b"Subject: x\n\n" + text.encode()).asks


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        "Wij verwerken persoonsgegevens volgens de AVG. Zie onze privacyverklaring.",
        "Mijn telefoon wissen lukt niet, en de data moet naar de nieuwe.",
        "De factuur is verwijderd. Gegevens volgen.",
        "> graag al mijn gegevens wissen (AVG)\n\nBedankt, zo is het goed.",
        "Kun je mijn wachtwoord opnieuw instellen? De gegevens van de server volgen.",
        "Please remove the old server from the rack.",
    ],
)
def test_words_that_do_not(text: str) -> None:
    """What is said every day in the mail of an ICT provider, or quoted, is no request."""
    assert not glance(b"Subject: x\n\n" + text.encode()).asks


def test_what_is_seen() -> None:
    """The text is decoded, HTML has no tags, and a picture counts without a name; what is attached as a message is another's letter."""
    html = b"<p>graag al <b>mijn</b>&nbsp;gegevens <i>wissen</i></p>"
    assert glance(in_base64(html, b"text/html")) == Glance(asks=True)
    assert glance(with_picture(ASKS, name=b"")) == Glance(asks=True, pictures=True)
    assert glance(with_picture(SOFT, b"application/pdf")) == Glance(shows=True, pictures=True)
    inside = b"Content-Type: message/rfc822\n\n" + with_picture(ASKS)
    assert glance(inside) == Glance()


def test_only_the_first_of_it_is_read() -> None:
    """A letter of megabytes costs no more than one of kilobytes."""
    assert not glance(b"Subject: x\n\n" + b"regel tekst\n" * 400_000 + ASKS.encode()).asks


BOTH = (Mark.REQUEST, Mark.POSSIBLE_IDENTITY_DOCUMENT)
ANSWER = HEAD.replace(
    b"From: Jan <jan@kaasboer.example>\nTo: info", b"To: jan@kaasboer.example\nFrom: info"
)
TOO_DEEP = HEAD.replace(b"Verzoek", b"diep") + nested(101, b"\nx\n")
LETTERS = {
    with_picture(ASKS): BOTH,
    with_picture(ASKS, name=b"", head=HEAD.replace(b"Verzoek", b"naamloos")): BOTH,
    with_picture(PLAIN, head=HEAD.replace(b"Verzoek", b"Verzoek AVG")): BOTH,
    with_picture(SOFT, head=HEAD.replace(b"Verzoek", b"rijbewijs")): BOTH[1:],
    with_picture(ASKS, name=b"paspoort.jpg", head=HEAD.replace(b"Verzoek", b"p")): (
        Mark.REQUEST,
        Mark.IDENTITY_DOCUMENT,
    ),
    HEAD.replace(b"Verzoek", b"zonder plaatje") + b"\n" + ASKS.encode(): (Mark.REQUEST,),
    with_picture(PLAIN, head=HEAD.replace(b"Verzoek", b"printer")): (),
    with_picture(ASKS, head=ANSWER.replace(b"Verzoek", b"antwoord")): (),
    TOO_DEEP: (),
}


@contextmanager
def archive(kind: str, path: Path) -> Iterator[object]:
    """Yield the connector's way to search an archive with LETTERS."""
    if kind == "imap":
        with Dovecot() as server:
            account = server.account()
            account.fill([one.replace(b"\n", b"\r\n") for one in LETTERS])
            yield lambda thorough: find(account.settings(), thorough=thorough)
        return
    if kind == "mbox":
        separator = b"From x@y.example Mon Jan  5 10:00:00 2026\n"
        path = path / "een"
        path.write_bytes(b"".join(separator + one + b"\n" for one in LETTERS))
    else:
        for name in ("cur", "new", "tmp"):
            (path / name).mkdir()
        for number, one in enumerate(LETTERS):
            (path / "cur" / f"{number}.M1P1.host:2,S").write_bytes(one)
    connector = MailFilesConnector("a", MailFilesSettings.model_validate({"path": path}))
    subject = Subject("v", (JAN,))
    yield lambda thorough: collect(connector.find(Question(subject, thorough=thorough)))


@pytest.mark.parametrize(
    "kind", ["maildir", "mbox", pytest.param("imap", marks=pytest.mark.server)]
)
class TestInAnArchive:
    """Every way into an archive tells the same."""

    @pytest.fixture
    def found(self, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
        if kind == "imap":
            need("dovecot")
        monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
        with archive(kind, tmp_path) as search:
            yield search

    def marks(self, found: Found) -> dict[str, tuple[Mark, ...]]:
        return {item.title: item.marks for item in found.items}

    def test_a_thorough_search_names_the_request_by_its_words(self, found: object) -> None:
        """And the picture that came with it as a possible copy of an identity document; an answer, or any other letter with a picture, is not named."""
        titles = {
            next(
                line[9:] for line in one.decode().splitlines() if line.startswith("Subject: ")
            ): marks
            for one, marks in LETTERS.items()
        }
        assert self.marks(found(True)) == titles  # type: ignore[operator]

    def test_a_quick_search_reads_no_bodies(self, found: object) -> None:
        """By the subject line and the names of files alone, no more is known than those say."""
        marks = self.marks(found(False))  # type: ignore[operator]
        assert marks["Verzoek"] == ()
        assert marks["Verzoek AVG"] == BOTH

    def test_what_is_not_read_whole_is_a_gap(self, found: object) -> None:
        """A letter with parts nested deeper than is read is found by its header section, and named as one that was not read to its end."""
        whole = found(True)  # type: ignore[operator]
        (gap,) = whole.gaps
        (item,) = (one for one in whole.items if one.title == "diep")
        assert gap.key == item.key
        assert "not read whole" in gap.reason
        assert not found(False).gaps  # type: ignore[operator]
