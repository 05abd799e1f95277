"""A home-made administration by its mapping: how tables join, what erasing makes of columns, and what the mapping left out."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from overdracht import Category, Certainty, Item, Result, Verdict
from tests.accounting.asking import approved, change, erase, find, gaps, proposed, rows, sql

SCHEMA = """
CREATE TABLE klanten (id INTEGER PRIMARY KEY, klantnr TEXT UNIQUE NOT NULL, naam TEXT NOT NULL, email TEXT, telefoon TEXT, iban TEXT,
    wachtwoord TEXT, notitie TEXT);
CREATE TABLE projecten (code TEXT PRIMARY KEY, klant_id INTEGER, omschrijving TEXT);
CREATE TABLE facturen (id INTEGER PRIMARY KEY, nummer TEXT, project TEXT, datum TEXT, bedrag INTEGER, btw INTEGER, aanhef TEXT);
CREATE TABLE regels (id INTEGER PRIMARY KEY, factuur INTEGER, tekst TEXT, bedrag INTEGER);
CREATE TABLE deelnemers (factuur INTEGER, klant INTEGER);
CREATE TABLE storingen (id INTEGER PRIMARY KEY, melding TEXT, gemeld TEXT);
INSERT INTO klanten VALUES
    (1, 'K-1001', 'Sanne van der Berg', 'sanne@vanderberg.example', '06-12345678', 'NL10VICT0000123456', 'x1', 'sleutel bij de buren'),
    (2, 'K-1002', 'Piet de Wit', 'piet@dewit.example', '0251-799033', NULL, 'x2', NULL),
    (3, 'K-1003', 'Zoë Özdemir', 'zoe@ozdemir.example', NULL, NULL, 'x3', 'kent sanne@vanderberg.example');
INSERT INTO projecten VALUES ('P1', 1, 'Webwinkel'), ('P2', 2, 'Wifi');
INSERT INTO facturen VALUES (10, 'F10', 'P1', '2016-05-01', 10000, 2100, 'Beste Sanne'), (11, 'F11', 'P1', '2025-05-01', 20000, 4200, 'Beste Sanne'),
    (12, 'F12', 'P2', '2025-06-01', 5000, 1050, 'Beste Piet');
INSERT INTO regels VALUES (100, 10, 'Advies aan sanne@vanderberg.example', 10000), (101, 11, 'Hosting', 20000), (102, 12, 'Wifi', 5000);
INSERT INTO storingen VALUES (1, 'sanne@vanderberg.example kan niet inloggen', '2026-01-02');
"""
CUSTOMERS: dict[str, Any] = {
    "table": "klanten",
    "category": "contact",
    "title": "naam",
    "identifies": {
        "customer": "klantnr",
        "email": "email",
        "phone": "telefoon",
        "iban": "iban",
        "name": "naam",
    },
    "columns": {
        "klantnr": {"category": ["contact", "invoice"], "erase": "pseudonym", "search": False},
        "naam": {"category": ["contact", "invoice"], "text": "[gewist]"},
        "email": "contact",
        "telefoon": "contact",
        "iban": ["contact", "payment"],
        "notitie": "note",
    },
    "hidden": ["wachtwoord"],
    "rows": "delete",
}
TABLES: list[dict[str, Any]] = [
    CUSTOMERS,
    {
        "table": "projecten",
        "key": "code",
        "category": "work",
        "title": "omschrijving",
        "belongs_to": {"klanten": "klant_id"},
        "columns": {"omschrijving": {"category": "work", "text": "[gewist]"}},
    },
    {
        "table": "facturen",
        "category": "invoice",
        "title": "nummer",
        "date": "datum",
        "belongs_to": {"projecten": "project"},
        "columns": {"aanhef": "contact"},
    },
    {
        "table": "regels",
        "category": "invoice",
        "part_of": {"facturen": "factuur"},
        "columns": {"tekst": {"category": "invoice", "text": "[gewist]"}},
    },
    {
        "table": "storingen",
        "category": "note",
        "title": "melding",
        "date": "gemeld",
        "columns": {"melding": {"category": "note", "text": "[gewist]"}},
    },
]
INVARIANTS = {"facturen": "SELECT count(*), sum(bedrag), sum(btw) FROM facturen"}
SANNE = "sanne@vanderberg.example"


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Path]:
    """The database."""
    path = tmp_path / "eigen.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCHEMA)
    yield path


def connector(book: Path, tables: list[dict[str, Any]] | None = None, **changes: Any) -> Any:
    """Return a connector by the mapping."""
    given = {"invariants": INVARIANTS} | changes
    return sql(f"sqlite:///{book}", TABLES if tables is None else tables, **given)


def by_part(items: list[Item]) -> dict[str, list[str]]:
    """Return the titles of exact items, by part."""
    found: dict[str, list[str]] = {}
    for one in items:
        if one.certainty is Certainty.EXACT:
            found.setdefault(one.part, []).append(one.title)
    return found


def test_what_is_joined_through_another_table_is_hers(book: Path) -> None:
    """An invoice hangs on a project and that on her: both are exact, and her line is part of the invoice."""
    found = find(connector(book), SANNE)
    assert by_part(found) == {
        "klanten": ["Sanne van der Berg"],
        "projecten": ["Webwinkel"],
        "facturen": ["F10", "F11"],
    }
    assert {str(one.holder) for one in found if one.certainty is Certainty.EXACT} == {
        "customer:k-1001"
    }
    mentions = [one.title for one in found if one.certainty is Certainty.MENTION]
    assert mentions == ["Zoë Özdemir", "sanne@vanderberg.example kan niet inloggen"]


def test_a_join_can_be_any_query(book: Path) -> None:
    """Whose an invoice is may be told by a table in between, as pairs of keys."""
    change(book, "INSERT INTO deelnemers VALUES (12, 1)")
    pairs = "SELECT factuur AS record, klant AS owner FROM deelnemers"
    invoices = TABLES[2] | {"belongs_to": {"projecten": "project", "klanten": pairs}}
    told = find(connector(book, [*TABLES[:2], invoices, *TABLES[3:]]), SANNE)
    assert by_part(told)["facturen"] == ["F10", "F11", "F12"]
    (shared,) = [one for one in told if one.title == "F12"]
    assert shared.third_parties == 1


def test_each_column_goes_as_the_mapping_says(book: Path) -> None:
    """Null, a fixed text and a pseudonym each, by what keeps the column; the amounts are the same."""
    found = find(connector(book), SANNE)
    own = [one for one in found if one.certainty is Certainty.EXACT]
    erase(connector(book), own)
    (kept,) = rows(book, "SELECT * FROM klanten WHERE id = 1")
    assert kept == (1, "K-1001", "Sanne van der Berg", None, None, "NL10VICT0000123456", "x1", None)
    assert rows(book, "SELECT aanhef FROM facturen ORDER BY id") == [
        (None,),
        (None,),
        ("Beste Piet",),
    ]
    assert rows(book, "SELECT tekst FROM regels ORDER BY id") == [
        ("[gewist]",),
        ("Hosting",),
        ("Wifi",),
    ]
    later = find(connector(book), "customer:K-1001")
    erase(connector(book), later, date(2040, 1, 1))
    (gone,) = rows(book, "SELECT * FROM klanten WHERE id = 1")
    assert gone[1].startswith("gewist-")
    assert gone[2:] == ("[gewist]", None, None, None, "x1", None)
    assert rows(book, "SELECT sum(bedrag), sum(btw) FROM facturen") == [(35000, 7350)]


def test_one_key_makes_one_pseudonym(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a key of one's own a value has the same pseudonym in every table and run; without, nobody can make it again."""
    monkeypatch.setenv("OVERDRACHT_TEST_KEY", "geheim")

    def pseudonym(**key: Any) -> str:
        change(book, "UPDATE klanten SET klantnr = 'K-1002', naam = 'Piet de Wit' WHERE id = 2")
        items = find(connector(book, **key), "customer:K-1002")
        erase(
            connector(book, **key),
            [one for one in items if one.part == "klanten"],
            date(2040, 1, 1),
        )
        return str(rows(book, "SELECT klantnr FROM klanten WHERE id = 2")[0][0])

    keyed = {"pseudonym_key": {"env": "OVERDRACHT_TEST_KEY"}}
    assert pseudonym(**keyed) == pseudonym(**keyed)
    assert pseudonym() != pseudonym()


def test_a_customer_without_anything_is_deleted_with_what_is_part_of_it(book: Path) -> None:
    """Zoë has nothing that stays: her row goes, and the invariants hold."""
    items = find(connector(book), "zoe@ozdemir.example")
    outcomes = erase(connector(book), items)
    assert [one.result for one in outcomes.values()] == [Result.ERASED]
    assert rows(book, "SELECT id FROM klanten") == [(1,), (2,)]


def test_what_would_break_an_invariant_is_undone(book: Path) -> None:
    """When a figure would not stay the same, nothing is changed, every step says so, and the name of the invariant with it."""
    strict = {"tellingen": "SELECT count(*), count(email) FROM klanten"}
    items = find(connector(book), "zoe@ozdemir.example")
    before = book.read_bytes()
    steps = approved(proposed(connector(book), items))
    outcomes = list(connector(book, invariants=strict).erase(iter(steps)))
    assert {one.result for one in outcomes} == {Result.FAILED}
    assert all("tellingen" in one.reason for one in outcomes)
    assert book.read_bytes() == before


def test_what_the_database_refuses_fails_alone(book: Path) -> None:
    """A column that may not be null cannot be blanked: that record fails with the reason, `check` says so before, and others go on."""
    tables = [
        {**CUSTOMERS, "columns": {"naam": "contact", "email": "contact"}, "rows": "keep"},
        *TABLES[4:],
    ]
    source = connector(book, tables, not_personal=["projecten", "facturen", "regels", "klanten"])
    assert "column klanten.naam" in {one.name for one in source.check() if not one.ok}
    found = find(source, SANNE)
    outcomes = erase(source, found)
    results = {
        key.partition(":")[0]: one for key, one in outcomes.items() if one.result is Result.FAILED
    }
    assert set(results) == {"klanten"}
    assert "IntegrityError" in results["klanten"].reason
    assert rows(book, "SELECT melding FROM storingen") == [("[gewist]",)]


def test_what_looks_personal_and_is_not_mapped_is_a_gap(book: Path) -> None:
    """By name or by what it holds, a column that the mapping is silent about is a gap of every find and a failed check, until it is
    mapped or somebody said that it is not personal."""
    change(
        book, "CREATE TABLE nieuwsbrief (id INTEGER PRIMARY KEY, ontvanger TEXT, onderwerp TEXT)"
    )
    change(book, "INSERT INTO nieuwsbrief VALUES (1, 'iemand@ergens.example', 'Aanbieding')")
    change(book, "ALTER TABLE klanten ADD COLUMN geboortedatum TEXT")
    change(book, "UPDATE klanten SET geboortedatum = '1980-01-01'")
    change(book, "ALTER TABLE klanten ADD COLUMN voorkeur TEXT")
    change(book, "UPDATE klanten SET voorkeur = 'per mail'")
    told = gaps(connector(book))
    assert set(told) == {"nieuwsbrief.ontvanger", "klanten.geboortedatum"}
    assert "e-mail addresses" in told["nieuwsbrief.ontvanger"]
    failed = {one.name for one in connector(book).check() if not one.ok}
    assert failed == {"column nieuwsbrief.ontvanger", "column klanten.geboortedatum"}
    reviewed = connector(book, not_personal=["nieuwsbrief", "klanten.geboortedatum"])
    assert gaps(reviewed) == {}
    assert all(one.ok for one in reviewed.check())


def test_two_views_of_one_table_are_two_things(book: Path) -> None:
    """What of a customer goes at another time, such as the bank account, may be a part of its own over the same table."""
    bank = {
        "table": "klanten",
        "name": "bankgegevens",
        "category": "payment",
        "date": "(SELECT max(datum) FROM facturen f JOIN projecten p ON p.code = f.project WHERE p.klant_id = klanten.id)",
        "identifies": {"email": "email", "iban": "iban"},
        "columns": {"iban": "payment"},
        "hidden": ["wachtwoord", "klantnr", "naam", "email", "telefoon", "notitie"],
    }
    source = connector(book, [*TABLES, bank])
    (item,) = [one for one in find(source, SANNE) if one.part == "bankgegevens"]
    assert item.when is not None
    assert item.when.date() == date(2025, 5, 1)
    (kept,) = proposed(source, [item])
    assert (kept.disposition.verdict, kept.disposition.until) == (Verdict.RETAIN, date(2033, 1, 1))


def test_the_categories_are_those_of_the_mapping(book: Path) -> None:
    """What a source tells of itself is what its mapping holds, and no more."""
    told = {one.category for one in connector(book).describe()}
    assert told == {Category.CONTACT, Category.WORK, Category.INVOICE, Category.NOTE}
