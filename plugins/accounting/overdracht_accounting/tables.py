"""Tables as they leave: CSV for a spreadsheet, and what each column is; the same rows leave as JSON.

A cell that a spreadsheet would run as a formula gets an apostrophe in front; numbers and dates are ours and stay bare. JSON holds every
text as it was.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import IO

import orjson

IN_MEMORY = 1 << 18
"""Bytes of a table that are held; the rest goes to a temporary file without a name."""
_BLOCK = 1 << 16
_LARGEST = 1 << 53
"""From here on not every reader of JSON keeps a whole number exact: it is written as text."""

_FORMULA = re.compile(r"[\s\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r]")
_HARMLESS = re.compile(r"[+-][\d ().,]*", re.ASCII)
"""A telephone number or an amount: there is nothing in it to run."""
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def inert(text: str) -> str:
    """Return *text* as a cell that no spreadsheet takes for a formula."""
    text = _UNWRITABLE.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")
    if _FORMULA.match(text) and not _HARMLESS.fullmatch(text):
        return f"'{text}"
    return text


def as_json(value: object) -> object:
    """Return *value* as JSON has it: an exact amount and a day as text."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float) or value is None:
        return value if not isinstance(value, int) or abs(value) < _LARGEST else str(value)
    return encodable(str(value))


def encodable(text: str) -> str:
    """Return *text* without the halves of characters that no encoding can write."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def kind_of(value: object) -> str:
    """Return what *value* is in a Table Schema."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, Decimal | float):
        return "number"
    if isinstance(value, datetime):
        return "string"
    return "date" if isinstance(value, date) else "string"


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is known beforehand."""

    name: str
    kind: str = "string"
    title: str = ""
    """In Dutch: what a person calls it."""


@dataclass(slots=True)
class Table:
    """One table of an export; its rows wait outside memory until all are known."""

    name: str
    title: str
    columns: dict[str, str]
    """Name → kind, in order."""
    titles: Mapping[str, str] = field(default_factory=dict)
    _rows: "IO[bytes] | None" = None

    def open(self, stack: ExitStack) -> None:
        """Make room for rows until *stack* ends."""
        spool = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the stack closes it
        self._rows = stack.enter_context(spool)

    def add(self, row: Mapping[str, object]) -> dict[str, object]:
        """Add *row* and return it as JSON has it."""
        shown: dict[str, object] = {}
        for given, value in row.items():
            name = encodable(given)
            shown[name] = as_json(value)
            self._learn(name, value)
        if self._rows is not None:
            self._rows.write(orjson.dumps(shown) + b"\n")
        return shown

    def _learn(self, name: str, value: object) -> None:
        """Know the column *name*, and that it holds what *value* is; a column of several kinds is text."""
        known = self.columns.get(name, "")
        if value is None or known == "string":
            self.columns.setdefault(name, "")
            return
        kind = kind_of(value)
        if known in {"", kind}:
            self.columns[name] = kind
        elif {known, kind} == {"integer", "number"}:
            self.columns[name] = "number"
        else:
            self.columns[name] = "string"

    def csv(self) -> Iterator[bytes]:
        """Yield the table as CSV (RFC 4180, UTF-8)."""
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer)
        writer.writerow([inert(name) for name in self.columns])
        for row in self._stored():
            writer.writerow([_cell(row.get(name), kind) for name, kind in self.columns.items()])
            if buffer.tell() > _BLOCK:
                yield _taken(buffer)
        yield _taken(buffer)

    def _stored(self) -> Iterator[dict[str, object]]:
        if self._rows is not None:
            self._rows.seek(0)
            for line in self._rows:
                yield orjson.loads(line)

    def schema(self) -> dict[str, object]:
        """Return what the columns are, as a Table Schema."""
        fields: list[dict[str, object]] = []
        for name, kind in self.columns.items():
            one: dict[str, object] = {"name": inert(name), "type": kind or "string"}
            if self.titles.get(name):
                one["title"] = self.titles[name]
            fields.append(one)
        return {"fields": fields, "missingValues": [""]}


def _cell(value: object, kind: str) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return inert(value) if isinstance(value, str) and kind in {"string", ""} else value


def _taken(buffer: io.StringIO) -> bytes:
    content = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return content


def package(tables: Iterable[Table], title: str) -> bytes:
    """Return the `datapackage.json` that describes the CSV files of *tables* (Frictionless Data Package)."""
    resources = [
        {
            "name": _resource_name(table.name, number),
            "path": f"{table.name}.csv",
            "title": table.title,
            "profile": "tabular-data-resource",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "schema": table.schema(),
        }
        for number, table in enumerate(tables, 1)
    ]
    described = {
        "profile": "tabular-data-package",
        "name": "boekhouding",
        "title": title,
        "description": NOTE,
        "resources": resources,
    }
    return orjson.dumps(described, option=orjson.OPT_INDENT_2)


NOTE = (
    "Dezelfde rijen staan als JSON in de bestanden .jsonl. In CSV staat een apostrof voor tekst die een rekenblad als formule "
    "zou uitvoeren; in JSON staat elke tekst zoals zij was. Wie in een tekst [iemand anders] heet, is daar afgeschermd."
)


def _resource_name(name: str, number: int) -> str:
    plain = re.sub(r"[^a-z0-9._-]+", "-", name.lower())
    return plain if plain == name.lower() else f"{plain.strip('-') or 'tabel'}-{number}"
