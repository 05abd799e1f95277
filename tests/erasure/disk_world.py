"""A small provider's real files, a handful of things in each system: mail, cards, notes, logs and books, and the configuration that names them."""

import gzip
import os
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from email.utils import format_datetime
from pathlib import Path

from overdracht_accounting.demo_book import BookWriter, Sold

SANNE = "sanne@vanderberg.example"
PIET = "piet@dewit.example"
OFFICE = "info@voorbeeld-ict.example"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

CONFIGURATION = """\
[organisation]
name = "Voorbeeld ICT"
contact = "privacy@voorbeeld-ict.example"
own = ["voorbeeld-ict.example"]

[state]
directory = "state"

[erasure]
most = 1.0

[retention.correspondence]
unattended = true

[retention.traffic]
unattended = true
"""

MAIL = """
[sources.post]
connector = "mailfiles"
path = "post"

[sources.archief]
connector = "mailfiles"
path = "archief"
"""

LOGS = """
[sources.logs]
connector = "serverlogs"
zone = "Europe/Amsterdam"

[[sources.logs.logs]]
paths = ["logs/access.log*"]
"""

CARDS = """
[sources.adresboek]
connector = "vcards"
path = "adresboek"

[sources.notities]
connector = "notes"
path = "notities"
"""

BOOKS = """
[sources.boeken]
connector = "gnucash"
book = "boeken.gnucash"

[sources.boeken.issuer]
name = "Voorbeeld ICT"
street = "Havenweg 3"
postcode = "1971 AA"
city = "Voorbeeldstad"
kvk = "90000001"
vat = "NL003221234B01"
iban = "NL97VICT0000600100"
email = "info@voorbeeld-ict.example"
"""


SOURCES = {"mail": MAIL, "logs": LOGS, "cards": CARDS, "books": BOOKS}


def build(world: Path, sources: Iterable[str]) -> None:
    """Write every system of hers and of others into the directory *world*, and a configuration with these *sources*."""
    named = "".join(SOURCES[one] for one in sources)
    (world / "overdracht.toml").write_text(CONFIGURATION + named)
    _write_mail(world, datetime(2026, 3, 2, 9, tzinfo=UTC))
    _write_logs(world / "logs", "Oct/2026", datetime(2026, 10, 7, tzinfo=UTC))
    _write_cards(world / "adresboek")
    _write_notes(world / "notities")
    _write_book(world / "boeken.gnucash")


def build_outdated(world: Path) -> None:
    """Write mail and logs that have all outlived their term, and a letter and a log that have not."""
    (world / "overdracht.toml").write_text(CONFIGURATION + MAIL + LOGS)
    _write_mail(world, datetime(2019, 3, 2, 9, tzinfo=UTC))
    new = datetime(2026, 11, 2, 9, tzinfo=UTC)
    _put(world / "post" / "cur" / "9.M9P9.host,S=0:2,S", letter("nieuw@klant.example", 9, new), new)
    _write_logs(world / "logs", "Mar/2026", datetime(2026, 3, 7, tzinfo=UTC))
    lines = _visits("Nov/2026", "nieuw@klant.example", 2)
    _put(world / "logs" / "access.log", "".join(lines).encode(), new)


def letter(sender: str, number: int, when: datetime, also: str = "") -> bytes:
    """Return a message from *sender* to the office, which names the address *also* in its text."""
    return (
        f"From: {sender}\r\nTo: {OFFICE}\r\nSubject: Storing {number}\r\nDate: {format_datetime(when)}\r\n"
        f"Message-ID: <{number}.{sender}>\r\n\r\nDe camera's vallen uit. {also}\r\n"
    ).encode()


def _put(path: Path, content: bytes, when: datetime) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (when.timestamp(),) * 2)


def _write_mail(world: Path, when: datetime) -> None:
    box = world / "post"
    for folder in (box, box / ".Klanten"):
        for name in ("cur", "new", "tmp"):
            (folder / name).mkdir(parents=True)
    for number, (place, sender, also) in enumerate(
        (
            ("cur", SANNE, ""),
            ("cur", SANNE, ""),
            ("cur", PIET, ""),
            ("new", SANNE, ""),
            ("new", PIET, f"Groeten aan {SANNE}."),
            (".Klanten/cur", SANNE, ""),
            (".Klanten/cur", PIET, ""),
        )
    ):
        flags = "" if place == "new" else ":2,S"
        content = letter(sender, number, when, also)
        _put(box / place / f"{number}.M{number}P1.host,S={len(content)}{flags}", content, when)
    for year, senders in ((2020, (PIET,)), (2021, (PIET, SANNE, PIET, SANNE))):
        _put(world / "archief" / f"{year}.mbox", _mbox(senders, when.replace(year=year - 3)), when)


def _mbox(senders: Iterable[str], when: datetime) -> bytes:
    return b"".join(
        f"From {sender} {when:%a %b %d %H:%M:%S %Y}\n".encode()
        + letter(sender, 100 + number, when).replace(b"\r\n", b"\n")
        + b"\n"
        for number, sender in enumerate(senders)
    )


def _visits(month: str, who: str, number: int) -> list[str]:
    return [
        f'198.51.100.{number} - {who} [{day:02}/{month}:10:00:00 +0100] "GET /webmail/ HTTP/1.1" 200 512 "-" "Mozilla/5.0"\n'
        for day in (4, 5)
    ]


def _write_logs(folder: Path, month: str, when: datetime) -> None:
    lines = sorted(_visits(month, SANNE, 1) + _visits(month, PIET, 2), key=lambda one: one[-90:])
    _put(folder / "access.log.1", "".join(lines).encode(), when)
    _put(folder / "access.log.2.gz", gzip.compress("".join(lines).encode(), mtime=0), when)


def _card(name: str, mail: str, number: str) -> str:
    return (
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{number}\r\nFN:{name}\r\nN:{name};;;;\r\n"
        f"EMAIL:{mail}\r\nREV:20260302T090000Z\r\nEND:VCARD\r\n"
    )


def _write_cards(folder: Path) -> None:
    hers, his = _card("Sanne van der Berg", SANNE, "k1"), _card("Piet de Wit", PIET, "k2")
    other = _card("Zoë Özdemir", "zoe@ozdemir.example", "k3")
    when = datetime(2026, 3, 2, 9, tzinfo=UTC)
    _put(folder / "sanne.vcf", hers.encode(), when)
    _put(folder / "piet.vcf", his.encode(), when)
    _put(folder / "allen.vcf", (his + hers.replace("k1", "k4") + other).encode(), when)


def _write_notes(folder: Path) -> None:
    when = datetime(2026, 3, 2, 9, tzinfo=UTC)
    for name, who in (("sanne", SANNE), ("piet", PIET)):
        _put(
            folder / f"{name}.md",
            f"---\nklant: <{who}>\ndatum: 2026-03-02\n---\n\nBelde over wifi.\n".encode(),
            when,
        )


def _write_book(path: Path) -> None:
    writer = BookWriter(path, "Voorbeeld ICT")
    for number, (name, mail) in enumerate((("Sanne van der Berg", SANNE), ("Piet de Wit", PIET))):
        owner = writer.customer(f"K1002{number}", name, ("Kerkstraat 12",), email=mail)
        for year in (2016, 2026):
            day, sold = date(year, 3, 2), [Sold("Aanleg wifi", 3, Decimal(65))]
            paid = writer.invoice(f"{year}-000{number}", owner, day, sold)
            writer.pay(paid, 12, f"{name} factuur", day)
    writer.close()
    os.utime(path, (NOW.timestamp() - 99_999,) * 2)
