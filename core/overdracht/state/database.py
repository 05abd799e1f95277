"""The SQLite file: its schema and how it is opened."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from overdracht.errors import StateError

VERSION = 3

SCHEMA = """
CREATE TABLE request (
    id INTEGER PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    created TEXT NOT NULL,
    subject BLOB NOT NULL,         -- master-keyed tag of the identifiers given first
    thorough INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE given (               -- what the administrator said about the subject
    request INTEGER NOT NULL REFERENCES request ON DELETE CASCADE,
    tag BLOB NOT NULL,
    payload BLOB NOT NULL,
    PRIMARY KEY (request, tag)
);
CREATE TABLE item (
    id INTEGER PRIMARY KEY,
    request INTEGER NOT NULL REFERENCES request ON DELETE CASCADE,
    source TEXT NOT NULL,
    part BLOB NOT NULL,
    key BLOB NOT NULL,
    run INTEGER NOT NULL,
    payload BLOB NOT NULL,
    UNIQUE (request, source, key)
);
CREATE INDEX item_by_part ON item (request, source, part);
CREATE TABLE clue (                -- an exact item reveals a further identifier
    request INTEGER NOT NULL REFERENCES request ON DELETE CASCADE,
    source TEXT NOT NULL,
    part BLOB NOT NULL,
    key BLOB NOT NULL,
    target BLOB NOT NULL,
    run INTEGER NOT NULL,
    payload BLOB NOT NULL,
    PRIMARY KEY (request, source, key, target)
);
CREATE TABLE holding (             -- an identifier stands exactly in the record of a customer
    request INTEGER NOT NULL REFERENCES request ON DELETE CASCADE,
    source TEXT NOT NULL,
    part BLOB NOT NULL,
    key BLOB NOT NULL,
    identifier BLOB NOT NULL,
    holder BLOB NOT NULL,
    run INTEGER NOT NULL,
    PRIMARY KEY (request, source, key, identifier)
);
CREATE TABLE part (
    request INTEGER NOT NULL REFERENCES request ON DELETE CASCADE,
    source TEXT NOT NULL,
    part BLOB NOT NULL,
    question BLOB NOT NULL,        -- tag of the question that the cursor belongs to
    run INTEGER NOT NULL,
    payload BLOB NOT NULL,
    PRIMARY KEY (request, source, part)
);
CREATE TABLE decision (
    id INTEGER PRIMARY KEY,
    request INTEGER NOT NULL REFERENCES request ON DELETE CASCADE,
    payload BLOB NOT NULL
);
CREATE TABLE coverage (
    request INTEGER NOT NULL REFERENCES request ON DELETE CASCADE,
    source TEXT NOT NULL,
    payload BLOB NOT NULL,
    PRIMARY KEY (request, source)
);
CREATE TABLE plan (
    id INTEGER PRIMARY KEY,
    request INTEGER NOT NULL REFERENCES request ON DELETE CASCADE,
    digest TEXT NOT NULL UNIQUE,
    made TEXT NOT NULL,
    phase TEXT NOT NULL,           -- proposed, executing, executed, closed
    payload BLOB NOT NULL
);
CREATE TABLE step (                -- the journal: what is to be done, what was begun, what came of it
    id INTEGER PRIMARY KEY,
    plan INTEGER NOT NULL REFERENCES plan ON DELETE CASCADE,
    source TEXT NOT NULL,
    key BLOB NOT NULL,
    category TEXT NOT NULL,
    verdict TEXT NOT NULL,
    until TEXT,
    external INTEGER NOT NULL,
    state TEXT NOT NULL,           -- planned, intended, settled
    result TEXT,
    payload BLOB NOT NULL,
    outcome BLOB,
    UNIQUE (plan, source, key)
);
CREATE INDEX step_by_state ON step (plan, state, source);
CREATE TABLE audit (               -- a chain: each entry authenticates the one before it; nothing personal
    number INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    event TEXT NOT NULL,
    reference TEXT NOT NULL,
    details TEXT NOT NULL,
    code BLOB NOT NULL
);
CREATE TABLE ledger (              -- keyed hashes of erased identifiers, for erasing again after a restore
    identifier BLOB NOT NULL,
    reference TEXT NOT NULL,
    erased TEXT NOT NULL,
    PRIMARY KEY (identifier, reference)
);
CREATE TABLE schedule (            -- what may go later, under a key of its own
    id INTEGER PRIMARY KEY,
    reference TEXT NOT NULL,
    source TEXT NOT NULL,
    category TEXT NOT NULL,
    due TEXT NOT NULL,
    payload BLOB NOT NULL
);
CREATE INDEX schedule_by_due ON schedule (due);
CREATE TABLE bundle (              -- the copies that were made, so that they do not outlive their use
    id INTEGER PRIMARY KEY,
    reference TEXT NOT NULL,
    made TEXT NOT NULL,
    deletes TEXT NOT NULL,
    deleted TEXT,
    payload BLOB NOT NULL          -- master key: the path tells whom it is about
);
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""

ADDED = {
    2: """
CREATE TABLE blanked (             -- keyed hashes of what was blanked and is kept, and of what it was left as
    item BLOB PRIMARY KEY,
    state BLOB NOT NULL
) WITHOUT ROWID;
""",
    3: """
CREATE TABLE spared (              -- keyed hashes of what was found and said not to be the erased person's
    item BLOB PRIMARY KEY
) WITHOUT ROWID;
""",
}
"""What each later version added to the first."""


def connect(path: Path) -> sqlite3.Connection:
    """Open the state file at *path*, made when it is not there; raise StateError when it cannot be used."""
    try:
        path.touch(mode=0o600, exist_ok=True)
        connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    except (OSError, sqlite3.Error) as error:
        raise StateError(f"the state file {path} cannot be opened") from error
    try:
        _prepare(connection)
    except sqlite3.Error as error:
        connection.close()
        raise StateError(f"the state file {path} cannot be used: {error}") from error
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        "synchronous=NORMAL",
        "secure_delete=ON",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise sqlite3.DatabaseError(
            f"it was written by a newer overdracht (format {version}, this one knows {VERSION})"
        )
    if version < VERSION:
        with transaction(connection):
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            missing = [SCHEMA] if version == 0 else []
            missing += [added for number, added in ADDED.items() if number > version]
            for statement in "".join(missing).split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={VERSION}")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Run a block as one write transaction: all of it or nothing; raise StateError when it cannot be written (a full disk)."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # SQLite itself rolls back when the disk is full
                connection.execute("ROLLBACK")
            raise
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            raise StateError(
                "another overdracht is writing in the state file", remedy="wait for it to end"
            ) from error
        raise StateError(
            f"the state file cannot be written: {error}", remedy="is the disk full?"
        ) from error


@contextmanager
def durable(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Run a block as one transaction that has reached the disk when this returns."""
    connection.execute("PRAGMA synchronous=FULL")
    try:
        with transaction(connection):
            yield connection
    finally:
        connection.execute("PRAGMA synchronous=NORMAL")
