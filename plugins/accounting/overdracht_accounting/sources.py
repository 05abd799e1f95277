"""What of a mapping the database really has: the parts that can be asked, and why the others cannot."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, inspect, text
from sqlalchemy.types import JSON, TypeEngine

from overdracht_accounting.mapping import DataMap, Member, Record, Table, walk

_HIDDEN = text(
    "SELECT n.nspname, c.relname, n.nspname = current_schema() FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
    " WHERE c.relrowsecurity AND row_security_active(c.oid)"
)


@dataclass(frozen=True, slots=True)
class Schema:
    """The tables of a database with their columns."""

    tables: dict[str, frozenset[str]]
    binary: frozenset[tuple[str, str]] = frozenset()
    """Tables and columns that hold bytes, by which no row can be asked for."""
    packed: frozenset[tuple[str, str]] = frozenset()
    """Tables and columns whose text the database itself cannot search: bytes, and JSON, in which letters may be escaped."""
    hidden: frozenset[str] = frozenset()
    """Tables of which a policy of the database hides rows from this account."""

    def lacks(self, table: Table, names: frozenset[str]) -> str:
        """Say what of *table* and its columns *names* is not there; empty when all is."""
        there = self.tables.get(table.name)
        if there is None:
            return f"there is no table {table.name}"
        if table.name in self.hidden:
            return f"row level security hides rows of {table.name} from this account: give it BYPASSRLS"
        missing = sorted(names - there)
        if missing:
            return f"table {table.name} has no column {', '.join(missing)}"
        if any((table.name, one) in self.binary for one in table.key):
            said = ", ".join(table.key)
            return f"the key {said} of {table.name} is binary: name other columns that are unique"
        return ""


def read_schema(connection: Connection, mapping: DataMap) -> Schema:
    """Return the tables of the default schema, and those of others that the *mapping* names."""
    inspector = inspect(connection)
    schemas = {name.rpartition(".")[0] for one in mapping.records for name in _names(one)} | {""}
    tables: dict[str, frozenset[str]] = {}
    binary: set[tuple[str, str]] = set()
    packed: set[tuple[str, str]] = set()
    known = set(inspector.get_schema_names()) | {""}
    for schema in sorted(schemas & known):
        found = inspector.get_multi_columns(schema=schema or None)
        for (_, name), columns in found.items():
            full = f"{schema}.{name}" if schema else name
            tables[full] = frozenset(one["name"] for one in columns)
            binary |= {(full, one["name"]) for one in columns if _is_binary(one["type"])}
            packed |= {(full, one["name"]) for one in columns if isinstance(one["type"], JSON)}
    return Schema(tables, frozenset(binary), frozenset(binary | packed), hidden_tables(connection))


def hidden_tables(connection: Connection) -> frozenset[str]:
    """Return the tables of PostgreSQL of which row level security hides rows from this account, with their schema and, where it is that of
    the account, without."""
    if connection.dialect.name != "postgresql":
        return frozenset()
    found = connection.execute(_HIDDEN).all()
    return frozenset(
        name
        for schema, table, is_default in found
        for name in (f"{schema}.{table}", *([table] if is_default else ()))
    )


def _is_binary(kind: TypeEngine[Any]) -> bool:
    try:
        return kind.python_type is bytes
    except NotImplementedError:
        return False


def _names(record: Record) -> Iterator[str]:
    return (table.name for table in record.tables())


def faults(mapping: DataMap, schema: Schema) -> dict[str, str]:
    """Return the parts of *mapping* that cannot be asked, each with the reason."""
    found: dict[str, str] = {}
    for record in mapping.records:
        reason = _lacking(record, schema)
        owners = [found.get(link.to) for link in record.links]
        if owners and not reason and all(owners):
            reason = f"it cannot be told whose it is: {owners[0]}"
        if reason:
            found[record.name] = reason
    return found


def _lacking(record: Record, schema: Schema) -> str:
    needed = {one.name for one in record.table.columns} | {*record.title, *record.table.key}
    needed |= record.identity_columns | {name for one in record.links for name in one.by}
    reason = schema.lacks(record.table, frozenset(needed))
    for member in walk(record.members):
        reason = reason or _member(member, schema)
    for hop in (one for link in record.links for one in link.hops):
        reason = reason or schema.lacks(
            Table(hop.table, (hop.near,)), frozenset({hop.near, hop.far})
        )
    return reason


def _member(member: Member, schema: Schema) -> str:
    table = member.table
    needed = {one.name for one in table.columns} | {
        *table.key,
        *(name for names in member.by for name in names),
    }
    return schema.lacks(table, frozenset(needed))
