"""Make invoices, payments, bookings and customers out of the tables of a GnuCash book."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection

from overdracht_accounting.gnucash_invoices import BookInvoices
from overdracht_accounting.gnucash_parties import customer
from overdracht_accounting.gnucash_tables import BookTables
from overdracht_accounting.gnucash_transactions import BookTransactions
from overdracht_accounting.invoices import Record

Wanted = tuple[str, str]


class GnuCashRecords:
    """Reads a book by *connection*, some records at a time."""

    complete = True
    """What is made of a record holds all that is in it."""

    def __init__(self, connection: Connection) -> None:
        self._tables = BookTables(connection)

    def of(self, wanted: Sequence[Wanted]) -> Mapping[Wanted, list[Record]]:
        """Return, by part and key, what each of *wanted* is; what is only a row is left out."""
        by_part: dict[str, list[str]] = defaultdict(list)
        for part, guid in wanted:
            by_part[part].append(guid)
        found: dict[Wanted, list[Record]] = {}
        for part, guids in by_part.items():
            for record in self._records(part, guids):
                guid = record.key.removeprefix(f"{part}:")
                found.setdefault((part, guid), []).append(record)
        return found

    def _records(self, part: str, guids: Sequence[str]) -> Iterator[Record]:
        if part in {"customers", "vendors"}:
            for guid, row in self._tables.by_guid(part, guids).items():
                yield customer(f"{part}:{guid}", row)
        elif part == "invoices":
            yield from BookInvoices(self._tables).of(guids)
        elif part == "transactions":
            yield from BookTransactions(self._tables).of(guids)
