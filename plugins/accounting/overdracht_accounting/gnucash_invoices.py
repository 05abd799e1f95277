"""Make invoices and credit notes out of the tables of a GnuCash book."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from overdracht_accounting.gnucash_amounts import line_of, ratio
from overdracht_accounting.gnucash_parties import party
from overdracht_accounting.gnucash_tables import BookTables, Fields, day
from overdracht_accounting.invoices import ZERO, Invoice, InvoiceKind, InvoiceLine, Vat, VatTotal


class BookInvoices:
    """Reads invoices out of *tables*."""

    def __init__(self, tables: BookTables) -> None:
        self._tables = tables

    def of(self, guids: Sequence[str]) -> Iterator[Invoice]:
        """Yield the invoices with these keys that are a customer's."""
        invoices = self._tables.by_guid("invoices", guids)
        owners = self._tables.owners(invoices.values())
        entries: dict[str, list[Fields]] = defaultdict(list)
        for row in self._tables.rows(
            "SELECT * FROM entries WHERE invoice IN :guids ORDER BY date, date_entered, description, guid",
            guids,
        ):
            entries[row["invoice"]].append(row)
        credit_notes = {
            row["obj_guid"]
            for row in self._tables.rows(
                "SELECT obj_guid FROM slots WHERE name = 'credit-note' AND int64_val <> 0 AND obj_guid IN :guids",
                guids,
            )
        }
        posted = self._posted(invoices.values())
        for guid, row in invoices.items():
            if guid in owners:
                yield self._invoice(
                    row, owners[guid], entries[guid], posted, credit=guid in credit_notes
                )

    def _posted(self, invoices: Iterable[Fields]) -> "_Posted":
        invoices = tuple(invoices)
        transactions = [one["post_txn"] for one in invoices]
        splits: dict[str, list[Fields]] = defaultdict(list)
        for row in self._tables.rows("SELECT * FROM splits WHERE tx_guid IN :guids", transactions):
            splits[row["tx_guid"]].append(row)
        due = {
            row["obj_guid"]: day(row["timespec_val"])
            for row in self._tables.rows(
                "SELECT obj_guid, timespec_val FROM slots WHERE name = 'trans-date-due' AND obj_guid IN :guids",
                transactions,
            )
        }
        left: dict[str, Decimal] = defaultdict(Decimal)
        for row in self._tables.rows(
            "SELECT lot_guid, value_num, value_denom FROM splits WHERE lot_guid IN :guids",
            (one["post_lot"] for one in invoices),
        ):
            left[row["lot_guid"]] += ratio(row["value_num"], row["value_denom"])
        return _Posted(splits, due, left)

    def _invoice(
        self,
        row: Fields,
        owner: Fields,
        entries: Sequence[Fields],
        posted: "_Posted",
        *,
        credit: bool,
    ) -> Invoice:
        lines = tuple(
            line_of(one, self._tables.tax_tables.get(one["i_taxtable"] or ""), credit=credit)
            for one in entries
        )
        sign = -1 if credit else 1
        splits = posted.splits.get(row["post_txn"], [])
        total = posted.amount(splits, {row["post_acc"]}) * sign if splits else None
        paid = ZERO if total is None else total - sign * posted.left.get(row["post_lot"], ZERO)
        issued = day(row["date_posted"]) if row["post_txn"] else None
        kind = InvoiceKind.CREDIT_NOTE if credit else InvoiceKind.INVOICE
        return Invoice(
            key=f"invoices:{row['guid']}",
            number=row["id"],
            kind=InvoiceKind.DRAFT if issued is None else kind,
            issued=issued,
            buyer=party(owner),
            lines=lines,
            currency=self._tables.currencies.get(row["currency"], "EUR"),
            due=posted.due.get(row["post_txn"]),
            vat=self._booked_vat(entries, lines, splits, sign),
            total=total,
            paid=paid,
            reference=row["billing_id"] or "",
            notes=row["notes"] or "",
        )

    def _booked_vat(
        self,
        entries: Sequence[Fields],
        lines: Sequence[InvoiceLine],
        splits: Sequence[Fields],
        sign: int,
    ) -> tuple[VatTotal, ...]:
        """Return the VAT on the accounts of the tax tables; nothing where two rates share an account."""
        accounts: dict[Vat, frozenset[str]] = {}
        taxable: dict[Vat, Decimal] = defaultdict(Decimal)
        for entry, line in zip(entries, lines, strict=True):
            if line.vat.rate:
                of_table = self._tables.tax_tables[entry["i_taxtable"]].accounts
                accounts[line.vat] = accounts.get(line.vat, frozenset()) | of_table
                taxable[line.vat] += line.net
        used = [account for some in accounts.values() for account in some]
        if not splits or len(used) != len(set(used)):
            return ()
        return tuple(
            VatTotal(vat, taxable[vat], -sign * _Posted.amount(splits, some))
            for vat, some in accounts.items()
        )


class _Posted:
    """What is known of posted invoices: their splits, the day they are due, and what is left in their lots."""

    def __init__(
        self,
        splits: Mapping[str, Sequence[Fields]],
        due: Mapping[str, date | None],
        left: Mapping[str, Decimal],
    ) -> None:
        self.splits = splits
        self.due = due
        self.left = left

    @staticmethod
    def amount(splits: Iterable[Fields], accounts: Iterable[str]) -> Decimal:
        """Return what *splits* put on *accounts*."""
        accounts = set(accounts)
        return sum(
            (
                ratio(one["value_num"], one["value_denom"])
                for one in splits
                if one["account_guid"] in accounts
            ),
            ZERO,
        )
