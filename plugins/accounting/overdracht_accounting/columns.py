"""The tables that every set of books leaves in, column by column."""

from collections.abc import Iterator
from dataclasses import dataclass

from overdracht_accounting.invoices import (
    Booking,
    Customer,
    Device,
    Invoice,
    Payment,
)
from overdracht_accounting.tables import Column, Table

Fields = dict[str, object]


@dataclass(frozen=True, slots=True)
class Layout:
    """A table before it has rows."""

    name: str
    title: str
    columns: tuple[Column, ...]

    def table(self) -> Table:
        """Return an empty table."""
        return Table(
            self.name,
            self.title,
            {one.name: one.kind for one in self.columns},
            {one.name: one.title for one in self.columns},
        )


_RECORD = Column("record", title="Kenmerk in de boekhouding")

INVOICES = Layout(
    "facturen",
    "Facturen en creditnota's",
    (
        _RECORD,
        Column("number", title="Factuurnummer"),
        Column("kind", title="Soort"),
        Column("issued", "date", "Factuurdatum"),
        Column("due", "date", "Vervaldatum"),
        Column("customer", title="Klantnummer"),
        Column("name", title="Naam"),
        Column("currency", title="Munt"),
        Column("net", "number", "Zonder btw"),
        Column("total", "number", "Met btw, zoals geboekt"),
        Column("paid", "number", "Betaald"),
        Column("reference", title="Kenmerk van de klant"),
        Column("corrects", title="Corrigeert factuur"),
        Column("notes", title="Opmerkingen"),
        Column("file", title="De factuur als UBL"),
        Column("why_no_file", title="Waarom er geen UBL is"),
    ),
)
LINES = Layout(
    "factuurregels",
    "Factuurregels: werk en materiaal",
    (
        _RECORD,
        Column("invoice", title="Factuurnummer"),
        Column("line", "integer", "Regel"),
        Column("when", "date", "Datum"),
        Column("description", title="Omschrijving"),
        Column("quantity", "number", "Aantal"),
        Column("unit", title="Eenheid"),
        Column("price", "number", "Prijs per eenheid zonder btw"),
        Column("discount", "number", "Korting"),
        Column("net", "number", "Bedrag zonder btw"),
        Column("vat_category", title="Btw-soort (UNCL 5305)"),
        Column("vat_rate", "number", "Btw-percentage"),
        Column("notes", title="Opmerkingen"),
    ),
)
PAYMENTS = Layout(
    "betalingen",
    "Betalingen",
    (
        _RECORD,
        Column("when", "date", "Datum"),
        Column("amount", "number", "Bedrag: ontvangen is positief"),
        Column("currency", title="Munt"),
        Column("iban", title="IBAN"),
        Column("name", title="Naam bij de rekening"),
        Column("description", title="Omschrijving"),
        Column("invoices", title="Betaalde facturen"),
        Column("customer", title="Klantnummer"),
    ),
)
DEVICES = Layout(
    "apparatuur",
    "Geleverde apparatuur met serienummer",
    (
        _RECORD,
        Column("serial", title="Serienummer"),
        Column("product", title="Apparaat"),
        Column("delivered", "date", "Geleverd"),
        Column("warranty_until", "date", "Garantie tot"),
        Column("invoice", title="Factuurnummer"),
        Column("customer", title="Klantnummer"),
    ),
)
CUSTOMERS = Layout(
    "klanten",
    "Klantgegevens",
    (
        _RECORD,
        Column("customer", title="Klantnummer"),
        Column("name", title="Naam"),
        Column("contact", title="Contactpersoon"),
        Column("street", title="Straat en huisnummer"),
        Column("extra", title="Tweede adresregel"),
        Column("postcode", title="Postcode"),
        Column("city", title="Plaats"),
        Column("country", title="Land"),
        Column("email", title="E-mailadres"),
        Column("phone", title="Telefoon"),
        Column("kvk", title="KvK-nummer"),
        Column("vat_number", title="Btw-nummer"),
        Column("iban", title="IBAN"),
        Column("since", "date", "Klant sinds"),
        Column("notes", title="Notities"),
    ),
)
BOOKINGS = Layout(
    "boekingen",
    "Boekingen in het grootboek",
    (
        _RECORD,
        Column("booking", title="Boeking"),
        Column("line", "integer", "Regel"),
        Column("when", "date", "Datum"),
        Column("journal", title="Dagboek"),
        Column("account", title="Rekening"),
        Column("account_name", title="Naam van de rekening"),
        Column("amount", "number", "Bedrag: debet is positief"),
        Column("currency", title="Munt"),
        Column("description", title="Omschrijving"),
        Column("line_description", title="Omschrijving van de regel"),
        Column("invoice", title="Factuurnummer"),
        Column("customer", title="Klantnummer"),
        Column("iban", title="Tegenrekening"),
        Column("file", title="In auditfile"),
    ),
)


def invoice_row(invoice: Invoice, file: str, why_no_file: str) -> Fields:
    """Return *invoice* as a row; *file* is where it stands as UBL, or else *why_no_file*."""
    return {
        "record": invoice.key,
        "number": invoice.number,
        "kind": str(invoice.kind),
        "issued": invoice.issued,
        "due": invoice.due,
        "customer": invoice.buyer.number,
        "name": invoice.buyer.name,
        "currency": invoice.currency,
        "net": sum((line.net for line in invoice.lines), start=invoice.paid * 0),
        "total": invoice.total,
        "paid": invoice.paid,
        "reference": invoice.reference,
        "corrects": ", ".join(invoice.corrects),
        "notes": invoice.notes,
        "file": file,
        "why_no_file": why_no_file,
    }


def line_rows(invoice: Invoice) -> Iterator[Fields]:
    """Yield the lines of *invoice* as rows."""
    for number, line in enumerate(invoice.lines, 1):
        yield {
            "record": invoice.key,
            "invoice": invoice.number,
            "line": number,
            "when": line.when,
            "description": line.description,
            "quantity": line.quantity,
            "unit": line.unit,
            "price": line.price,
            "discount": line.discount,
            "net": line.net,
            "vat_category": str(line.vat.category),
            "vat_rate": line.vat.rate,
            "notes": line.notes,
        }


def payment_row(payment: Payment) -> Fields:
    """Return *payment* as a row."""
    return {
        "record": payment.key,
        "when": payment.when,
        "amount": payment.amount,
        "currency": payment.currency,
        "iban": payment.iban,
        "name": payment.name,
        "description": payment.description,
        "invoices": ", ".join(payment.invoices),
        "customer": payment.customer,
    }


def device_row(device: Device) -> Fields:
    """Return *device* as a row."""
    return {
        "record": device.key,
        "serial": device.serial,
        "product": device.product,
        "delivered": device.delivered,
        "warranty_until": device.warranty_until,
        "invoice": device.invoice,
        "customer": device.customer,
    }


def customer_row(customer: Customer) -> Fields:
    """Return *customer* as a row; what has no column of its own stands behind the others."""
    party, where = customer.party, customer.party.address
    row: Fields = {
        "record": customer.key,
        "customer": party.number,
        "name": party.name,
        "contact": party.contact,
        "street": where.street,
        "extra": where.extra,
        "postcode": where.postcode,
        "city": where.city,
        "country": where.country,
        "email": party.email,
        "phone": party.phone,
        "kvk": party.kvk,
        "vat_number": party.vat_number,
        "iban": party.iban,
        "since": customer.since,
        "notes": customer.notes,
    }
    return row | {name: value for name, value in customer.further.items() if name not in row}


def booking_rows(booking: Booking, file: str) -> Iterator[Fields]:
    """Yield the lines of *booking*, which stands in the audit *file* if any."""
    for number, line in enumerate(booking.lines, 1):
        yield {
            "record": booking.key,
            "booking": booking.number,
            "line": number,
            "when": booking.when,
            "journal": booking.journal,
            "account": line.account.code,
            "account_name": line.account.name,
            "amount": line.amount,
            "currency": booking.currency,
            "description": booking.description,
            "line_description": line.description,
            "invoice": line.invoice,
            "customer": line.customer,
            "iban": line.iban,
            "file": file,
        }
