"""One request in the state file: whom it is about, what was found, what was decided."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import orjson

from overdracht.coverage import Coverage
from overdracht.identifiers import Identifier
from overdracht.items import Item
from overdracht.state.codec import (
    decode_coverage,
    decode_item,
    encode_coverage,
    pack_identifier,
    unpack_identifier,
)
from overdracht.state.database import transaction
from overdracht.state.drawing import Plans
from overdracht.state.recorder import Recorder
from overdracht.state.vault import Cipher

_PAGE = 500


class Role(StrEnum):
    """What the administrator said an identifier is to the subject."""

    SUBJECT = "subject"
    EXCLUDED = "excluded"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Given:
    """An identifier that the administrator gave, with its role."""

    identifier: Identifier
    role: Role = Role.SUBJECT


@dataclass(frozen=True, slots=True)
class Clue:
    """An exact item of *source* reveals *target*; it was found by the identifiers *via*."""

    target: Identifier
    via: tuple[Identifier, ...]
    source: str
    title: str
    where: str


@dataclass(frozen=True, slots=True)
class Stored:
    """An item as it stands in the state file; *number* is what the administrator calls it by."""

    number: int
    source: str
    item: Item


class RequestFile:
    """Everything the state file holds about one request."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        cipher: Cipher,
        number: int,
        reference: str,
        created: datetime,
    ) -> None:
        self._connection = connection
        self._cipher = cipher
        self._number = number
        self.reference = reference
        self.created = created

    @property
    def thorough(self) -> bool:
        """Say whether the request is to be searched thoroughly. Once it is, it stays so: a quicker search would lose what only
        a thorough one finds, and with it what was decided about that."""
        row = self._connection.execute("SELECT thorough FROM request WHERE id=?", (self._number,))
        return bool(row.fetchone()[0])

    def be_thorough(self) -> None:
        """Search the request thoroughly from now on."""
        with transaction(self._connection):
            self._connection.execute("UPDATE request SET thorough=1 WHERE id=?", (self._number,))

    def given(self) -> tuple[Given, ...]:
        """Return what the administrator said, in a fixed order."""
        rows = self._connection.execute(
            "SELECT payload FROM given WHERE request=?", (self._number,)
        )
        packed = [orjson.loads(self._cipher.decrypt(row[0])) for row in rows]
        return tuple(
            sorted(
                (Given(unpack_identifier(p[0]), Role(p[1])) for p in packed),
                key=lambda one: one.identifier,
            )
        )

    def give(self, given: Iterable[Given]) -> None:
        """Keep what the administrator says; a later word about an identifier replaces the earlier."""
        with transaction(self._connection):
            self.enter(given)

    def enter(self, given: Iterable[Given]) -> None:
        """Keep what is *given* within a transaction of the caller's."""
        for one in given:
            tag = self._cipher.tag("identifier", one.identifier.kind, one.identifier.value)
            payload = self._cipher.encrypt(
                orjson.dumps([pack_identifier(one.identifier), one.role])
            )
            self._connection.execute(
                "INSERT OR REPLACE INTO given VALUES (?,?,?)", (self._number, tag, payload)
            )

    def clues(self) -> tuple[Clue, ...]:
        """Return what exact items revealed, in a fixed order."""
        rows = self._connection.execute(
            "SELECT source, payload FROM clue WHERE request=? ORDER BY source, rowid",
            (self._number,),
        )
        clues = []
        for source, payload in rows:
            target, via, title, where = orjson.loads(self._cipher.decrypt(payload))
            clues.append(
                Clue(
                    unpack_identifier(target),
                    tuple(map(unpack_identifier, via)),
                    source,
                    title,
                    where,
                )
            )
        return tuple(clues)

    def with_several_holders(self, identifiers: Iterable[Identifier]) -> frozenset[Identifier]:
        """Return those of *identifiers* that stand exactly in the records of more than one customer."""
        rows = self._connection.execute(
            "SELECT identifier FROM holding WHERE request=? GROUP BY identifier HAVING count(DISTINCT holder) > 1",
            (self._number,),
        )
        several = {row[0] for row in rows}
        return frozenset(
            one
            for one in identifiers
            if self._cipher.tag("identifier", one.kind, one.value) in several
        )

    def question(
        self, identifiers: Iterable[Identifier], *, thorough: bool, settings: str
    ) -> bytes:
        """Return the tag of a question: cursors are good for an equal one only. *settings* are the source's own."""
        texts = [str(one) for one in sorted(identifiers)]
        return self._cipher.tag("question", str(thorough), settings, *texts)

    def cursors(self, source: str, question: bytes) -> Mapping[str, str]:
        """Return part → cursor of the last search of *source* with *question*."""
        rows = self._connection.execute(
            "SELECT payload FROM part WHERE request=? AND source=? AND question=?",
            (self._number, source, question),
        )
        pairs = (orjson.loads(self._cipher.decrypt(row[0])) for row in rows)
        return {part: cursor for part, cursor in pairs if cursor}

    def parts(self) -> Iterator[tuple[str, str]]:
        """Yield the parts that the last search looked at, each with its source, in a fixed order."""
        rows = self._connection.execute(
            "SELECT source, payload FROM part WHERE request=?", (self._number,)
        )
        yield from sorted(
            (source, orjson.loads(self._cipher.decrypt(payload))[0]) for source, payload in rows
        )

    def recorder(self, source: str, question: bytes) -> Recorder:
        """Begin a run over *source*."""
        with transaction(self._connection):
            run = self._connection.execute(
                "INSERT INTO counter VALUES ('run', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value"
            ).fetchone()[0]
        return Recorder(self._connection, self._cipher, self._number, source, run, question)

    def items(self) -> Iterator[Stored]:
        """Yield every item, grouped by source and part, in the order in which each part's were found; a page is held at a time."""
        last: tuple[str, bytes, int] = ("", b"", 0)
        while True:
            rows = self._connection.execute(
                "SELECT source, part, id, payload FROM item WHERE request=? AND (source, part, id) > (?,?,?)"
                " ORDER BY source, part, id LIMIT ?",
                (self._number, *last, _PAGE),
            ).fetchall()
            for source, _, number, payload in rows:
                yield Stored(number, source, decode_item(self._cipher.decrypt(payload)))
            if len(rows) < _PAGE:
                return
            last = rows[-1][:3]

    def count(self, source: str) -> int:
        """Return how many items of *source* there are."""
        row = self._connection.execute(
            "SELECT count(*) FROM item WHERE request=? AND source=?", (self._number, source)
        )
        return int(row.fetchone()[0])

    def decisions(self) -> tuple[dict[str, object], ...]:
        """Return what was decided, oldest first."""
        rows = self._connection.execute(
            "SELECT payload FROM decision WHERE request=? ORDER BY id", (self._number,)
        )
        return tuple(orjson.loads(self._cipher.decrypt(row[0])) for row in rows)

    def decide(self, decisions: Iterable[dict[str, object]]) -> None:
        """Keep *decisions*; they take precedence over earlier ones."""
        with transaction(self._connection):
            self._connection.executemany(
                "INSERT INTO decision (request, payload) VALUES (?,?)",
                [(self._number, self._cipher.encrypt(orjson.dumps(one))) for one in decisions],
            )

    def plans(self) -> Plans:
        """Return the request's plans."""
        return Plans(self._connection, self._cipher, self._number, self.reference)

    def coverage(self) -> tuple[Coverage, ...]:
        """Return the coverage of the last run, by source."""
        rows = self._connection.execute(
            "SELECT payload FROM coverage WHERE request=? ORDER BY source", (self._number,)
        )
        return tuple(decode_coverage(self._cipher.decrypt(row[0])) for row in rows)

    def cover(self, coverage: Iterable[Coverage]) -> None:
        """Keep the *coverage* of a run in place of the last one's."""
        with transaction(self._connection):
            self._connection.execute("DELETE FROM coverage WHERE request=?", (self._number,))
            self._connection.executemany(
                "INSERT INTO coverage VALUES (?,?,?)",
                [
                    (self._number, one.source, self._cipher.encrypt(encode_coverage(one)))
                    for one in coverage
                ],
            )
