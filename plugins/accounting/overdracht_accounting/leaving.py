"""Hand over what the books hold of a person: invoices as UBL, tables as CSV and JSON, the ledger as an audit file."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import singledispatchmethod

from overdracht import File, Gap, Identifier, Item, Line, Piece, SafeNames, local_day
from overdracht_accounting.auditfile import Auditfile, FinancialYear
from overdracht_accounting.columns import (
    BOOKINGS,
    CUSTOMERS,
    DEVICES,
    INVOICES,
    LINES,
    PAYMENTS,
    Layout,
    booking_rows,
    customer_row,
    device_row,
    invoice_row,
    line_rows,
    payment_row,
)
from overdracht_accounting.invoices import (
    Booking,
    Customer,
    Device,
    Invoice,
    Party,
    Payment,
    Record,
    Row,
)
from overdracht_accounting.masking import Mask
from overdracht_accounting.serials import devices
from overdracht_accounting.structured import identifiers, of_party
from overdracht_accounting.sums import Unfit
from overdracht_accounting.tables import Table, package
from overdracht_accounting.ubl import ubl

Records = Iterable[tuple[Item, list[Record]] | Gap]
Hide = Callable[[str], str]

FOLDER = "facturen"
LEDGER = "grootboek"
_OURS = (INVOICES, LINES, PAYMENTS, DEVICES, CUSTOMERS, BOOKINGS)


class Leaving:
    """One export of one set of books, whose invoices *seller* sent; *mask* hides other people in texts, None hides nobody."""

    def __init__(self, seller: Party, mask: Mask | None = None, first_month: int = 1) -> None:
        self._seller = seller
        self._mask = mask
        self._own = frozenset(of_party(seller))
        self._first_month = first_month
        self._tables: dict[str, Table] = {}
        self._names = SafeNames()
        for layout in _OURS:
            self._names(layout.name)
        self._taken: dict[int, int] = {}
        self._booked: set[int] = set()
        self._years: dict[str, Auditfile] = {}
        self._parties: dict[str, Party] = {}
        self._stack = ExitStack()

    def pieces(self, records: Records) -> Iterator[Piece]:
        """Yield what *records* leave as: each record's own files and lines, and at the end the tables and the ledger."""
        with self._stack:
            for one in records:
                if isinstance(one, Gap):
                    yield one
                else:
                    yield from self._item(*one)
            yield from self._ends()

    def _item(self, item: Item, records: list[Record]) -> Iterator[Piece]:
        hide = self._hide(item, records)
        told = any(isinstance(one, Device) for one in records)
        for record in records:
            yield from self._record(record, hide)
            if isinstance(record, Invoice) and not told:
                for device in devices(record):
                    yield from self._record(device, hide)

    def _hide(self, item: Item, records: Iterable[Record]) -> Hide:
        mask = self._mask
        if mask is None:
            return lambda text: text
        own: set[Identifier] = {one.identifier for one in item.matches}
        own |= {one.identifier for one in item.reveals}
        own |= {one for record in records for one in identifiers(record)}
        own |= self._own
        return lambda text: mask.hide(text, own)

    @singledispatchmethod
    def _record(self, record: Record, _hide: Hide) -> Iterator[Piece]:
        raise TypeError(f"{type(record).__name__} is no record of books")

    @_record.register
    def _invoice(self, invoice: Invoice, hide: Hide) -> Iterator[Piece]:
        invoice = _masked_invoice(invoice, hide)
        self._know(invoice.buyer)
        path, why_not = "", ""
        try:
            content = ubl(invoice, self._seller)
        except Unfit as reason:
            why_not = str(reason)
        else:
            path = f"{FOLDER}/{self._name(invoice.number)}"
            yield File(path, content, "application/xml", (invoice.key,))
        yield self._line(INVOICES, invoice_row(invoice, path, why_not), invoice.key)
        for row in line_rows(invoice):
            yield self._line(LINES, row, invoice.key)

    @_record.register
    def _payment(self, payment: Payment, hide: Hide) -> Iterator[Piece]:
        payment = replace(payment, description=hide(payment.description))
        yield self._line(PAYMENTS, payment_row(payment), payment.key)

    @_record.register
    def _device(self, device: Device, hide: Hide) -> Iterator[Piece]:
        device = replace(device, product=hide(device.product))
        yield self._line(DEVICES, device_row(device), device.key)

    @_record.register
    def _customer(self, customer: Customer, hide: Hide) -> Iterator[Piece]:
        self._know(customer.party)
        customer = replace(customer, notes=hide(customer.notes))
        yield self._line(CUSTOMERS, customer_row(customer), customer.key)

    @_record.register
    def _booking(self, booking: Booking, hide: Hide) -> Iterator[Piece]:
        lines = tuple(replace(one, description=hide(one.description)) for one in booking.lines)
        booking = replace(booking, description=hide(booking.description), lines=lines)
        file = self._post(booking)
        for row in booking_rows(booking, file):
            yield self._line(BOOKINGS, row, booking.key)

    @_record.register
    def _row(self, row: Row, hide: Hide) -> Iterator[Piece]:
        fields = {
            name: hide(value) if isinstance(value, str) else value
            for name, value in row.fields.items()
        }
        ours = row.table.casefold() in {layout.name for layout in _OURS}
        name = self._names(f"{row.table}_" if ours else row.table)
        yield self._line(Layout(name, row.table, ()), {"record": row.key, **fields}, row.key)

    def _line(self, layout: Layout, row: dict[str, object], key: str) -> Line:
        table = self._tables.get(layout.name)
        if table is None:
            table = self._tables[layout.name] = layout.table()
            table.open(self._stack)
        return Line(f"{layout.name}.jsonl", table.add(row), (key,))

    def _know(self, party: Party) -> None:
        if party.number:
            self._parties.setdefault(party.number, party)

    def _name(self, number: str) -> str:
        """Return a file name for the invoice *number* that no other has; only its hash is remembered."""
        first = _mark(SafeNames()(f"{number}.xml"))
        attempt = self._taken.get(first, 0) + 1
        while True:
            # In front, because a long name is cut off behind.
            name = SafeNames()(f"{number}.xml" if attempt == 1 else f"({attempt}) {number}.xml")
            mark = _mark(name)
            if attempt == 1 or mark not in self._taken:
                self._taken[first] = attempt
                self._taken.setdefault(mark, 1)
                return name
            attempt += 1

    def _post(self, booking: Booking) -> str:
        """Put *booking* into its year's audit file, once, and return that file's path; empty when it cannot be."""
        year = FinancialYear.of(booking.when, self._first_month)
        path = f"{LEDGER}/{year.name}.xaf"
        mark = hash((booking.number, booking.when, booking.lines))
        if mark in self._booked:
            return path
        if path not in self._years:
            today = local_day(datetime.now(UTC))
            self._years[path] = Auditfile(year, self._seller, "EUR", today)
        file = self._years[path]
        if not file.add(booking, self._stack):
            return ""
        self._booked.add(mark)
        return path

    def _ends(self) -> Iterator[Piece]:
        for table in self._tables.values():
            yield File(f"{table.name}.csv", table.csv(), "text/csv")
        if self._tables:
            content = package(self._tables.values(), _title(self._seller))
            yield File("datapackage.json", content, "application/json")
        for path, file in sorted(self._years.items()):
            if file.count:
                yield File(path, file.content(self._parties), "application/xml")


def _mark(name: str) -> int:
    """Return what two names have in common that some system takes for one."""
    return hash(unicodedata.normalize("NFKC", name).casefold())


def _title(seller: Party) -> str:
    return f"Boekhouding van {seller.name}" if seller.name else "Boekhouding"


def _masked_invoice(invoice: Invoice, hide: Hide) -> Invoice:
    lines = tuple(
        replace(one, description=hide(one.description), notes=hide(one.notes))
        for one in invoice.lines
    )
    return replace(
        invoice, lines=lines, notes=hide(invoice.notes), reference=hide(invoice.reference)
    )
