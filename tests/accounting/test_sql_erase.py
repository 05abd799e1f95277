"""Erasing and correcting in any database: in the right order however much there is, and every column that says whom a row is about."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from overdracht import Change, Result, Step, Verdict
from overdracht_accounting.erasing import MOST
from tests.accounting.asking import KINDS, approved, erase, find, rows, sql

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


def logins(directory: Path, login: str = "login TEXT DEFAULT 'oud@vanderberg.example'") -> Path:
    """Return a new database with a customer whose *login* says who it is."""
    path = directory / "portaal.db"
    with closing(sqlite3.connect(path)) as made, made:
        made.execute(f"CREATE TABLE klanten (id INTEGER PRIMARY KEY, email TEXT, {login})")
        made.execute("INSERT INTO klanten (id, email) VALUES (12345, 'sanne@vanderberg.example')")
    return path


def corrected(path: Path, old: str, new: str, **identifies: Any) -> tuple[Any, list[Step]]:
    """Return a connector by a mapping in which `login` is no column to erase, and what it makes of the change."""
    customers = {**CUSTOMERS, "identifies": {"email": ["email", "login"], **identifies}}
    source = sql(f"sqlite:///{path}", [customers])
    change = Change(KINDS.parse(old), KINDS.parse(new), new.rpartition(":")[2])
    found = find(source, "sanne@vanderberg.example", old)
    return source, [
        one for one in source.corrections(iter(found), [change]) if isinstance(one, Step)
    ]


def test_a_column_that_erasing_leaves_can_be_corrected(tmp_path: Path) -> None:
    """A login says whom the row is about and is not among the columns to erase: its wrong value is put right all the same."""
    path = logins(tmp_path)
    source, steps = corrected(path, "oud@vanderberg.example", "nieuw@vanderberg.example")
    assert list(source.prepare(iter(approved(steps)))) == []
    assert [one.result for one in source.rectify(iter(approved(steps)))] == [Result.RECTIFIED]
    assert rows(path, "SELECT login, email FROM klanten") == [
        ("nieuw@vanderberg.example", "sanne@vanderberg.example")
    ]


def test_a_column_that_may_not_be_corrected_is_an_objection(tmp_path: Path) -> None:
    """The column is made by the database out of another: that is said before anything is changed."""
    path = logins(tmp_path, "login TEXT AS ('oud@' || 'vanderberg.example')")
    source, steps = corrected(path, "oud@vanderberg.example", "nieuw@vanderberg.example")
    (told,) = source.prepare(iter(approved(steps)))
    assert "login" in told.reason


def test_the_key_of_a_row_is_corrected_by_hand(tmp_path: Path) -> None:
    """Where the customer's number is the key of the row, what is linked to it would be lost."""
    path = logins(tmp_path)
    _, (step,) = corrected(path, "customer:12345", "customer:54321", customer="id")
    assert (step.disposition.verdict, step.edits) == (Verdict.REVIEW, ())


def test_what_is_left_to_people_is_told_beside_what_is_corrected(tmp_path: Path) -> None:
    """One field is corrected, and the same value stands in a key and in a note: the step names both besides its edit."""
    path = tmp_path / "portaal.db"
    with closing(sqlite3.connect(path)) as made, made:
        made.execute(
            "CREATE TABLE klanten (id TEXT PRIMARY KEY, klantnr TEXT, email TEXT, notitie TEXT)"
        )
        values = ("K-12345", "K-12345", "sanne@vanderberg.example", "zie ook K-12345")
        made.execute("INSERT INTO klanten VALUES (?, ?, ?, ?)", values)
    customers = {
        "table": "klanten",
        "category": "contact",
        "identifies": {"customer": ["klantnr", "id"], "email": "email"},
        "columns": {"klantnr": "contact", "email": "contact", "notitie": "note"},
    }
    source = sql(f"sqlite:///{path}", [customers])
    change_ = Change(KINDS.parse("customer:K-12345"), KINDS.parse("customer:K-54321"), "K-54321")
    found = find(source, "sanne@vanderberg.example")
    (step,) = source.corrections(iter(found), [change_])
    assert isinstance(step, Step)
    assert [(one.where, one.new) for one in step.edits] == [("klantnr", "K-54321")]
    assert step.disposition.ground.en == "To be looked at by hand: id, notitie."
    assert [one.result for one in source.rectify(iter(approved([step])))] == [Result.RECTIFIED]
    assert rows(path, "SELECT id, klantnr FROM klanten") == [("K-12345", "K-54321")]
