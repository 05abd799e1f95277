"""Columns of bytes, JSON and lists in every kind of database: what stands in them is found, and they are never changed as if they were texts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from overdracht import Certainty, Result, Verdict
from tests.accounting.asking import approved, erase, find, gaps, proposed, sql

SANNE = "sanne@vanderberg.example"
PICTURE = b"\x89PNG\r\n\x1a\n\x00author sanne@vanderberg.example \x00\xff\xd8"
PLAIN = "Notitie van Zoë: sanne@vanderberg.example belt terug".encode()
BYTES = {"sqlite": "BLOB", "postgresql": "BYTEA", "mariadb": "LONGBLOB"}
TABLES: list[dict[str, Any]] = [
    {
        "table": "klanten",
        "category": "contact",
        "title": "naam",
        "identifies": {"email": "email"},
        "columns": {"naam": "contact", "email": "contact"},
        "rows": "delete",
    },
    {
        "table": "bijlagen",
        "category": "note",
        "belongs_to": {"klanten": "klant"},
        "columns": {"inhoud": "note"},
    },
]


@dataclass(frozen=True, slots=True)
class Books:
    """A database with customers and what they sent."""

    where: dict[str, Any]
    dialect: str
    connected: Any

    def source(self, tables: list[dict[str, Any]] | None = None) -> Any:
        """Return a connector."""
        return sql(tables=TABLES if tables is None else tables, **self.where)

    def do(self, statement: str, **values: object) -> Any:
        """Carry out a *statement* and return the rows that it gives."""
        with self.connected() as connection:
            done = connection.execute(text(statement), values)
            return done.all() if done.returns_rows else []


def _in_file(path: Path) -> Any:
    @contextmanager
    def connected() -> Iterator[Connection]:
        engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()

    return connected


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.server),
        pytest.param("mariadb", marks=pytest.mark.server),
    ]
)
def books(request: pytest.FixtureRequest, tmp_path: Path) -> Books:
    """Two customers, and a table for what they sent."""
    dialect = request.param
    if dialect == "sqlite":
        path = tmp_path / "portaal.db"
        made = Books({"url": f"sqlite:///{path}"}, dialect, _in_file(path))
    else:
        database = request.getfixturevalue(dialect).database()
        connected: Any = database.connected
        made = Books({"url": database.url, "password": database.password}, dialect, connected)
    made.do("CREATE TABLE klanten (id INTEGER PRIMARY KEY, naam VARCHAR(80), email VARCHAR(80))")
    made.do(
        f"CREATE TABLE bijlagen (id INTEGER PRIMARY KEY, klant INTEGER, inhoud {BYTES[dialect]})"
    )
    made.do(
        "INSERT INTO klanten VALUES (1, 'Sanne van der Berg', :email), (2, 'Piet', 'piet@dewit.example')",
        email=SANNE,
    )
    return made


def attached(books: Books) -> Any:
    """Return the rows of the table with bytes."""
    return [tuple(one) for one in books.do("SELECT id, klant, inhoud FROM bijlagen ORDER BY id")]


@pytest.mark.parametrize("content", [PICTURE, PLAIN])
def test_somebody_elses_picture_that_mentions_her_is_never_masked(
    books: Books, content: bytes
) -> None:
    """Another customer's bytes with her address in them are found, proposed for somebody to look at, and the same to the byte when a
    plan masks them all the same: that step fails, and says why."""
    books.do("INSERT INTO bijlagen VALUES (1, 2, :inhoud)", inhoud=content)
    before = attached(books)
    source = books.source()
    (item,) = [one for one in find(source, SANNE) if one.part == "bijlagen"]
    assert item.certainty is Certainty.MENTION
    (step,) = proposed(source, [item])
    assert (step.disposition.verdict, step.action) == (Verdict.REVIEW, "")
    (forced,) = approved([step.__class__(item, step.disposition, "mask note")])
    (outcome,) = source.erase(iter([forced]))
    assert outcome.result is Result.FAILED
    assert "bytes" in outcome.reason
    assert attached(books) == before


def test_her_own_picture_is_emptied(books: Books) -> None:
    """What is hers goes as the mapping says, and is gone when it is looked for again."""
    books.do("INSERT INTO bijlagen VALUES (1, 1, :inhoud)", inhoud=PICTURE)
    source = books.source()
    items = [one for one in find(source, SANNE) if one.part == "bijlagen"]
    assert [one.result for one in erase(source, items).values()] == [Result.ANONYMISED]
    assert attached(books) == [(1, 1, None)]


def test_a_text_in_a_column_of_bytes_is_done_once_it_stands_there(books: Books) -> None:
    """A fixed text that takes the place of bytes counts as nothing personal: nothing is left to do."""
    books.do("INSERT INTO bijlagen VALUES (1, 1, :inhoud)", inhoud=PICTURE)
    fixed = TABLES[1] | {"columns": {"inhoud": {"category": "note", "text": "[gewist]"}}}
    source = books.source([TABLES[0], fixed])
    for _ in range(2):
        items = [one for one in find(source, SANNE) if one.part == "bijlagen"]
        assert {one.result for one in erase(source, items).values()} == {Result.ANONYMISED}
        assert attached(books) in ([(1, 1, b"[gewist]")], [(1, 1, "[gewist]")])
        (again,) = [one for one in find(source, SANNE) if one.part == "bijlagen"]
        assert again.fingerprint.split(".")[1] == ""


def test_bytes_are_searched_as_text_and_files_are_a_gap(books: Books) -> None:
    """A column of bytes is searched, whatever letters are in it; a gap says so where it holds more than text, and only there. With
    `search = false` it is left alone."""
    books.do("INSERT INTO bijlagen VALUES (1, 2, :inhoud)", inhoud=PLAIN)
    source = books.source()
    for wanted in (SANNE, "name:Zoë"):
        assert [one.key for one in find(source, wanted) if one.part == "bijlagen"] == ["bijlagen:1"]
    assert gaps(source, SANNE) == {}
    books.do("INSERT INTO bijlagen VALUES (2, 2, :inhoud)", inhoud=b"\x89PNG\x00\xffniets")
    assert "no text" in gaps(source)["bijlagen.inhoud"]
    alone = TABLES[1] | {"columns": {"inhoud": {"category": "note", "search": False}}}
    assert gaps(books.source([TABLES[0], alone])) == {}


@pytest.mark.server
@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("jsonb", '{"door": ["sanne@vanderberg.example\\nZo\\u00eb"]}'),
        ("json", '{"door": ["s\\u0061nne@vanderberg.example\\nZo\\u00eb"]}'),
        ("text[]", "{sanne@vanderberg.example,Zoë}"),
    ],
)
def test_json_and_lists_are_searched_and_not_masked(postgresql: Any, kind: str, value: str) -> None:
    """In PostgreSQL JSON and lists are found in by their words, and are for somebody to look at; what is one's own is emptied."""
    database = postgresql.database()
    connected: Any = database.connected
    books = Books({"url": database.url, "password": database.password}, "postgresql", connected)
    books.do("CREATE TABLE klanten (id INTEGER PRIMARY KEY, naam TEXT, email TEXT)")
    books.do(f"CREATE TABLE bijlagen (id INTEGER PRIMARY KEY, klant INTEGER, inhoud {kind})")
    books.do(
        "INSERT INTO klanten VALUES (1, 'Sanne', :email), (2, 'Piet', 'piet@dewit.example')",
        email=SANNE,
    )
    with database.connected() as connection:
        # As a text whose type the database makes of it, however it is given.
        connection.exec_driver_sql("INSERT INTO bijlagen VALUES (1, 2, %s)", (value,))
    source = books.source()
    before = attached(books)
    for wanted in (SANNE, "name:Zoë"):
        (item,) = [one for one in find(source, wanted) if one.part == "bijlagen"]
        (step,) = proposed(source, [item])
        assert (step.disposition.verdict, step.action) == (Verdict.REVIEW, "")
    assert attached(books) == before
    own = [one for one in find(source, "piet@dewit.example") if one.part == "bijlagen"]
    assert [one.result for one in erase(source, own).values()] == [Result.ANONYMISED]
    assert attached(books) == [(1, 2, None)]
