"""A GnuCash book as a system for the contract: customers in its first part, vendors in its second."""

import hashlib
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from overdracht import Connector
from overdracht.testing import Record, RectifyingHarness
from overdracht_accounting.demo_book import BookWriter
from overdracht_accounting.gnucash import GnuCashConnector
from overdracht_accounting.settings import GnuCashSettings
from tests.servers.permissions import unwritable

CORRECTED = frozenset({"id", "name", "addr_name", "addr_phone", "addr_email"})
TABLES = ("customers", "vendors")


class BookHarness(RectifyingHarness):
    """A book with nothing but customers and vendors."""

    known_by = ("email", "phone", "customer")
    corrects = ("email", "phone", "customer", "name")
    holders = True
    dated = False
    """A customer has no time of its own, and no invoices here."""
    many = 5_000
    batch = 6 << 20
    """It notes the keys of all that it found, and reads some thousand rows at a time."""
    most_at_once = 1_001

    def __init__(self, directory: Path) -> None:
        self.path = directory / "data" / "boek.gnucash"
        self.path.parent.mkdir()
        self.numbers = count(1)
        writer = BookWriter(self.path)
        self.euro = writer.euro
        writer.close()

    @contextmanager
    def connected(self) -> Iterator[sqlite3.Connection]:
        """Give a connection; what is done is committed."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            yield connection

    def fill(self, records: Iterable[Record]) -> None:
        with self.connected() as connection:
            for record in records:
                person = record.person
                given = {
                    "guid": f"{next(self.numbers):032x}",
                    "name": person.name,
                    "id": person.customer,
                    "notes": f"{record.token} {record.title} {record.text}",
                    "active": 1,
                    "currency": self.euro,
                    "tax_override": 0,
                    "addr_name": person.name,
                    "addr_addr1": person.address,
                    "addr_phone": person.phone,
                    "addr_email": person.email,
                }
                if not record.second_part:
                    given |= dict.fromkeys(("discount_num", "credit_num"), 0)
                    given |= dict.fromkeys(("discount_denom", "credit_denom"), 1)
                names, marks = ", ".join(given), ", ".join("?" * len(given))
                table = TABLES[record.second_part]
                said = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
                connection.execute(said, tuple(given.values()))

    def connector(self) -> Connector[Any]:
        settings = GnuCashSettings.model_validate({"book": self.path})
        return GnuCashConnector("boekhouding", settings)

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """Return all rows of all tables."""
        with self.connected() as connection:
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            return {
                name: connection.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall()  # noqa: S608 - the book's own names
                for (name,) in names.fetchall()
            }

    def snapshot(self) -> object:
        files = {
            one.name: hashlib.sha256(one.read_bytes()).digest()
            for one in self.path.parent.iterdir()
        }
        return self.rows(), files

    def rest(self, tokens: Collection[str]) -> object:
        return {
            name: [row for row in rows if _words(row).isdisjoint(tokens)]
            if name in TABLES
            else rows
            for name, rows in self.rows().items()
        }

    def held(self) -> frozenset[str]:
        rows = self.rows()
        return frozenset(
            word
            for name in TABLES
            for row in rows[name]
            for word in _words(row)
            if word.startswith("tok")
        )

    def remove(self, token: str) -> None:
        self._say("DELETE FROM {}", token)

    def besides(self, token: str) -> object:
        found = []
        with self.connected() as connection:
            connection.row_factory = sqlite3.Row
            for name in TABLES:
                asked = f"SELECT * FROM {name} WHERE notes LIKE ?"  # noqa: S608 - our own names
                found += [
                    {one: row[one] for one in set(row.keys()) - CORRECTED}
                    for row in connection.execute(asked, (f"{token}%",))
                ]
        return found

    def change(self, token: str) -> None:
        self._say("UPDATE {} SET addr_addr3 = 'gewijzigd'", token)

    def _say(self, sentence: str, token: str) -> None:
        with self.connected() as connection:
            for name in TABLES:
                said = f"{sentence.format(name)} WHERE notes LIKE ?"
                connection.execute(said, (f"{token}%",))

    @contextmanager
    def break_part(self) -> Iterator[None]:
        """Let the second table be gone, as in a book that is damaged."""
        with self.connected() as connection:
            connection.execute("ALTER TABLE vendors RENAME TO elders")
        try:
            yield
        finally:
            with self.connected() as connection:
                connection.execute("ALTER TABLE elders RENAME TO vendors")

    @contextmanager
    def break_whole(self) -> Iterator[None]:
        away = self.path.parent.with_name("away")
        self.path.parent.rename(away)
        try:
            yield
        finally:
            away.rename(self.path.parent)

    def obstacles(self) -> Mapping[str, Callable[[], AbstractContextManager[None]]]:
        return {"read-only": lambda: unwritable(self.path), "open in GnuCash": self._open}

    @contextmanager
    def _open(self) -> Iterator[None]:
        before = self.path.read_bytes()
        with self.connected() as connection:
            connection.execute("INSERT INTO gnclock VALUES ('kantoor', 4711)")
        yield
        self.path.write_bytes(before)


def _words(row: tuple[object, ...]) -> frozenset[str]:
    return frozenset(str(one)[:8] for one in row if isinstance(one, str))
