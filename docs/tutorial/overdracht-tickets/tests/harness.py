"""A real file with tickets, for the contract to fill, watch and break. It looks at the file itself and never asks the connector."""

import re
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

from overdracht import Connector
from overdracht.testing import ErasingHarness, Record
from overdracht_tickets.connector import TicketsConnector, TicketsSettings
from overdracht_tickets.demo import SCHEMA

FIRST, SECOND = "tickets", "archive"
Row = tuple[Any, ...]


# --8<-- [start:harness]
class TicketsHarness(ErasingHarness):
    """Tickets in both tables, each with a message under it."""

    known_by = ("customer", "email", "phone")
    holders = True
    most_at_once = 1

    def __init__(self, directory: Path) -> None:
        self.path = directory / "desk.sqlite"
        with self.db() as db:
            db.executescript(SCHEMA)

    @contextmanager
    def db(self) -> Iterator[sqlite3.Connection]:
        """Give a connection that commits."""
        with closing(sqlite3.connect(self.path)) as db, db:
            yield db

    def connector(self) -> Connector[Any]:
        return TicketsConnector("desk", TicketsSettings(path=self.path))

    def fill(self, records: Iterable[Record]) -> None:
        with self.db() as db:
            for one in records:
                who, when, table = one.person, one.when.isoformat(), _table(one)
                number = db.execute(
                    f"INSERT INTO {table} (customer, email, phone, name, title, opened) VALUES (?, ?, ?, ?, ?, ?)",
                    (who.customer, who.email, who.phone, who.name, one.title, when),
                ).lastrowid
                db.execute(
                    "INSERT INTO messages (place, ticket, author, body, sent) VALUES (?, ?, ?, ?, ?)",
                    (table, number, who.name, f"{one.token} {one.text}", when),
                )

    # --8<-- [end:harness]

    def rows(self) -> Iterator[Row]:
        """Yield every ticket, with its table and its message."""
        with self.db() as db:
            for table in (FIRST, SECOND):
                yield from db.execute(
                    f"SELECT m.place, t.*, m.* FROM {table} t JOIN messages m ON m.ticket = t.id AND m.place = ? ORDER BY t.id",
                    (table,),
                )

    def snapshot(self) -> object:
        return self.path.read_bytes(), sorted(one.name for one in self.path.parent.iterdir())

    def remove(self, token: str) -> None:
        with self.db() as db:
            for table in (FIRST, SECOND):
                db.execute(
                    f"DELETE FROM {table} WHERE id IN (SELECT ticket FROM messages WHERE place = ? AND body LIKE ?)",
                    (table, f"{token} %"),
                )
            db.execute("DELETE FROM messages WHERE body LIKE ?", (f"{token} %",))

    def change(self, token: str) -> None:
        with self.db() as db:
            db.execute(
                "UPDATE messages SET body = body || ' (gewijzigd)' WHERE body LIKE ?",
                (f"{token} %",),
            )

    def held(self) -> frozenset[str]:
        with self.db() as db:
            loose = [*db.execute("SELECT body FROM messages")]
        return frozenset(found for row in (*self.rows(), *loose) for found in _tokens(row))

    def rest(self, tokens: Collection[str]) -> object:
        return [row for row in self.rows() if _tokens(row).isdisjoint(tokens)]

    def obstacles(self) -> Mapping[str, Callable[[], AbstractContextManager[None]]]:
        return {"locked": self._locked}

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with closing(sqlite3.connect(self.path, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            yield
            db.execute("ROLLBACK")

    @contextmanager
    def break_part(self) -> Iterator[None]:
        with self.db() as db:
            db.execute(f"ALTER TABLE {SECOND} RENAME TO away")
        yield
        with self.db() as db:
            db.execute(f"ALTER TABLE away RENAME TO {SECOND}")

    @contextmanager
    def break_whole(self) -> Iterator[None]:
        away = self.path.rename(self.path.with_suffix(".away"))
        yield
        away.rename(self.path)


def _table(record: Record) -> str:
    return SECOND if record.second_part else FIRST


def _tokens(row: Row) -> set[str]:
    return set(re.findall(r"tok[0-9]{5}", " ".join(map(str, row))))
