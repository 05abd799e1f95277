"""Audit files as bookkeeping services write them: XAF 3.2 with all that it has of a customer, and XAF 4.0."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby

from overdracht import Person
from overdracht_accounting.markup import escaped

NAMESPACES = {
    "3.2": "http://www.auditfiles.nl/XAF/3.2",
    "4.0": "http://www.odb.belastingdienst.nl/Belastingdienst/BCPP/1.1/structures/XmlauditfileXAF_4.0",
}
DEBTORS, SALES, VAT, BANK = "1300", "8000", "1520", "1100"
JOURNALS = {"V": ("Verkoop", "S", DEBTORS), "B": ("Bank", "B", BANK), "M": ("Memoriaal", "M", "")}


@dataclass(frozen=True)
class Side:
    """A line of a transaction: positive is debit."""

    account: str
    amount: str
    text: str = ""
    customer: str = ""
    invoice: str = ""
    iban: str = ""
    rate: int = 0


@dataclass(frozen=True)
class Posting:
    """A transaction."""

    number: str
    day: str
    sides: tuple[Side, ...]
    text: str = ""
    journal: str = "V"


@dataclass
class Book:
    """One audit file."""

    version: str = "3.2"
    people: dict[str, tuple[Person, str]] = field(default_factory=dict)
    """Customer number → who it is, and the contact person."""
    postings: list[Posting] = field(default_factory=list)

    def add(self, person: Person, contact: str = "") -> None:
        """Add a customer."""
        self.people[person.customer] = (person, contact)

    def content(self) -> bytes:
        """Return the file."""
        return "".join(self._parts()).encode()

    def _parts(self) -> Iterable[str]:
        old = self.version == "3.2"
        yield f'<?xml version="1.0" encoding="UTF-8"?>\n<auditfile xmlns="{NAMESPACES[self.version]}">'
        yield "<header><fiscalYear>2024</fiscalYear><startDate>2024-01-01</startDate><endDate>2024-12-31</endDate>"
        yield "<curCode>EUR</curCode><dateCreated>2025-01-02</dateCreated><softwareDesc>Dienst</softwareDesc>"
        yield "<softwareVersion>1</softwareVersion></header><company>"
        yield "<companyIdent>1</companyIdent>" if old else ""
        yield "<companyName>Voorbeeld ICT</companyName><taxRegistrationCountry>NL</taxRegistrationCountry>"
        yield "<taxRegIdent>NL001234567B01</taxRegIdent><customersSuppliers>"
        yield from (self._customer(person, contact) for person, contact in self.people.values())
        yield "</customersSuppliers><generalLedger>"
        for number, kind in ((DEBTORS, "B"), (SALES, "P"), (VAT, "B"), (BANK, "B")):
            yield f"<ledgerAccount><accID>{number}</accID><accDesc>Rekening {number}</accDesc><accTp>{kind}</accTp></ledgerAccount>"
        yield "</generalLedger><vatCodes><vatCode><vatID>1</vatID><vatDesc>21%</vatDesc>"
        yield f"<vatToPayAccID>{VAT}</vatToPayAccID></vatCode></vatCodes>"
        yield "<periods><period><periodNumber>1</periodNumber><startDatePeriod>2024-01-01</startDatePeriod>"
        yield "<endDatePeriod>2024-12-31</endDatePeriod></period></periods><transactions>"
        amounts = [Decimal(side.amount) for one in self.postings for side in one.sides]
        yield f"<linesCount>{len(amounts)}</linesCount><totalDebit>{sum(a for a in amounts if a > 0):.2f}</totalDebit>"
        yield f"<totalCredit>{-sum(a for a in amounts if a < 0):.2f}</totalCredit>"
        for journal, group in groupby(self.postings, key=lambda one: one.journal):
            name, kind, offset = JOURNALS[journal]
            yield f"<journal><jrnID>{journal}</jrnID><desc>{name}</desc><jrnTp>{kind}</jrnTp>"
            yield f"<offsetAccID>{offset}</offsetAccID>" if offset else ""
            yield from map(self._transaction, group)
            yield "</journal>"
        yield "</transactions></company></auditfile>"

    def _customer(self, person: Person, contact: str) -> str:
        old = self.version == "3.2"
        street, _, town = person.address.partition(", ")
        where = (
            f"<streetAddress><streetname>{escaped(street)}</streetname><city>{escaped(town[8:])}</city>"
            f"<postalCode>{town[:7]}</postalCode><country>NL</country></streetAddress>"
            if person.address
            else ""
        )
        bank = f"<bankAccount><bankAccNr>{person.iban}</bankAccNr></bankAccount>"
        parts = (
            f"<custSupID>{person.customer}</custSupID><custSupName>{escaped(person.name[:50])}</custSupName>",
            f"<contact>{contact}</contact>" if contact and old else "",
            f"<telephone>{person.phone}</telephone>" if person.phone and old else "",
            f"<eMail>{person.email}</eMail>",
            f"<commerceNr>{contact or person.kvk}</commerceNr>" if contact or person.kvk else "",
            "<custSupTp>C</custSupTp>",
            where,
            bank if person.iban and old else "",
        )
        return f"<customerSupplier>{''.join(parts)}</customerSupplier>"

    def _transaction(self, one: Posting) -> str:
        text = f"<desc>{escaped(one.text)}</desc>" if one.text else ""
        lines = "".join(self._line(number, side, one) for number, side in enumerate(one.sides, 1))
        return (
            f"<transaction><nr>{one.number}</nr>{text}<periodNumber>1</periodNumber><trDt>{one.day}</trDt>"
            f"{lines}</transaction>"
        )

    def _line(self, number: int, side: Side, one: Posting) -> str:
        amount = Decimal(side.amount)
        iban = f"<offsetBankAccNr>{side.iban}</offsetBankAccNr>" if self.version == "4.0" else ""
        if self.version == "3.2":
            iban = f"<bankAccNr>{side.iban}</bankAccNr>"
        vat = (
            f"<vat><vatID>1</vatID><vatPerc>{side.rate}</vatPerc><vatAmnt>1.00</vatAmnt><vatAmntTp>C</vatAmntTp></vat>"
            if side.rate
            else ""
        )
        return "".join(
            (
                f"<trLine><nr>{number}</nr><accID>{side.account}</accID><docRef>{side.invoice or one.number}</docRef>",
                f"<effDate>{one.day}</effDate>",
                f"<desc>{escaped(side.text)}</desc>" if side.text else "",
                f"<amnt>{abs(amount):.2f}</amnt><amntTp>{'D' if amount >= 0 else 'C'}</amntTp>",
                f"<custSupID>{side.customer}</custSupID>" if side.customer else "",
                f"<invRef>{side.invoice}</invRef>" if side.invoice else "",
                iban if side.iban else "",
                vat,
                "</trLine>",
            )
        )
