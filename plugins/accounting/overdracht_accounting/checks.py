"""Try what finding and erasing in a database need, and hold the mapping against its real schema."""

from collections.abc import Callable, Iterator

from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import DBAPIError

from overdracht import Check, SourceError
from overdracht_accounting.database import Database
from overdracht_accounting.engines import irrevocable
from overdracht_accounting.mapping import Act, DataMap, Record, Table, walk
from overdracht_accounting.rows import condition, from_table
from overdracht_accounting.sources import faults, read_schema
from overdracht_accounting.suspects import suspects

READ_ONLY = {
    "sqlite": "the file is opened with mode=ro",
    "postgresql": "the transaction is READ ONLY",
    "mysql": "the session's transactions are READ ONLY",
    "mariadb": "the session's transactions are READ ONLY",
}


def checks(
    database: Database, mapping: DataMap, inspected: Callable[[Connection], None]
) -> Iterator[Check]:
    """Yield what was tried, and how it went; stop after what makes the rest pointless."""
    try:
        with database.reading() as connection:
            connection.execute(text("SELECT 1"))
            yield Check("reachable", ok=True, detail=database.dialect)
            yield Check("read-only", ok=True, detail=READ_ONLY[database.dialect])
            inspected(connection)
            yield from _mapped(connection, mapping)
    except SourceError as error:
        yield Check("usable", ok=False, detail=str(error))


def _mapped(connection: Connection, mapping: DataMap) -> Iterator[Check]:
    schema = read_schema(connection, mapping)
    broken = faults(mapping, schema)
    for part, reason in broken.items():
        yield Check(f"part {part}", ok=False, detail=reason)
    closed = irrevocable(connection, mapping)
    for part, reason in closed.items():
        yield Check(f"erasing in {part}", ok=False, detail=reason)
    for record in mapping.records:
        if record.name not in broken:
            yield from _expressions(connection, record)
            for table in record.tables():
                yield from _columns(connection, table)
    for invariant in mapping.invariants:
        yield from _asked(connection, f"invariant {invariant.name}", invariant.sql)
    unmapped = list(suspects(connection, mapping))
    for one in unmapped:
        detail = f"looks personal ({one.why}): map it, or list it under not_personal"
        yield Check(f"column {one.table}.{one.column}", ok=False, detail=detail)
    if not unmapped and not broken and not closed:
        yield Check("mapping", ok=True, detail=f"{len(mapping.records)} parts, nothing left out")


def _expressions(connection: Connection, record: Record) -> Iterator[Check]:
    """Try what the mapping says in SQL."""
    source = from_table(record.table)
    for what, written in (("date", record.date), ("where", record.where)):
        if written:
            asked = select(condition(written)).select_from(source).limit(0)
            yield from _asked(connection, f"{what} of {record.name}", asked)
    for link in record.links:
        if link.sql:
            wrapped = f"SELECT {', '.join((*link.record, *link.owner))} FROM ({link.sql}) AS link WHERE 1 = 0"  # noqa: S608 - the administrator's own SQL
            yield from _asked(connection, f"link from {record.name} to {link.to}", wrapped)
    for member in walk(record.members):
        if member.where:
            asked = select(condition(member.where)).select_from(from_table(member.table)).limit(0)
            yield from _asked(connection, f"where of {member.table.name}", asked)


def _asked(connection: Connection, name: str, question: object) -> Iterator[Check]:
    """Ask the *question*; what is well is not worth a line."""
    asked = text(question) if isinstance(question, str) else question
    try:
        with connection.begin_nested(), connection.execute(asked) as result:  # type: ignore[call-overload]
            result.fetchmany(1)
    except DBAPIError as error:
        kind = type(error.orig).__name__
        yield Check(name, ok=False, detail=f"the database does not take this SQL ({kind})")


def _columns(connection: Connection, table: Table) -> Iterator[Check]:
    """Yield what is wrong with what erasing makes of the columns of *table*, and with its key."""
    schema, _, name = table.name.rpartition(".")
    inspector = inspect(connection)
    required = {
        one["name"]
        for one in inspector.get_columns(name, schema=schema or None)
        if not one["nullable"]
    }
    for one in table.columns:
        if one.act is Act.NULL and one.name in required:
            detail = 'it may not be null: let erase be "text" or "pseudonym"'
            yield Check(f"column {table.name}.{one.name}", ok=False, detail=detail)
    where = schema or None
    told = [inspector.get_pk_constraint(name, schema=where)["constrained_columns"]]
    told += [one["column_names"] for one in inspector.get_unique_constraints(name, schema=where)]
    told += [
        [str(name) for name in one["column_names"]]
        for one in inspector.get_indexes(name, schema=where)
        if one["unique"]
    ]
    if not any(one and set(one) <= set(table.key) for one in told):
        key = ", ".join(table.key)
        detail = f"nothing says that {key} tells its rows apart: name what is unique"
        yield Check(f"key of {table.name}", ok=False, detail=detail)
