"""Invoices as a small provider sends them, and the odd ones."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from overdracht import Category, Certainty, Item, Kinds, Match
from overdracht_accounting.invoices import (
    NO_VAT,
    Account,
    AccountKind,
    Address,
    Booking,
    BookingLine,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    Party,
    Vat,
    VatCategory,
    VatTotal,
)

HIGH, LOW = (
    Vat(VatCategory.STANDARD, Decimal(21)),
    Vat(VatCategory.STANDARD, Decimal(9)),
)
SELLER = Party(
    "Voorbeeld ICT",
    address=Address("Havenweg 3", "", "1971 AA", "Voorbeeldstad", "NL"),
    email="administratie@voorbeeld-ict.example",
    kvk="90000001",
    vat_number="NL001234567B01",
    iban="NL97VICT0000600100",
)
SANNE = Party(
    "Sanne van der Berg",
    "K10023",
    address=Address("Kerkstraat 12", "", "1972 BC", "Voorbeeldstad", "NL"),
    email="sanne@vanderberg.example",
    phone="06-12345678",
)
CLUB = Party(
    "Roeivereniging De Oude Haven",
    "K10031",
    contact="Joost van den Brink",
    address=Address("Kade 1", "Clubhuis", "1972 AB", "Voorbeeldstad", "NL"),
    kvk="90000031",
)
ANTWERP = Party(
    "Zeemansvereniging 't Anker",
    "K10300",
    address=Address("Kaai 4", "", "2000", "Antwerpen", "BE"),
    vat_number="BE 0123.456.749",
)
BERN = Party("Fürst & Söhne", "K10301", address=Address("", "", "", "Bern", "CH"))


def line(
    text: str, quantity: str, price: str, net: str, vat: Vat = HIGH, discount: str = "0"
) -> InvoiceLine:
    """Return a line."""
    return InvoiceLine(
        text, Decimal(quantity), Decimal(price), Decimal(net), vat, Decimal(discount)
    )


def invoice(*lines: InvoiceLine, buyer: Party = SANNE, number: str = "2026-0007") -> Invoice:
    """Return an invoice with *lines*, of which the books tell no totals."""
    return Invoice(
        f"invoices:{number}",
        number,
        InvoiceKind.INVOICE,
        date(2026, 2, 1),
        buyer,
        lines,
        due=date(2026, 2, 15),
    )


WORK = replace(line("Onderhoud wifi", "2", "65", "130.00"), unit="uur", when=date(2026, 1, 30))
ROUTER = line("FRITZ!Box 7590 SN-AVM-7590-0042, 2 jaar garantie", "1", "219", "219.00")
PLAIN = invoice(WORK, ROUTER)


def _zero(category: VatCategory, reason: str = "") -> InvoiceLine:
    return line("Advies", "1", "100", "100.00", Vat(category, reason=reason))


VALID: dict[str, Invoice] = {
    "plain": PLAIN,
    "two rates": invoice(WORK, line("Handboek", "3", "12.5", "37.50", LOW)),
    "a discount": invoice(line("Kabel", "10", "1.333", "12.00", HIGH, "1.33")),
    "a surcharge": invoice(line("Spoed", "1", "65", "75.00", HIGH, "-10")),
    "a line that takes back": invoice(WORK, line("Retour switch", "-1", "40", "-40.00")),
    "a price below nothing": invoice(WORK, line("Korting trouwe klant", "1", "-10", "-10.00")),
    "nothing to pay": invoice(line("Garantie", "1", "0", "0.00")),
    "a rate of nought": invoice(WORK, _zero(VatCategory.ZERO)),
    "exempt": invoice(_zero(VatCategory.EXEMPT, "Onderwijs")),
    "reverse charge": invoice(_zero(VatCategory.REVERSE_CHARGE), buyer=ANTWERP),
    "within the EU": invoice(_zero(VatCategory.WITHIN_EU), buyer=ANTWERP),
    "export": invoice(_zero(VatCategory.EXPORT), buyer=BERN),
    "no VAT at all": invoice(line("Advies", "1", "100", "100.00", NO_VAT)),
    "VAT on one line only": invoice(WORK, line("Doorbelasting", "1", "15", "15.00", NO_VAT)),
    "rounded by line": replace(
        invoice(*[line("Uur", "1", "0.07", "0.07")] * 3), total=Decimal("0.24")
    ),
    "VAT a cent off": replace(
        invoice(WORK),
        vat=(VatTotal(HIGH, Decimal("130.00"), Decimal("27.31")),),
        total=Decimal("157.31"),
    ),
    "rounded to five cents": replace(
        invoice(line("Contant", "1", "10.01", "10.01")), total=Decimal("12.10")
    ),
    "no day it is due": replace(PLAIN, due=None),
    "another currency": replace(PLAIN, currency="USD"),
    "an order number": replace(PLAIN, reference="PO 2026/11", notes="Bedankt, Sanne!"),
    "nobody's address": invoice(WORK, buyer=Party("Contante klant")),
    "no text": invoice(line("", "1", "5", "5.00")),
    "hostile": replace(
        invoice(
            line(
                '</cbc:Name><x a="1">&evil; ]]>\x00\x1b\ud800\u202e\r\n tweede regel',
                "1",
                "5",
                "5.00",
            ),
            line("Lang " * 80, "1", "5", "5.00"),
            buyer=replace(SANNE, name="<b>Sanne</b> & \x07Zn."),
        ),
        number="../../<F>&1",
    ),
    "credit note": replace(
        invoice(WORK), kind=InvoiceKind.CREDIT_NOTE, corrects=("2026-0003", "2026-0004")
    ),
    "credit note without a term": replace(invoice(WORK), kind=InvoiceKind.CREDIT_NOTE, due=None),
    "credit note below nothing": replace(
        invoice(line("Correctie", "-1", "65", "-65.00")), kind=InvoiceKind.CREDIT_NOTE
    ),
    "club": invoice(WORK, ROUTER, buyer=CLUB),
    "credit note to a club": replace(
        invoice(WORK, buyer=CLUB), kind=InvoiceKind.CREDIT_NOTE, corrects=("2026-0003",)
    ),
    "club without an address": invoice(WORK, buyer=replace(CLUB, address=Address())),
}
"""What comes out as UBL."""

DUTCH = ("club", "credit note to a club")
"""Those of VALID that are written by NLCIUS."""

DEBTORS = Account("1300", "Debiteuren", AccountKind.BALANCE)
SALES = Account("8000", "Omzet", AccountKind.PROFIT_AND_LOSS)
BANK = Account("1100", "Bank", AccountKind.BALANCE)


def booking(number: str, day: date, amount: str = "157.30", off: str = "0") -> Booking:
    """Return the booking of an invoice; *off* is what it does not balance by."""
    return Booking(
        f"transactions:{number}",
        number,
        day,
        (
            BookingLine(DEBTORS, Decimal(amount), "Factuur", "2026-0007", "K10023"),
            BookingLine(SALES, -Decimal(amount) + Decimal(off), "Factuur"),
        ),
        "2026-0007 Sanne van der Berg",
    )


def item(key: str) -> Item:
    """Return an item of Sanne's."""
    email = Kinds().identifier("email", SANNE.email)
    match = Match(email, Certainty.EXACT, "addr_email")
    return Item(key, "invoices", Category.INVOICE, (match,), "f", "Factuur")
