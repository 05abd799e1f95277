"""Write a GnuCash book without GnuCash: accounts, customers, invoices as GnuCash posts them, payments and bank lines."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from overdracht_accounting.demo_ledger import LedgerWriter

CENTS = Decimal("0.01")
CUSTOMER, JOB, VENDOR = 2, 3, 4


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


class BookWriter(LedgerWriter):
    """Writes customers, invoices and payments into a ledger."""

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
        self.insert("customers", row)
        return guid

    def vendor(
        self, number: str, name: str, *, phone: str = "", email: str = "", notes: str = ""
    ) -> str:
        """Add a vendor and return its key."""
        guid = self.guid()
        self._owners[guid] = name
        address = (name, "", "", "", "", phone, "", email)
        self.insert(
            "vendors", (guid, name, number, notes, self.euro, 1, 0, *address, None, "", None)
        )
        return guid

    def job(self, number: str, name: str, customer: str, reference: str = "") -> str:
        """Add a job for a customer and return its key."""
        guid = self.guid()
        self._owners[guid] = self._owners[customer]
        self.insert("jobs", (guid, number, name, reference, 1, CUSTOMER, customer))
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
        self.insert(
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
        made = Posted(guid, number, lot, owner, net + tax)
        if posted:
            self.insert("lots", (lot, self.accounts["debtors"], -1))
            self._post(made, day, transaction, sold, tax)
        return made

    def _entry(self, invoice: str, day: date, one: Sold) -> None:
        action = "Uren" if one.account == "services" else "Materiaal"
        price = (self.accounts[one.account], int(one.price * 100), 100, 0, 1)
        tail = (None, 0, 1, None, 1, 0, None, 1, 0, None, None, None)
        self.insert(
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
        self, posted: Posted, day: date, transaction: str, sold: tuple[Sold, ...], tax: Decimal
    ) -> None:
        number, lot = posted.number, posted.lot
        name = self._owners[posted.owner]
        memo = f"Factuur {number} {name}"
        self.transaction(transaction, day, name, number)
        self.split(transaction, "vat", memo, -tax, "Invoice")
        for one in sold:
            self.split(transaction, one.account, memo, -one.net, "Invoice")
        self.split(transaction, "debtors", memo, posted.total, "Invoice", lot)
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
            self.slot(frame, "gncInvoice/invoice-guid", 5, guid=posted.guid)
        self.slot(lot, "title", 4, text=f"Invoice {number}")

    def pay(self, invoice: Posted, days: int, memo: str, posted: date) -> str:
        """Add the payment of an *invoice*, so many *days* after it was *posted*."""
        guid = self.guid()
        self.transaction(guid, posted + timedelta(days=days), self._owners[invoice.owner])
        self.split(guid, "bank", memo, invoice.total, "Payment")
        self.split(guid, "debtors", memo, -invoice.total, "Payment", invoice.lot)
        self.slot(guid, "trans-txn-type", 4, text="P")
        return guid


def _tax(net: Decimal) -> Decimal:
    return (net * 21 / 100).quantize(CENTS, ROUND_HALF_UP)
