"""Tables whose rows several columns tell apart, in every kind of database."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from overdracht import Aged, Category, Gap, Misbehaving, Result
from overdracht_accounting import keys
from overdracht_accounting.database import Database
from overdracht_accounting.invoice_queries import InvoiceQueries
from overdracht_accounting.invoices import Invoice
from overdracht_accounting.sql_invoices import SqlInvoices
from tests.accounting.asking import TODAY, erase, find, findings, sql

SANNE = "sanne@vanderberg.example"
SCHEMA = (
    "CREATE TABLE klanten (vestiging VARCHAR(40), nr INTEGER, naam VARCHAR(80), email VARCHAR(80), PRIMARY KEY (vestiging, nr))",
    "CREATE TABLE adressen (vestiging VARCHAR(40), klant INTEGER, volgnr INTEGER, straat VARCHAR(80), PRIMARY KEY (vestiging, klant, volgnr))",
    "CREATE TABLE bestellingen (nr INTEGER PRIMARY KEY, vestiging VARCHAR(40), klant INTEGER, besteld VARCHAR(10))",
    "CREATE TABLE regels (bestelling INTEGER, regel INTEGER, tekst VARCHAR(80), bedrag INTEGER, PRIMARY KEY (bestelling, regel))",
    "CREATE TABLE opmerkingen (bestelling INTEGER, regel INTEGER, dag DATE, tekst VARCHAR(80), PRIMARY KEY (bestelling, regel, dag))",
    "CREATE TABLE bezoeken (dag DATE, plek VARCHAR(40), verslag VARCHAR(80), PRIMARY KEY (dag, plek))",
    "CREATE TABLE bezocht (dag DATE, plek VARCHAR(40), vestiging VARCHAR(40), klant INTEGER)",
    "INSERT INTO klanten VALUES ('Breda, oost', 1, 'Sanne van der Berg', 'sanne@vanderberg.example'), ('Breda, oost', 2, 'Piet', 'piet@dewit.example'), ('Delft', 1, 'Zoë Özdemir', 'zoe@ozdemir.example')",
    "INSERT INTO adressen VALUES ('Breda, oost', 1, 1, 'Laan 1'), ('Breda, oost', 1, 2, 'Weg 2'), ('Breda, oost', 2, 1, 'Plein 3'), ('Delft', 1, 1, 'Kade 4')",
    "INSERT INTO bestellingen VALUES (10, 'Breda, oost', 1, '2012-01-02'), (11, 'Delft', 1, '2012-01-03'), (12, 'Breda, oost', 2, '2012-01-04')",
    "INSERT INTO regels VALUES (10, 1, 'voor Sanne', 5), (10, 2, 'en nog wat', 6), (11, 1, 'voor Zoë', 7), (12, 1, 'zie sanne@vanderberg.example', 8)",
    "INSERT INTO opmerkingen VALUES (10, 2, '2012-01-05', 'Sanne belde'), (11, 1, '2012-01-05', 'Zoë belde'), (12, 1, '2012-01-06', 'kent sanne@vanderberg.example')",
    "INSERT INTO bezoeken VALUES ('2012-02-01', 'Laan, 1', 'koffie'), ('2012-02-01', 'Kade 4', 'thee')",
    "INSERT INTO bezocht VALUES ('2012-02-01', 'Laan, 1', 'Breda, oost', 1), ('2012-02-01', 'Kade 4', 'Delft', 1)",
)
VISITS = (
    "SELECT dag AS record_1, plek AS record_2, vestiging AS owner_1, klant AS owner_2 FROM bezocht"
)
TABLES: list[dict[str, Any]] = [
    {
        "table": "klanten",
        "key": ["vestiging", "nr"],
        "category": "contact",
        "identifies": {"email": "email", "name": "naam"},
        "columns": {"naam": "contact", "email": "contact"},
        "rows": "delete",
    },
    {
        "table": "adressen",
        "key": ["vestiging", "klant", "volgnr"],
        "category": "contact",
        "belongs_to": {"klanten": ["vestiging", "klant"]},
        "columns": {"straat": "contact"},
        "rows": "delete",
    },
    {
        "table": "bestellingen",
        "key": "nr",
        "category": "invoice",
        "date": "besteld",
        "belongs_to": {"klanten": ["vestiging", "klant"]},
    },
    {
        "table": "regels",
        "key": ["bestelling", "regel"],
        "category": "invoice",
        "part_of": {"bestellingen": "bestelling"},
        "columns": {"tekst": {"category": "invoice", "text": "[gewist]"}},
    },
    {
        "table": "opmerkingen",
        "key": ["bestelling", "regel", "dag"],
        "category": "invoice",
        "part_of": {"regels": ["bestelling", "regel"]},
        "columns": {"tekst": {"category": "invoice", "text": "[gewist]"}},
    },
    {
        "table": "bezoeken",
        "key": ["dag", "plek"],
        "category": "work",
        "date": "dag",
        "belongs_to": {"klanten": VISITS},
        "columns": {"verslag": "work"},
        "rows": "delete",
    },
]
NOT_PERSONAL = ["bezocht"]


@dataclass(frozen=True)
class Portal:
    """Where the tables are."""

    settings: dict[str, Any]
    connected: Any

    def connector(self) -> Any:
        """Return a connector by the mapping."""
        given = dict(self.settings)
        return sql(given.pop("url"), TABLES, not_personal=NOT_PERSONAL, **given)

    def rows(self, table: str) -> list[tuple[str, ...]]:
        """Return what is in *table*."""
        with self.connected() as connection:
            asked = text(f"SELECT * FROM {table}")  # noqa: S608 - a name of this test
            return sorted(tuple(map(str, row)) for row in connection.execute(asked))


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.server),
        pytest.param("mariadb", marks=pytest.mark.server),
    ]
)
def portal(request: pytest.FixtureRequest, tmp_path: Path) -> Portal:
    """The tables, with rows."""
    connected: Any
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/portaal.sqlite"
        settings: dict[str, Any] = {"url": url}

        @contextmanager
        def opened() -> Iterator[Connection]:
            engine = create_engine(url, poolclass=NullPool)
            with engine.begin() as connection:
                yield connection
            engine.dispose()

        connected = opened
    else:
        database = request.getfixturevalue(request.param).database()
        settings = {"url": database.url, "password": database.password}
        connected = database.connected
    made: AbstractContextManager[Connection] = connected()
    with made as connection:
        for statement in SCHEMA:
            connection.execute(text(statement))
    return Portal(settings, connected)


def test_the_mapping_is_sound(portal: Portal) -> None:
    """The database says that those columns together tell the rows apart."""
    assert [one for one in portal.connector().check() if not one.ok] == []


def test_who_is_looked_for_is_found_through_all_of_them(portal: Portal) -> None:
    """By their own columns, by what is linked to them and by what is part of that; who has the same number elsewhere is not."""
    told = findings(portal.connector(), SANNE)
    assert [one for one in told if isinstance(one, Gap)] == []
    found = {one.key: one for one in find(portal.connector(), SANNE)}
    assert sorted(found) == [
        "adressen:Breda\\, oost,1,1",
        "adressen:Breda\\, oost,1,2",
        "bestellingen:10",
        "bestellingen:12",
        "bezoeken:2012-02-01,Laan\\, 1",
        "klanten:Breda\\, oost,1",
    ]
    assert {one.where for one in found["bestellingen:12"].matches} == {
        "regels.tekst",
        "opmerkingen.tekst",
    }


def test_they_are_erased_and_nothing_else(portal: Portal) -> None:
    """Rows and parts of rows go by the whole of their keys."""
    names = ("klanten", "adressen", "regels", "opmerkingen", "bezoeken")
    before = {name: portal.rows(name) for name in names}
    outcomes = erase(portal.connector(), find(portal.connector(), SANNE), TODAY)
    assert {one.result for one in outcomes.values()} == {Result.ERASED, Result.ANONYMISED}
    after = {name: portal.rows(name) for name in names}
    oost = "Breda, oost"
    # Her order stays, and so does the row that it refers to.
    others = [one for one in before["klanten"] if one[:2] != (oost, "1")]
    assert after["klanten"] == [(oost, "1", "None", "None"), *others]
    assert after["adressen"] == [one for one in before["adressen"] if one[:2] != (oost, "1")]
    assert after["bezoeken"] == [one for one in before["bezoeken"] if one[1] != "Laan, 1"]
    assert after["regels"] == [
        ("10", "1", "[gewist]", "5"),
        ("10", "2", "[gewist]", "6"),
        ("11", "1", "voor Zoë", "7"),
        ("12", "1", "zie [gewist]", "8"),
    ]
    assert [one[3] for one in after["opmerkingen"]] == ["[gewist]", "Zoë belde", "kent [gewist]"]
    assert find(portal.connector(), SANNE) == []


def test_everything_is_gone_through_in_the_order_of_the_keys(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch at a time, each row once: for what is old, and for whom there is anything of."""
    monkeypatch.setattr("overdracht_accounting.loading.MOST_KEYS", 2)
    connector = portal.connector()
    told = list(connector.aged({Category.CONTACT: TODAY, Category.WORK: TODAY}))
    keys_ = [one.item.key for one in told if isinstance(one, Aged)]
    assert len(keys_) == len(set(keys_))
    assert "bezoeken:2012-02-01,Kade 4" in keys_
    seen = {one.key for one in connector.identifiers() if not isinstance(one, Gap)}
    assert {"klanten:Delft,1", "adressen:Delft,1,1", "bezoeken:2012-02-01,Kade 4"} <= seen


@given(st.lists(st.text(max_size=6), min_size=2, max_size=4))
def test_a_key_is_the_values_it_is_made_of(values: list[str]) -> None:
    """Whatever stands in them, also what separates them, the values come back."""
    assert keys.parts_of(keys.key_of(values) or "", len(values)) == tuple(values)


def test_a_key_that_lacks_a_value_is_none() -> None:
    """It refers to nothing."""
    assert keys.key_of(["a", None]) is None
    assert keys.key_of([None]) is None


EVERYTHING = ["klanten", "adressen", "bestellingen", "regels", "opmerkingen", "bezoeken", "bezocht"]
NOTES = {
    "table": "notities",
    "key": "sleutel",
    "category": "note",
    "identifies": {"email": "email"},
    "columns": {"email": "note"},
}


def test_a_binary_key_is_a_gap(portal: Portal) -> None:
    """By bytes no row is asked for: rather than find nothing there, the part says so, and so does `check`."""
    kind = {"sqlite": "BLOB", "postgresql": "BYTEA", "mariadb": "BINARY(2)"}
    with portal.connected() as connection:
        named = kind[str(portal.settings["url"]).partition(":")[0]]
        made = f"CREATE TABLE notities (sleutel {named} PRIMARY KEY, email VARCHAR(80))"
        connection.execute(text(made))
        row = {"key": b"\x00\xff", "email": SANNE}
        connection.execute(text("INSERT INTO notities VALUES (:key, :email)"), row)
    given = dict(portal.settings)
    connector = sql(given.pop("url"), [NOTES], not_personal=EVERYTHING, **given)
    (gap,) = [one for one in findings(connector, SANNE) if isinstance(one, Gap)]
    assert "is binary" in gap.reason
    assert [one.name for one in connector.check() if not one.ok] == ["part notities"]


def test_a_row_without_a_key_is_an_error(tmp_path: Path) -> None:
    """It would be found and never be erased: one line says what to do."""
    path = tmp_path / "notities.sqlite"
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("CREATE TABLE notities (sleutel TEXT UNIQUE, email TEXT)")
        made.execute("INSERT INTO notities VALUES (NULL, ?), ('a', ?)", (SANNE, SANNE))
    with pytest.raises(Misbehaving, match="a row of notities has no sleutel"):
        findings(sql(f"sqlite:///{path}", [NOTES]), SANNE)
    with pytest.raises(Misbehaving, match="a row of notities has no sleutel"):
        list(sql(f"sqlite:///{path}", [NOTES]).identifiers())


def test_an_invoice_with_a_key_of_two_columns_leaves_as_one(tmp_path: Path) -> None:
    """The SELECTs give both, and of two with the same number each has its own lines."""
    path = tmp_path / "facturen.sqlite"
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("CREATE TABLE facturen (jaar INTEGER, nr INTEGER, PRIMARY KEY (jaar, nr))")
        made.execute("CREATE TABLE regels (jaar INTEGER, nr INTEGER, tekst TEXT)")
        made.execute("INSERT INTO facturen VALUES (2025, 1), (2025, 2), (2026, 1)")
        made.execute("INSERT INTO regels VALUES (2025, 1, 'a'), (2025, 2, 'b'), (2026, 1, 'c')")
    queries = InvoiceQueries(
        part="facturen",
        head="SELECT jaar AS record_1, nr AS record_2, nr AS number, NULL AS issued, 'x' AS name FROM facturen",
        lines="SELECT jaar AS record_1, nr AS record_2, tekst AS description, 1 AS quantity, 1 AS price, 21 AS vat_rate FROM regels",
    )
    with Database(f"sqlite:///{path}").reading() as connection:
        reader = SqlInvoices(connection, queries, width=2)
        found = reader.of([("facturen", "2025,1"), ("facturen", "2026,1")])
    assert {
        key: [line.description for one in told if isinstance(one, Invoice) for line in one.lines]
        for (_, key), told in found.items()
    } == {"2025,1": ["a"], "2026,1": ["c"]}
