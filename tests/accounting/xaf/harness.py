"""A directory with two audit files as a system for the contract."""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

from overdracht import Connector
from overdracht.testing import Harness, Record
from overdracht_accounting.xaf import XafConnector, XafSettings
from tests.accounting.xaf.written import DEBTORS, SALES, Book, Posting, Side
from tests.servers.permissions import unreadable

UGLY = 'Een & <b>%s\\ "twee" \u202etxt.xaf'


class XafHarness(Harness):
    """The first record of a person in a part is the customer, each further one a transaction."""

    known_by: ClassVar[tuple[str, ...]] = ("email", "customer", "phone", "iban")
    holders = True
    many = 1_000
    version = "3.2"

    def __init__(self, directory: Path) -> None:
        self.root = directory / "auditfiles"
        self.root.mkdir()
        self.books = {"2024.xaf": Book(self.version), UGLY: Book(self.version)}
        self.numbers = count(1)
        self._write()

    def _write(self) -> None:
        for name, book in self.books.items():
            fresh = self.root / "fresh"
            fresh.write_bytes(book.content())
            fresh.replace(self.root / name)

    def fill(self, records: Iterable[Record]) -> None:
        for record in records:
            book = self.books[UGLY if record.second_part else "2024.xaf"]
            person = record.person
            if person.customer not in book.people:
                book.add(person, record.token)
                if record.text.startswith("Doorgestuurd"):
                    self._post(book, record)
                continue
            self._post(book, record)
        self._write()

    def _post(self, book: Book, record: Record) -> None:
        number = f"{next(self.numbers)}"
        sides = (
            Side(DEBTORS, "12.10", record.title[:200], record.person.customer, f"F{number}"),
            Side(SALES, "-12.10", f"{record.token} {record.text}"),
        )
        text = f"{record.token} {record.title}"
        book.postings.append(Posting(number, f"{record.when:%Y-%m-%d}", sides, text))

    def connector(self) -> Connector[Any]:
        return XafConnector("boekhouding", XafSettings.model_validate({"path": self.root}))

    def snapshot(self) -> object:
        return {one.name: (_digest(one), *_times(one)) for one in sorted(self.root.iterdir())}

    def tokens(self, content: bytes) -> frozenset[str]:
        """An audit file names the customers of its transactions: that is no record of them."""
        named = re.compile(rb"<customersSuppliers>.*?</customersSuppliers>", re.DOTALL)
        return super().tokens(named.sub(b"", content))

    def remove(self, token: str) -> None:
        for book in self.books.values():
            book.people = {n: one for n, one in book.people.items() if one[1] != token}
            book.postings = [one for one in book.postings if token not in one.text]
        self._write()

    def break_part(self) -> AbstractContextManager[None]:
        return unreadable(self.root / UGLY)

    @contextmanager
    def break_whole(self) -> Iterator[None]:
        away = self.root.with_name("away")
        self.root.rename(away)
        try:
            yield
        finally:
            away.rename(self.root)


class Xaf4Harness(XafHarness):
    """XAF 4.0, which has no telephone number and no account of a customer."""

    known_by = ("email", "customer")
    version = "4.0"


def _times(path: Path) -> tuple[int, ...]:
    status = path.stat()
    return status.st_ino, status.st_mode, status.st_mtime_ns, status.st_atime_ns


def _digest(path: Path) -> str:
    """Return the digest of a file without changing the time of its last reading."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOATIME", 0))
    with os.fdopen(descriptor, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()
