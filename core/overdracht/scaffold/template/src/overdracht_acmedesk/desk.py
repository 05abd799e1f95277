"""The system's own language: tickets in the tables of one SQLite file. Nothing here knows of overdracht."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 1.0
"""Seconds to wait for another program that writes."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One row of a table."""

    id: int
    email: str
    name: str
    title: str
    body: str
    created: str
    """ISO 8601, with an offset."""

    @property
    def digest(self) -> str:
        """What differs as soon as anything in the row does."""
        row = (self.id, self.email, self.name, self.title, self.body, self.created)
        return hashlib.sha256(repr(row).encode()).hexdigest()[:32]


_COLUMNS = "id, email, name, title, body, created"


class Desk:
    """The file at *path*. Methods raise sqlite3.Error."""

    def __init__(self, path: Path) -> None:
        self._uri = path.absolute().as_uri()

    def tables(self) -> set[str]:
        """Return the names of the tables that there are."""
        with closing(self._reading()) as db:
            return {
                str(name)
                for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            }

    def tickets(self, table: str) -> Iterator[Ticket]:
        """Yield the tickets of *table* as they are read."""
        with closing(self._reading()) as db:
            for row in db.execute(f"SELECT {_COLUMNS} FROM {quoted(table)} ORDER BY id"):
                yield Ticket(*row)

    def ticket(self, table: str, number: int) -> Ticket | None:
        """Return the ticket of this *number*, None when there is none."""
        with closing(self._reading()) as db:
            return _one(db, table, number)

    def try_writing(self) -> None:
        """Raise sqlite3.OperationalError when the file cannot be written now. Changes nothing."""
        with closing(self._writing()) as db:
            db.execute("BEGIN IMMEDIATE")
            db.execute("ROLLBACK")

    def remove(self, table: str, number: int, digest: str) -> Ticket | None:
        """Remove the ticket of this *number* if it has this *digest*; return the ticket as it was found, None when there was none."""
        with closing(self._writing()) as db:
            db.execute("BEGIN IMMEDIATE")
            found = _one(db, table, number)
            if found is not None and found.digest == digest:
                db.execute(f"DELETE FROM {quoted(table)} WHERE id = ?", (number,))
            db.execute("COMMIT")
            return found

    def _reading(self) -> sqlite3.Connection:
        # `mode=ro` is SQLite's own way to keep a reader from writing.
        return sqlite3.connect(f"{self._uri}?mode=ro", uri=True, timeout=PATIENCE)

    def _writing(self) -> sqlite3.Connection:
        db = sqlite3.connect(
            f"{self._uri}?mode=rw", uri=True, timeout=PATIENCE, isolation_level=None
        )
        db.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten with zeros
        return db


def _one(db: sqlite3.Connection, table: str, number: int) -> Ticket | None:
    row = db.execute(f"SELECT {_COLUMNS} FROM {quoted(table)} WHERE id = ?", (number,)).fetchone()
    return None if row is None else Ticket(*row)


def quoted(name: str) -> str:
    """Return *name* as SQL writes a name."""
    return '"' + name.replace('"', '""') + '"'
