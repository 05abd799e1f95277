"""Look for columns that seem to hold personal data and of which the mapping says nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, column, inspect, select
from sqlalchemy import table as sql_table
from sqlalchemy.types import Integer, Numeric

from overdracht import IdentifierError
from overdracht_accounting.identities import KINDS
from overdracht_accounting.mapping import DataMap, walk

SAMPLE = 200
"""Rows that are looked at in each table."""

_NAMED = re.compile(
    r"e[-_]?mail|(^|_)mail|telefoon|phone|(^|_)(tel|gsm|fax|mob)(_|$|nr|num)|mobie?l|(^|_)(voor|achter|roep|bedrijfs)?naam|"
    r"(first|last|full|sur|user|customer|client|display)[-_]?name|^name$|adres|address|straat|street|huisn|"
    r"postcode|postal|(^|_)zip|woonplaats|(^|_)(plaats|city|town)|geboorte|birth|(^|_)dob(_|$)|iban|rekeningn|bankrek|"
    r"(^|_)(bsn|kvk|vat|btw)_?(nr|nummer|number|id|$)|notitie|(^|_)(note|notes|memo)(_|$)|opmerking|comment|remark|omschrijving|"
    r"description|contact(pers|_?name|$)|(^|_)ip(_|$|adres|addr)|paspoort|passport",
    re.IGNORECASE,
)
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
    schemas = {name.rpartition(".")[0] for name in known if "." in name} & set(
        inspector.get_schema_names()
    )
    for schema in ("", *sorted(schemas)):
        for (_, name), columns in sorted(
            inspector.get_multi_columns(schema=schema or None).items()
        ):
            table = f"{schema}.{name}" if schema else name
            if table in mapping.reviewed:
                continue
            mapped = known.get(table, frozenset())
            left = {
                one["name"]: isinstance(one["type"], Integer | Numeric)
                for one in columns
                if one["name"] not in mapped and f"{table}.{one['name']}" not in mapping.reviewed
            }
            yield from _in_table(connection, schema, name, left)


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
    connection: Connection, schema: str, name: str, left: dict[str, bool]
) -> Iterator[Suspect]:
    if not left:
        return
    table = f"{schema}.{name}" if schema else name
    source = sql_table(name, *map(column, left), schema=schema or None)
    rows = connection.execute(select(source).limit(SAMPLE)).all()
    for place, (one, is_number) in enumerate(left.items()):
        values = [str(row[place]) for row in rows if row[place] not in {None, ""}]
        if not values:
            continue
        if not is_number and _NAMED.search(one):
            yield Suspect(table, one, "by its name")
        elif why := _content(values, is_number=is_number):
            yield Suspect(table, one, why)


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
