"""Mail as it should not be, yet is: for every way into a mail archive the same.

Whose mail it is stands in `PERSON`. Each letter says what must be found of that person in its header section alone, and in the whole of it.
"""

import base64
import quopri
from collections.abc import Iterator
from dataclasses import dataclass

from overdracht import Certainty, Identifier, Kinds

EXACT, MENTION, POSSIBLE = Certainty.EXACT, Certainty.MENTION, Certainty.POSSIBLE

_kinds = Kinds()
PERSON: tuple[Identifier, ...] = (
    _kinds.identifier("email", "jan@kaasboer.example"),
    _kinds.identifier("email", "jürgen@käse.example"),
    _kinds.identifier("name", "Jan Özdemir"),
    _kinds.identifier("iban", "NL91 ABNA 0417 1643 00"),
    _kinds.identifier("phone", "+31 6 12345678"),
    _kinds.identifier("customer", "K-00412"),
)
STRANGER: tuple[Identifier, ...] = (
    _kinds.identifier("email", "niemand@elders.example"),
    _kinds.identifier("name", "Wilhelmina Nergens"),
    _kinds.identifier("phone", "+31 20 7654321"),
)


@dataclass(frozen=True)
class Ugly:
    """A letter; *header* and *whole* are the strongest certainty to be found, None for nothing at all."""

    name: str
    raw: bytes
    header: Certainty | None
    whole: Certainty | None

    def __repr__(self) -> str:
        return self.name


def _b(text: str, charset: str = "utf-8") -> bytes:
    return b"=?" + charset.encode() + b"?B?" + base64.b64encode(text.encode(charset)) + b"?="


def _head(*lines: bytes, body: bytes = b"Beste,\n\nTot morgen.\n") -> bytes:
    return b"\n".join((*lines, b"Subject: afspraak", b"Message-ID: <1@x.example>", b"", body))


def of_header(name: str, *lines: bytes, expected: Certainty | None = EXACT) -> Ugly:
    """Return a letter whose header section says it all."""
    return Ugly(name, _head(*lines), expected, expected)


def of_body(name: str, body: bytes, expected: Certainty | None = MENTION) -> Ugly:
    """Return a letter between strangers whose *body*, and its own header fields, say it."""
    head = b"From: a@b.example\nTo: c@d.example\nMIME-Version: 1.0\n"
    return Ugly(name, head + body, None, expected)


def _addressed() -> Iterator[Ugly]:
    """Yield letters from or for the person, the grammar more or less kept."""
    yield of_header("plain", b"From: Jan <jan@kaasboer.example>", b"To: a@b.example")
    yield of_header("upper case", b"TO: <JAN@Kaasboer.EXAMPLE>")
    yield of_header(
        "only Delivered-To", b"From: a@b.example", b"Delivered-To: jan@kaasboer.example"
    )
    yield of_header(
        "only X-Original-To", b"From: a@b.example", b"X-Original-To: jan@kaasboer.example"
    )
    yield of_header("only Bcc", b"From: a@b.example", b"Bcc: jan@kaasboer.example")
    yield of_header("only Resent-To", b"From: a@b.example", b"Resent-To: jan@kaasboer.example")
    yield of_header(
        "only Return-Path", b"Return-Path: <jan@kaasboer.example>", b"From: a@b.example"
    )
    yield of_header("no space, much space", b"From:jan@kaasboer.example", b"To:     a@b.example   ")
    yield of_header("space before the colon", b"From : jan@kaasboer.example")
    yield of_header(
        "folded list",
        b"To: a@b.example,",
        b'\t"B, C" <c@d.example>,',
        b" Jan",
        b"  <jan@kaasboer.example>",
    )
    yield of_header("folded inside the address", b"To: <jan@", b" kaasboer.example>")
    yield of_header("group", b"To: Vrienden: a@b.example, Jan <jan@kaasboer.example>;, c@d.example")
    yield of_header("comments", b"From: (de (grote) baas) jan (x) @kaasboer.example (Jan)")
    yield of_header("quoted local part", b'From: "jan"@kaasboer.example')
    yield of_header("quoted and escaped", b'From: <"j\\an"@kaasboer.example>')
    yield of_header("comma in a bare name", b"From: Kaas, Jan <jan@kaasboer.example>")
    yield of_header("quote never closed", b'From: "Jan <jan@kaasboer.example>', b"To: a@b.example")
    yield of_header("comment never closed", b"From: Jan (kaas <jan@kaasboer.example>")
    yield of_header("no angle brackets", b"From: Jan Kaas jan@kaasboer.example")
    yield of_header("semicolons", b"To: a@b.example; jan@kaasboer.example; c@d.example")
    yield of_header("single quotes", b"To: 'jan@kaasboer.example'")
    yield of_header("source route", b"To: <@a.example,@b.example:jan@kaasboer.example>")
    yield of_header("mailto", b"Reply-To: mailto:jan@kaasboer.example")
    yield of_header("dot at the end", b"To: jan@kaasboer.example.")


def _encoded() -> Iterator[Ugly]:
    """Yield letters whose addresses and names are encoded one way or another."""
    yield of_header("mailbox in one encoded word", b"From: " + _b("Jan <jan@kaasboer.example>"))
    yield of_header(
        "list in one encoded word", b"To: " + _b("A <a@b.example>, Jan <jan@kaasboer.example>")
    )
    yield of_header("mailbox in UTF-16", b"From: " + _b("Jan <jan@kaasboer.example>", "utf-16"))
    yield of_header(
        "mailbox in quoted-printable", b"From: =?iso-8859-1?q?Jan_=3Cjan=40kaasboer=2Eexample=3E?="
    )
    yield of_header(
        "address cut over two encoded words",
        b"From: " + _b("Jan <jan@kaas"),
        b" " + _b("boer.example>"),
    )
    yield of_header(
        "encoded address between bare brackets", b"From: Jan <" + _b("jan@kaasboer.example") + b">"
    )
    yield of_header("encoded local part", b"From: =?us-ascii?q?jan?=@kaasboer.example")
    yield of_header(
        "encoded name with a comma", b"From: =?utf-8?Q?Kaas,_Jan?= <jan@kaasboer.example>"
    )
    yield of_header(
        "encoded word in quotes", b'From: "=?utf-8?Q?J=C3=A1n?=" <jan@kaasboer.example>'
    )
    yield of_header("unknown charset", b"From: =?x-klingon?Q?J=E1n?= <jan@kaasboer.example>")
    yield of_header("Latin-1 in the name", b"From: J\xe1n <jan@kaasboer.example>")
    yield of_header("UTF-8 everywhere", "From: jürgen@käse.example".encode())
    yield of_header("UTF-8 decomposed", "From: ju\u0308rgen@ka\u0308se.example".encode())
    yield of_header("A-label", "From: jürgen@xn--kse-qla.example".encode())
    yield of_header("A-label in capitals, encoded", b"From: " + _b("JÜRGEN@XN--KSE-QLA.example"))


def _broken() -> Iterator[Ugly]:
    """Yield letters whose header sections are not what they should be."""
    yield of_header("two From fields", b"From: a@b.example", b"From: jan@kaasboer.example")
    yield of_header(
        "mbox line on top",
        b"From a@b.example Mon Jan  5 10:00:00 2026",
        b"From: jan@kaasboer.example",
    )
    yield of_header(
        "quoted mbox line on top",
        b">From a@b.example Mon Jan  5 10:00:00 2026",
        b"To: jan@kaasboer.example",
    )
    yield of_header("line that is no field", b"x", b"To: jan@kaasboer.example")
    yield of_header("NUL bytes", b"X-Nul: \0\0\0", b"From: \0Jan\0 <jan@kaasboer.example>")
    yield of_header(
        "10,000 recipients",
        b"To: "
        + b",\n ".join(b'"N %d" <n%d@b.example>' % (n, n) for n in range(10_000))
        + b",\n jan@kaasboer.example",
    )
    yield of_header(
        "far behind other fields",
        *(b"Received: from a by b; %d" % n for n in range(3000)),
        b"To: jan@kaasboer.example",
    )
    yield Ugly("CRLF", _head(b"From: jan@kaasboer.example").replace(b"\n", b"\r\n"), EXACT, EXACT)
    yield Ugly("no body, no end", b"Subject: x\nFrom: jan@kaasboer.example", EXACT, EXACT)
    yield Ugly("empty lines on top", b"\n\nFrom: jan@kaasboer.example\n\nx\n", EXACT, EXACT)


def _uncertain() -> Iterator[Ugly]:
    """Yield letters that may be about the person, and some that only look so."""
    yield of_header("with a tag", b"To: jan+nieuws@kaasboer.example", expected=POSSIBLE)
    yield of_header(
        "bounce address",
        b"Return-Path: <news-17-jan=kaasboer.example@list.example>",
        expected=POSSIBLE,
    )
    yield of_header("only the name", b"From: Jan Ozdemir <other@b.example>", expected=POSSIBLE)
    yield of_header(
        "name turned round", 'From: "Özdemir, Jan" <other@b.example>'.encode(), expected=POSSIBLE
    )
    yield of_header(
        "name encoded in halves",
        b"From: Jan =?utf-8?Q?=C3=96zd?= =?utf-8?Q?emir?= <other@b.example>",
        expected=POSSIBLE,
    )
    yield of_header(
        "address as another's name",
        b'From: "jan@kaasboer.example via lijst" <list@b.example>',
        expected=MENTION,
    )
    yield Ugly(
        "address in the subject",
        b"From: a@b.example\nSubject: Fwd: jan@kaasboer.example\n\nx\n",
        MENTION,
        MENTION,
    )
    yield Ugly(
        "IBAN in an encoded subject",
        b"From: a@b.example\nSubject: " + _b("rekening nl91 abna 0417 1643 00") + b"\n\nx\n",
        MENTION,
        MENTION,
    )
    yield Ugly(
        "telephone in the subject",
        b"From: a@b.example\nSubject: bel 06-1234 5678\n\nx\n",
        MENTION,
        MENTION,
    )

    for name, address in (
        ("longer local part", b"otherjan@kaasboer.example"),
        ("dot before", b"x.jan@kaasboer.example"),
        ("domain goes on", b"jan@kaasboer.example.nl"),
        ("subdomain", b"jan@mail.kaasboer.example"),
        ("hyphen", b"jan@de-kaasboer.example"),
        ("two ats", b"jan@kaasboer.example@relay.example"),
    ):
        yield of_header(
            f"not the person: {name}",
            b"From: Jan <" + address + b">",
            b"To: " + address,
            expected=None,
        )
    yield of_header(
        "not the person: a namesake's longer name",
        b"From: Pieter Jan Ozdemir <x@b.example>",
        expected=None,
    )


def _bodies() -> Iterator[Ugly]:
    """Yield letters that mention the person in their bodies, or seem to."""
    text = "Bel Jan: rekening NL91 ABNA 0417 1643 00 of 06-12 34 56 78.\n"
    yield of_body("plain body", b"\nzie jan@kaasboer.example\n")
    yield Ugly("no header at all", b"\nhallo jan@kaasboer.example\n", None, MENTION)
    yield of_body(
        "IBAN with spaces in base64",
        b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(text.encode()),
    )
    yield of_body(
        "quoted-printable cut in the address",
        b"Content-Transfer-Encoding: quoted-printable\n\nx jan@kaas=\nboer.example\n",
    )
    yield of_body(
        "HTML between tags", b"Content-Type: text/html\n\n<p>j<b>an</b>&#64;kaasboer.example<p>"
    )
    yield of_body(
        "HTML link", b"Content-Type: text/html\n\n<a href='mailto:jan%40kaasboer.example'>hier</a>"
    )
    yield of_body(
        "wrong charset",
        "Content-Type: text/plain; charset=us-ascii\n\nvan Jan Özdemir\n".encode(),
        POSSIBLE,
    )
    yield of_body(
        "UTF-16 body",
        b"Content-Type: text/plain; charset=utf-16\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes("klant K 00412".encode("utf-16")),
    )
    yield of_body("without its accents", b"Content-Type: text/plain\n\njan ozdemir\n", POSSIBLE)
    yield of_body(
        "boundary that never comes",
        b'Content-Type: multipart/mixed; boundary="zz"\n\nzie jan@kaasboer.example\n',
    )
    yield of_body(
        "multipart without a boundary",
        b"Content-Type: multipart/mixed\n\nzie jan@kaasboer.example\n",
    )
    yield of_body(
        "last part never closed",
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b\n\njan@kaasboer.example",
    )
    yield of_body(
        "boundary that begins like another",
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=bb\n\n--bb\n\nx\n--bb\n\njan@kaasboer.example\n--bb--\n--b--\n",
    )
    yield of_body(
        "attached message",
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nFrom: "
        + _b("Jan <jan@kaasboer.example>")
        + b"\n\nx\n--b--\n",
    )
    yield of_body(
        "attached message in base64",
        b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(b"From: jan@kaasboer.example\n\nx\n"),
    )
    yield of_body(
        "attachment's name",
        b"Content-Type: application/pdf;\n name*0*=utf-8''Klant%20K-0;\n name*1*=0412.pdf\n\n%PDF\n",
    )
    yield of_body(
        "CSV called octet-stream",
        b'Content-Type: application/octet-stream; name="a.csv"\nContent-Transfer-Encoding: base64\n\n'
        + base64.encodebytes(b"1;K-00412;x\n"),
    )
    yield of_body("telephone abroad", b"\n" + quopri.encodestring(b"+31 (0)6 1234 5678"))
    yield of_body(
        "From line in the body",
        b"\nhallo\n\nFrom jan@kaasboer.example Mon Jan  5 10:00:00 2026\nzomaar tekst\n",
    )
    yield of_body(
        "not the person: longer address in the body",
        b"\nzie otherjan@kaasboer.example en jan@kaasboer.example.nl\n",
        None,
    )
    yield of_body(
        "not the person: longer numbers",
        b"\n1NL91ABNA0417164300 en 061234567890 en K-004123\n",
        None,
    )
    yield of_body(
        "not the person: in a picture", b"Content-Type: image/png\n\njan@kaasboer.example\n", None
    )


LETTERS: tuple[Ugly, ...] = (
    *_addressed(),
    *_encoded(),
    *_broken(),
    *_uncertain(),
    *_bodies(),
)


def enormous(megabytes: int = 50) -> Iterator[bytes]:
    """Yield a letter of the person with an attachment of so many *megabytes*, in pieces."""
    yield b"From: jan@kaasboer.example\r\nSubject: foto's\r\nMessage-ID: <groot@kaasboer.example>\r\nMIME-Version: 1.0\r\n"
    yield b"Content-Type: multipart/mixed; boundary=grens\r\n\r\n--grens\r\n\r\nZie bijlage, 06-12345678.\r\n--grens\r\n"
    yield b"Content-Type: application/zip; name=fotos.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    line = base64.b64encode(bytes(range(57))) + b"\r\n"
    for _ in range(megabytes):
        yield line * ((1 << 20) // len(line))
    yield b"\r\n--grens--\r\n"
