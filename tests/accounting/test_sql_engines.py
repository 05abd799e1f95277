"""Tables without transactions, in a real MariaDB: nothing is changed in them, for it could not be taken back."""

from typing import Any

import pytest
from sqlalchemy import text

from overdracht import Result
from tests.accounting.asking import CUSTOMERS, approved, find, gaps, proposed, sql
from tests.servers.databases import MariaDB

SANNE = "sanne@vanderberg.example"
TICKETS: dict[str, Any] = {
    "table": "storingen",
    "category": "note",
    "belongs_to": {"klanten": "klant"},
    "rows": "delete",
    "columns": {"tekst": "note"},
}
LINES: dict[str, Any] = {
    "table": "regels",
    "category": "note",
    "part_of": {"storingen": "storing"},
    "columns": {"wat": "note"},
}
SCHEMA = (
    "CREATE TABLE klanten (id INTEGER PRIMARY KEY, naam TEXT, email TEXT) ENGINE = InnoDB",
    "CREATE TABLE storingen (id INTEGER PRIMARY KEY, klant INTEGER, tekst TEXT) ENGINE = InnoDB",
    "CREATE TABLE regels (id INTEGER PRIMARY KEY, storing INTEGER, wat TEXT) ENGINE = InnoDB",
    "INSERT INTO klanten VALUES (1, 'Sanne', 'sanne@vanderberg.example'), (2, 'Piet', 'piet@dewit.example')",
    "INSERT INTO storingen VALUES (1, 1, 'wifi'), (2, 2, 'wifi')",
    "INSERT INTO regels VALUES (1, 1, 'geweest bij Sanne'), (2, 2, 'gebeld')",
)
EVERYTHING = ("SELECT * FROM klanten", "SELECT * FROM storingen", "SELECT * FROM regels")

pytestmark = pytest.mark.server


def _do(database: Any, *statements: str) -> list[Any]:
    with database.connected() as connection:
        done = [connection.execute(text(one)) for one in statements]
        return [one.all() for one in done if one.returns_rows]


@pytest.mark.parametrize(
    ("statements", "closed", "why"),
    [
        (["ALTER TABLE klanten ENGINE = MyISAM"], "klanten", "MyISAM"),
        (["ALTER TABLE regels ENGINE = MyISAM"], "storingen", "MyISAM"),
    ],
)
def test_a_table_without_transactions_is_not_changed(
    mariadb: MariaDB, statements: list[str], closed: str, why: str
) -> None:
    """It is searched; `check` fails, `prepare` objects and every step on it fails with the reason, also when the invariant would have
    undone it all, and not a row is another one. Beside it, what can be taken back is erased."""
    database = mariadb.database()
    _do(database, *SCHEMA, *statements)
    source = sql(
        database.url,
        [CUSTOMERS, TICKETS, LINES],
        password=database.password,
        invariants={"adressen": "SELECT count(email) FROM klanten WHERE id = 2"},
    )
    failed = {one.name: one.detail for one in source.check() if not one.ok}
    assert why in failed[f"erasing in {closed}"]
    items = find(source, SANNE)
    assert {one.part for one in items} == {"klanten", "storingen"}
    steps = approved(proposed(source, items))
    own = {one.item.key for one in steps if one.item.part == closed}
    assert own
    objections = {one.key: one.reason for one in source.prepare(iter(steps))}
    assert set(objections) == own
    assert all(why in one for one in objections.values())
    before = _do(database, *EVERYTHING)
    outcomes = {one.key: one for one in source.erase(iter(steps))}
    assert {one for one, told in outcomes.items() if told.result is Result.FAILED} == own
    assert all(why in outcomes[one].reason for one in own)
    there = _do(database, *EVERYTHING)
    if closed == "klanten":
        assert there[0] == before[0]
        assert [one.id for one in there[1]] == [2]
    else:
        assert there[1:] == before[1:]
        assert there[0][0] == (1, None, None)


def test_an_engine_without_savepoints_is_not_changed_either(mariadb: MariaDB) -> None:
    """Aria takes no savepoint in a transaction that used it, if only to try: `prepare` objects to it alone, and it stays as it was."""
    database = mariadb.database()
    further = "CREATE TABLE kleuren (id INTEGER PRIMARY KEY, kleur TEXT)"
    _do(database, *SCHEMA, "ALTER TABLE klanten ENGINE = Aria", further)
    source = sql(database.url, [CUSTOMERS, TICKETS, LINES], password=database.password)
    assert "erasing in klanten" in {one.name for one in source.check() if not one.ok}
    assert gaps(source, SANNE) == {}
    steps = approved(proposed(source, find(source, SANNE)))
    told = {one.key: one.reason for one in source.prepare(iter(steps))}
    assert set(told) == {"klanten:1"}
    assert "Aria" in told["klanten:1"]
    before = _do(database, *EVERYTHING)
    outcomes = {one.key: one for one in source.erase(iter(steps))}
    assert outcomes["klanten:1"].result is Result.FAILED
    assert _do(database, *EVERYTHING)[0] == before[0]


def test_tables_with_transactions_are_not_objected_to(mariadb: MariaDB) -> None:
    """All InnoDB: `check` has nothing to say of it, and the steps are carried out."""
    database = mariadb.database()
    _do(database, *SCHEMA)
    source = sql(database.url, [CUSTOMERS, TICKETS, LINES], password=database.password)
    assert [one for one in source.check() if not one.ok] == []
    steps = approved(proposed(source, find(source, SANNE)))
    assert list(source.prepare(iter(steps))) == []
    assert Result.FAILED not in {one.result for one in source.erase(iter(steps))}
