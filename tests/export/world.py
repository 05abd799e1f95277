"""A bag and connectors for the tests: a mail archive, an address book with notes, and a set of books, all fictitious."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from overdracht import (
    Category,
    Certainty,
    Check,
    Connector,
    File,
    Finding,
    Gap,
    Identifier,
    Item,
    Line,
    Match,
    Origin,
    Period,
    Piece,
    Processing,
    Question,
    Settings,
    Text,
)
from overdracht.coverage import Coverage, Reach
from overdracht.errors import PathRefused
from overdracht.export import Controller, Order, Purpose
from overdracht.names import alike, is_safe
from overdracht.report.rights import NO_AUTOMATED
from overdracht.state import Clue
from overdracht.survey import Identity, Known, Standing

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
SANNE = Identifier("email", "sanne@bakkerijdekorenaar.example")
PHONE = Identifier("phone", "+31612345678")
IBAN = Identifier("iban", "NL91ABNA0417164300")
CUSTOMER = Identifier("customer", "k-00417")


@dataclass(frozen=True, slots=True)
class Written:
    """A file in the double of a bag."""

    path: str
    size: int
    sha512: str


@dataclass
class FolderBag:
    """A bag that writes plain files into *top*, or only counts them when there is none."""

    top: Path | None = None
    written: dict[str, Written] = field(default_factory=dict)
    info: dict[str, str] = field(default_factory=dict)
    _taken: set[int] = field(default_factory=set)

    def add(self, path: str, content: bytes | Iterable[bytes | memoryview]) -> Written:
        """Write a file."""
        key = hash(alike(path))
        if key in self._taken or not all(map(is_safe, path.split("/"))):
            raise PathRefused(f"{path}: not taken")
        self._taken.add(key)
        digest, size = hashlib.sha512(), 0
        target = None
        if self.top is not None:
            (self.top / path).parent.mkdir(parents=True, exist_ok=True)
            target = (self.top / path).open("wb")
        try:
            for chunk in (content,) if isinstance(content, bytes) else content:
                digest.update(chunk)
                size += len(chunk)
                if target is not None:
                    target.write(chunk)
        finally:
            if target is not None:
                target.close()
        done = Written(path, size, digest.hexdigest())
        if self.top is not None:
            self.written[path] = done
        return done

    def text(self, path: str) -> str:
        """Return a file's text."""
        assert self.top is not None
        return (self.top / path).read_text(encoding="utf-8")


Exporting = Callable[[Iterable[Item], frozenset[str]], Iterator[Piece]]


class NoSettings(Settings):
    """There is nothing to set."""


class Double(Connector[NoSettings]):
    """A connector whose export is given to it."""

    name = "double"
    summary = "for tests"
    settings_type = NoSettings
    categories = frozenset(Category)
    extras: ClassVar[Mapping[str, str]] = {"mboxrd": "one file a folder"}

    def __init__(
        self, source: str, exporting: Exporting, processing: Sequence[Processing] = ()
    ) -> None:
        super().__init__(source, NoSettings())
        self._exporting = exporting
        self._processing = processing

    def check(self) -> Iterator[Check]:
        """Nothing can be wrong."""
        yield Check("there", ok=True)

    def describe(self) -> Iterable[Processing]:
        """Say what the test gave."""
        return self._processing

    def find(self, question: Question) -> Iterator[Finding]:
        """Not asked here."""
        raise NotImplementedError

    def export(
        self, items: Iterable[Item], extras: frozenset[str] = frozenset()
    ) -> Iterator[Piece]:
        """Do what the test gave."""
        return self._exporting(items, extras)


def item(
    key: str,
    title: str = "Factuur 2026-0412",
    *,
    part: str = "INBOX",
    category: Category = Category.CORRESPONDENCE,
    when: datetime | None = NOW,
    certainty: Certainty = Certainty.EXACT,
    **more: Any,
) -> Item:
    """Return an item of the subject."""
    match = Match(SANNE, certainty, "From")
    return Item(key, part, category, (match,), f"fp-{key}", title, when, **more)


def as_mails(items: Iterable[Item], extras: frozenset[str]) -> Iterator[Piece]:
    """Export each item as a message with a line in the index."""
    for number, one in enumerate(items, 1):
        body = f"Subject: mail {number}\r\n\r\nBeste Sanne,\r\n".encode()
        yield File(f"{number // 1000:03}/{number:06}.eml", body, "message/rfc822", (one.key,))
        yield Line("index.jsonl", {"folder": one.part, "size": len(body)}, (one.key,))
    yield File("importeer_mail.py", b"print('...')\n", "text/x-python")


MAIL = Processing(
    Category.CORRESPONDENCE,
    Text(
        "Contact met klanten en het nakomen van afspraken",
        "Contact with customers and keeping what was agreed",
    ),
    Text(
        "Uitvoering van de overeenkomst (art. 6 lid 1 onder b AVG)", "Contract (Art. 6(1)(b) GDPR)"
    ),
    Origin.GIVEN,
)
BOOKS = Processing(
    Category.INVOICE,
    Text("Facturering en de wettelijke administratie", "Invoicing and the books the law asks for"),
    Text("Wettelijke plicht (art. 6 lid 1 onder c AVG)", "Legal duty (Art. 6(1)(c) GDPR)"),
    Origin.OBSERVED,
    (Text("Belastingdienst, bij controle", "the tax authority, on inspection"),),
)
NOTES = Processing(
    Category.NOTE,
    Text("Goede dienstverlening", "Good service"),
    Text(
        "Gerechtvaardigd belang (art. 6 lid 1 onder f AVG)",
        "Legitimate interest (Art. 6(1)(f) GDPR)",
    ),
    Origin.DERIVED,
)

IDENTITY = Identity(
    (
        Known(SANNE, Standing.GIVEN),
        Known(
            CUSTOMER,
            Standing.REVEALED,
            Clue(CUSTOMER, (SANNE,), "boekhouding", "Bakkerij De Korenaar", "addr_email"),
        ),
        Known(
            PHONE,
            Standing.REVEALED,
            Clue(PHONE, (CUSTOMER,), "boekhouding", "Bakkerij De Korenaar", "addr_phone"),
        ),
        Known(
            IBAN, Standing.SHARED, Clue(IBAN, (CUSTOMER,), "boekhouding", "Betaling 417", "memo")
        ),
        Known(
            Identifier("ip", "203.0.113.7", Period(date(2026, 3, 1), date(2026, 5, 31))),
            Standing.GIVEN,
        ),
        Known(Identifier("email", "sanne.namesake@elders.example"), Standing.EXCLUDED),
    )
)
CONTROLLER = Controller(
    "Voorbeeld ICT",
    "privacy@voorbeeld-ict.example",
    "Dorpsstraat 1, 1234 AB Ergensdam",
    ("TransIP B.V. (servers en domeinen)", "SIDN (register van .nl)"),
    automated_decisions=NO_AUTOMATED,
)
KINDS = {
    "email": Text("E-mailadres", "E-mail address"),
    "phone": Text("Telefoonnummer", "Phone number"),
    "iban": Text("IBAN", "IBAN"),
    "customer": Text("Klantnummer", "Customer number"),
    "ip": Text("IP-adres", "IP address"),
}


def order(items: Mapping[str, Iterable[Item]], connectors: Iterable[Double], **more: Any) -> Order:
    """Return an order for *items*, by source."""
    sources: dict[str, Connector[Any]] = {one.source: one for one in connectors}
    values: dict[str, Any] = {
        "reference": "2026-0007",
        "purpose": Purpose.INZAGE,
        "controller": CONTROLLER,
        "items": lambda: ((source, one) for source, some in items.items() for one in some),
        "sources": sources,
        "coverage": tuple(
            Coverage(name, "double", Reach.WHOLE, parts=12, looked_at=100_312, items=40)
            for name in sources
        ),
        "identity": IDENTITY,
        "now": NOW,
        "received": date(2026, 11, 20),
        "kinds": KINDS,
    }
    return Order(**(values | more))


_SUBJECTS = (
    "Re: verhuizing van de mail, welk tijdstip komt uit?",
    "Storing kassa afgelopen zaterdag",
    "Offerte nieuwe laptops voor de winkel in Ergensdam",
    "Wachtwoord kwijt :(",
    "Fwd: verlenging bakkerijdekorenaar.example",
    "Afspraak 14 maart: aanwezig om 8.30 uur",
    "Vraag over de factuur van vorige maand",
)
_PLACES = ("INBOX", "Klanten/De Korenaar", "Verzonden", "Archief/2024")


def a_customer(mails: int = 320) -> Order:
    """Return an order that holds some of everything and is not complete."""
    sources: dict[str, Iterable[Item]] = {
        "mailarchief": (
            item(
                f"m{n}",
                _SUBJECTS[n % len(_SUBJECTS)],
                part=_PLACES[n % len(_PLACES)],
                when=NOW - timedelta(days=n * 3, hours=n % 11),
                size=4_200 + n * 37 % 90_000,
                third_parties=n % 5 == 0,
                is_contact=True,
                origin=Origin.GIVEN if n % 3 else Origin.OBSERVED,
            )
            for n in range(mails)
        ),
        "boekhouding": [
            item(
                f"f{year}",
                f"Factuur {year}-0417: onderhoud en hosting",
                part="invoices",
                category=Category.INVOICE,
                when=datetime(year, 5, 3, tzinfo=UTC),
                origin=Origin.OBSERVED,
            )
            for year in (2024, 2025, 2026)
        ],
        "notities": [
            item(
                "n1",
                "Belt liefst 's ochtends vroeg; spreekt namens de bakkerij",
                part="klantkaarten",
                category=Category.NOTE,
                origin=Origin.DERIVED,
            ),
            item("n2", "", part="klantkaarten", category=Category.NOTE, when=None),
        ],
    }
    gaps = tuple(Gap(f"Klanten/Familie Jansen {n}", "no permission to read") for n in range(3))
    return order(
        sources,
        [
            Double("mailarchief", as_mails, [MAIL]),
            Double("boekhouding", _invoices, [BOOKS]),
            Double("notities", _notes, [NOTES]),
        ],
        coverage=(
            Coverage(
                "mailarchief",
                "imap",
                Reach.PARTIAL,
                48,
                100_312,
                mails,
                gaps=gaps,
                notes=(
                    Text(
                        "de server zocht zelf in de berichten, en mist een IBAN met spaties",
                        "bodies were searched by the server, which misses an IBAN written with spaces",
                    ),
                ),
            ),
            Coverage("boekhouding", "gnucash", Reach.WHOLE, 9, 4_120, 3),
            Coverage("notities", "carddav", Reach.WHOLE, 1, 212, 2),
            Coverage("weblogs", "logs", Reach.EMPTY, 14, 2_310_442, 0),
            Coverage("domeinen", "transip", Reach.MISSING, gaps=(Gap("", "it is not installed"),)),
        ),
        awaiting_review=4,
        left_out=1,
    )


def _invoices(items: Iterable[Item], extras: frozenset[str]) -> Iterator[Piece]:
    for one in items:
        yield File(f"{one.key}.xml", b"<Invoice/>", "application/xml", (one.key,))


def _notes(items: Iterable[Item], extras: frozenset[str]) -> Iterator[Piece]:
    for one in items:
        if one.key == "n2":
            yield Gap(one.part, "it was changed since it was found", one.key)
        else:
            yield Line("notities.jsonl", {"tekst": one.title}, (one.key,))
