"""The journal: plans, and of every step whether it was begun and what came of it.

An intent is durable before the act, an outcome after it: after a crash, a step that was begun and has no outcome is in doubt, and no other is.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import orjson

from overdracht.errors import StateError
from overdracht.state.database import durable, transaction
from overdracht.state.remembered import Remembered
from overdracht.state.step_codec import pack_outcome, pack_step, unpack_outcome, unpack_step
from overdracht.state.vault import Cipher
from overdracht.steps import Outcome, Result, Step, Verdict

DIGEST_LENGTH = 32
"""Hexadecimal digits of SHA-256: 128 bits, short enough to be copied by hand."""

CHANGES = "changes"
"""Stands in the facts of a plan that corrects values: which."""

_PAGE = 500


class Phase(StrEnum):
    """How far a plan is."""

    PROPOSED = "proposed"
    EXECUTING = "executing"
    EXECUTED = "executed"
    """Every step has an outcome; it is to be verified and certified."""
    CLOSED = "closed"


class StepState(StrEnum):
    """How far a step is."""

    PLANNED = "planned"
    INTENDED = "intended"
    SETTLED = "settled"


_STATES = {one.value: one for one in StepState}


@dataclass(frozen=True, slots=True)
class Planned:
    """A step as it stands in the journal."""

    number: int
    source: str
    step: Step
    state: StepState
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many steps of a plan are alike."""

    source: str
    category: str
    verdict: str
    until: date | None
    external: bool
    result: str | None
    steps: int


class PlanFile:
    """One plan with its steps."""

    def __init__(self, connection: sqlite3.Connection, cipher: Cipher, number: int) -> None:
        self._connection = connection
        self._cipher = cipher
        self._number = number
        row = connection.execute(
            "SELECT digest, made, payload FROM plan WHERE id=?", (number,)
        ).fetchone()
        self.digest: str = row[0]
        self.made = datetime.fromisoformat(row[1])
        self.facts: Mapping[str, Any] = orjson.loads(cipher.decrypt(row[2]))
        """What else the plan rests on: identifiers, coverage, residue."""

    @property
    def rectifies(self) -> bool:
        """Whether it corrects values, and erases nothing."""
        return CHANGES in self.facts

    @property
    def phase(self) -> Phase:
        """How far the plan is."""
        row = self._connection.execute(
            "SELECT phase FROM plan WHERE id=?", (self._number,)
        ).fetchone()
        return Phase(row[0])

    def advance(self, phase: Phase) -> None:
        """Say that the plan is in *phase* now, durably."""
        with durable(self._connection):
            self._connection.execute("UPDATE plan SET phase=? WHERE id=?", (phase, self._number))

    def steps(
        self,
        *verdicts: Verdict,
        source: str | None = None,
        states: Iterable[StepState] = tuple(StepState),
    ) -> Iterator[Planned]:
        """Yield the steps with one of *verdicts* (all, when none is given) and one of *states*, in the order of the plan."""
        wanted = tuple(verdicts or Verdict)
        among = tuple(states)
        last = 0
        while True:
            rows = self._connection.execute(
                "SELECT id, source, state, payload, result, outcome FROM step WHERE plan=? AND id>?"  # noqa: S608 - only marks
                f" AND verdict IN ({_marks(wanted)}) AND state IN ({_marks(among)})"
                " AND (? IS NULL OR source=?) ORDER BY id LIMIT ?",
                (self._number, last, *wanted, *among, source, source, _PAGE),
            ).fetchall()
            for row in rows:
                yield self._planned(row)
            if len(rows) < _PAGE:
                return
            last = rows[-1][0]

    def _planned(self, row: Sequence[Any]) -> Planned:
        number, source, state, payload, result, outcome = row
        step = unpack_step(self._cipher.decrypt(payload))
        settled = None
        if outcome is not None:
            settled = unpack_outcome(self._cipher.decrypt(outcome))
        elif result is not None:
            settled = Outcome(step.item.key, Result(result))
        return Planned(number, source, step, _STATES[state], settled)

    def counts(self) -> tuple[Count, ...]:
        """Return how many steps there are of each sort."""
        rows = self._connection.execute(
            "SELECT source, category, verdict, until, external, result, count(*) FROM step WHERE plan=?"
            " GROUP BY 1,2,3,4,5,6 ORDER BY 1,2,3,4,5,6",
            (self._number,),
        )
        return tuple(
            Count(source, category, verdict, _day(until), bool(external), result, steps)
            for source, category, verdict, until, external, result, steps in rows
        )

    def intend(self, numbers: Iterable[int]) -> None:
        """Write down, durably, that these steps are about to be carried out."""
        with durable(self._connection):
            self._connection.executemany(
                "UPDATE step SET state='intended' WHERE id=? AND state<>'settled'",
                [(number,) for number in numbers],
            )

    def settle(self, outcomes: Iterable[tuple[int, Outcome]]) -> None:
        """Write down, durably, what came of steps."""
        with durable(self._connection):
            self._connection.executemany(
                "UPDATE step SET state='settled', result=?, outcome=? WHERE id=?",
                [
                    (one.result, (more := pack_outcome(one)) and self._cipher.encrypt(more), number)
                    for number, one in outcomes
                ],
            )

    @contextmanager
    def remembered(self) -> Iterator[Remembered]:
        """Give the plan's steps to tick off."""
        yield Remembered(self._connection, self._cipher, self._number)

    def reopen(self, *results: Result) -> int:
        """Make steps with one of *results* undone again, so that they are tried once more; return how many."""
        with durable(self._connection):
            return self._connection.execute(
                f"UPDATE step SET state='planned', result=NULL, outcome=NULL WHERE plan=? AND result IN ({_marks(results)})",  # noqa: S608 - only marks
                (self._number, *results),
            ).rowcount


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
        Raise StateError while one is being carried out: what it has in hand must not be planned a second time.
        """
        with transaction(self._connection):
            running = self._connection.execute(
                "SELECT digest FROM plan WHERE request=? AND phase=?",
                (self._request, Phase.EXECUTING),
            ).fetchone()
            if running is not None:
                raise StateError(
                    f"plan {running[0]} was begun and not ended",
                    remedy="`overdracht resume` ends it",
                )
            self._connection.execute(
                "DELETE FROM plan WHERE request=? AND phase=?", (self._request, Phase.PROPOSED)
            )
            drawing = f"being drawn {self._request}"
            number = self._connection.execute(
                "INSERT INTO plan (request, digest, made, phase, payload) VALUES (?,?,?,?,x'') RETURNING id",
                (self._request, drawing, now.isoformat(), Phase.PROPOSED),
            ).fetchone()[0]
            self._connection.executemany(
                "INSERT INTO step (plan, source, key, category, verdict, until, external, state, payload)"
                " VALUES (?,?,?,?,?,?,?,?,?)",
                (self._row(number, source, step) for source, step in steps),
            )
            digest = self._digest(number, facts)
            payload = self._cipher.encrypt(orjson.dumps(facts, default=str))
            self._connection.execute(
                "UPDATE plan SET digest=?, payload=? WHERE id=?", (digest, payload, number)
            )
        return PlanFile(self._connection, self._cipher, number)

    def _row(self, plan: int, source: str, step: Step) -> tuple[object, ...]:
        disposition = step.disposition
        return (
            plan,
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


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _marks(values: Iterable[object]) -> str:
    return ",".join("?" for _ in values)
