"""What stands in a set of books about one customer, whichever program keeps them.

A reader makes these records out of its tables; the writers of UBL, CSV, JSON and XAF know nothing else. Amounts are exact
(`Decimal`), in the record's currency, and those that the books hold: nothing here is computed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody is; see `postal.address` for the lines that a program keeps."""

    street: str = ""
    """Street and number as they are written."""
    extra: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    """ISO 3166-1 alpha-2; empty when it is not known."""


@dataclass(frozen=True, slots=True)
class Party:
    """A seller or a buyer."""

    name: str
    number: str = ""
    """The customer number; empty for the seller."""
    contact: str = ""
    """Who is meant at the organisation."""
    address: Address = Address()
    email: str = ""
    phone: str = ""
    kvk: str = ""
    vat_number: str = ""
    iban: str = ""


class VatCategory(StrEnum):
    """Why a line bears the VAT it bears (UNCL 5305, as EN 16931 uses it)."""

    STANDARD = "S"
    """A rate above nothing: 21 or 9 per cent."""
    ZERO = "Z"
    """The rate of nought."""
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"
    """"Btw verlegd"."""
    WITHIN_EU = "K"
    """A supply to another member state."""
    EXPORT = "G"
    OUTSIDE = "O"
    """No VAT applies, as under the small businesses' scheme (KOR)."""


@dataclass(frozen=True, slots=True)
class Vat:
    """The VAT of a line; a category other than standard has the rate 0."""

    category: VatCategory
    rate: Decimal = ZERO
    """In per cent."""
    reason: str = ""
    """Why none is charged, as the invoice said it."""


NO_VAT = Vat(VatCategory.OUTSIDE)


@dataclass(frozen=True, slots=True)
class VatTotal:
    """What an invoice charges of one VAT."""

    vat: Vat
    taxable: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line: what was done or delivered. On a credit note amounts are positive: what is given back."""

    description: str
    quantity: Decimal
    price: Decimal
    """For one, without VAT, before discount; may have more decimals than the currency."""
    net: Decimal
    """Of the whole line without VAT, discount taken off."""
    vat: Vat
    discount: Decimal = ZERO
    """What was taken off the line, without VAT."""
    unit: str = ""
    """As the books call it: "uur", "stuk"."""
    when: date | None = None
    """When it was done or delivered, when the books tell."""
    notes: str = ""


class InvoiceKind(StrEnum):
    """What a document is."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit note"
    DRAFT = "draft"
    """Not sent yet: it leaves as data, not as an invoice."""
    BOOKED = "booked invoice"
    """What was booked of an invoice that itself is elsewhere: it leaves as data too. A credit note's amounts are negative."""


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice or a credit note."""

    key: str
    """Of the item that it is exported for; so with every record."""
    number: str
    kind: InvoiceKind
    issued: date | None
    """None only for a draft."""
    buyer: Party
    lines: tuple[InvoiceLine, ...]
    currency: str = "EUR"
    due: date | None = None
    vat: tuple[VatTotal, ...] = ()
    """The VAT as it was booked, one for each rate; empty when the books do not tell: then it follows from the lines."""
    total: Decimal | None = None
    """With VAT, as it was booked; None when the books do not tell."""
    paid: Decimal = ZERO
    """How much of it was paid, when the books tell."""
    reference: str = ""
    """The buyer's own: an order number."""
    corrects: tuple[str, ...] = ()
    """The numbers of the invoices that a credit note takes back."""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came or went; *amount* is positive when it was received."""

    key: str
    when: date | None
    amount: Decimal
    currency: str = "EUR"
    iban: str = ""
    """Of the other side, and the *name* with it."""
    name: str = ""
    description: str = ""
    invoices: tuple[str, ...] = ()
    """The numbers of the invoices that it pays."""
    customer: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    """A thing with a serial number that was delivered."""

    key: str
    serial: str
    product: str = ""
    delivered: date | None = None
    warranty_until: date | None = None
    invoice: str = ""
    customer: str = ""


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer record; *further* holds the fields that have no place of their own, by the system's name of them."""

    key: str
    party: Party
    notes: str = ""
    since: date | None = None
    further: Mapping[str, str] = field(default_factory=dict)


class AccountKind(StrEnum):
    """On which side of the year's end an account stands."""

    BALANCE = "B"
    PROFIT_AND_LOSS = "P"


@dataclass(frozen=True, slots=True)
class Account:
    """A ledger account."""

    code: str
    """Its number, or what else tells it from the others."""
    name: str
    kind: AccountKind


@dataclass(frozen=True, slots=True)
class BookingLine:
    """One side of a booking: *amount* is positive for debit, negative for credit."""

    account: Account
    amount: Decimal
    description: str = ""
    invoice: str = ""
    """The number of the invoice it belongs to."""
    customer: str = ""
    """Whose it is, on the accounts that are kept by customer."""
    iban: str = ""


@dataclass(frozen=True, slots=True)
class Booking:
    """A balanced transaction in the ledger: its lines add up to nothing."""

    key: str
    number: str
    when: date
    lines: tuple[BookingLine, ...]
    description: str = ""
    journal: str = ""
    """The name of the journal, if the books keep journals."""
    currency: str = "EUR"
    """Of the amounts."""


@dataclass(frozen=True, slots=True)
class Row:
    """A record of which no more is known than its fields: a ticket, a job, a note, or the passage about the person in what is
    somebody else's. *table* names the table it leaves in."""

    key: str
    table: str
    fields: Mapping[str, object]
    """Texts, numbers, dates and None."""


Record = Invoice | Payment | Device | Customer | Booking | Row
