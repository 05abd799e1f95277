"""Books that cannot be used: one clear line, and nothing changed."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from overdracht import Misbehaving, Refused, Result, SourceError, Unreachable
from tests.accounting.asking import (
    approved,
    change,
    find,
    findings,
    gaps,
    gnucash,
    proposed,
    rows,
    sql,
)
from tests.accounting.bookshop import OLD, Shop, open_shop
from tests.accounting.sql_harness import FIRST, PostgresHarness, mapped
from tests.servers.databases import PostgreSQL


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A sound book."""
    return open_shop(tmp_path)


@pytest.fixture
def untouched(shop: Shop) -> Iterator[None]:
    """The book is the same afterwards, to the byte."""
    before = shop.path.read_bytes()
    yield
    assert shop.path.read_bytes() == before


def planned(shop: Shop) -> list[Any]:
    """Return the steps of a plan that was made while all was well."""
    connector = gnucash(shop.path)
    return approved(proposed(connector, find(connector, OLD)))


def test_a_book_that_is_open_is_read_and_not_changed(shop: Shop) -> None:
    """GnuCash has the book open: find works, `prepare` and `erase` say who is in the way, and nothing is changed."""
    steps = planned(shop)
    change(shop.path, "INSERT INTO gnclock VALUES ('kantoor', 4711)")
    before = shop.path.read_bytes()
    assert find(gnucash(shop.path), OLD)
    (objection,) = [one for one in gnucash(shop.path).prepare(iter(steps)) if not one.key]
    assert "open in GnuCash" in objection.reason
    with pytest.raises(Refused, match="open in GnuCash"):
        list(gnucash(shop.path).erase(iter(steps)))
    assert shop.path.read_bytes() == before


@pytest.mark.usefixtures("untouched")
def test_a_database_that_another_program_writes_in_is_refused(shop: Shop) -> None:
    """Somebody is in the middle of a transaction: one line says so."""
    steps = planned(shop)
    with closing(sqlite3.connect(shop.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Refused, match="locked the database"):
            list(gnucash(shop.path).erase(iter(steps)))
        other.execute("ROLLBACK")


@pytest.mark.parametrize(
    ("version", "remedy"), [(1, "open and save it once"), (99, "older than the GnuCash")]
)
def test_a_schema_of_another_version_is_refused(shop: Shop, version: int, remedy: str) -> None:
    """Tables of a version that is not known are not read and not written; the message says which, and what to do."""
    steps = planned(shop)
    change(
        shop.path,
        "UPDATE versions SET table_version = ? WHERE table_name = 'transactions'",
        version,
    )
    before = shop.path.read_bytes()
    for act in (
        lambda: findings(gnucash(shop.path), OLD),
        lambda: list(gnucash(shop.path).erase(iter(steps))),
    ):
        with pytest.raises(Misbehaving, match=f"transactions .* version {version}.*{remedy}"):
            act()
    assert [one for one in gnucash(shop.path).check() if not one.ok]
    assert shop.path.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "error"),
    [(b"", Misbehaving), (b"<?xml version='1.0'?>", Misbehaving), (None, Unreachable)],
)
def test_what_is_no_book_is_said_to_be_none(
    tmp_path: Path, content: bytes | None, error: type[SourceError]
) -> None:
    """An empty file, an XML book, no file at all: one clear line."""
    path = tmp_path / "boek.gnucash"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(error):
        findings(gnucash(path), OLD)
    assert [one.ok for one in gnucash(path).check()][-1] is False


def test_a_missing_table_is_a_gap_and_the_rest_is_found(shop: Shop) -> None:
    """A book without its lines: the invoices are a gap that names the table, the customer is found, and is for somebody to look at."""
    change(shop.path, "ALTER TABLE entries RENAME TO weg")
    told = gaps(gnucash(shop.path), OLD)
    assert "there is no table entries" in told["invoices"]
    found = {one.part: one for one in find(gnucash(shop.path), OLD)}
    assert "customers" in found
    (step,) = proposed(gnucash(shop.path), [found["customers"]])
    assert step.action == ""


def test_a_mapping_that_points_nowhere_is_told(tmp_path: Path) -> None:
    """A table or a column that is not there is a gap, a failed check and an objection, each with its name."""
    path = tmp_path / "x.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE klanten (id INTEGER PRIMARY KEY, mail TEXT)")
    column = {"table": "klanten", "category": "contact", "identifies": {"email": "email"}}
    table = {"table": "weg", "category": "contact", "identifies": {"email": "email"}}
    source = sql(f"sqlite:///{path}", [column, table], not_personal=["klanten"])
    assert gaps(source) == {
        "klanten": "table klanten has no column email",
        "weg": "there is no table weg",
    }
    assert {one.name for one in source.check() if not one.ok} == {"part klanten", "part weg"}


@pytest.mark.parametrize(
    "wrong", [{"date": "geen_kolom"}, {"where": "half ("}, {"date": "(SELECT max(x) FROM nergens)"}]
)
def test_sql_that_the_database_does_not_take_is_told(shop: Shop, wrong: dict[str, str]) -> None:
    """`check` names the expression; find stops with one line that holds no data."""
    table = {
        "table": "customers",
        "key": "guid",
        "category": "contact",
        "identifies": {"email": "addr_email"},
    }
    source = sql(f"sqlite:///{shop.path}", [table | wrong])
    (name,) = wrong
    assert f"{name} of customers" in {one.name for one in source.check() if not one.ok}
    with pytest.raises(SourceError) as error:
        findings(source, OLD)
    assert "oud@" not in str(error.value)


def test_text_that_is_no_utf8_is_found_and_not_mangled(shop: Shop) -> None:
    """A line in Latin-1 among the texts: the rest is found, the line can be blanked as a whole, and is not masked, for it would not
    come back as it was."""
    change(
        shop.path,
        "UPDATE entries SET description = CAST(x'4361666520e9e9ae206f7564406b6c616e742e6578616d706c65' AS TEXT) WHERE description LIKE 'Storing%'",
    )
    found = [one for one in find(gnucash(shop.path), OLD) if one.title == "2016-0008"]
    assert found
    before = rows(shop.path, "SELECT hex(description) FROM entries ORDER BY guid")
    connector = gnucash(shop.path)
    steps = approved(proposed(connector, found))
    outcomes = list(connector.erase(iter(steps)))
    assert [one.result for one in outcomes] == [Result.FAILED]
    assert "encoding" in outcomes[0].reason
    assert rows(shop.path, "SELECT hex(description) FROM entries ORDER BY guid") == before


@pytest.mark.server
@pytest.mark.parametrize("moment", ["read", "changed"])
def test_a_connection_that_drops_inside_the_transaction_changes_nothing(
    postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The server ends the connection before or after the changes were made, and before they were committed: one line, all as it was, and
    the next try does it."""
    from overdracht.testing.cast import RECORDS
    from overdracht_accounting.erasing import Erasure

    harness = PostgresHarness(postgresql.database())
    harness.fill(RECORDS)
    source = sql(harness.database.url, [mapped(FIRST)], password=harness.database.password)
    found = find(source, "sanne@vanderberg.example")
    steps = approved(proposed(source, found, date(2040, 1, 1)))
    before = harness.rows()
    name = "_decide" if moment == "read" else "_look_again"
    original: Callable[..., Any] = getattr(Erasure, name)

    def dropped(self: Any, *arguments: Any) -> Any:
        harness.database.server.close_to(harness.database.name, closed=True)
        return original(self, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(Erasure, name, dropped)
        with pytest.raises(SourceError):
            list(source.erase(iter(steps)))
    harness.database.server.close_to(harness.database.name, closed=False)
    assert harness.rows() == before
    assert {one.result for one in source.erase(iter(steps))} == {Result.ERASED}


@pytest.mark.server
def test_a_wrong_password_is_said(postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, without the password or the account."""
    database = postgresql.database()
    monkeypatch.setenv("VERKEERD", "zomaar-wat")
    source = sql(database.url, [mapped(FIRST)], password={"env": "VERKEERD"})
    with pytest.raises(Unreachable) as error:
        findings(source, OLD)
    assert "zomaar-wat" not in str(error.value)
    assert database.name not in str(error.value)
