"""Ways to have books searched and erased from, as the core does it."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from overdracht import ApprovedStep, Finding, Gap, Item, Kinds, Outcome, Question, Step, Subject
from overdracht.ruling import Rules, Situation
from overdracht_accounting.gnucash import GnuCashConnector
from overdracht_accounting.settings import GnuCashSettings, SqlSettings
from overdracht_accounting.sql import SqlConnector

KINDS = Kinds()
TODAY = date(2026, 11, 24)
CUSTOMERS: dict[str, Any] = {
    "table": "klanten",
    "category": "contact",
    "title": "naam",
    "identifies": {"email": "email"},
    "columns": {"naam": "contact", "email": "contact"},
}
"""A mapping of customers, each with a name and a mail address."""


def gnucash(book: Path, **changes: Any) -> GnuCashConnector:
    """Return a connector to the *book*."""
    return GnuCashConnector("boek", GnuCashSettings.model_validate({"book": book, **changes}))


def sql(url: str, tables: list[dict[str, Any]], **changes: Any) -> SqlConnector:
    """Return a connector to the database at *url* by a mapping of *tables*."""
    given = {"url": url, "tables": tables, **changes}
    return SqlConnector("portaal", SqlSettings.model_validate(given))


def findings(connector: Any, *wanted: str, excluded: Iterable[str] = ()) -> list[Finding]:
    """Return all that a thorough find of the *wanted* identifiers tells."""
    subject = Subject(
        "test",
        tuple(KINDS.parse(one) for one in wanted),
        tuple(KINDS.parse(one) for one in excluded),
    )
    return list(connector.find(Question(subject, thorough=True)))


def find(connector: Any, *wanted: str, excluded: Iterable[str] = ()) -> list[Item]:
    """Return the items that are found."""
    told = findings(connector, *wanted, excluded=excluded)
    return [one for one in told if isinstance(one, Item)]


def gaps(connector: Any, *wanted: str) -> dict[str, str]:
    """Return the parts that could not be searched, with the reasons."""
    told = findings(connector, *(wanted or ("niemand@nergens.example",)))
    return {one.part: one.reason for one in told if isinstance(one, Gap)}


def proposed(connector: Any, items: Iterable[Item], today: date = TODAY) -> list[Step]:
    """Return what becomes of *items* by the usual rules, when the person asked for erasure on the day *today*."""
    rules, situation = Rules(), Situation(today)
    return [connector.propose(one, rules.ruling(one, situation)) for one in items]


def approved(steps: Iterable[Step]) -> list[ApprovedStep]:
    """Return those of *steps* that change something, approved."""
    return [
        ApprovedStep(one.item, one.disposition, one.action, one.external, one.edits)
        for one in steps
        if one.action
    ]


def erase(connector: Any, items: Iterable[Item], today: date = TODAY) -> dict[str, Outcome]:
    """Have *items* erased as far as the rules allow on the day *today*, with nothing in the way; return the outcomes by key."""
    steps = approved(proposed(connector, items, today))
    assert list(connector.prepare(iter(steps))) == []
    outcomes = {one.key: one for one in connector.erase(iter(steps))}
    assert set(outcomes) == {one.item.key for one in steps}
    return outcomes


def rows(book: Path, question: str, *values: object) -> list[Any]:
    """Return what the SQLite database *book* answers."""
    with closing(sqlite3.connect(book)) as connection:
        return connection.execute(question, values).fetchall()


def change(book: Path, statement: str, *values: object) -> None:
    """Change the SQLite database *book*."""
    with closing(sqlite3.connect(book)) as connection, connection:
        connection.execute(statement, values)
