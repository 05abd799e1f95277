"""Write the books of the demo's world: a GnuCash book with invoices on both sides of the seven years, and the log beside it."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from overdracht import Person, World
from overdracht_accounting.demo_book import JOB, BookWriter, Posted, Sold

BOOK = "boekhouding.gnucash"

SOURCE = """\
# The books. GnuCash itself is not needed: the book is read and changed by SQL.
[sources.boekhouding]
connector = "gnucash"
book = "{book}"

[sources.boekhouding.issuer]
name = "{name}"
street = "{street}"
postcode = "{postcode}"
city = "{city}"
kvk = "{kvk}"
vat = "NL003221234B01"
iban = "{iban}"
email = "{email}"
"""

HOSTING = Decimal("7.50")
_LOG_HEAD = (
    "mod\ttrans_guid\tsplit_guid\ttime_now\tdate_entered\tdate_posted\tacc_guid\tacc_name\tnum\tdescription\tnotes\tmemo\taction\t"
    "reconciled\tamount\tvalue\tdate_reconciled\n-----------------\n"
)


def write_book(world: World) -> str:
    """Write the book below `world.directory` and return the TOML of the source that reads it."""
    path = world.directory / BOOK
    writer = BookWriter(path, "Voorbeeld ICT")
    story = _Story(world, writer)
    story.tell()
    writer.close()
    _write_log(world, path, story.payments)
    provider = world.person("provider")
    street, _, rest = provider.address.partition(", ")
    return SOURCE.format(
        book=BOOK,
        name=provider.name,
        street=street,
        postcode=rest[:7],
        city=rest[8:],
        kvk=provider.kvk,
        iban=provider.iban,
        email=provider.emails[-1],
    )


class _Story:
    """Who bought what, and when."""

    def __init__(self, world: World, writer: BookWriter) -> None:
        self.world = world
        self.writer = writer
        self.year = world.today.year
        self.customers: dict[str, str] = {}
        self.numbers: dict[int, int] = {}
        self.payments: dict[str, str] = {}
        """The last payment of each person."""

    def tell(self) -> None:
        """Write it all."""
        for person in self.world.people:
            if person.customer:
                self._customer(person)
        self.writer.vendor("V001", "TransIP B.V.")
        self._hosting()
        self._sanne()
        self._others()

    def _customer(self, person: Person) -> None:
        notes = f"KvK {person.kvk}" if person.kvk else ""
        if person.id == "sanne":
            notes = "Belt liever na 17 uur. Laat de sleutel bij de buren."
        self.customers[person.id] = self.writer.customer(
            person.customer,
            person.name,
            person.address.split(", "),
            phone=person.phone,
            email=person.email,
            notes=notes,
        )

    def _hosting(self) -> None:
        """Everybody with a domain pays for it once a year."""
        for person in self.world.people:
            if person.customer and person.domains:
                first = self.year - (9 if person.id in {"sanne", "club", "bakery"} else 3)
                for year in range(first, self.year):
                    lines = [
                        Sold(f"Domein en webhosting {domain} {year}", 12, HOSTING)
                        for domain in person.domains
                    ]
                    self._paid(person, date(year, 2, 3), lines)

    def _sanne(self) -> None:
        sanne = self.world.person("sanne")
        router = Sold(
            "FRITZ!Box 7590 serienr. SN-AVM-7590-0042, garantie 2 jaar", 1, Decimal(219), "hardware"
        )
        work = Sold("Aanleg wifi Kerkstraat 12", 3, Decimal(65))
        self._paid(sanne, self._day(400), [work, router], "Bedankt voor de koffie, Sanne!")
        job = self.writer.job(
            "J-0001",
            "Verhuizing webwinkel",
            self.customers["sanne"],
            "offerte aan Sanne van der Berg",
        )
        day = self._day(45)
        lines = [Sold("Verhuizing webwinkel sannefotografie.example", 6, Decimal(65))]
        self.writer.invoice(self._number(day), job, day, lines, owner_type=JOB)
        self.writer.bank_line(
            self._day(200),
            "Teruggave borg",
            f"{sanne.iban} S VAN DER BERG borg leenrouter",
            Decimal(-50),
            notes="import camt.053",
        )

    def _others(self) -> None:
        bakery, joost = self.world.person("bakery"), self.world.person("joost")
        sanne = self.world.person("sanne")
        mention = f"Kassa verbonden, op verwijzing van {sanne.name} ({sanne.email})"
        self._paid(bakery, self._day(120), [Sold(mention, 2, Decimal(65))])
        old = date(self.year - 9, 6, 1)
        self._paid(joost, old, [Sold("Herstel laptop", 2, Decimal(55))])
        self.writer.bank_line(date(self.year, 1, 2), "Startkapitaal", "", Decimal(2500), "equity")

    def _paid(self, person: Person, day: date, lines: list[Sold], notes: str = "") -> Posted:
        owner = self.customers[person.id]
        invoice = self.writer.invoice(self._number(day), owner, day, lines, notes=notes)
        memo = f"{person.iban} {person.name.upper()} factuur {invoice.number}".strip()
        self.payments[person.id] = self.writer.pay(invoice, 12, memo, day)
        return invoice

    def _number(self, day: date) -> str:
        self.numbers[day.year] = number = self.numbers.get(day.year, 0) + 1
        return f"{day.year}-{number:04}"

    def _day(self, ago: int) -> date:
        return self.world.today - timedelta(days=ago)


def _write_log(world: World, book: Path, payments: Mapping[str, str]) -> None:
    """Write what GnuCash leaves beside a book in which a payment was entered."""
    when = world.moment(20)
    lines = [_LOG_HEAD]
    for number, person in enumerate((world.person("bakery"), world.person("sanne"))):
        memo = f"{person.iban} {person.name.upper()} factuur"
        lines.append("===== START\n")
        lines.append(
            f"C\t{payments[person.id]}\t{number + 16:032x}\t{when:%Y-%m-%d %H:%M:%S}\t\t\t\tBank\t\t{person.name}\t\t{memo}\tPayment\tn\t78.65\t78.65\t\n"
        )
        lines.append("===== END\n")
    book.with_name(f"{book.name}.{when:%Y%m%d%H%M%S}.log").write_text("".join(lines), "utf-8")
