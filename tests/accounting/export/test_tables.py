"""Tables leave as CSV that no spreadsheet runs, with a description that an independent program reads, and as the same JSON."""

import csv
import io
import json
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overdracht import File, Line
from overdracht_accounting.invoices import Customer, Device, Payment, Record, Row
from overdracht_accounting.leaving import Leaving
from overdracht_accounting.tables import Table, inert
from tests.accounting.export.samples import (
    PLAIN,
    SANNE,
    SELLER,
    VALID,
    booking,
    item,
)

EVIL = (
    "=cmd|'/c calc'!A1",
    "+1+cmd|'/c calc'!A1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\r=1",
    " =1",
    "\uff1d1+1",
    "\ufeff=1",
    "+31 6 12345678-=1",
)


@pytest.mark.parametrize("text", EVIL)
def test_a_formula_is_text(text: str) -> None:
    """What a spreadsheet would take for a formula, however disguised, begins with an apostrophe."""
    assert inert(text).startswith("'")


@pytest.mark.parametrize("text", ["+31 6 12345678", "-50.00", "Sanne", "", "'t Hooft", "a=b"])
def test_what_is_harmless_stays(text: str) -> None:
    """A telephone number, an amount and ordinary text are not touched."""
    assert inert(text) == text


@given(st.text())
def test_no_cell_begins_as_a_formula(text: str) -> None:
    """Whatever the text: a cell does not begin with what starts a formula, unless there is nothing in it to run."""
    cell = inert(text)
    bare = cell.strip("\ufeff \n\t")
    assert not bare.startswith(("=", "@", "\uff1d", "\uff20"))
    if bare.startswith(("+", "-")):
        assert not any(one.isalpha() for one in bare)


def _rows(tables: Iterable[dict[str, object]]) -> Table:
    table = Table("tickets", "Tickets", {})
    with ExitStack() as stack:
        table.open(stack)
        for row in tables:
            table.add(row)
        table_csv = b"".join(table.csv())
    assert list(csv.reader(io.StringIO(table_csv.decode(), newline="")))
    return table


def test_a_column_is_what_its_values_are() -> None:
    """The columns of a table that is not known beforehand are the union of its rows', each of the kind that all its values are of."""
    table = _rows(
        [
            {"nr": 1, "when": date(2026, 1, 1), "sum": Decimal("1.50"), "mixed": 1, "late": None},
            {"nr": 2, "when": None, "sum": 3, "mixed": "x", "late": date(2026, 1, 2), "new": True},
        ]
    )
    kinds = {"nr": "integer", "when": "date", "sum": "number", "mixed": "string", "late": "date"}
    assert table.columns == kinds | {"new": "boolean"}


def _everything() -> list[tuple[str, list[Record]]]:
    return [
        (
            "customers:1",
            [Customer("customers:1", SANNE, "=1+1\r\nregel 2", further={"fax": "0251"})],
        ),
        (PLAIN.key, [PLAIN]),
        ("invoices:2", [VALID["hostile"]]),
        ("transactions:1", [booking("1", date(2026, 2, 1))]),
        (
            "transactions:2",
            [
                Payment(
                    "transactions:2", date(2026, 2, 9), Decimal("-3.50"), iban="NL02ABNA0123456789"
                )
            ],
        ),
        ("devices:1", [Device("devices:1", "SN-1", "@router", warranty_until=date(2028, 1, 1))]),
        (
            "tickets:1",
            [Row("tickets:1", "Tickets & co/1", {"=kop": "@x", "nr": 1, "\ud800": "\ud800"})],
        ),
    ]


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """An export of everything, with its tables of JSON lines."""
    records = ((item(key), some) for key, some in _everything())
    for piece in Leaving(SELLER).pieces(records):
        assert isinstance(piece, File | Line)
        path = tmp_path / piece.path
        path.parent.mkdir(exist_ok=True)
        if isinstance(piece, Line):
            with path.open("a") as lines:
                lines.write(json.dumps(piece.record) + "\n")
        else:
            content = piece.content
            path.write_bytes(
                content if isinstance(content, bytes) else b"".join(map(bytes, content))
            )
    return tmp_path


def test_the_data_package_is_valid(bundle: Path) -> None:
    """The `frictionless` program finds every CSV file as `datapackage.json` describes it: names, kinds, encoding."""
    frictionless = pytest.importorskip("frictionless", reason="needs the package frictionless")
    package = json.loads((bundle / "datapackage.json").read_bytes())
    report = frictionless.validate(str(bundle / "datapackage.json"))
    assert report.valid, report.flatten(["type", "message"])
    assert len(report.tasks) == len(package["resources"]) == len(list(bundle.glob("*.csv")))


def test_csv_and_json_hold_the_same(bundle: Path) -> None:
    """Every row of a CSV file stands in the JSON lines beside it, text as it was and amounts to the digit."""
    for path in bundle.glob("*.csv"):
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        lines = path.with_suffix(".jsonl").read_text().splitlines()
        assert len(rows) == len(lines)
        for row, line in zip(rows, lines, strict=True):
            for name, value in json.loads(line).items():
                cell = row[inert(name)]
                if isinstance(value, str):
                    assert cell == inert(value)
                else:
                    assert cell == ("" if value is None else json.dumps(value))


def test_serial_numbers_have_a_table_of_their_own(bundle: Path) -> None:
    """The device on a line of an invoice stands in `apparatuur.csv` with its serial number and the end of its warranty."""
    with (bundle / "apparatuur.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(one["serial"], one["product"], one["warranty_until"]) for one in rows] == [
        ("SN-AVM-7590-0042", "FRITZ!Box 7590", "2028-02-01"),
        ("SN-1", "'@router", "2028-01-01"),
    ]
