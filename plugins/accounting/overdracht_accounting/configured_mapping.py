"""Make a mapping out of what the administrator wrote, and refuse one that does not hang together."""

from collections.abc import Iterable, Sequence

from overdracht import Category
from overdracht_accounting.mapping import (
    Act,
    Column,
    DataMap,
    Invariant,
    Link,
    Member,
    Record,
    Table,
    key_names,
)
from overdracht_accounting.settings import ColumnSettings, SqlSettings, TableSettings

_CONTACTS = frozenset({Category.INVOICE, Category.PAYMENT, Category.NOTE, Category.WORK})
"""What is contact with a customer by its nature."""


def mapping_of(settings: SqlSettings) -> DataMap:
    """Return the mapping of *settings*; raise ValueError, in one line, where it cannot be one."""
    names = [_name(one) for one in settings.tables]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"two tables are called {name}: give one of them another `name`")
        if ":" in name:
            raise ValueError(f"the name {name} has a colon in it: give it a `name` without")
    parts = [one for one in settings.tables if not one.part_of]
    for one in settings.tables:
        _refuse(one, [_name(part) for part in parts])
    records = tuple(_record(one, settings.tables) for one in parts)
    invariants = tuple(Invariant(name, sql) for name, sql in settings.invariants.items())
    return DataMap(records, invariants, frozenset(settings.not_personal))


def _name(table: TableSettings) -> str:
    return table.name or table.table


def _refuse(table: TableSettings, parts: Sequence[str]) -> None:
    """Raise ValueError for what *table* says that cannot be."""
    name = _name(table)
    if table.part_of and (table.belongs_to or table.identifies):
        raise ValueError(f"{name} is part of another table: belongs_to and identifies go with that")
    if len(table.part_of) > 1:
        raise ValueError(f"{name} can be part of one table only")
    before = parts[: parts.index(name)] if name in parts else ()
    for to in table.belongs_to:
        if to not in before:
            raise ValueError(f"{name} belongs to {to}, which is no table before it")
    if not table.part_of and not table.identifies and not table.belongs_to and not table.columns:
        raise ValueError(
            f"{name} says nothing of people: give it identifies, belongs_to or columns"
        )
    for column, one in table.columns.items():
        if column in table.key:
            raise ValueError(f"{name}.{column} is the key: it cannot be erased by itself")
        if one.erase is Act.NULL and one.text:
            raise ValueError(f'{name}.{column} has a text and erase = "null"')


def _record(table: TableSettings, tables: Iterable[TableSettings]) -> Record:
    name = _name(table)
    return Record(
        name,
        _table(table),
        table.category,
        title=table.title,
        date=table.date,
        where=table.where,
        identifies={str(kind): groups for kind, groups in table.identifies.items()},
        links=tuple(_link(table, to, by, tables) for to, by in table.belongs_to.items()),
        members=_members(name, tuple(tables)),
        stays=table.rows == "keep",
        is_contact=table.category in _CONTACTS,
    )


def _link(
    table: TableSettings, to: str, by: tuple[str, ...], tables: Iterable[TableSettings]
) -> Link:
    above = next(one for one in tables if _name(one) == to)
    (first, *more) = by
    if not more and first.lstrip().lower().startswith(("select", "with")):
        record, owner = key_names("record", len(table.key)), key_names("owner", len(above.key))
        return Link(to, sql=first, record=record, owner=owner)
    _require_as_many(table, by, above)
    return Link(to, by=by)


def _require_as_many(table: TableSettings, by: tuple[str, ...], above: TableSettings) -> None:
    """Raise ValueError when the columns *by* cannot hold the key of the table *above*."""
    if len(by) == len(above.key):
        return
    key, given = ", ".join(above.key), ", ".join(by)
    both = "; what is of two belongs to both, by belongs_to with a SELECT"
    raise ValueError(
        f"{_name(table)} refers to {_name(above)} by {given}, and the key there is {key}: give as many columns, in that order"
        + (both if len(by) > len(above.key) else "")
    )


def _members(name: str, tables: Sequence[TableSettings], depth: int = 8) -> tuple[Member, ...]:
    if not depth:
        raise ValueError(f"{name} is part of itself")
    found = []
    for one in tables:
        if name in one.part_of:
            _require_as_many(one, one.part_of[name], next(up for up in tables if _name(up) == name))
            inner = _members(_name(one), tables, depth - 1)
            found.append(Member(_table(one), (one.part_of[name],), inner, one.where))
    return tuple(found)


def _table(table: TableSettings) -> Table:
    columns = tuple(_column(name, one) for name, one in table.columns.items())
    return Table(table.table, table.key, columns, frozenset(table.hidden))


def _column(name: str, column: ColumnSettings) -> Column:
    return Column(name, column.category, column.erase, column.text, column.search)
