"""What outlives a request: hashes of whom was erased, references to what may go later, and the copies that were made."""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from stat import S_ISDIR

import orjson

from overdracht.errors import BundleError
from overdracht.identifiers import Identifier
from overdracht.state.database import durable
from overdracht.state.step_codec import pack_step, unpack_step
from overdracht.state.vault import Cipher
from overdracht.steps import Step


class Ledger:
    """Keyed hashes (HMAC) of the identifiers of erased people: they tell who comes back, and nothing to who lacks the key."""

    def __init__(self, connection: sqlite3.Connection, master: Cipher) -> None:
        self._connection = connection
        self._master = master

    def enter(self, reference: str, identifiers: Iterable[Identifier], erased: date) -> None:
        """Keep that these *identifiers* were erased, within a transaction of the caller's."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO ledger VALUES (?,?,?)",
            [(self._tag(one), reference, erased.isoformat()) for one in identifiers],
        )

    def erased(self, identifier: Identifier) -> tuple[str, date] | None:
        """Return the latest request by which *identifier* was erased, and the day."""
        row = self._connection.execute(
            "SELECT reference, erased FROM ledger WHERE identifier=? ORDER BY erased DESC LIMIT 1",
            (self._tag(identifier),),
        ).fetchone()
        return None if row is None else (row[0], date.fromisoformat(row[1]))

    def __len__(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM ledger").fetchone()[0])

    def _tag(self, identifier: Identifier) -> bytes:
        return self._master.tag("ledger", identifier.kind, identifier.value)


@dataclass(frozen=True, slots=True)
class Due:
    """Something that may go from a day on."""

    number: int
    reference: str
    source: str
    due: date
    step: Step


class Schedule:
    """References to items that are kept for now, each request's under a key of its own, which goes with the last of them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def enter(self, reference: str, cipher: Cipher, kept: Iterable[tuple[str, date, Step]]) -> int:
        """Keep what may go later, within a transaction of the caller's; return how much."""
        rows = [
            (
                reference,
                source,
                step.item.category,
                due.isoformat(),
                cipher.encrypt(pack_step(step)),
            )
            for source, due, step in kept
        ]
        self._connection.executemany(
            "INSERT INTO schedule (reference, source, category, due, payload) VALUES (?,?,?,?,?)",
            rows,
        )
        return len(rows)

    def references(self, until: date) -> tuple[str, ...]:
        """Return the requests of which something is due on *until* or before."""
        rows = self._connection.execute(
            "SELECT DISTINCT reference FROM schedule WHERE due<=? ORDER BY reference",
            (until.isoformat(),),
        )
        return tuple(row[0] for row in rows)

    def totals(self) -> tuple[tuple[date, str, str, int], ...]:
        """Return how much may go from which day on, by source and category; earliest first."""
        rows = self._connection.execute(
            "SELECT due, source, category, count(*) FROM schedule GROUP BY 1,2,3 ORDER BY 1,2,3"
        )
        return tuple((date.fromisoformat(due), *rest) for due, *rest in rows)

    def sources(self, until: date) -> tuple[str, ...]:
        """Return the sources of which something is due on *until* or before."""
        rows = self._connection.execute(
            "SELECT DISTINCT source FROM schedule WHERE due<=? ORDER BY source",
            (until.isoformat(),),
        )
        return tuple(row[0] for row in rows)

    def due(
        self, reference: str, cipher: Cipher, until: date, source: str | None = None
    ) -> Iterator[Due]:
        """Yield what of *reference*, or of it in one *source*, is due on *until* or before."""
        rows = self._connection.execute(
            "SELECT id, source, due, payload FROM schedule WHERE reference=? AND due<=? AND (? IS NULL OR source=?)"
            " ORDER BY id",
            (reference, until.isoformat(), source, source),
        ).fetchall()
        for number, where, due, payload in rows:
            yield Due(
                number,
                reference,
                where,
                date.fromisoformat(due),
                unpack_step(cipher.decrypt(payload)),
            )

    def settle(self, numbers: Iterable[int]) -> None:
        """Forget what has been done."""
        with durable(self._connection):
            self._connection.executemany(
                "DELETE FROM schedule WHERE id=?", [(number,) for number in numbers]
            )

    def open(self, reference: str) -> int:
        """Return how much of *reference* is still to be done."""
        row = self._connection.execute(
            "SELECT count(*) FROM schedule WHERE reference=?", (reference,)
        ).fetchone()
        return int(row[0])


FOLDER = -1


@dataclass(frozen=True, slots=True)
class Copy:
    """A bundle that was written, or the folder into which one was unpacked."""

    number: int
    reference: str
    path: Path
    """Forgotten once the file is deleted: a path can tell whom it is about."""
    made: datetime
    deletes: date
    deleted: datetime | None
    size: int
    """In bytes; FOLDER for what was unpacked."""
    inode: int

    @property
    def is_folder(self) -> bool:
        """Say whether it is a folder into which a bundle was unpacked."""
        return self.size == FOLDER

    @property
    def is_missing(self) -> bool:
        """Say whether nothing like it is at its place: it was moved or removed by hand, or its writer died just before it appeared."""
        try:
            status = self.path.lstat()
        except OSError:
            return self.deleted is None
        return self.deleted is None and not self.is_of(status)

    def is_of(self, status: os.stat_result) -> bool:
        """Say whether the file or folder with this *status* is the one that was written."""
        size = FOLDER if S_ISDIR(status.st_mode) else status.st_size
        return (size, status.st_ino) == (self.size, self.inode)

    def stands_for(self, reference: str) -> bool:
        """Say whether it is of the request *reference* and was not deleted."""
        return self.reference == reference and self.deleted is None


class Copies:
    """The bundles that were written, and when each is to be deleted: there are no copies outside the systems named."""

    def __init__(self, connection: sqlite3.Connection, master: Cipher) -> None:
        self._connection = connection
        self._master = master

    def enter(
        self, reference: str, path: Path, made: datetime, deletes: date, status: os.stat_result
    ) -> int:
        """Keep that the bundle with this *status* appears at *path*, or was unpacked into the folder *path*; return its number.

        What was to appear there before and is not there is forgotten: the process that wrote it died just before.
        """
        size = FOLDER if S_ISDIR(status.st_mode) else status.st_size
        payload = self._master.encrypt(orjson.dumps([str(path.absolute()), size, status.st_ino]))
        never = [one.number for one in self.all() if one.path == path.absolute() and one.is_missing]
        with durable(self._connection):
            self._connection.executemany("DELETE FROM bundle WHERE id=?", [(one,) for one in never])
            entered = self._connection.execute(
                "INSERT INTO bundle (reference, made, deletes, payload) VALUES (?,?,?,?) RETURNING id",
                (reference, made.isoformat(), deletes.isoformat(), payload),
            )
            return int(entered.fetchone()[0])

    def withdraw(self, number: int) -> None:
        """Forget the bundle *number*, unless it appeared."""
        if any(one.number == number and one.is_missing for one in self.all()):
            with durable(self._connection):
                self._connection.execute("DELETE FROM bundle WHERE id=?", (number,))

    def all(self) -> Iterator[Copy]:
        """Yield the bundles, oldest first."""
        for number, reference, made, deletes, deleted, payload in self._connection.execute(
            "SELECT id, reference, made, deletes, deleted, payload FROM bundle ORDER BY id"
        ).fetchall():
            path, size, inode = (
                orjson.loads(self._master.decrypt(payload)) if payload else ("", 0, 0)
            )
            yield Copy(
                number,
                reference,
                Path(path),
                datetime.fromisoformat(made),
                date.fromisoformat(deletes),
                datetime.fromisoformat(deleted) if deleted else None,
                size,
                inode,
            )

    def delete(self, copy: Copy, now: datetime, clear: Callable[[Path], None]) -> bool:
        """Delete the file of *copy*, if it still is the one that was written, and keep that it is gone; return whether it is.

        A folder is given to *clear*, which takes away what was unpacked into it, or raises BundleError or OSError.
        """
        try:
            if not copy.is_of(copy.path.lstat()):
                return False
            if copy.is_folder:
                clear(copy.path)
            else:
                copy.path.unlink()
        except FileNotFoundError:
            pass
        except (OSError, BundleError):
            return False
        with durable(self._connection):
            self._connection.execute(
                "UPDATE bundle SET deleted=?, payload=x'' WHERE id=?",
                (now.isoformat(), copy.number),
            )
        return True
