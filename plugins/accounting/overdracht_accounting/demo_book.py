"""Write a GnuCash book without GnuCash: accounts, customers, invoices as GnuCash posts them, payments and bank lines."""

import random
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from overdracht_accounting.demo_schema import TABLES, VERSIONS

CENTS = Decimal("0.01")
CUSTOMER, JOB, VENDOR = 2, 3, 4
_ISO = "ISO-8601 formatted date strings in SQLite3 databases."
_ISO_MEANS = (
    "Use ISO formatted date-time strings in SQLite3 databases (requires at least GnuCash 2.6.20)"
)
_NEVER = "1970-01-01 00:00:00"
_ACCOUNTS = (
    ("activa", "Activa", "ASSET", "1", ""),
    ("bank", "Bank", "BANK", "1100", "activa"),
    ("debtors", "Debiteuren", "RECEIVABLE", "1300", "activa"),
    ("passiva", "Passiva", "LIABILITY", "2", ""),
    ("creditors", "Crediteuren", "PAYABLE", "1600", "passiva"),
    ("vat", "Af te dragen btw hoog", "LIABILITY", "1630", "passiva"),
    ("income", "Omzet", "INCOME", "8", ""),
    ("services", "Diensten", "INCOME", "8000", "income"),
    ("hardware", "Hardware", "INCOME", "8100", "income"),
    ("expenses", "Kosten", "EXPENSE", "4", ""),
    ("costs", "Algemene kosten", "EXPENSE", "4500", "expenses"),
    ("equity", "Eigen vermogen", "EQUITY", "0500", ""),
)


@dataclass(frozen=True, slots=True)
class Sold:
    """A line of an invoice: so many for so much each, without VAT."""

    text: str
    quantity: int
    price: Decimal
    account: str = "services"

    @property
    def net(self) -> Decimal:
        """The whole line without VAT."""
        return self.quantity * self.price


@dataclass(frozen=True, slots=True)
class Posted:
    """An invoice in the book."""

    guid: str
    number: str
    lot: str
    owner: str
    total: Decimal


class BookWriter:
    """Writes the book at *path*, or in *connection*; the same calls with the same *seed* write the same book."""

    def __init__(
        self, path: Path | None, seed: str = "book", connection: sqlite3.Connection | None = None
    ) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - the same book every time is what is wanted
        self.db = connection or sqlite3.connect(path or ":memory:")
        if connection is None:
            self.db.executescript(TABLES)
        self._insert("versions", *VERSIONS.items())
        self._owners: dict[str, str] = {}
        self._setup()

    def close(self) -> None:
        """Finish the book."""
        self.db.commit()
        self.db.close()

    def guid(self) -> str:
        """Return a key that is not used yet."""
        return f"{self._chance.getrandbits(128):032x}"

    def _insert(self, table: str, *rows: Iterable[object]) -> None:
        for row in rows:
            values = tuple(row)
            marks = ",".join("?" * len(values))
            self.db.execute(f"INSERT INTO {table} VALUES ({marks})", values)  # noqa: S608 - our own names

    def _setup(self) -> None:
        root, template, self.book, self.euro = (self.guid() for _ in range(4))
        features = self.guid()
        self.slot(self.book, "features", 9, guid=features)
        self.slot(features, f"features/{_ISO}", 4, text=_ISO_MEANS)
        self._insert(
            "commodities", (self.euro, "CURRENCY", "EUR", "Euro", "978", 100, 1, "currency", None)
        )
        self._insert("books", (self.book, root, template))
        for guid, name in ((root, "Root Account"), (template, "Template Root")):
            self._insert("accounts", (guid, name, "ROOT", None, 0, 0, None, "", "", 0, 0))
        self.accounts: dict[str, str] = {"": root}
        for key, name, kind, code, parent in _ACCOUNTS:
            self.accounts[key] = guid = self.guid()
            row = (guid, name, kind, self.euro, 100, 0, self.accounts[parent], code, "", 0, 0)
            self._insert("accounts", row)
        self.taxtable = self.guid()
        self._insert("taxtables", (self.taxtable, "BTW 21%", 0, 0, None))
        rate = (None, self.taxtable, self.accounts["vat"], 2100000, 100000, 2)
        self._insert("taxtable_entries", rate)

    def slot(
        self,
        owner: str,
        name: str,
        kind: int,
        *,
        number: int = 0,
        text: str | None = None,
        guid: str | None = None,
        day: str | None = None,
    ) -> None:
        """Add a slot as GnuCash keeps further data of a thing in."""
        self._insert(
            "slots", (None, owner, name, kind, number, text, None, _NEVER, guid, 0, 1, day)
        )

    def customer(
        self,
        number: str,
        name: str,
        lines: Iterable[str] = (),
        *,
        phone: str = "",
        email: str = "",
        notes: str = "",
    ) -> str:
        """Add a customer and return its key; the *lines* of the address are four at most."""
        guid = self.guid()
        self._owners[guid] = name
        address = (name, *(*lines, "", "", "", "")[:4], phone, "", email)
        row = (
            guid,
            name,
            number,
            notes,
            1,
            0,
            1,
            0,
            1,
            self.euro,
            0,
            *address,
            *("",) * 8,
            None,
            3,
            self.taxtable,
        )
        self._insert("customers", row)
        return guid

    def vendor(
        self, number: str, name: str, *, phone: str = "", email: str = "", notes: str = ""
    ) -> str:
        """Add a vendor and return its key."""
        guid = self.guid()
        self._owners[guid] = name
        address = (name, "", "", "", "", phone, "", email)
        self._insert(
            "vendors", (guid, name, number, notes, self.euro, 1, 0, *address, None, "", None)
        )
        return guid

    def job(self, number: str, name: str, customer: str, reference: str = "") -> str:
        """Add a job for a customer and return its key."""
        guid = self.guid()
        self._owners[guid] = self._owners[customer]
        self._insert("jobs", (guid, number, name, reference, 1, CUSTOMER, customer))
        return guid

    def invoice(
        self,
        number: str,
        owner: str,
        day: date,
        sold: Iterable[Sold],
        *,
        notes: str = "",
        owner_type: int = CUSTOMER,
        posted: bool = True,
    ) -> Posted:
        """Add an invoice, and post it."""
        guid, lot, transaction = self.guid(), self.guid(), self.guid()
        sold = tuple(sold)
        links = (transaction, lot, self.accounts["debtors"]) if posted else (None, None, None)
        when = f"{day} 10:59:00" if posted else None
        self._insert(
            "invoices",
            (
                guid,
                number,
                f"{day} 00:00:00",
                when,
                notes,
                1,
                self.euro,
                owner_type,
                owner,
                None,
                "",
                *links,
                None,
                None,
                0,
                1,
            ),
        )
        for one in sold:
            self._entry(guid, day, one)
        net = sum((one.net for one in sold), Decimal(0))
        tax = sum((_tax(one.net) for one in sold), Decimal(0))
        if posted:
            self._insert("lots", (lot, self.accounts["debtors"], -1))
            self._post(guid, number, owner, day, transaction, lot, sold, net + tax, tax)
        return Posted(guid, number, lot, owner, net + tax)

    def _entry(self, invoice: str, day: date, one: Sold) -> None:
        action = "Uren" if one.account == "services" else "Materiaal"
        price = (self.accounts[one.account], int(one.price * 100), 100, 0, 1)
        tail = (None, 0, 1, None, 1, 0, None, 1, 0, None, None, None)
        self._insert(
            "entries",
            (
                self.guid(),
                f"{day} 00:00:00",
                f"{day} 00:00:00",
                one.text,
                action,
                "",
                one.quantity * 100,
                100,
                *price,
                invoice,
                "PERCENT",
                "PRETAX",
                1,
                0,
                self.taxtable,
                *tail,
            ),
        )

    def _post(
        self,
        invoice: str,
        number: str,
        owner: str,
        day: date,
        transaction: str,
        lot: str,
        sold: tuple[Sold, ...],
        total: Decimal,
        tax: Decimal,
    ) -> None:
        name = self._owners[owner]
        memo = f"Factuur {number} {name}"
        self._transaction(transaction, day, name, number)
        self.split(transaction, "vat", memo, -tax, "Invoice")
        for one in sold:
            self.split(transaction, one.account, memo, -one.net, "Invoice")
        self.split(transaction, "debtors", memo, total, "Invoice", lot)
        self.slot(
            transaction,
            "trans-read-only",
            4,
            text="Generated from an invoice. Try unposting the invoice.",
        )
        self.slot(transaction, "trans-txn-type", 4, text="I")
        self.slot(transaction, "date-posted", 10, day=f"{day:%Y%m%d}")
        for thing in (transaction, lot):
            frame = self.guid()
            self.slot(thing, "gncInvoice", 9, guid=frame)
            self.slot(frame, "gncInvoice/invoice-guid", 5, guid=invoice)
        self.slot(lot, "title", 4, text=f"Invoice {number}")

    def _transaction(self, guid: str, day: date, text: str, number: str = "") -> None:
        self._insert(
            "transactions", (guid, self.euro, number, f"{day} 10:59:00", f"{day} 12:00:00", text)
        )

    def split(
        self,
        transaction: str,
        account: str,
        memo: str,
        amount: Decimal,
        action: str = "",
        lot: str | None = None,
    ) -> None:
        """Add one side of a transaction."""
        cents = int(amount * 100)
        self._insert(
            "splits",
            (
                self.guid(),
                transaction,
                self.accounts[account],
                memo,
                action,
                "n",
                _NEVER,
                cents,
                100,
                cents,
                100,
                lot,
            ),
        )

    def pay(self, invoice: Posted, days: int, memo: str, posted: date) -> str:
        """Add the payment of an *invoice*, so many *days* after it was *posted*."""
        guid = self.guid()
        self._transaction(guid, posted + timedelta(days=days), self._owners[invoice.owner])
        self.split(guid, "bank", memo, invoice.total, "Payment")
        self.split(guid, "debtors", memo, -invoice.total, "Payment", invoice.lot)
        self.slot(guid, "trans-txn-type", 4, text="P")
        return guid

    def bank_line(
        self,
        day: date,
        text: str,
        memo: str,
        amount: Decimal,
        account: str = "costs",
        notes: str = "",
    ) -> str:
        """Add a line of the bank that belongs to no invoice."""
        guid = self.guid()
        self._transaction(guid, day, text)
        self.split(guid, "bank", memo, amount)
        self.split(guid, account, "", -amount)
        if notes:
            self.slot(guid, "notes", 4, text=notes)
        return guid


def _tax(net: Decimal) -> Decimal:
    return (net * 21 / 100).quantize(CENTS, ROUND_HALF_UP)
