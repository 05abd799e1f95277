"""A mail archive to measure with: seeded, as many messages as one likes, some of them of one person.

Every message depends only on the seed and its own number, so that two processes can write it and any machine writes the same.
"""

import base64
import multiprocessing
import os
import quopri
import random
import sys
from dataclasses import asdict, dataclass
from email.header import Header
from email.utils import formatdate
from functools import cache
from itertools import repeat
from pathlib import Path

SEED = 20261124


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


BATCH = 1000
IDENTIFIERS = (
    "jan@kaasboer.example",
    "jan.devries@voorbeeldmail.example",
    "j.devries@hogeschool.example",
    "domain:jandevries.example",
    "domain:devries-advies.example",
    "jan.de.vries+nieuws@postbus.example",
    "name:Jan de Vries",
    "j.d.v@kort.example",
    "jdv1979@elders.example",
    "username:jdevries42",
)
"""Whom to look for, as the command line takes it."""
WORDS = tuple(
    identifier.removeprefix("domain:").removeprefix("name:").removeprefix("username:")
    for identifier in IDENTIFIERS
)
"""The same for a program that looks for words."""

_PERSON = (
    ("Jan de Vries", "jan@kaasboer.example"),
    ("J. de Vriès", "Jan@Kaasboer.example"),
    ("Vries, Jan de", "jan.devries@voorbeeldmail.example"),
)
_NEARLY = ("Arjan", "arjan@kaasboer.example.org")
_FIRST = _words(
    "Anna Bram Chantal Daan Emma François Gijs Hülya Iris Joost Koen Lotte Mies Noor Omar "
    "Pien Ruben Siân Teun Zoë "
)
_LAST = _words(
    "Aydin Bakker Dekker Dijkstra Hendriks Jansen Kuipers Meijer Mulder Müller Özdemir "
    "Peters Postma Smit Visser Vos "
)
_TEXT = _words(
    "de het een van en factuur bestelling afspraak levering klant rekening project "
    "vergadering morgen bijlage offerte aanvraag betaling controle verslag café "
    "coördinatie geüpload maar niet wel ook nog even graag bevestigen groeten team "
)


@dataclass(frozen=True)
class Size:
    """How much there is."""

    messages: int = 100_000
    of_person: int = 1_500
    """Messages from or to the person."""
    mentions: int = 300
    """Messages whose body alone names the person."""
    nearly: int = 500
    """Messages to an address that contains the person's."""


@cache
def _people() -> tuple[tuple[str, str], ...]:
    dice = random.Random(SEED)
    people = []
    for number in range(20_000):
        first, last = dice.choice(_FIRST), dice.choice(_LAST)
        local = f"{first}.{last}{number}".encode("ascii", "ignore").decode().lower()
        people.append((f"{first} {last}", f"{local}@{_domain(dice)}"))
    return tuple(people)


def _domain(dice: random.Random) -> str:
    return (
        f"bedrijf{dice.randrange(800)}.example"
        if dice.random() < 0.6
        else f"provider{dice.randrange(5)}.example"
    )


def _mailbox(name: str, address: str) -> str:
    return (
        f'"{name}" <{address}>'
        if name.isascii()
        else f"{Header(name, 'utf-8').encode()} <{address}>"
    )


def _prose(dice: random.Random, length: int) -> str:
    lines = []
    while length > 0:
        lines.append(" ".join(dice.choices(_TEXT, k=12)))
        length -= len(lines[-1]) + 1
    return "\n".join(lines) + "\n"


def _text_part(dice: random.Random, text: str) -> bytes:
    head = b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: "
    match dice.randrange(3):
        case 0:
            return head + b"quoted-printable\n\n" + quopri.encodestring(text.encode())
        case 1:
            return head + b"base64\n\n" + base64.encodebytes(text.encode())
        case _:
            return head + b"8bit\n\n" + text.encode()


def _body(dice: random.Random, text: str) -> bytes:
    kind = dice.random()
    part = _text_part(dice, text)
    if kind < 0.35:
        return part
    html = "<html><body><p>" + text.replace("\n", "<br>\n") + "</p></body></html>\n"
    parts = [
        part,
        b"Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
        + quopri.encodestring(html.encode()),
    ]
    if kind > 0.85:
        content = base64.encodebytes(
            dice.randbytes(int(min(800_000, dice.lognormvariate(10.6, 0.9))))
        )
        parts.append(
            b'Content-Type: application/pdf; name="factuur.pdf"\nContent-Transfer-Encoding: base64\n\n'
            + content
        )
    boundary = b"=_%016x" % dice.getrandbits(64)
    form = b"mixed" if len(parts) > 2 else b"alternative"
    head = b'Content-Type: multipart/%s; boundary="%s"\n\n' % (form, boundary)
    return (
        head + b"".join(b"--%s\n%s\n" % (boundary, one) for one in parts) + b"--%s--\n" % boundary
    )


def _traces(dice: random.Random, sender: str, recipient: str, when: int) -> list[str]:
    domain = sender.partition("@")[2]
    lines = [f"Return-Path: <{sender}>", "Delivered-To: archief@voorbeeld.example"]
    lines += [
        f"Received: from mail{hop}.{domain} (mail{hop}.{domain} [198.51.100.{dice.randrange(256)}])\n"
        f"\tby mx{hop}.voorbeeld.example (Postfix) with ESMTPS id {dice.getrandbits(40):010X}\n"
        f"\tfor <{recipient}>; {formatdate(when + hop)}"
        for hop in range(dice.choice((2, 3, 5)))
    ]
    digest, seal = (base64.b64encode(dice.randbytes(size)).decode() for size in (32, 128))
    lines.append(
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=sel; h=from:to:subject;\n\tbh={digest};\n\tb={seal}"
    )
    return lines


def message(number: int, size: Size) -> tuple[int, bytes]:
    """Return when message *number* was received, and its bytes."""
    dice = random.Random(SEED * 1_000_003 + number)
    people = _people()
    sender = dice.choice(people)
    to = [dice.choice(people) for _ in range(dice.choice((1, 1, 1, 2, 5)))]
    cc = [dice.choice(people) for _ in range(dice.choice((0, 0, 0, 1, 3)))]
    text = _prose(dice, int(min(40_000, dice.lognormvariate(7.6, 1.0))))
    # Spread over the archive: a multiplication by a number without common factors shuffles.
    rank = number * 7919 % size.messages
    if rank < size.of_person:
        person = dice.choice(_PERSON)
        match dice.randrange(3):
            case 0:
                sender = person
            case 1:
                to[0] = person
            case _:
                cc.append(person)
    elif rank < size.of_person + size.mentions:
        text = f"Neem contact op met {_PERSON[0][1]} over de factuur.\n{text}"
    elif rank < size.of_person + size.mentions + size.nearly:
        to[0] = _NEARLY
    when = 1_500_000_000 + number * 2000 + dice.randrange(2000)
    subject = " ".join(dice.choices(_TEXT, k=6))
    lines = _traces(dice, sender[1], to[0][1], when)
    lines += [f"From: {_mailbox(*sender)}", "To: " + ",\n\t".join(_mailbox(*one) for one in to)]
    if cc:
        lines.append("Cc: " + ",\n\t".join(_mailbox(*one) for one in cc))
    lines += [
        "Subject: " + (subject if subject.isascii() else Header(subject, "utf-8").encode()),
        f"Date: {formatdate(when)}",
        f"Message-ID: <{dice.getrandbits(60):x}.{number}@{sender[1].partition('@')[2]}>",
        "MIME-Version: 1.0",
    ]
    return when, "\n".join(lines).encode() + b"\n" + _body(dice, text)


def _write(directory: Path, start: int, size: Size) -> int:
    written = 0
    for number in range(start, min(start + BATCH, size.messages)):
        when, raw = message(number, size)
        path = directory / f"{when}.M{number:06}P1.host,S={len(raw)}:2,S"
        path.write_bytes(raw)
        os.utime(path, (when, when))
        written += len(raw)
    return written


def build(maildir: Path, size: Size) -> None:
    """Make the Maildir at *maildir*, unless it is there already in this size."""
    note = maildir.with_name(f"{maildir.name}.size")
    if note.exists() and note.read_text() == repr(asdict(size)):
        return
    if maildir.exists():
        sys.exit(f"{maildir} holds another archive; remove it first")
    for name in ("cur", "new", "tmp"):
        (maildir / name).mkdir(parents=True)
    starts = range(0, size.messages, BATCH)
    with multiprocessing.Pool() as pool:
        pool.starmap(
            _write, zip(repeat(maildir / "cur"), starts, repeat(size), strict=False), chunksize=1
        )
    note.write_text(repr(asdict(size)))
