"""Tick a plan's steps off against what is found now."""

import sqlite3

from overdracht.items import Item
from overdracht.state.step_codec import unpack_outcome, unpack_step
from overdracht.state.vault import Cipher
from overdracht.steps import Result, Verdict


class Remembered:
    """A plan's steps to tick off against what is found now, held by SQLite and not in memory."""

    def __init__(self, connection: sqlite3.Connection, cipher: Cipher, plan: int) -> None:
        self._connection = connection
        self._cipher = cipher
        self._plan = plan
        connection.execute("CREATE TEMP TABLE IF NOT EXISTS ticked (step INTEGER PRIMARY KEY)")
        connection.execute("DELETE FROM ticked")

    def seen(self, source: str, key: str) -> tuple[Verdict | None, Result | None]:
        """Tick the item off; return the verdict about it and what came of that, None where there is none."""
        row = self._connection.execute(
            "SELECT id, verdict, result FROM step WHERE plan=? AND source=? AND key=?",
            (self._plan, source, self._cipher.tag("key", key)),
        ).fetchone()
        if row is None:
            return None, None
        self._connection.execute("INSERT OR IGNORE INTO ticked VALUES (?)", (row[0],))
        return Verdict(row[1]), Result(row[2]) if row[2] else None

    def is_ticked(self, source: str, key: str) -> bool:
        """Say whether the item was ticked off."""
        row = self._connection.execute(
            "SELECT 1 FROM step JOIN ticked ON ticked.step = step.id WHERE plan=? AND source=? AND key=?",
            (self._plan, source, self._cipher.tag("key", key)),
        ).fetchone()
        return row is not None

    def is_untouched(self, source: str, item: Item) -> bool:
        """Say whether *item* is what it was when it was planned, although what came of its step says that it was left as something else."""
        payload, outcome = self._connection.execute(
            "SELECT payload, outcome FROM step WHERE plan=? AND source=? AND key=?",
            (self._plan, source, self._cipher.tag("key", item.key)),
        ).fetchone()
        planned = unpack_step(self._cipher.decrypt(payload)).item.fingerprint
        told = unpack_outcome(self._cipher.decrypt(outcome)).fingerprint if outcome else ""
        return item.fingerprint == planned != told

    def done(self, source: str, key: str) -> bool:
        """Say whether the item is gone by this plan, or was gone already."""
        return self.seen(source, key)[1] in {Result.ERASED, Result.ALREADY_GONE}

    def unseen(self, verdict: Verdict) -> dict[str, int]:
        """Return, by source, how many steps with *verdict* were not ticked off."""
        rows = self._connection.execute(
            "SELECT source, count(*) FROM step WHERE plan=? AND verdict=? AND id NOT IN (SELECT step FROM ticked) GROUP BY source",
            (self._plan, verdict),
        )
        return dict(rows.fetchall())
