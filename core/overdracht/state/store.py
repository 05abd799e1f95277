"""The state directory: one SQLite file, the keys beside it, and one process at a time per request."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Self

from overdracht.errors import StateError, UsageError
from overdracht.identifiers import Identifier
from overdracht.state.database import connect, transaction
from overdracht.state.request import Given, RequestFile
from overdracht.state.vault import Vault


class Store:
    """The state directory *directory*, made when it is not there (0700)."""

    def __init__(self, directory: Path) -> None:
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._vault = Vault(directory)
        except OSError as error:
            raise StateError(
                f"the state directory {directory} cannot be used: {error.strerror}"
            ) from error
        self.directory = directory
        self._connection = connect(directory / "overdracht.sqlite")

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
        return self._file("reference=?", reference, f"there is no request {reference}")

    def request_about(self, identifiers: Iterable[Identifier]) -> RequestFile | None:
        """Return the latest request that began with exactly these *identifiers*, if there is one."""
        try:
            return self._file("subject=? ORDER BY id DESC", self._subject(identifiers), "")
        except UsageError:
            return None

    def new_request(self, given: Iterable[Given], now: datetime) -> RequestFile:
        """Open a request about the *given* identifiers, referenced by year and number."""
        given = tuple(given)
        subject = self._subject(one.identifier for one in given)
        with transaction(self._connection):
            number, reference = self._next(now)
            self._vault.new(reference)
            self._connection.execute(
                "INSERT INTO request (id, reference, created, subject) VALUES (?,?,?,?)",
                (number, reference, now.isoformat(), subject),
            )
        request = self.request(reference)
        request.give(given)
        return request

    def _next(self, now: datetime) -> tuple[int, str]:
        number = self._connection.execute(
            "SELECT coalesce(max(id), 0) + 1 FROM request"
        ).fetchone()[0]
        year = self._connection.execute(
            "SELECT count(*) + 1 FROM request WHERE reference LIKE ?", (f"{now.year}-%",)
        ).fetchone()[0]
        # A key that is there without its request (the process died in between) is never reused.
        while self._vault.path(f"{now.year}-{year:04}").exists():
            year += 1
        return number, f"{now.year}-{year:04}"

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

    @contextmanager
    def working_on(self, reference: str) -> Iterator[None]:
        """Keep every other process from working on *reference* meanwhile; raise StateError when one does."""
        descriptor = os.open(self._vault.path(reference), os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StateError(
                f"another overdracht is working on request {reference}", remedy="wait for it to end"
            ) from error
        else:
            yield
        finally:
            os.close(descriptor)
