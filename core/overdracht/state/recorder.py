"""Write findings down as they come: an item is durable before the next is looked for, and none is held."""

import sqlite3
from collections.abc import Iterable

import orjson

from overdracht.identifiers import Identifier
from overdracht.items import Certainty, Extent, Finding, Item, Searched
from overdracht.state.codec import encode_item, pack_identifier
from overdracht.state.database import transaction
from overdracht.state.vault import Cipher

_TABLES = ("item", "clue", "holding")


class Recorder:
    """Records one run over one source. *question* is the tag to which the cursors belong."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        cipher: Cipher,
        request: int,
        source: str,
        run: int,
        question: bytes,
    ) -> None:
        self._connection = connection
        self._cipher = cipher
        self._request = request
        self._source = source
        self._run = run
        self._question = question

    def record(self, findings: Iterable[Finding]) -> None:
        """Write a batch of *findings*, all of it or nothing."""
        with transaction(self._connection):
            for finding in findings:
                if isinstance(finding, Item):
                    self._item(finding)
                elif isinstance(finding, Searched):
                    self._searched(finding)

    def _item(self, item: Item) -> None:
        tag = self._cipher.tag
        part, key = tag("part", item.part), tag("key", item.key)
        self._connection.execute(
            "INSERT INTO item (request, source, part, key, run, payload) VALUES (?,?,?,?,?,?)"
            " ON CONFLICT (request, source, key) DO UPDATE SET part=excluded.part, run=excluded.run, payload=excluded.payload",
            (
                self._request,
                self._source,
                part,
                key,
                self._run,
                self._cipher.encrypt(encode_item(item)),
            ),
        )
        exact = [match.identifier for match in item.matches if match.certainty is Certainty.EXACT]
        row = (self._request, self._source, part, key)
        if item.holder is not None:
            holder = tag("identifier", str(item.holder.kind), item.holder.value)
            self._connection.executemany(
                "INSERT OR REPLACE INTO holding (request, source, part, key, run, identifier, holder) VALUES (?,?,?,?,?,?,?)",
                [
                    (*row, self._run, tag("identifier", one.kind, one.value), holder)
                    for one in exact
                ],
            )
        if exact:
            self._clues(item, exact, row)

    def _clues(self, item: Item, exact: list[Identifier], row: tuple[object, ...]) -> None:
        via = [pack_identifier(one) for one in exact]
        for revealed in item.reveals:
            if revealed.certainty is Certainty.EXACT:
                target = revealed.identifier
                payload = orjson.dumps([pack_identifier(target), via, item.title, revealed.where])
                self._connection.execute(
                    "INSERT OR REPLACE INTO clue (request, source, part, key, run, target, payload) VALUES (?,?,?,?,?,?,?)",
                    (
                        *row,
                        self._run,
                        self._cipher.tag("identifier", target.kind, target.value),
                        self._cipher.encrypt(payload),
                    ),
                )

    def _searched(self, searched: Searched) -> None:
        part = self._cipher.tag("part", searched.part)
        where = (self._request, self._source, part)
        for table in _TABLES:
            if searched.extent is Extent.WHOLE:
                self._connection.execute(
                    f"DELETE FROM {table} WHERE request=? AND source=? AND part=? AND run<>?",  # noqa: S608 - a constant
                    (*where, self._run),
                )
        payload = self._cipher.encrypt(orjson.dumps([searched.part, searched.cursor]))
        self._connection.execute(
            "INSERT OR REPLACE INTO part (request, source, part, question, run, payload) VALUES (?,?,?,?,?,?)",
            (*where, self._question, self._run, payload),
        )

    def close(self) -> None:
        """End a run that searched the source whole: parts that no longer exist take their items along."""
        with transaction(self._connection):
            self._connection.execute(
                "DELETE FROM part WHERE request=? AND source=? AND run<>?",
                (self._request, self._source, self._run),
            )
            for table in _TABLES:
                self._connection.execute(
                    f"DELETE FROM {table} WHERE request=? AND source=? AND part NOT IN"  # noqa: S608 - a constant
                    " (SELECT part FROM part WHERE request=? AND source=?)",
                    (self._request, self._source, self._request, self._source),
                )
