"""Tables of MariaDB and MySQL that know no transactions: what is changed in them stays changed, whatever comes after."""

from collections.abc import Iterable

from sqlalchemy import Connection, text

from overdracht_accounting.mapping import DataMap, Record

_ASKED = text(
    "SELECT t.table_schema, t.table_name, t.engine, t.table_schema = DATABASE() FROM information_schema.tables AS t"
    " LEFT JOIN information_schema.engines AS e ON e.engine = t.engine"
    " WHERE t.engine IS NOT NULL AND COALESCE(e.transactions, 'NO') <> 'YES' AND t.table_schema NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')"
)


def irrevocable(connection: Connection, mapping: DataMap) -> dict[str, str]:
    """Return the parts of *mapping* in which nothing may be changed, for it could not be taken back, each with the reason."""
    if connection.dialect.name not in {"mysql", "mariadb"}:
        return {}
    tables: dict[str, str] = {}
    for schema, name, engine, is_default in connection.execute(_ASKED):
        reason = _reason(name, engine)
        tables[f"{schema}.{name}"] = reason
        if is_default:
            tables[name] = reason
    reasons = ((one.name, _first(one, tables)) for one in mapping.records)
    return {part: reason for part, reason in reasons if reason}


def _reason(name: str, engine: str) -> str:
    return f"the engine of {name}, {engine}, knows no transactions: a change could not be taken back; convert it to InnoDB"


def _first(record: Record, tables: dict[str, str]) -> str:
    found: Iterable[str] = (tables.get(one.name, "") for one in record.tables())
    return next(filter(None, found), "")
