"""Make customers, invoices, payments and bookings out of an audit file, each only as far as it is of one customer.

A program may put a whole bank statement into one transaction, with a line for every customer on it. Of such a one only the person's lines
leave, against the journal's own account.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from overdracht_accounting.invoices import (
    NO_VAT,
    ZERO,
    Account,
    AccountKind,
    Booking,
    BookingLine,
    Customer,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    Party,
    Payment,
    Record,
    Vat,
    VatCategory,
)
from overdracht_accounting.xaf_file import Entry, OpenFile
from overdracht_accounting.xaf_people import party

if TYPE_CHECKING:
    from pyxaf import Line, Relation


_RESULT = "profit_loss"
"""What pyxaf calls the kind of such an account."""


@dataclass(frozen=True, slots=True)
class Share:
    """What of a transaction is one customer's."""

    lines: "tuple[Line, ...]"
    others: bool
    """Lines of other customers were left out."""

    @property
    def amount(self) -> Decimal:
        """What the lines of the customer come to, debit less credit."""
        return sum((one.signed_amount or ZERO for one in self.lines if one.relation_id), ZERO)


class Records:
    """Makes records out of an open *file*."""

    def __init__(self, file: OpenFile) -> None:
        self._file = file
        self._vat_accounts = file.vat_accounts

    @staticmethod
    def customer(key: str, relation: "Relation") -> Customer:
        """Return *relation* as a customer record."""
        raw = {} if relation.raw is None else relation.raw.fields
        further = {name: raw[name] for name in ("fax", "website") if raw.get(name)}
        return Customer(key, party(relation), further=further)

    def entry(self, key: str, entry: Entry, theirs: frozenset[str]) -> Iterator[Record]:
        """Yield what *entry* is, as far as it is of the customers *theirs*."""
        from pyxaf import JournalKind

        one = entry.transaction
        if one.date is None:
            return
        share = _share(one.lines, theirs)
        journal = self._file.journal(entry.journal)
        kind = journal.journal_type.kind if journal else JournalKind.UNKNOWN
        name = (journal.description if journal else "") or entry.journal
        number = next((line.relation_id for line in share.lines if line.relation_id), "") or ""
        description = "" if share.others else one.description or ""
        if kind in {JournalKind.BANK, JournalKind.CASH}:
            yield self._payment(key, entry, share, number)
        elif kind is JournalKind.SALES and number:
            yield self._invoice(key, entry, share, number)
        lines = list(map(self._line, share.lines))
        offset = (journal.offset_account_id if journal else None) or ""
        rest = sum((line.amount for line in lines), ZERO)
        if share.others and rest and offset:
            lines.append(BookingLine(self._account(offset), -rest))
        yield Booking(
            key,
            f"{entry.journal} {entry.number}".strip(),
            one.date,
            tuple(lines),
            description,
            name,
        )

    def _account(self, number: str) -> Account:
        known = self._file.account(number)
        if known is None:
            return Account(number or "-", number or "-", AccountKind.BALANCE)
        result = known.account_type.kind == _RESULT
        kind = AccountKind.PROFIT_AND_LOSS if result else AccountKind.BALANCE
        return Account(number, known.description or number, kind)

    def _line(self, line: "Line") -> BookingLine:
        return BookingLine(
            account=self._account(line.account_id or ""),
            amount=line.signed_amount or ZERO,
            description=line.description or "",
            invoice=line.invoice_ref or "",
            customer=line.relation_id or "",
            iban=line.offset_bank_account or "",
        )

    def _payment(self, key: str, entry: Entry, share: Share, number: str) -> Payment:
        lines = [one for one in share.lines if one.relation_id] or list(share.lines)
        described = [one.description for one in lines if one.description]
        if entry.transaction.description and not share.others:
            described.insert(0, entry.transaction.description)
        return Payment(
            key=key,
            when=entry.transaction.date,
            # The customer's side is credited with what was received.
            amount=-share.amount,
            currency=self._file.currency,
            iban=next((one.offset_bank_account for one in lines if one.offset_bank_account), ""),
            description=" · ".join(dict.fromkeys(described)),
            invoices=tuple(dict.fromkeys(one.invoice_ref for one in lines if one.invoice_ref)),
            customer=number,
        )

    def _invoice(self, key: str, entry: Entry, share: Share, number: str) -> Invoice:
        relation = self._file.relations.get(number)
        refs = [one.invoice_ref or one.document_ref for one in share.lines if one.relation_id]
        due = next((one.settlement_date for one in share.lines if one.settlement_date), None)
        return Invoice(
            key=key,
            number=next(filter(None, refs), entry.number) or "",
            kind=InvoiceKind.BOOKED,
            issued=entry.transaction.date,
            buyer=Party("", number) if relation is None else party(relation),
            lines=tuple(self._sold(share)),
            currency=self._file.currency,
            due=due,
            total=share.amount,
        )

    def _sold(self, share: Share) -> Iterator[InvoiceLine]:
        """Yield the lines that are neither the customer's account nor VAT: what was sold."""
        for one in share.lines:
            if one.relation_id or one.account_id in self._vat_accounts:
                continue
            net = -(one.signed_amount or ZERO)
            rate = next((vat.percentage for vat in one.vat if vat.percentage), None)
            yield InvoiceLine(
                description=one.description or "",
                quantity=Decimal(1),
                price=net,
                net=net,
                vat=Vat(VatCategory.STANDARD, rate) if rate else NO_VAT,
            )


def _share(lines: "tuple[Line, ...]", theirs: frozenset[str]) -> Share:
    numbers = {one.relation_id for one in lines if one.relation_id}
    if not theirs or numbers <= theirs:
        return Share(lines, others=False)
    return Share(tuple(one for one in lines if one.relation_id in theirs), others=True)
