"""A real file with tickets, for the contract to fill, watch and break. It looks at the file itself and never asks the connector."""

import re
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

from overdracht import Connector
from overdracht.testing import ErasingHarness, Record
from overdracht_acmedesk.connector import AcmedeskConnector, AcmedeskSettings
from overdracht_acmedesk.desk import quoted

FIRST, SECOND = "tickets", '../Oude tickets: "één" & co'
Row = tuple[Any, ...]


class AcmedeskHarness(ErasingHarness):
    """Two tables, the second with an ugly name."""

    known_by = ("email",)
    most_at_once = 1

    def __init__(self, directory: Path) -> None:
        self.path = directory / "desk.sqlite"
        with self.db() as db:
            for table in (FIRST, SECOND):
                db.execute(
                    f"CREATE TABLE {quoted(table)} (id INTEGER PRIMARY KEY, email TEXT, name TEXT, title TEXT, body TEXT, created TEXT)"
                )

    @contextmanager
    def db(self) -> Iterator[sqlite3.Connection]:
        """Give a connection that commits."""
        with closing(sqlite3.connect(self.path)) as db, db:
            yield db

    def connector(self) -> Connector[Any]:
        return AcmedeskConnector("desk", AcmedeskSettings(path=self.path, tables=(FIRST, SECOND)))

    def fill(self, records: Iterable[Record]) -> None:
        with self.db() as db:
            for one in records:
                db.execute(
                    f"INSERT INTO {quoted(SECOND if one.second_part else FIRST)} (email, name, title, body, created) VALUES (?, ?, ?, ?, ?)",
                    (
                        one.person.email,
                        one.person.name,
                        one.title,
                        f"{one.token} {one.text}",
                        one.when.isoformat(),
                    ),
                )

    def rows(self) -> Iterator[tuple[str, Row]]:
        """Yield every row with its table."""
        with self.db() as db:
            for table in (FIRST, SECOND):
                for row in db.execute(f"SELECT * FROM {quoted(table)} ORDER BY id"):
                    yield table, row

    def snapshot(self) -> object:
        return self.path.read_bytes(), sorted(one.name for one in self.path.parent.iterdir())

    def remove(self, token: str) -> None:
        self._each("DELETE FROM {} WHERE body LIKE ?", token)

    def change(self, token: str) -> None:
        self._each("UPDATE {} SET body = body || ' (gewijzigd)' WHERE body LIKE ?", token)

    def _each(self, statement: str, token: str) -> None:
        with self.db() as db:
            for table in (FIRST, SECOND):
                db.execute(statement.format(quoted(table)), (f"{token} %",))

    def held(self) -> frozenset[str]:
        return frozenset(found for _, row in self.rows() for found in _tokens(row))

    def rest(self, tokens: Collection[str]) -> object:
        return [(table, row) for table, row in self.rows() if _tokens(row).isdisjoint(tokens)]

    def obstacles(self) -> Mapping[str, Callable[[], AbstractContextManager[None]]]:
        return {"locked": self._locked}

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with closing(sqlite3.connect(self.path, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            yield
            db.execute("ROLLBACK")

    @contextmanager
    def break_part(self) -> Iterator[None]:
        with self.db() as db:
            db.execute(f"ALTER TABLE {quoted(SECOND)} RENAME TO away")
        yield
        with self.db() as db:
            db.execute(f"ALTER TABLE away RENAME TO {quoted(SECOND)}")

    @contextmanager
    def break_whole(self) -> Iterator[None]:
        away = self.path.rename(self.path.with_suffix(".away"))
        yield
        away.rename(self.path)


def _tokens(row: Row) -> set[str]:
    return set(re.findall(r"tok[0-9]{5}", " ".join(map(str, row))))
