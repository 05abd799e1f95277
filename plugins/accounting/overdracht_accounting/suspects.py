"""Look for columns that seem to hold personal data and of which the mapping says nothing."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Inspector, column, inspect, select
from sqlalchemy import table as sql_table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.selectable import TableClause
from sqlalchemy.types import Integer, Numeric, String, TypeEngine

from overdracht import IdentifierError
from overdracht_accounting.identities import KINDS
from overdracht_accounting.mapping import DataMap, walk
from overdracht_accounting.values import as_text

SAMPLE = 200
"""Values that are looked at of each column."""

_NAMED = re.compile(
    r"e[-_]?mail|(^|_)mail|telefoon|phone|(^|_)(tel|gsm|fax|mob)(_|$|nr|num)|mobie?l|(^|_)(voor|achter|roep|bedrijfs)?naam|"
    r"(klant|contact|debiteur|crediteur|relatie|persoons?|gebruikers?|medewerker|afzender|ontvanger|geslachts|familie|meisjes|weergave)_?naam|"
    r"(^|_)(tekst|text|body|bericht|message|melding|toelichting)(_|$)|"
    r"(first|last|full|sur|user|customer|client|display|given|family|nick|contact)[-_]?name|^name$|adres|address|straat|street|huisn|"
    r"postcode|postal|(^|_)zip|woonplaats|(^|_)(plaats|city|town)|geboorte|birth|(^|_)dob(_|$)|iban|rekeningn|bankrek|"
    r"(^|_)(bsn|kvk|vat|btw)_?(nr|nummer|number|id|$)|notitie|(^|_)(note|notes|memo)(_|$)|opmerking|comment|remark|omschrijving|"
    r"description|contact(pers|_?name|$)|(^|_)ip(_|$|adres|addr)|paspoort|passport",
    re.IGNORECASE,
)
_OF_THE_SERVER = re.compile(r"information_schema$|pg_")
"""Schemas of PostgreSQL itself."""
_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+\.\w{2,}")
_POSTCODE = re.compile(r"\b[1-9]\d{3} ?[A-Z]{2}\b")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_PHONE = re.compile(r"(?<![\w.-])(?:\+31|0031|0)[ ()-]{0,2}[1-9](?:[ -]?\d){7,8}(?![\w.-])")


@dataclass(frozen=True, slots=True)
class Suspect:
    """A *column* of a *table* that looks personal, and *why*."""

    table: str
    column: str
    why: str


def suspects(connection: Connection, mapping: DataMap) -> Iterator[Suspect]:
    """Yield the columns that look personal, by their name or by what a sample of them holds, and are neither mapped nor reviewed."""
    inspector = inspect(connection)
    known = _known(mapping)
    default = inspector.default_schema_name or ""
    for schema in ("", *_others(inspector, {name.rpartition(".")[0] for name in known})):
        if f"{schema}.*" in mapping.reviewed:
            continue
        for (_, name), columns in sorted(
            inspector.get_multi_columns(schema=schema or None).items()
        ):
            names = {f"{schema}.{name}"} if schema else {name, f"{default}.{name}"}
            if not names.isdisjoint(mapping.reviewed):
                continue
            mapped = {column for one in names for column in known.get(one, ())}
            mapped |= {
                one["name"]
                for one in columns
                if any(f"{table}.{one['name']}" in mapping.reviewed for table in names)
            }
            left = {one["name"]: one["type"] for one in columns if one["name"] not in mapped}
            yield from _in_table(connection, schema, name, left)


def _others(inspector: Inspector, named: set[str]) -> list[str]:
    """Return the schemas beside the default one: all that a PostgreSQL database has, elsewhere those that the mapping *named*."""
    there = set(inspector.get_schema_names()) - {inspector.default_schema_name}
    if inspector.dialect.name != "postgresql":
        return sorted(there & named)
    return sorted(one for one in there if one in named or not _OF_THE_SERVER.match(one))


def _known(mapping: DataMap) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for record in mapping.records:
        names = found.setdefault(record.table.name, set())
        names |= {*record.title, *record.identity_columns, record.date}
        names |= {name for one in record.links for name in one.by}
        for table in record.tables():
            here = found.setdefault(table.name, set())
            here |= {*table.key, *table.hidden, *(one.name for one in table.columns)}
        for member in walk(record.members):
            found[member.table.name] |= {name for names in member.by for name in names}
    return {name: frozenset(columns) for name, columns in found.items()}


def _in_table(
    connection: Connection, schema: str, name: str, left: Mapping[str, TypeEngine[Any]]
) -> Iterator[Suspect]:
    if not left:
        return
    table = f"{schema}.{name}" if schema else name
    source = sql_table(name, *map(column, left), schema=schema or None)
    try:
        with _attempt(connection):
            rows = connection.execute(select(source).limit(SAMPLE)).all()
            values = {
                one: _sample(connection, source, one, kind, [row[place] for row in rows])
                for place, (one, kind) in enumerate(left.items())
            }
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        yield Suspect(table, "*", "it may not be read")
        return
    for one, kind in left.items():
        is_number = isinstance(kind, Integer | Numeric)
        if not values[one]:
            continue
        if not is_number and _NAMED.search(one):
            yield Suspect(table, one, "by its name")
        elif why := _content(values[one], is_number=is_number):
            yield Suspect(table, one, why)


def _attempt(connection: Connection) -> AbstractContextManager[object]:
    """Return what keeps a transaction going after an error; only PostgreSQL needs it, and not every engine of MariaDB can."""
    return connection.begin_nested() if connection.dialect.name == "postgresql" else nullcontext()


def _sample(
    connection: Connection,
    source: TableClause,
    name: str,
    kind: TypeEngine[Any],
    first: Sequence[object],
) -> list[str]:
    """Return up to `SAMPLE` values that the column *name* holds; *first* are those of the first rows, of which many may be empty."""
    found = _filled(first)
    if len(first) < SAMPLE or len(found) * 2 > SAMPLE:
        return found
    one: ColumnElement[Any] = source.c[name]
    asked = select(one).where(one.is_not(None)).limit(SAMPLE)
    if isinstance(kind, String):
        asked = asked.where(one != "")
    return _filled(value for (value,) in connection.execute(asked))


def _filled(values: Iterable[object]) -> list[str]:
    return [text for one in values if (text := as_text(one)).strip()]


def _content(values: list[str], *, is_number: bool) -> str:
    text = "\n".join(values)
    if not is_number and _ADDRESS.search(text):
        return "it holds e-mail addresses"
    if any(_valid("iban", one) for one in _IBAN.findall(text)):
        return "it holds IBANs"
    if _POSTCODE.search(text) and len(_POSTCODE.findall(text)) * 2 >= len(values):
        return "it holds postcodes"
    phones = [found[0] for one in values if (found := _PHONE.fullmatch(one.strip()))]
    if len(phones) * 2 >= len(values) and any(_valid("phone", one) for one in phones):
        return "it holds telephone numbers"
    return ""


def _valid(kind: str, text: str) -> bool:
    try:
        KINDS.identifier(kind, text)
    except IdentifierError:
        return False
    return True
