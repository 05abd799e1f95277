"""How fast 10,000 invoices leave as UBL, and that memory does not grow with their number.

    PYTHONPATH=core:plugins/accounting python benchmarks/accounting_export.py [COUNT]

The goal is 10,000 documents a second on one core. Beside it stand the same documents built as trees by lxml, and the whole export: documents,
tables as CSV and JSON, the ledger as an audit file, other people hidden among 50,000 names.
"""

import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from overdracht import Category, Certainty, File, Item, Kinds, Match
from overdracht_accounting.invoices import (
    Account,
    AccountKind,
    Address,
    Booking,
    BookingLine,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    Party,
    Record,
    Vat,
    VatCategory,
)
from overdracht_accounting.leaving import Leaving
from overdracht_accounting.masking import Mask
from overdracht_accounting.ubl import ubl

GOAL = 10_000
HIGH = Vat(VatCategory.STANDARD, Decimal(21))
SELLER = Party(
    "Voorbeeld ICT",
    address=Address("Havenweg 3", "", "1971 AA", "Voorbeeldstad", "NL"),
    kvk="90000001",
    vat_number="NL001234567B01",
    iban="NL97VICT0000600100",
)
SANNE = Party(
    "Sanne van der Berg",
    "K10023",
    address=Address("Kerkstraat 12", "", "1972 BC", "Voorbeeldstad", "NL"),
    email="sanne@vanderberg.example",
)
LINES = (
    InvoiceLine("Onderhoud wifi", Decimal(2), Decimal(65), Decimal("130.00"), HIGH, unit="uur"),
    InvoiceLine("FRITZ!Box 7590 & kabels", Decimal(1), Decimal(219), Decimal("219.00"), HIGH),
    InvoiceLine("Kabel per meter", Decimal("7.5"), Decimal("1.20"), Decimal("9.00"), HIGH),
)
INVOICE = Invoice(
    "",
    "",
    InvoiceKind.INVOICE,
    date(2026, 2, 1),
    SANNE,
    LINES,
    due=date(2026, 2, 15),
    total=Decimal("433.18"),
)
SIDES = (
    BookingLine(
        Account("1300", "Debiteuren", AccountKind.BALANCE),
        Decimal("433.18"),
        "Factuur",
        customer="K10023",
    ),
    BookingLine(
        Account("8000", "Omzet", AccountKind.PROFIT_AND_LOSS), Decimal("-358.00"), "Factuur"
    ),
    BookingLine(Account("1630", "Btw", AccountKind.BALANCE), Decimal("-75.18"), "Factuur"),
)


def invoices(count: int) -> Iterator[Invoice]:
    """Yield *count* invoices of three lines, each made when it is asked for."""
    for number in range(count):
        yield replace(INVOICE, key=f"invoices:{number}", number=f"2026-{number:05}")


def documents(count: int) -> int:
    """Write *count* invoices as UBL and return how many bytes that is."""
    return sum(len(ubl(one, SELLER)) for one in invoices(count))


def trees(count: int) -> int:
    """Build *count* of the same documents element by element with lxml: what writing text is measured against."""
    from lxml import etree

    pattern = etree.fromstring(ubl(next(invoices(1)), SELLER))

    def copy(node: "etree._Element", parent: "etree._Element") -> None:
        for child in node:
            made = etree.SubElement(parent, child.tag, dict(child.attrib))
            made.text = child.text
            copy(child, made)

    size = 0
    for _ in invoices(count):
        root = etree.Element(pattern.tag, nsmap=pattern.nsmap)
        copy(pattern, root)
        size += len(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))
    return size


def whole_export(count: int) -> int:
    """Export *count* invoices and their bookings in every form, and return the bytes of the files."""
    email = Kinds().identifier("email", SANNE.email)
    match = (Match(email, Certainty.EXACT, "addr_email"),)

    def records() -> Iterator[tuple[Item, list[Record]]]:
        for one in invoices(count):
            item = Item(one.key, "invoices", Category.INVOICE, match, "f", one.number)
            day = date(2020 + len(one.number) % 3, 2, 1)
            yield item, [one, Booking(one.key, one.number, day, SIDES, one.number)]

    mask = Mask(f"Klant{number} van Achternaam{number}" for number in range(50_000))
    size = 0
    for piece in Leaving(SELLER, mask).pieces(records()):
        if isinstance(piece, File):
            content = piece.content
            size += len(content) if isinstance(content, bytes) else sum(map(len, content))
    return size


def timed(name: str, work: Callable[[int], int], count: int) -> float:
    """Run *work* and print how fast it was; return how many a second."""
    best = 0.0
    for _ in range(3):
        start = time.perf_counter()
        size = work(count)
        best = max(best, count / (time.perf_counter() - start))
    print(f"{name:<32}{best:>10,.0f} a second {size / 1e6:>8.1f} MB")
    return best


def memory() -> float:
    """Return the most memory the process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure, and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else GOAL
    documents(count // 10)
    before = memory()
    speed = timed("UBL documents", documents, count)
    print(f"{'of the goal':<32}{speed / GOAL:>10.2f} times")
    print(f"{'memory, more than for a tenth':<32}{memory() - before:>10.1f} MB")
    whole_export(count // 10)
    before = memory()
    timed("whole export, others hidden", whole_export, count)
    print(f"{'memory, more than for a tenth':<32}{memory() - before:>10.1f} MB")
    timed("the same as trees (lxml)", trees, count)


if __name__ == "__main__":
    main()
