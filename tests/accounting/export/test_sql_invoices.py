"""A database that says what its invoices are hands them over as UBL too."""

import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest

from overdracht import File, Item, Kinds, Line, Misbehaving, Question, Subject
from overdracht_accounting.settings import SqlSettings
from overdracht_accounting.sql import SqlConnector
from tests.accounting.export.rulebook import en16931, nlcius, schema_errors
from tests.accounting.export.samples import SELLER

TABLES = """
CREATE TABLE clients (id INTEGER PRIMARY KEY, nr TEXT, name TEXT, email TEXT, street TEXT, zip TEXT, city TEXT, kvk TEXT);
CREATE TABLE invoices (id INTEGER PRIMARY KEY, client_id INTEGER, nr TEXT, day TEXT, total REAL, is_credit INTEGER, colour TEXT);
CREATE TABLE rows (id INTEGER PRIMARY KEY, invoice_id INTEGER, what TEXT, amount REAL, each REAL, rate INTEGER);
INSERT INTO clients VALUES (1, 'K10023', 'Sanne van der Berg', 'sanne@vanderberg.example', 'Kerkstraat 12', '1972 BC', 'Voorbeeldstad', NULL);
INSERT INTO clients VALUES (2, 'K10031', 'De Oude Haven', 'info@oudehaven.example', 'Kade 1', '1972 AB', 'Voorbeeldstad', '90000031');
INSERT INTO invoices VALUES (7, 1, '2026-7', '2026-02-01', 157.3, 0, 'rood');
INSERT INTO invoices VALUES (8, 1, '2026-8', '2026-02-02', 12.1, 1, 'groen');
INSERT INTO invoices VALUES (9, 1, '2026-9', NULL, NULL, 0, 'blauw');
INSERT INTO invoices VALUES (10, 2, '2026-10', '2026-02-03', 24.2, 0, 'geel');
INSERT INTO rows VALUES (1, 7, 'Wifi', 2, 65.0, 21);
INSERT INTO rows VALUES (2, 8, 'Terug', 1, 10.0, 21);
INSERT INTO rows VALUES (3, 9, 'Concept', 1, 1.0, 21);
INSERT INTO rows VALUES (4, 10, 'Hosting', 1, 20.0, 21);
"""
HEAD = (
    "SELECT invoices.id AS record, invoices.nr AS number, day AS issued, total, is_credit AS credit, clients.nr AS customer,"
    " name, email, street, zip AS postcode, city, kvk FROM invoices JOIN clients ON clients.id = client_id"
)
LINES = "SELECT invoice_id AS record, what AS description, amount AS quantity, each AS price, rate AS vat_rate FROM rows"


def _connector(path: Path, head: str = HEAD) -> SqlConnector:
    with sqlite3.connect(path) as database:
        database.executescript(TABLES)
    database.close()
    address = SELLER.address
    settings = {
        "url": f"sqlite:///{path}",
        "issuer": {
            "name": SELLER.name,
            "street": address.street,
            "postcode": address.postcode,
            "city": address.city,
            "kvk": SELLER.kvk,
            "vat": SELLER.vat_number,
            "iban": SELLER.iban,
        },
        "invoices": {"part": "invoices", "head": head, "lines": LINES},
        "not_personal": ["clients", "invoices", "rows"],
        "tables": [
            {
                "table": "clients",
                "category": "contact",
                "identifies": {"email": "email", "name": "name"},
                "columns": {"name": "contact"},
            },
            {"table": "invoices", "category": "invoice", "belongs_to": {"clients": "client_id"}},
            {"table": "rows", "category": "invoice", "part_of": {"invoices": "invoice_id"}},
        ],
    }
    return SqlConnector("portaal", SqlSettings.model_validate(settings))


def _export(connector: SqlConnector, email: str) -> dict[str, list[object]]:
    subject = Subject("t", (Kinds().identifier("email", email),))
    items = [one for one in connector.find(Question(subject)) if isinstance(one, Item)]
    found: dict[str, list[object]] = {}
    for piece in connector.export(items):
        assert isinstance(piece, File | Line)
        found.setdefault(piece.path, []).append(
            piece.record if isinstance(piece, Line) else piece.content
        )
    return found


def test_its_invoices_are_valid(tmp_path: Path) -> None:
    """Invoices and credit notes come out as valid UBL with the booked amounts, though the database keeps binary fractions; a draft does not."""
    found = _export(_connector(tmp_path / "x.db"), "sanne@vanderberg.example")
    documents = {path: one for path, (one, *_) in found.items() if path.endswith(".xml")}
    assert set(documents) == {"facturen/2026-7.xml", "facturen/2026-8.xml"}
    for content in documents.values():
        assert isinstance(content, bytes)
        assert schema_errors(content) == []
        assert en16931().verdict(content).failed == ()
    assert b"<CreditNote" in bytes(documents["facturen/2026-8.xml"])  # type: ignore[call-overload]
    rows = [one for one in found["facturen.jsonl"] if isinstance(one, dict)]
    totals = {one["number"]: one["total"] for one in rows}
    assert totals == {"2026-7": "157.30", "2026-8": "12.10", "2026-9": None}
    assert Decimal(totals["2026-7"]) == Decimal("157.3")


def test_the_rows_leave_as_well(tmp_path: Path) -> None:
    """A column that the SELECT does not mention leaves in the table's own rows."""
    found = _export(_connector(tmp_path / "x.db"), "sanne@vanderberg.example")
    colours = {one["colour"] for one in found["invoices.jsonl"] if isinstance(one, dict)}
    assert colours == {"rood", "groen", "blauw"}


def test_a_company_gets_nlcius(tmp_path: Path) -> None:
    """The KvK number of the SELECT makes it a Dutch invoice."""
    found = _export(_connector(tmp_path / "x.db"), "info@oudehaven.example")
    (content,) = found["facturen/2026-10.xml"]
    assert isinstance(content, bytes)
    assert nlcius().verdict(content).failed == ()
    assert b"nlcius" in content


def test_a_select_that_gives_nonsense_is_refused(tmp_path: Path) -> None:
    """A day that is none is one clear error that names the setting and no value."""
    connector = _connector(tmp_path / "x.db", HEAD.replace("day AS issued", "name AS issued"))
    with pytest.raises(Misbehaving, match="a day of an invoice is none") as refused:
        _export(connector, "sanne@vanderberg.example")
    assert "Sanne" not in str(refused.value)
