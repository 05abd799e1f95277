"""The audit trail: who did what when, without personal data, in a chain that shows any change, removal or reorder.

Every entry carries a code over its own content and the code before it, made with a key derived from the state's master key. A file beside
the database remembers the last entry, so that entries cut off at the end are missed too. Whoever takes both away together is found by a head that
was noted elsewhere: every certificate carries one, and the code of an entry stands for all that came before it.
"""

import os
import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

import orjson

from overdracht.errors import StateError, UsageError
from overdracht.state.database import durable, transaction
from overdracht.state.vault import Cipher

_BEGIN = b"\0" * 16


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened."""

    number: int
    at: str
    event: str
    reference: str
    details: Mapping[str, object]
    code: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry at some moment: how many there are, and the code that stands for all of them."""

    entries: int
    code: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the head that was noted as *text*; raise UsageError when it is none."""
        written = re.fullmatch(r"([1-9][0-9]{0,17}):([0-9a-f]{32})", text.strip().lower())
        if written is None:
            raise UsageError(
                f"{text!r} is no head of an audit trail", remedy="`overdracht audit` shows it"
            )
        return cls(int(written[1]), written[2])

    def __str__(self) -> str:
        return f"{self.entries}:{self.code}"


class Audit:
    """The audit trail in *connection*; *head* is the file that remembers its last entry."""

    def __init__(self, connection: sqlite3.Connection, master: Cipher, head: Path) -> None:
        self._connection = connection
        self._master = master
        self._head = head

    def append(
        self, event: str, reference: str, details: Mapping[str, object], now: datetime
    ) -> None:
        """Add an entry, durably. *details* must hold nothing personal."""
        with durable(self._connection):
            entry = self.enter(event, reference, details, now)
        self.remember(entry)

    def enter(
        self, event: str, reference: str, details: Mapping[str, object], now: datetime
    ) -> Entry:
        """Add an entry within a transaction of the caller's, who calls `remember` when that is durable."""
        row = self._connection.execute(
            "SELECT number, code FROM audit ORDER BY number DESC LIMIT 1"
        ).fetchone()
        number, before = (row[0] + 1, row[1]) if row else (1, _BEGIN)
        text = orjson.dumps(details, option=orjson.OPT_SORT_KEYS, default=str).decode()
        code = self._code(before, number, now.isoformat(), event, reference, text)
        self._connection.execute(
            "INSERT INTO audit VALUES (?,?,?,?,?,?)",
            (number, now.isoformat(), event, reference, text, code),
        )
        return Entry(number, now.isoformat(), event, reference, details, code)

    def remember(self, entry: Entry) -> None:
        """Keep in the file that *entry* is there; one process at a time, as with all that is written."""
        with transaction(self._connection):
            self._write_head(entry)

    def _write_head(self, entry: Entry) -> None:
        content = f"{entry.number} {self._master.tag('audit head', str(entry.number), entry.code.hex()).hex()}\n"
        temporary = self._head.with_suffix(".new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._head)

    def _code(self, before: bytes, *texts: object) -> bytes:
        return self._master.tag("audit", before.hex(), *map(str, texts))

    def entries(self) -> Iterator[Entry]:
        """Yield the entries, oldest first, without checking them."""
        for number, at, event, reference, text, code in self._connection.execute(
            "SELECT * FROM audit ORDER BY number"
        ):
            yield Entry(number, at, event, reference, orjson.loads(text), code)

    def has(self, event: str, reference: str) -> bool:
        """Say whether *event* of *reference* was entered."""
        row = self._connection.execute(
            "SELECT 1 FROM audit WHERE event=? AND reference=?", (event, reference)
        ).fetchone()
        return row is not None

    @property
    def head(self) -> Head | None:
        """The last entry; None when nothing has happened yet."""
        row = self._connection.execute(
            "SELECT number, code FROM audit ORDER BY number DESC LIMIT 1"
        ).fetchone()
        return None if row is None else Head(row[0], row[1].hex())

    def verify(self, noted: Head | None = None) -> int:
        """Return how many entries there are; raise StateError naming the first that is not what it was, or when *noted* is none of them."""
        before, count = _BEGIN, 0
        for row in self._connection.execute("SELECT * FROM audit ORDER BY number"):
            number, at, event, reference, text, code = row
            count += 1
            if number != count:
                raise StateError(f"the audit trail has no entry {count}: it was removed or moved")
            if code != self._code(before, number, at, event, reference, text):
                raise StateError(
                    f"entry {number} of the audit trail is not what it was, or what came before it is not"
                )
            before = code
        self._check_head(count)
        if noted is not None:
            self._check_noted(noted, count)
        return count

    def _check_noted(self, noted: Head, count: int) -> None:
        row = self._connection.execute(
            "SELECT code FROM audit WHERE number=?", (noted.entries,)
        ).fetchone()
        if row is None:
            raise StateError(
                f"the audit trail ends at entry {count}, and {noted.entries} were made when that head was noted: entries were removed, or it is another trail"
            )
        if row[0].hex() != noted.code:
            raise StateError(
                f"entry {noted.entries} of the audit trail is not the one whose head was noted: the trail was replaced, or it is another"
            )

    def _check_head(self, count: int) -> None:
        try:
            text = self._head.read_text()
        except FileNotFoundError:
            if count > 1:  # the first may have been entered and not yet remembered
                raise StateError(
                    f"{self._head} is gone: whether entries were cut off cannot be told"
                ) from None
            return
        except (OSError, ValueError) as error:
            raise StateError(f"{self._head} cannot be read") from error
        written = re.fullmatch(r"([1-9][0-9]{0,17}) ([0-9a-f]+)\n", text)
        if written is None:
            raise StateError(f"{self._head} is not what it was")
        remembered, tag = int(written[1]), written[2]
        if remembered > count:
            raise StateError(
                f"the audit trail ends at entry {count}, and {remembered} were made: the last were removed"
            )
        row = self._connection.execute(
            "SELECT code FROM audit WHERE number=?", (remembered,)
        ).fetchone()
        if tag != self._master.tag("audit head", str(remembered), row[0].hex()).hex():
            raise StateError(f"{self._head} is not what it was")
