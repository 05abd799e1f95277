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
from overdracht.survey.engine import explain

_NO_CONTACT = frozenset({Category.TRAFFIC})
"""What machines wrote down; a source of nothing else knows of no contact."""


class Contacts:
    """The last contact with everybody, in a temporary database without a name."""

    def __init__(self) -> None:
        self.gaps: list[tuple[str, Gap]] = []
        """By source, who could not tell whom it knows, and since when."""
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute(
            "CREATE TABLE contact (kind TEXT, value TEXT, day TEXT, running INTEGER, PRIMARY KEY (kind, value)) WITHOUT ROWID"
        )

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
                elif not owns(one.identifier) and (
                    one.running or (one.is_contact and one.when is not None)
                ):
                    known = day_of(one.when) if one.is_contact else None
                    day = known.isoformat() if known else ""
                    self._db.execute(
                        "INSERT INTO contact VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET"
                        " day = max(day, excluded.day), running = max(running, excluded.running)",
                        (one.identifier.kind, one.identifier.value, day, one.running),
                    )
        finally:
            self._db.execute("COMMIT")

    def last(self, identifiers: Iterable[Identifier]) -> tuple[date | None, bool]:
        """Return the last day of contact with any of *identifiers*, and whether a subscription of theirs runs."""
        latest, running = "", False
        for one in identifiers:
            row = self._db.execute(
                "SELECT day, running FROM contact WHERE kind=? AND value=?", (one.kind, one.value)
            ).fetchone()
            if row is not None:
                latest, running = max(latest, row[0]), running or bool(row[1])
        return (date.fromisoformat(latest) if latest else None), running


def _may_know(connector: Connector[Settings]) -> bool:
    return not connector.categories <= _NO_CONTACT
