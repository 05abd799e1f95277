"""What somebody said was not the erased person's: remembered by keyed hashes, so that erasing again after a restore leaves it too."""

import sqlite3
from collections.abc import Iterable

from overdracht.items import Item
from overdracht.state.vault import Cipher


class Spared:
    """A hash of each such item; who lacks the key reads nothing in it."""

    def __init__(self, connection: sqlite3.Connection, master: Cipher) -> None:
        self._connection = connection
        self._master = master

    def enter(self, items: Iterable[tuple[str, Item]]) -> None:
        """Keep by source that these *items* were left out, within a transaction of the caller's."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO spared VALUES (?)",
            ((self._tag(source, item),) for source, item in items),
        )

    def holds(self, source: str, item: Item) -> bool:
        """Say whether *item* was left out, and is where it was."""
        row = self._connection.execute(
            "SELECT 1 FROM spared WHERE item=?", (self._tag(source, item),)
        ).fetchone()
        return row is not None

    def _tag(self, source: str, item: Item) -> bytes:
        return self._master.tag("spared item", source, item.key)
