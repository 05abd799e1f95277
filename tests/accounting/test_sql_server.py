"""What only a real PostgreSQL has: policies that hide rows, and dates that no calendar has."""

from typing import Any

import pytest
from sqlalchemy import text

from overdracht import Searched
from tests.accounting.asking import CUSTOMERS, erase, find, findings, gaps, sql
from tests.servers.databases import PostgreSQL, ServerDatabase

SANNE = "sanne@vanderberg.example"
INVOICES: dict[str, Any] = {
    "table": "bonnen",
    "category": "invoice",
    "title": "tekst",
    "date": "dag",
    "belongs_to": {"klanten": "klant"},
    "columns": {"tekst": "invoice"},
}
SCHEMA = (
    "CREATE TABLE klanten (id INTEGER PRIMARY KEY, naam TEXT, email TEXT)",
    "CREATE TABLE bonnen (id INTEGER PRIMARY KEY, klant INTEGER, dag DATE, gemaakt TIMESTAMP, gezien TIMESTAMPTZ, tekst TEXT)",
    "INSERT INTO klanten VALUES (1, 'Sanne', 'sanne@vanderberg.example'), (2, 'Piet', 'piet@dewit.example')",
)

pytestmark = pytest.mark.server


def made(server: PostgreSQL, *statements: str) -> ServerDatabase:
    """Return a new database of what the *statements* make."""
    database = server.database()
    do(database, *SCHEMA, *statements)
    return database


def do(database: ServerDatabase, *statements: str) -> None:
    """Carry out *statements*."""
    with database.connected() as connection:
        for one in statements:
            connection.execute(text(one))


def source(database: ServerDatabase, **changes: Any) -> Any:
    """Return a connector."""
    tables = changes.pop("tables", [CUSTOMERS, INVOICES])
    return sql(database.url, tables, password=database.password, **changes)


def test_rows_that_a_policy_hides_are_a_gap(postgresql: PostgreSQL) -> None:
    """With row level security forced on a table it is a gap and a failed check that say what to do, and the rest is searched; the part
    that belongs to it cannot be told whose it is."""
    database = made(postgresql, "INSERT INTO bonnen VALUES (1, 1, '2025-01-02', NULL, NULL, 'x')")
    assert {one.part for one in find(source(database), SANNE)} == {"klanten", "bonnen"}
    do(
        database,
        "ALTER TABLE klanten ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE klanten FORCE ROW LEVEL SECURITY",
    )
    told = gaps(source(database), SANNE)
    assert "BYPASSRLS" in told["klanten"]
    assert "BYPASSRLS" in told["bonnen"]
    assert "part klanten" in {one.name for one in source(database).check() if not one.ok}
    notes = {**INVOICES, "belongs_to": {}}
    beside = findings(source(database, tables=[CUSTOMERS, notes]), SANNE)
    assert [one.part for one in beside if isinstance(one, Searched)] == ["bonnen"]


def test_a_policy_that_a_query_meets_is_refused(postgresql: PostgreSQL) -> None:
    """A SELECT of the mapping that reads a table with a policy is no answer with rows left out: `check` says it is not taken."""
    database = made(
        postgresql,
        "CREATE TABLE koppel (bon INTEGER, klant INTEGER)",
        "ALTER TABLE koppel ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE koppel FORCE ROW LEVEL SECURITY",
    )
    pairs = {
        **INVOICES,
        "belongs_to": {"klanten": "SELECT bon AS record, klant AS owner FROM koppel"},
    }
    told = source(database, tables=[CUSTOMERS, pairs], not_personal=["koppel"]).check()
    assert "link from bonnen to klanten" in {one.name for one in told if not one.ok}


def test_a_date_that_no_calendar_has_is_no_date(postgresql: PostgreSQL) -> None:
    """Infinity, a year before Christ and one after 9999, in the mapped date or in a column beside it: such a row is found, has no date,
    and can be erased; the others keep theirs."""
    database = made(
        postgresql,
        "INSERT INTO bonnen VALUES (1, 1, 'infinity', 'infinity', '-infinity', 'a'), (2, 1, '4713-01-01 BC', NULL, '4713-01-01 BC', 'b'),"
        " (3, 1, '12025-01-01', '12025-01-01', NULL, 'c'), (4, 1, '2012-05-06', '-infinity', '12025-01-01', 'd')",
    )
    found = {one.title: one for one in find(source(database), SANNE) if one.part == "bonnen"}
    assert [(name, one.when and str(one.when.date())) for name, one in sorted(found.items())] == [
        ("a", None),
        ("b", None),
        ("c", None),
        ("d", "2012-05-06"),
    ]
    for column in ("gemaakt", "gezien"):
        by_time = source(database, tables=[CUSTOMERS, {**INVOICES, "date": column}])
        assert {one.when for one in find(by_time, SANNE) if one.part == "bonnen"} == {None}
    outcomes = erase(source(database), [found["d"]])
    assert [one.result.value for one in outcomes.values()] == ["anonymised"]
