"""The tables of a GnuCash book, read some rows at a time."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, bindparam, text

from overdracht import local_day
from overdracht_accounting.gnucash_amounts import TaxTable
from overdracht_accounting.invoices import Account, AccountKind

Fields = Mapping[str, Any]

CUSTOMER, JOB = 2, 3
"""Types of an owner."""
_RESULT = {"INCOME", "EXPENSE"}


class BookTables:
    """Reads a book by *connection*; what is small and asked for every time is read once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rows(self, question: str, guids: Iterable[Any]) -> list[Fields]:
        """Return what *question* gives for `:guids`."""
        asked = sorted({guid for guid in guids if guid})
        if not asked:
            return []
        statement = text(question).bindparams(bindparam("guids", expanding=True))
        return [
            dict(row) for row in self._connection.execute(statement, {"guids": asked}).mappings()
        ]

    def by_guid(self, table: str, guids: Iterable[Any]) -> dict[str, Fields]:
        """Return the rows of *table* with these keys."""
        question = f"SELECT * FROM {table} WHERE guid IN :guids"  # noqa: S608 - the table is one of ours
        return {row["guid"]: row for row in self.rows(question, guids)}

    @cached_property
    def accounts(self) -> dict[str, tuple[Account, str]]:
        """Every account and its type, by key."""
        question = text("SELECT guid, name, account_type, code FROM accounts")
        return {
            row["guid"]: (_account(dict(row)), row["account_type"])
            for row in self._connection.execute(question).mappings()
        }

    @cached_property
    def commodities(self) -> dict[str, str]:
        """The key of what each account is kept in, by the account's key."""
        question = text("SELECT guid, commodity_guid FROM accounts")
        return {str(guid): str(held) for guid, held in self._connection.execute(question)}

    @cached_property
    def currencies(self) -> dict[str, str]:
        """The names of the currencies, by key."""
        question = text("SELECT guid, mnemonic FROM commodities")
        return {str(guid): str(name) for guid, name in self._connection.execute(question)}

    @cached_property
    def tax_tables(self) -> dict[str, TaxTable]:
        """The tax tables, by key."""
        entries: dict[str, list[Fields]] = defaultdict(list)
        for row in self._connection.execute(text("SELECT * FROM taxtable_entries")).mappings():
            entries[row["taxtable"]].append(dict(row))
        names = self._connection.execute(text("SELECT guid, name FROM taxtables"))
        return {guid: TaxTable.of(name, entries[guid]) for guid, name in names}

    def owners(self, invoices: Iterable[Fields]) -> dict[str, Fields]:
        """Return the customer of each of *invoices* that is a customer's, through the job it is for."""
        invoices = tuple(invoices)
        jobs = self.by_guid(
            "jobs", (one["owner_guid"] for one in invoices if one["owner_type"] == JOB)
        )
        held: dict[str, str] = {}
        for one in invoices:
            owner, kind = one["owner_guid"], one["owner_type"]
            if kind == JOB and owner in jobs:
                owner, kind = jobs[owner]["owner_guid"], jobs[owner]["owner_type"]
            if kind == CUSTOMER:
                held[one["guid"]] = owner
        customers = self.by_guid("customers", held.values())
        return {guid: customers[owner] for guid, owner in held.items() if owner in customers}


def _account(row: Fields) -> Account:
    kind = AccountKind.PROFIT_AND_LOSS if row["account_type"] in _RESULT else AccountKind.BALANCE
    return Account(row["code"] or row["guid"], row["name"], kind)


def day(value: Any) -> date | None:
    """Return the day of a moment that the book keeps in UTC, as text or as a time; GnuCash writes 1970 for none."""
    if not value:
        return None
    moment = value if isinstance(value, datetime) else _moment(str(value))
    if moment is None or moment.year <= 1970:
        return None
    return local_day(moment.replace(tzinfo=moment.tzinfo or UTC))


def _moment(text_: str) -> datetime | None:
    digits = re.sub(r"\D", "", text_)
    try:
        return datetime.strptime(digits[:14].ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
