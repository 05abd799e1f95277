"""Make payments and bookings out of the transactions of a GnuCash book."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from overdracht_accounting.gnucash_amounts import ratio
from overdracht_accounting.gnucash_tables import BookTables, Fields, day
from overdracht_accounting.invoices import ZERO, Booking, BookingLine, Payment

_MONEY = {"BANK", "CASH", "CREDIT"}
_BY_CUSTOMER = {"RECEIVABLE", "PAYABLE"}
_IBAN = re.compile(r"(?<!\w)([A-Z]{2}\d{2}[A-Z0-9]{10,30})(?!\w)")
_NAME = re.compile(
    r"\s*((?:(?!fact|betr|omschr|kenm|inzake|ref)[^\W\d_][\w.'\u2019-]*\s?){1,6})", re.IGNORECASE
)


class BookTransactions:
    """Reads transactions out of *tables*."""

    def __init__(self, tables: BookTables) -> None:
        self._tables = tables

    def of(self, guids: Sequence[str]) -> Iterator[Payment | Booking]:
        """Yield the booking that each of these transactions is, and the payment if money moved."""
        transactions = self._tables.by_guid("transactions", guids)
        splits: dict[str, list[Fields]] = defaultdict(list)
        for row in self._tables.rows(
            "SELECT * FROM splits WHERE tx_guid IN :guids ORDER BY guid", guids
        ):
            splits[row["tx_guid"]].append(row)
        lots = self._lots(row["lot_guid"] for some in splits.values() for row in some)
        for guid, row in transactions.items():
            yield from self._transaction(row, splits[guid], lots)

    def _lots(self, lots: Iterable[str | None]) -> dict[str, tuple[str, str]]:
        """Return by lot the number of the invoice and of the customer that it is of."""
        lots = sorted({lot for lot in lots if lot})
        invoices = self._tables.rows("SELECT * FROM invoices WHERE post_lot IN :guids", lots)
        owners = self._tables.owners(invoices)
        found = {
            one["post_lot"]: (one["id"], owners[one["guid"]]["id"])
            for one in invoices
            if one["guid"] in owners
        }
        # A payment in advance has a lot that no invoice is posted to: the lot itself says whose it is.
        for lot, owner in self._lot_owners(lot for lot in lots if lot not in found):
            found[lot] = ("", owner)
        return found

    def _lot_owners(self, lots: Iterable[str]) -> Iterator[tuple[str, str]]:
        frames = {
            row["guid_val"]: row["obj_guid"]
            for row in self._tables.rows(
                "SELECT obj_guid, guid_val FROM slots WHERE name = 'gncOwner' AND obj_guid IN :guids",
                lots,
            )
        }
        held = {
            frames[row["obj_guid"]]: row["guid_val"]
            for row in self._tables.rows(
                "SELECT obj_guid, guid_val FROM slots WHERE name = 'gncOwner/owner-guid' AND obj_guid IN :guids",
                frames,
            )
        }
        customers = self._tables.by_guid("customers", held.values())
        for lot, owner in held.items():
            if owner in customers:
                yield lot, customers[owner]["id"]

    def _transaction(
        self, row: Fields, splits: Sequence[Fields], lots: Mapping[str, tuple[str, str]]
    ) -> Iterator[Payment | Booking]:
        key, when = f"transactions:{row['guid']}", day(row["post_date"])
        told = [lots[one["lot_guid"]] for one in splits if one["lot_guid"] in lots]
        customers = {customer for _, customer in told}
        # In one transfer for several customers nothing says which side is whose.
        customer = customers.pop() if len(customers) == 1 else ""
        invoices = tuple(dict.fromkeys(number for number, _ in told if number))
        money = [one for one in splits if self._tables.accounts[one["account_guid"]][1] in _MONEY]
        memo = next((one["memo"] for one in money if one["memo"]), "")
        iban, name = _counterparty(memo)
        if money:
            yield Payment(
                key=key,
                when=when,
                amount=sum((ratio(one["value_num"], one["value_denom"]) for one in money), ZERO),
                currency=self._currency(row["currency_guid"]),
                iban=iban,
                name=name,
                description=" · ".join(dict.fromkeys(filter(None, (row["description"], memo)))),
                invoices=invoices,
                customer=customer,
            )
        if when is not None:
            amounts, currency = self._amounts(row, splits)
            lines = tuple(
                self._side(one, amount, lots, customer, iban)
                for one, amount in zip(splits, amounts, strict=True)
            )
            description = f"{row['num'] or ''} {row['description'] or ''}".strip()
            yield Booking(key, row["guid"], when, lines, description, currency=currency)

    def _amounts(self, row: Fields, splits: Sequence[Fields]) -> tuple[list[Decimal], str]:
        """Return the amounts of *splits* and their currency: that of the accounts when it is one for all, or else the transaction's.

        What is put on an account of another currency than the transaction's stands in the split twice: its value in the one, its
        quantity in the other.
        """
        currency = self._currency(row["currency_guid"])
        held = {self._tables.commodities[one["account_guid"]] for one in splits}
        if held == {row["currency_guid"]} or len(held) != 1:
            return [ratio(one["value_num"], one["value_denom"]) for one in splits], currency
        quantities = [ratio(one["quantity_num"], one["quantity_denom"]) for one in splits]
        return quantities, self._currency(held.pop())

    def _currency(self, guid: str) -> str:
        return self._tables.currencies.get(guid, "EUR")

    def _side(
        self,
        split: Fields,
        amount: Decimal,
        lots: Mapping[str, tuple[str, str]],
        customer: str,
        iban: str,
    ) -> BookingLine:
        account, kind = self._tables.accounts[split["account_guid"]]
        return BookingLine(
            account=account,
            amount=amount,
            description=split["memo"],
            invoice=lots.get(split["lot_guid"] or "", ("", ""))[0],
            customer=customer if kind in _BY_CUSTOMER else "",
            iban=iban if kind in _MONEY and customer else "",
        )


def _counterparty(memo: str) -> tuple[str, str]:
    """Return the IBAN in a bank's *memo*, and the name that follows it."""
    found = _IBAN.search(memo)
    if found is None:
        return "", ""
    name = _NAME.match(memo, found.end())
    return found[1], name[1].strip() if name else ""
