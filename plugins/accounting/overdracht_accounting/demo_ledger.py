"""Write the ledger of a GnuCash book without GnuCash: accounts, transactions, splits and slots."""

import random
import sqlite3
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

from overdracht_accounting.demo_schema import TABLES, VERSIONS

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


class LedgerWriter:
    """Writes the book at *path*, or in *connection*; the same calls with the same *seed* write the same book."""

    def __init__(
        self, path: Path | None, seed: str = "book", connection: sqlite3.Connection | None = None
    ) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - the same book every time is what is wanted
        self.db = connection or sqlite3.connect(path or ":memory:")
        if connection is None:
            self.db.executescript(TABLES)
        self.insert("versions", *VERSIONS.items())
        self._owners: dict[str, str] = {}
        self._setup()

    def close(self) -> None:
        """Finish the book."""
        self.db.commit()
        self.db.close()

    def guid(self) -> str:
        """Return a key that is not used yet."""
        return f"{self._chance.getrandbits(128):032x}"

    def insert(self, table: str, *rows: Iterable[object]) -> None:
        """Add *rows* to a table."""
        for row in rows:
            values = tuple(row)
            marks = ",".join("?" * len(values))
            self.db.execute(f"INSERT INTO {table} VALUES ({marks})", values)  # noqa: S608 - our own names

    def _setup(self) -> None:
        root, template, self.book, self.euro = (self.guid() for _ in range(4))
        features = self.guid()
        self.slot(self.book, "features", 9, guid=features)
        self.slot(features, f"features/{_ISO}", 4, text=_ISO_MEANS)
        self.insert(
            "commodities", (self.euro, "CURRENCY", "EUR", "Euro", "978", 100, 1, "currency", None)
        )
        self.insert("books", (self.book, root, template))
        for guid, name in ((root, "Root Account"), (template, "Template Root")):
            self.insert("accounts", (guid, name, "ROOT", None, 0, 0, None, "", "", 0, 0))
        self.accounts: dict[str, str] = {"": root}
        for key, name, kind, code, parent in _ACCOUNTS:
            self.accounts[key] = guid = self.guid()
            row = (guid, name, kind, self.euro, 100, 0, self.accounts[parent], code, "", 0, 0)
            self.insert("accounts", row)
        self.taxtable = self.guid()
        self.insert("taxtables", (self.taxtable, "BTW 21%", 0, 0, None))
        rate = (None, self.taxtable, self.accounts["vat"], 2100000, 100000, 2)
        self.insert("taxtable_entries", rate)

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
        self.insert("slots", (None, owner, name, kind, number, text, None, _NEVER, guid, 0, 1, day))

    def transaction(self, guid: str, day: date, text: str, number: str = "") -> None:
        """Add a transaction of the *day*, without its sides."""
        self.insert(
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
        self.insert(
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
        self.transaction(guid, day, text)
        self.split(guid, "bank", memo, amount)
        self.split(guid, account, "", -amount)
        if notes:
            self.slot(guid, "notes", 4, text=notes)
        return guid
