"""Draw a plan: write its steps down as they come, and digest them."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any

import orjson

from overdracht.errors import StateError
from overdracht.state.database import transaction
from overdracht.state.plans import Phase, PlanFile, StepState
from overdracht.state.step_codec import pack_step, unpack_step
from overdracht.state.vault import Cipher
from overdracht.steps import Step

DIGEST_LENGTH = 32
"""Hexadecimal digits of SHA-256: 128 bits, short enough to be copied by hand."""

_DRAWN = "CREATE TABLE drawn (source, key, category, verdict, until, external, state, payload)"


class Plans:
    """The plans of one request."""

    def __init__(
        self, connection: sqlite3.Connection, cipher: Cipher, request: int, reference: str
    ) -> None:
        self._connection = connection
        self._cipher = cipher
        self._request = request
        self._reference = reference

    def draw(
        self, steps: Iterable[tuple[str, Step]], facts: Mapping[str, Any], now: datetime
    ) -> PlanFile:
        """Write a plan down and digest it; a plan that was proposed before and not begun is replaced.

        The *facts* are those that there are when the last of the *steps* has come: whoever yields them may add to them.
        Raise StateError while one is being carried out: what it has in hand must not be planned a second time. The caller holds the request;
        others may write in the state file while the steps come, which can take as long as a source takes to answer.
        """
        self._refuse_a_second()
        with self._gathered(steps) as rows, transaction(self._connection):
            self._refuse_a_second()
            self._connection.execute(
                "DELETE FROM plan WHERE request=? AND phase=?", (self._request, Phase.PROPOSED)
            )
            number = self._number()
            drawing = f"being drawn {self._request}"
            self._connection.execute(
                "INSERT INTO plan (id, request, digest, made, phase, payload) VALUES (?,?,?,?,?,x'')",
                (number, self._request, drawing, now.isoformat(), Phase.PROPOSED),
            )
            self._connection.executemany(
                "INSERT INTO step (plan, source, key, category, verdict, until, external, state, payload)"
                " VALUES (?,?,?,?,?,?,?,?,?)",
                ((number, *row) for row in rows),
            )
            digest = self._digest(number, facts)
            payload = self._cipher.encrypt(orjson.dumps(facts, default=str))
            self._connection.execute(
                "UPDATE plan SET digest=?, payload=? WHERE id=?", (digest, payload, number)
            )
        return PlanFile(self._connection, self._cipher, number)

    def _refuse_a_second(self) -> None:
        running = self._connection.execute(
            "SELECT digest FROM plan WHERE request=? AND phase=?",
            (self._request, Phase.EXECUTING),
        ).fetchone()
        if running is not None:
            raise StateError(
                f"plan {running[0]} was begun and not ended",
                remedy="`overdracht resume` ends it",
            )

    @contextmanager
    def _gathered(
        self, steps: Iterable[tuple[str, Step]]
    ) -> Iterator[Iterator[tuple[object, ...]]]:
        """Give *steps*, all of which have come, as rows for the plan: encrypted already, in a temporary database that has no name."""
        try:
            with closing(sqlite3.connect("", isolation_level=None)) as aside:
                aside.execute(_DRAWN)
                aside.execute("BEGIN")
                rows = (self._row(source, step) for source, step in steps)
                aside.executemany("INSERT INTO drawn VALUES (?,?,?,?,?,?,?,?)", rows)
                aside.execute("COMMIT")
                yield aside.execute("SELECT * FROM drawn ORDER BY rowid")
        except sqlite3.Error as error:
            raise StateError(
                f"the plan cannot be put aside: {error}",
                remedy="is the disk for temporary files full?",
            ) from error

    def _number(self) -> int:
        """Return a number that no plan ever had: whoever still holds a plan that is gone must not come upon another."""
        row = self._connection.execute(
            "INSERT INTO counter SELECT 'plan', coalesce(max(id), 0) + 1 FROM plan WHERE true"
            " ON CONFLICT (name) DO UPDATE SET value = max(value + 1, excluded.value) RETURNING value"
        )
        return int(row.fetchone()[0])

    def _row(self, source: str, step: Step) -> tuple[object, ...]:
        disposition = step.disposition
        return (
            source,
            self._cipher.tag("key", step.item.key),
            step.item.category,
            disposition.verdict,
            disposition.until.isoformat() if disposition.until else None,
            bool(step.external),
            StepState.PLANNED,
            self._cipher.encrypt(pack_step(step)),
        )

    def _digest(self, plan: int, facts: Mapping[str, Any]) -> str:
        begun = self._connection.execute(
            "SELECT digest FROM plan WHERE request=? AND id<? ORDER BY id", (self._request, plan)
        )
        # What comes back after an erasure, just as it was, is another plan than the one that took it.
        head = [self._reference, [row[0] for row in begun], facts]
        digest = hashlib.sha256(orjson.dumps(head, default=str, option=orjson.OPT_SORT_KEYS))
        rows = self._connection.execute(
            "SELECT source, payload FROM step WHERE plan=? ORDER BY source, key", (plan,)
        )
        for source, payload in rows:
            step = unpack_step(self._cipher.decrypt(payload))
            digest.update(b"\n" + _canonical(source, step))
        return digest.hexdigest()[:DIGEST_LENGTH]

    def all(self) -> tuple[PlanFile, ...]:
        """Return the plans, oldest first."""
        rows = self._connection.execute(
            "SELECT id FROM plan WHERE request=? ORDER BY id", (self._request,)
        ).fetchall()
        return tuple(PlanFile(self._connection, self._cipher, row[0]) for row in rows)


def _canonical(source: str, step: Step) -> bytes:
    one, item = step.disposition, step.item
    parts = (
        source,
        item.key,
        item.part,
        item.category,
        item.fingerprint,
        one.verdict,
        one.until and one.until.isoformat(),
        (one.ground.nl, one.ground.en, one.article.nl, one.article.en),
        step.action,
        step.external,
        *((edit.where, edit.old, edit.new) for edit in step.edits),
    )
    # Not orjson: a key may hold a lone surrogate, and the digest must tell any two keys apart.
    return json.dumps(parts).encode()
