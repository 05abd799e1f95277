"""Erasing and correcting in any database: in the right order however much there is, and every column that says whom a row is about."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from overdracht import Result
from overdracht_accounting.erasing import MOST
from tests.accounting.asking import erase, find, rows, sql

CUSTOMERS: dict[str, Any] = {
    "table": "klanten",
    "category": "contact",
    "rows": "delete",
    "identifies": {"email": "email"},
    "columns": {"email": "contact"},
}
PROJECTS = {
    "table": "projecten",
    "category": "note",
    "rows": "delete",
    "belongs_to": {"klanten": "klant"},
    "columns": {"naam": "note"},
}
TICKETS = {
    "table": "storingen",
    "category": "note",
    "rows": "delete",
    "belongs_to": {"projecten": "project"},
    "columns": {"tekst": "note"},
}


def test_what_depends_on_a_record_may_come_much_later(tmp_path: Path) -> None:
    """A customer and a project with more tickets than one transaction takes: all of it goes, each with one outcome."""
    path = tmp_path / "portaal.db"
    with closing(sqlite3.connect(path)) as made, made:
        made.executescript(
            "CREATE TABLE klanten (id INTEGER PRIMARY KEY, email TEXT);"
            "CREATE TABLE projecten (id INTEGER PRIMARY KEY, klant INTEGER, naam TEXT);"
            "CREATE TABLE storingen (id INTEGER PRIMARY KEY, project INTEGER, tekst TEXT);"
            "INSERT INTO klanten VALUES (1, 'sanne@vanderberg.example');"
            "INSERT INTO projecten VALUES (1, 1, 'wifi');"
        )
        tickets = [(number, "x") for number in range(1, MOST + 2)]
        made.executemany("INSERT INTO storingen VALUES (?, 1, ?)", tickets)
    source = sql(f"sqlite:///{path}", [CUSTOMERS, PROJECTS, TICKETS])
    found = find(source, "sanne@vanderberg.example")
    assert len(found) == MOST + 3
    outcomes = erase(source, found)
    assert {one.result for one in outcomes.values()} == {Result.ERASED}
    for table in ("klanten", "projecten", "storingen"):
        assert rows(path, f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608 - a name of this test
