"""Several tables are gone through at once, and what goes wrong with one ends all."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from overdracht_accounting.database import Database
from overdracht_accounting.scanners import each

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """An empty database in a file."""
    path = tmp_path / "leeg.sqlite"
    with closing(sqlite3.connect(path)) as made:
        made.execute("CREATE TABLE t (a)")
    return Database(f"sqlite:///{path}")


def test_every_table_is_gone_through_once_by_a_connection_of_its_own(database: Database) -> None:
    """No connection is in two hands at once, and nothing is left out."""
    busy: set[int] = set()
    done: list[int] = []

    def act(number: int, connection: Connection) -> None:
        assert id(connection) not in busy
        busy.add(id(connection))
        connection.execute(text("SELECT count(*) FROM t")).all()
        done.append(number)
        busy.discard(id(connection))

    with database.scanning() as connections:
        each(act, range(100), connections)
    assert sorted(done) == list(range(100))


def test_an_error_interrupts_the_others(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question that would go on for ever beside one that fails does not keep the error waiting."""
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    begun = threading.Event()

    def act(fails: object, connection: Connection) -> None:
        if fails:
            begun.wait(10)
            raise RuntimeError("broken")
        begun.set()
        connection.execute(text(ENDLESS)).all()

    with pytest.raises(RuntimeError, match="broken"), database.scanning() as connections:
        each(act, [True, False], connections)
