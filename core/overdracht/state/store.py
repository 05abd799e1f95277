"""The state directory: one SQLite file, the keys beside it, and one process at a time per request."""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import Self

from overdracht.errors import StateError, UsageError
from overdracht.identifiers import Identifier
from overdracht.retention import local_day
from overdracht.secrets import Secret
from overdracht.state.afterlife import Copies, Ledger, Schedule
from overdracht.state.audit import Audit, Entry
from overdracht.state.blanked import Blanked
from overdracht.state.database import connect, durable, transaction
from overdracht.state.drawing import DIGEST_LENGTH
from overdracht.state.plans import PlanFile
from overdracht.state.request import Given, RequestFile
from overdracht.state.spared import Spared
from overdracht.state.vault import Cipher, Vault


class Store:
    """The state directory *directory*, made when it is not there (0700); its master key is *key*, or lies in a file in it."""

    def __init__(self, directory: Path, key: Secret | None = None) -> None:
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._vault = Vault(directory, key)
        except OSError as error:
            raise StateError(
                f"the state directory {directory} cannot be used: {error.strerror}"
            ) from error
        self.directory = directory
        self._held: set[Path] = set()
        self._connection = connect(directory / "overdracht.sqlite")
        self.audit = Audit(self._connection, self._vault.master, directory / "audit.head")
        self.ledger = Ledger(self._connection, self._vault.master)
        self.schedule = Schedule(self._connection)
        self.blanked = Blanked(self._connection, self._vault.master)
        self.spared = Spared(self._connection, self._vault.master)
        self.copies = Copies(self._connection, self._vault.master)
        self._end_what_was_interrupted()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the state file."""
        self._connection.close()

    def references(self) -> tuple[str, ...]:
        """Return the references of all requests, oldest first."""
        return tuple(
            row[0] for row in self._connection.execute("SELECT reference FROM request ORDER BY id")
        )

    def request(self, reference: str) -> RequestFile:
        """Return the request *reference*; raise UsageError when there is none."""
        try:
            return self._file("reference=?", reference, f"there is no request {reference}")
        except UsageError as error:
            if not self.closed(reference):
                raise
            raise UsageError(
                f"request {reference} was closed, and what was known of the person is destroyed",
                remedy="find with the person's identifiers begins a new one",
            ) from error

    def request_about(self, identifiers: Iterable[Identifier]) -> RequestFile | None:
        """Return the latest request that began with exactly these *identifiers*, if there is one."""
        try:
            return self._file("subject=? ORDER BY id DESC", self._subject(identifiers), "")
        except UsageError:
            return None

    def plan(self, digest: str) -> tuple[RequestFile, PlanFile]:
        """Return the plan with this *digest* and its request; raise UsageError when there is none."""
        if len(digest) != DIGEST_LENGTH:
            raise UsageError(
                f"there is no plan with the digest {digest}, which has {len(digest)} characters: a digest has {DIGEST_LENGTH}",
                remedy="copy the whole of it from what overdracht plan shows",
            )
        row = self._connection.execute(
            "SELECT reference FROM request JOIN plan ON plan.request = request.id WHERE digest=?",
            (digest,),
        ).fetchone()
        if row is None:
            raise UsageError(
                f"there is no plan with the digest {digest}",
                remedy="a newer plan replaces an older one: overdracht plan shows it",
            )
        request = self.request(row[0])
        return request, next(plan for plan in request.plans().all() if plan.digest == digest)

    def schedule_cipher(self, reference: str, *, new: bool = False) -> Cipher:
        """Return the key of what is scheduled of *reference*, made when it is *new* and not there."""
        name = _scheduled(reference)
        return self._vault.new(name) if new and not self._vault.has(name) else self._vault.get(name)

    def close_request(self, reference: str, closing: Callable[[sqlite3.Connection], Entry]) -> None:
        """Do the *closing* durably, all of it or nothing, and remember the audit entry it returns."""
        with durable(self._connection) as connection:
            entry = closing(connection)
            connection.execute(
                "UPDATE plan SET phase='closed' WHERE request=(SELECT id FROM request WHERE reference=?)",
                (reference,),
            )
        self.audit.remember(entry)

    def closed(self, reference: str) -> bool:
        """Say whether the closing of *reference* is written: nothing but forgetting is left to do."""
        return self.audit.has("closed", reference)

    def shred(self, reference: str) -> None:
        """Destroy the key of *reference* and with it all that was known of the person; then clear away what it protected."""
        self._vault.destroy(reference)
        with durable(self._connection):
            self._connection.execute("DELETE FROM request WHERE reference=?", (reference,))
        self._clear_away()

    def _clear_away(self) -> None:
        """Give up the room of what was deleted, unless another process is reading: without its key none of it can be read anyway."""
        waits = self._connection.execute("PRAGMA busy_timeout").fetchone()[0]
        self._connection.execute("PRAGMA busy_timeout=0")
        with suppress(sqlite3.OperationalError):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.execute(f"PRAGMA busy_timeout={waits}")

    def end_schedule(self, reference: str) -> None:
        """Destroy the key of what was scheduled of *reference* when nothing of it is left to do."""
        # Within a transaction: a closing elsewhere makes the key before its rows can be seen.
        with transaction(self._connection):
            if not self.schedule.open(reference):
                self._vault.destroy(_scheduled(reference))

    def _end_what_was_interrupted(self) -> None:
        """Shred what was closed and not shredded, and end the schedules of which only the key is left."""
        closed = self._connection.execute(
            "SELECT reference FROM request WHERE reference IN (SELECT reference FROM audit WHERE event='closed')"
        ).fetchall()
        for (reference,) in closed:
            self.shred(reference)
        for reference in self._vault.names(_scheduled("")):
            if not self.schedule.open(reference):
                self.end_schedule(reference)

    def new_request(self, given: Iterable[Given], now: datetime) -> RequestFile:
        """Open a request about the *given* identifiers, referenced by year and number."""
        given = tuple(given)
        subject = self._subject(one.identifier for one in given)
        with transaction(self._connection):
            number, reference = self._next(now)
            cipher = self._vault.new(reference)
            self._connection.execute(
                "INSERT INTO request (id, reference, created, subject) VALUES (?,?,?,?)",
                (number, reference, now.isoformat(), subject),
            )
            request = RequestFile(self._connection, cipher, number, reference, now)
            request.enter(given)
        return request

    def _next(self, now: datetime) -> tuple[int, str]:
        number = self._connection.execute(
            "SELECT coalesce(max(id), 0) + 1 FROM request"
        ).fetchone()[0]
        while True:
            # Counted apart from the requests, which are forgotten: a reference is never used twice.
            count = self._connection.execute(
                "INSERT INTO counter VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1"
                " RETURNING value",
                (f"requests of {now.year}",),
            ).fetchone()[0]
            reference = f"{now.year}-{count:04}"
            if not self._vault.has(reference):  # left by a process that died in between
                return number, reference

    def _subject(self, identifiers: Iterable[Identifier]) -> bytes:
        return self._vault.master.tag("subject", *(str(one) for one in sorted(identifiers)))

    def _file(self, where: str, value: object, otherwise: str) -> RequestFile:
        row = self._connection.execute(
            f"SELECT id, reference, created FROM request WHERE {where} LIMIT 1",  # noqa: S608 - constants of this module
            (value,),
        ).fetchone()
        if row is None:
            raise UsageError(otherwise, remedy="`overdracht requests` lists them")
        number, reference, created = row
        cipher = self._vault.get(reference)
        return RequestFile(
            self._connection, cipher, number, reference, datetime.fromisoformat(created)
        )

    @property
    def last_day(self) -> date | None:
        """The last day of which something is known: that of the last entry in the audit trail, or one that was noted."""
        row = self._connection.execute("SELECT at FROM audit ORDER BY number DESC LIMIT 1")
        days = [local_day(datetime.fromisoformat(at)) for (at,) in row]
        row = self._connection.execute("SELECT value FROM counter WHERE name='day'")
        return max((*days, *(date.fromordinal(value) for (value,) in row)), default=None)

    def note_day(self, day: date) -> None:
        """Keep that it is *day*."""
        with transaction(self._connection):
            self._connection.execute(
                "INSERT OR REPLACE INTO counter VALUES ('day', ?)", (day.toordinal(),)
            )

    @contextmanager
    def approved(self, digest: str) -> Iterator[tuple[RequestFile, PlanFile]]:
        """Give the plan with this *digest* and its request, and keep every other process from both meanwhile.

        The plan is read when nobody else can replace or begin it: what is checked of it then is true of what runs.
        """
        request, _ = self.plan(digest)
        with self.working_on(request.reference):
            yield self.plan(digest)

    @contextmanager
    def working_on(self, reference: str) -> Iterator[None]:
        """Keep every other process from working on *reference* meanwhile; raise StateError when one does. Within itself it changes nothing."""
        path = self._vault.path(reference)
        with self._alone(path, f"request {reference}"):
            yield

    @contextmanager
    def sweeping(self) -> Iterator[None]:
        """Keep every other process from a retention round meanwhile, also while the round has no request yet."""
        path = self.directory / "retention.lock"
        try:
            path.touch(mode=0o600, exist_ok=True)
        except OSError as error:
            raise StateError(f"{path} cannot be written: {error.strerror}") from error
        with self._alone(path, "a retention round"):
            yield

    @contextmanager
    def _alone(self, path: Path, what: str) -> Iterator[None]:
        if path in self._held:
            yield
            return
        descriptor = _locked(path, what)
        self._held.add(path)
        try:
            yield
        finally:
            self._held.discard(path)
            os.close(descriptor)


def _locked(path: Path, what: str) -> int:
    """Return *path* opened and locked; raise StateError when another process has it, or it is gone."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError as error:
        raise StateError(f"the lock of {what}, {path.name}, cannot be opened") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise StateError(
            f"another overdracht is working on {what}", remedy="wait for it to end"
        ) from error
    if not os.fstat(descriptor).st_nlink:
        # Who had it until now has ended it and destroyed its key.
        os.close(descriptor)
        raise StateError(f"{what} is not there any more: it was closed meanwhile")
    return descriptor


def _scheduled(reference: str) -> str:
    return f"{reference}.scheduled"
