"""What was blanked and is kept: remembered by keyed hashes, so that no sweep plans again what is done."""

import sqlite3
from collections.abc import Iterable

from overdracht.state.vault import Cipher
from overdracht.steps import Outcome, Result, Step


class Blanked:
    """By item, a hash of what it was left as and how it was blanked; who lacks the key reads nothing in it."""

    def __init__(self, connection: sqlite3.Connection, master: Cipher) -> None:
        self._connection = connection
        self._master = master

    def enter(self, outcomes: Iterable[tuple[str, Step, Outcome]]) -> None:
        """Keep by source what steps came to, within a transaction of the caller's: what is gone is forgotten."""
        for source, step, outcome in outcomes:
            item = self._item(source, step)
            if outcome.result is Result.ANONYMISED and outcome.fingerprint:
                left = self._left(step, outcome.fingerprint)
                self._connection.execute(
                    "INSERT OR REPLACE INTO blanked VALUES (?,?)", (item, left)
                )
            elif outcome.result in {Result.ERASED, Result.ALREADY_GONE}:
                self._connection.execute("DELETE FROM blanked WHERE item=?", (item,))

    def __len__(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM blanked").fetchone()[0])

    def holds(self, source: str, step: Step) -> bool:
        """Say whether the item of *step* is as it was left when the same was done before."""
        row = self._connection.execute(
            "SELECT state FROM blanked WHERE item=?", (self._item(source, step),)
        ).fetchone()
        return row is not None and row[0] == self._left(step, step.item.fingerprint)

    def _item(self, source: str, step: Step) -> bytes:
        return self._master.tag("blanked item", source, step.item.key)

    def _left(self, step: Step, fingerprint: str) -> bytes:
        return self._master.tag("blanked as", fingerprint, step.action)
