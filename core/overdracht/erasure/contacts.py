"""When there was contact with whom last, in all systems together."""

import sqlite3
from collections.abc import Callable, Iterable
from datetime import date
from typing import Self

from overdracht.connector import Connector, Identifies, Settings
from overdracht.erasure.planning import Connectors
from overdracht.identifiers import Identifier
from overdracht.items import Category, Gap
from overdracht.retention import day_of
from overdracht.steps import Sighting
from overdracht.survey.engine import explain

_NO_CONTACT = frozenset({Category.TRAFFIC})
"""What machines wrote down; a source of nothing else knows of no contact."""

_WITH_ALIASES = """
    SELECT day, running FROM contact WHERE kind=? AND value=?
    UNION ALL
    SELECT day, running FROM held AS this JOIN held AS other USING (source, item)
        JOIN contact ON contact.kind=other.kind AND contact.value=other.value
    WHERE this.kind=? AND this.value=?
"""


class Contacts:
    """The last contact with everybody, in a temporary database without a name."""

    def __init__(self) -> None:
        self.gaps: list[tuple[str, Gap]] = []
        """By source, who could not tell whom it knows, and since when."""
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute(
            "CREATE TABLE contact (kind TEXT, value TEXT, day TEXT, running INTEGER, PRIMARY KEY (kind, value)) WITHOUT ROWID"
        )
        self._db.execute(
            "CREATE TABLE held (source TEXT, item TEXT, kind TEXT, value TEXT, PRIMARY KEY (source, item, kind, value)) WITHOUT ROWID"
        )
        self._db.execute("CREATE INDEX held_by ON held (kind, value)")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    @property
    def complete(self) -> bool:
        """Say whether every source told."""
        return not self.gaps

    def gather(self, connectors: Connectors, owns: Callable[[Identifier], bool]) -> None:
        """Ask every source whom it knows and since when."""
        for source, connector in connectors.items():
            if isinstance(connector, Identifies):
                try:
                    self._take(source, connector, owns)
                except Exception as error:  # noqa: BLE001 - a plugin may raise anything; its source is a gap and the others go on
                    self.gaps.append((source, Gap("", explain(error))))
            elif _may_know(connector):
                self.gaps.append((source, Gap("", "its connector cannot tell whom it knows")))

    def _take(
        self,
        source: str,
        connector: Identifies,
        owns: Callable[[Identifier], bool],
    ) -> None:
        self._db.execute("BEGIN")
        try:
            for one in connector.identifiers():
                if isinstance(one, Gap):
                    self.gaps.append((source, one))
                elif not owns(one.identifier):
                    self._note(source, one)
        finally:
            self._db.execute("COMMIT")

    def _note(self, source: str, one: Sighting) -> None:
        who = one.identifier.kind, one.identifier.value
        if one.of_one:
            self._db.execute("INSERT OR IGNORE INTO held VALUES (?,?,?,?)", (source, one.key, *who))
        known = day_of(one.when) if one.is_contact else None
        if known is not None or one.running:
            self._db.execute(
                "INSERT INTO contact VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET"
                " day = max(day, excluded.day), running = max(running, excluded.running)",
                (*who, known.isoformat() if known else "", one.running),
            )

    def last(self, identifiers: Iterable[Identifier]) -> tuple[date | None, bool]:
        """Return the last day of contact with any of *identifiers* or with whose they are, and whether a subscription of theirs runs.

        A customer who writes from another address than before is known by the record that has both.
        """
        latest, running = "", False
        for one in identifiers:
            for day, runs in self._db.execute(_WITH_ALIASES, (one.kind, one.value) * 2):
                latest, running = max(latest, day), running or bool(runs)
        return (date.fromisoformat(latest) if latest else None), running


def _may_know(connector: Connector[Settings]) -> bool:
    return not connector.categories <= _NO_CONTACT
