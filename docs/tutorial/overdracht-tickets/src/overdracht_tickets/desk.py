"""The ticket system's own language: tickets and their messages in one SQLite file. Nothing here knows of overdracht."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

PATIENCE = 1.0
"""Seconds to wait for another program that writes."""


# --8<-- [start:records]
@dataclass(frozen=True, slots=True)
class Message:
    """What somebody wrote under a ticket: the customer, or one of us."""

    author: str
    body: str
    sent: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket with all that was written under it."""

    id: int
    customer: str
    """The customer number."""
    email: str
    phone: str
    name: str
    title: str
    opened: str
    """ISO 8601, with an offset."""
    messages: tuple[Message, ...] = ()

    @property
    def digest(self) -> str:
        """What differs as soon as anything in the ticket or its messages does."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:32]

    @property
    def text(self) -> str:
        """All free text."""
        return "\n".join((self.title, *(one.body for one in self.messages)))


# --8<-- [end:records]


class Desk:
    """The file at *path*. Tickets stand in `tickets`, old ones in `archive`. Methods raise sqlite3.Error."""

    def __init__(self, path: Path) -> None:
        self._uri = path.absolute().as_uri()

    def tables(self) -> set[str]:
        """Return the names of the tables that there are."""
        with closing(self._reading()) as db:
            rows = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            return {str(name) for (name,) in rows}

    # --8<-- [start:reading]
    def tickets(self, table: str) -> Iterator[Ticket]:
        """Yield the tickets of *table* as they are read."""
        with closing(self._reading()) as db:
            for row in db.execute(f"SELECT * FROM {_known(table)} ORDER BY id"):
                yield replace(Ticket(*row), messages=_messages(db, table, row[0]))

    def _reading(self) -> sqlite3.Connection:
        # `mode=ro` is SQLite's own way to keep a reader from writing.
        return sqlite3.connect(f"{self._uri}?mode=ro", uri=True, timeout=PATIENCE)

    # --8<-- [end:reading]

    def ticket(self, table: str, number: int) -> Ticket | None:
        """Return the ticket of this *number*, None when there is none."""
        with closing(self._reading()) as db:
            return _one(db, table, number)

    def try_writing(self) -> None:
        """Raise sqlite3.OperationalError when the file cannot be written now. Changes nothing."""
        with closing(self._writing()) as db:
            db.execute("BEGIN IMMEDIATE")
            db.execute("ROLLBACK")

    # --8<-- [start:removing]
    def remove(self, table: str, number: int, digest: str) -> Ticket | None:
        """Remove the ticket of this *number* with its messages if it has this *digest*.

        Return the ticket as it was found, None when there was none. It is all one transaction: nobody ever sees half of it.
        """
        with closing(self._writing()) as db:
            db.execute("BEGIN IMMEDIATE")
            found = _one(db, table, number)
            if found is not None and found.digest == digest:
                db.execute("DELETE FROM messages WHERE place = ? AND ticket = ?", (table, number))
                db.execute(f"DELETE FROM {_known(table)} WHERE id = ?", (number,))
            db.execute("COMMIT")
            return found

    # --8<-- [end:removing]

    def _writing(self) -> sqlite3.Connection:
        db = sqlite3.connect(
            f"{self._uri}?mode=rw", uri=True, timeout=PATIENCE, isolation_level=None
        )
        db.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten with zeros
        return db


TABLES = ("tickets", "archive")


def _known(table: str) -> str:
    if table not in TABLES:
        raise ValueError("no table of the ticket system")
    return table


def _one(db: sqlite3.Connection, table: str, number: int) -> Ticket | None:
    row = db.execute(f"SELECT * FROM {_known(table)} WHERE id = ?", (number,)).fetchone()
    messages = _messages(db, table, number)
    return None if row is None else replace(Ticket(*row), messages=messages)


def _messages(db: sqlite3.Connection, table: str, number: int) -> tuple[Message, ...]:
    rows = db.execute(
        "SELECT author, body, sent FROM messages WHERE place = ? AND ticket = ? ORDER BY sent, id",
        (table, number),
    )
    return tuple(Message(*row) for row in rows)
