"""fail2ban's SQLite database as a store of entries: a part for each jail."""

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from overdracht import Unreachable
from overdracht_serverlogs.entries import Entry, Unreadable
from overdracht_serverlogs.message import owners
from overdracht_serverlogs.obstacles import may

TABLES = ("bans", "bips")
"""What was ever banned, and what is banned now."""
_PATIENCE = 10.0
"""Seconds to wait for fail2ban itself."""


class BanDatabase:
    """The database at *path* of the source called *source*."""

    noun = ("ban", "bans")

    def __init__(self, path: Path, source: str) -> None:
        self._path = path
        self._source = source

    def parts(self) -> Iterator[str]:
        """Yield the names of the jails."""
        remedy = f"check `path` of source {self._source}"
        try:
            with self._opened() as db:
                names = {str(name) for (name,) in db.execute("SELECT name FROM jails")}
                for table in self._tables(db):
                    jails = db.execute(f"SELECT DISTINCT jail FROM {table}")  # noqa: S608 - a name of ours
                    names |= {str(jail) for (jail,) in jails}
        except Unreadable as error:
            raise Unreachable(
                f"fail2ban's database cannot be read: {error}", remedy=remedy
            ) from error
        yield from sorted(names)

    @contextmanager
    def _opened(self, *, writing: bool = False) -> Iterator[sqlite3.Connection]:
        if not self._path.is_file():
            raise Unreadable("it is not there")
        mode = "rw" if writing else "ro"
        try:
            with closing(
                sqlite3.connect(
                    f"{self._path.absolute().as_uri()}?mode={mode}",
                    uri=True,
                    isolation_level=None,
                    timeout=_PATIENCE,
                )
            ) as db:
                db.text_factory = _text
                yield db
        except sqlite3.Error as error:
            raise Unreadable(_why(error)) from error

    @staticmethod
    def _tables(db: sqlite3.Connection) -> list[str]:
        there = {str(name) for (name,) in db.execute("SELECT name FROM sqlite_master")}
        found = [one for one in TABLES if one in there]
        if not found or "jails" not in there:
            raise Unreadable("it is no database of fail2ban")
        return found

    def entries(self, part: str) -> Iterator[Entry]:
        """Yield every ban of the jail *part*."""
        with self._opened() as db:
            yield from (entry for _, _, entry in self._rows(db, part))

    def _rows(self, db: sqlite3.Connection, part: str) -> Iterator[tuple[str, int, Entry]]:
        for table in self._tables(db):
            rows = db.execute(
                f"SELECT rowid, ip, timeofban, bantime, bancount, data FROM {table}"  # noqa: S608 - a name of ours
                " WHERE jail = ? ORDER BY timeofban, ip, rowid",
                (part,),
            )
            for row in rows:
                yield table, row[0], _entry(table, part, row[1:])

    def state(self, part: str) -> str:  # noqa: ARG002 - the whole database is one file
        """Return inode, size and times of the database."""
        try:
            status = self._path.stat()
        except OSError:
            return ""
        journal = self._path.with_name(f"{self._path.name}-wal")
        if journal.exists() and journal.stat().st_size:
            return ""  # what is new stands in another file
        return f"{status.st_ino}:{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}"

    def obstacle(self, part: str) -> str:  # noqa: ARG002 - the whole database is one file
        """Return why nothing can be deleted."""
        if not may(self._path, os.W_OK) or not may(self._path.parent, os.W_OK):
            return "the database or its directory cannot be written: no permission, or a read-only file system"
        try:
            with self._opened(writing=True) as db:
                db.execute("PRAGMA busy_timeout = 1000")
                db.execute("BEGIN IMMEDIATE")
                db.execute("ROLLBACK")
        except Unreadable as error:
            return str(error)
        return ""

    def remove(self, part: str, planned: Callable[[Entry], str | None]) -> None:
        """Delete the planned bans in one transaction; what stood in their place is overwritten."""
        with self._opened(writing=True) as db:
            db.execute("PRAGMA secure_delete = ON")
            db.execute("BEGIN IMMEDIATE")
            going = [(table, row) for table, row, entry in self._rows(db, part) if planned(entry)]
            for table, row in going:
                db.execute(f"DELETE FROM {table} WHERE rowid = ?", (row,))  # noqa: S608 - a name of ours
            db.execute("COMMIT")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # does nothing where there is no such log


def _entry(table: str, jail: str, row: tuple[object, ...]) -> Entry:
    address, began, seconds, count, data = row
    details = _details(data)
    lines = [_line(one) for one in _list(details.pop("matches", None))]
    # Where a jail bans by login or mail address (F-ID), that stands in the place of the address.
    text = "\n".join([*lines, str(address), *_strings(details)])
    record = {
        "jail": jail,
        "address": str(address),
        "seconds": seconds,
        "count": count,
        "current": table == "bips",
        "matches": lines,
        "details": details,
    }
    return Entry(
        repr((table, jail, *row)).encode("utf-8", "surrogateescape"),
        _moment(began),
        tuple(pair for line in lines for pair in owners(line)),
        (("ip", str(address)),),
        text,
        record,
    )


def _details(data: object) -> dict[str, object]:
    try:
        told = json.loads(data) if isinstance(data, str | bytes) else {}
    except (ValueError, RecursionError):
        return {"matches": [str(data)]}
    return told if isinstance(told, dict) else {"matches": [str(told)]}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _strings(value: object) -> Iterator[str]:
    """Yield every text in *value*, however deep."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield str(key)
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
    elif value is not None:
        yield str(value)


def _line(one: object) -> str:
    """A line is text, or the parts that fail2ban cut it in."""
    return "".join(map(str, one)) if isinstance(one, list) else str(one)


def _moment(seconds: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(str(seconds)), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _why(error: sqlite3.Error) -> str:
    if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
        return "another program holds the database locked"
    return f"the database says: {type(error).__name__}"
