"""Columns that look personal and that the mapping does not name, wherever in a database they are."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.accounting.asking import CUSTOMERS, gaps, sql
from tests.servers.databases import MariaDB, PostgreSQL


def failed(source: Any) -> set[str]:
    """Return what `check` says is wrong."""
    return {one.name for one in source.check() if not one.ok}


def test_columns_that_are_filled_late_are_looked_at(tmp_path: Path) -> None:
    """Columns that are empty, or an empty text, in the first rows count by what is in them further on, and by their names; one that is
    empty everywhere is nothing to miss."""
    path = tmp_path / "x.db"
    with closing(sqlite3.connect(path)) as made, made:
        made.execute(
            "CREATE TABLE klanten (id INTEGER PRIMARY KEY, naam TEXT, email TEXT, contact2 TEXT, telefoon2 TEXT, extra TEXT, leeg_adres TEXT,"
            " kleur TEXT)"
        )
        late = ("q@x.example", "06-12345678", "NL10VICT0000123456", "rood")
        for number in range(300):
            contact, telefoon, extra, kleur = late if number >= 250 else (None, "", "", None)
            row = (number, "Piet", f"p{number}@x.example", contact, telefoon, extra, kleur)
            made.execute("INSERT INTO klanten VALUES (?, ?, ?, ?, ?, ?, '', ?)", row)
    source = sql(f"sqlite:///{path}", [CUSTOMERS])
    assert set(gaps(source)) == {"klanten.contact2", "klanten.telefoon2", "klanten.extra"}
    assert failed(source) == {f"column {one}" for one in gaps(source)}


@pytest.mark.parametrize("name", ["klantnaam", "tekst", "contactnaam", "bericht", "body_text"])
def test_names_of_columns_that_hold_people_or_free_text(tmp_path: Path, name: str) -> None:
    """What is called so is looked at by a person first; the name of a product is not."""
    path = tmp_path / "x.db"
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("CREATE TABLE klanten (id INTEGER PRIMARY KEY, naam TEXT, email TEXT)")
        made.execute(f"CREATE TABLE bonnen (id INTEGER PRIMARY KEY, {name} TEXT, productnaam TEXT)")
        made.execute("INSERT INTO bonnen VALUES (1, 'Jan Jansen', 'router')")
    assert set(gaps(sql(f"sqlite:///{path}", [CUSTOMERS]))) == {f"bonnen.{name}"}


@pytest.mark.server
def test_json_and_lists_that_are_not_mapped(postgresql: PostgreSQL) -> None:
    """JSON and lists with addresses in them are a gap like any column, and stop neither a find nor `check`."""
    database = postgresql.database()
    with database.connected() as connection:
        connection.execute(
            text(
                "CREATE TABLE klanten (id INTEGER PRIMARY KEY, naam TEXT, email TEXT, meta JSONB, tags TEXT[], maten INTEGER[])"
            )
        )
        connection.exec_driver_sql(
            """INSERT INTO klanten VALUES (1, 'Piet', 'piet@dewit.example', '{"bij": ["sanne@vanderberg.example"]}', '{a,zoe@ozdemir.example}', '{1,2}')"""
        )
    source = sql(database.url, [CUSTOMERS], password=database.password)
    assert set(gaps(source)) == {"klanten.meta", "klanten.tags"}
    assert failed(source) == {"column klanten.meta", "column klanten.tags"}


@pytest.mark.server
def test_other_schemas_are_looked_at(postgresql: PostgreSQL) -> None:
    """Every schema of a PostgreSQL database is, also one that this account may not read: then the table is named, not what it may hold. A
    schema that somebody looked at is listed as `schema.*`, and the table that is mapped may be called by its schema."""
    database = postgresql.database()
    with database.connected() as connection:
        for one in (
            "CREATE TABLE klanten (id INTEGER PRIMARY KEY, naam TEXT, email TEXT)",
            "CREATE SCHEMA crm",
            "CREATE TABLE crm.personen (id INTEGER PRIMARY KEY, email TEXT, kleur TEXT)",
            "INSERT INTO crm.personen VALUES (1, 'sanne@vanderberg.example', 'rood')",
            "INSERT INTO klanten VALUES (1, 'Piet', 'piet@dewit.example')",
        ):
            connection.execute(text(one))
    with database.server.administering(database.name) as connection:
        connection.execute(text("CREATE SCHEMA anders"))
        connection.execute(text("CREATE TABLE anders.lijst (id INTEGER PRIMARY KEY, wat TEXT)"))
    source = sql(database.url, [CUSTOMERS], password=database.password)
    told = gaps(source)
    assert set(told) == {"crm.personen.email", "anders.lijst.*"}
    assert "may not be read" in told["anders.lijst.*"]
    assert failed(source) == {f"column {one}" for one in told}
    reviewed = sql(
        database.url,
        [CUSTOMERS | {"table": "public.klanten"}],
        password=database.password,
        not_personal=["crm.*", "anders.lijst"],
    )
    assert gaps(reviewed) == {}


@pytest.mark.server
def test_another_database_of_the_server_is_no_part_of_it(mariadb: MariaDB) -> None:
    """MariaDB calls its databases schemas: those beside the one of the source are not looked at."""
    other, database = mariadb.database(), mariadb.database()
    with other.connected() as connection:
        connection.execute(text("CREATE TABLE mensen (id INTEGER PRIMARY KEY, email TEXT)"))
        connection.execute(text("INSERT INTO mensen VALUES (1, 'sanne@vanderberg.example')"))
    with mariadb.administering() as connection:
        connection.exec_driver_sql(f"GRANT ALL ON {other.name}.* TO '{database.name}'@'%%'")
    with database.connected() as connection:
        connection.execute(
            text("CREATE TABLE klanten (id INTEGER PRIMARY KEY, naam TEXT, email TEXT)")
        )
    assert gaps(sql(database.url, [CUSTOMERS], password=database.password)) == {}
