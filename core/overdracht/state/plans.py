"""The journal: a plan, and of every step whether it was begun and what came of it.

An intent is durable before the act, an outcome after it: after a crash, a step that was begun and has no outcome is in doubt, and no other is.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import orjson

from overdracht.errors import StateError
from overdracht.state.database import durable
from overdracht.state.remembered import Remembered
from overdracht.state.step_codec import pack_outcome, unpack_outcome, unpack_step
from overdracht.state.vault import Cipher
from overdracht.steps import Outcome, Result, Step, Verdict

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


_BEFORE = {
    Phase.EXECUTING: (Phase.PROPOSED,),
    Phase.EXECUTED: (Phase.EXECUTING,),
    Phase.CLOSED: (Phase.EXECUTED,),
}
"""From which phase a plan comes to which; `reopen` goes back."""


class PlanFile:
    """One plan with its steps.

    It stays the plan that it was made from: when another took its place meanwhile, it refuses, and never speaks of the other.
    """

    def __init__(self, connection: sqlite3.Connection, cipher: Cipher, number: int) -> None:
        self._connection = connection
        self._cipher = cipher
        self._number = number
        row = connection.execute(
            "SELECT digest, made, payload FROM plan WHERE id=?", (number,)
        ).fetchone()
        if row is None:
            raise StateError("the plan is not there any more", remedy="make a new plan")
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
        """How far the plan is; raise StateError when it is not there any more."""
        row = self._connection.execute(
            "SELECT phase FROM plan WHERE id=? AND digest=?", (self._number, self.digest)
        ).fetchone()
        if row is None:
            raise self._gone()
        return Phase(row[0])

    @property
    def is_begun(self) -> bool:
        """Say whether something of it may have been done; one that is not there any more was ended."""
        try:
            return self.phase is not Phase.PROPOSED
        except StateError:
            return True

    def advance(self, phase: Phase) -> None:
        """Say that the plan is in *phase* now, durably; raise StateError when it is not in the one before it, or not there any more.

        Of two processes that begin one plan, one begins it; a plan that another took the place of is not begun.
        """
        before = _BEFORE[phase]
        with durable(self._connection):
            self._move(phase, before)

    def _move(self, phase: Phase, before: Sequence[Phase]) -> None:
        moved = self._connection.execute(
            f"UPDATE plan SET phase=? WHERE id=? AND digest=? AND phase IN ({marks(before)})",  # noqa: S608 - only marks
            (phase, self._number, self.digest, *before),
        ).rowcount
        if moved != 1:
            raise StateError(
                f"plan {self.digest} is {self.phase} by now, by another overdracht",
                remedy="overdracht status shows how far it is",
            )

    def _gone(self) -> StateError:
        return StateError(
            f"plan {self.digest} is not there any more: another took its place, or its request is closed; nothing more is done by it",
            remedy="make a new plan",
        )

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
                f" AND verdict IN ({marks(wanted)}) AND state IN ({marks(among)})"
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
        """Write down, durably, that these steps are about to be carried out; raise StateError unless each is there and not done."""
        rows = [(number, self._number) for number in numbers]
        self._write(
            "UPDATE step SET state='intended' WHERE id=? AND plan=? AND state<>'settled'", rows
        )

    def settle(self, outcomes: Iterable[tuple[int, Outcome]]) -> None:
        """Write down, durably, what came of steps; raise StateError unless each is there."""
        rows = [
            (
                one.result,
                (more := pack_outcome(one)) and self._cipher.encrypt(more),
                number,
                self._number,
            )
            for number, one in outcomes
        ]
        self._write(
            "UPDATE step SET state='settled', result=?, outcome=? WHERE id=? AND plan=?", rows
        )

    def _write(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        with durable(self._connection):
            if rows and self._connection.executemany(statement, rows).rowcount != len(rows):
                raise self._gone()

    @contextmanager
    def remembered(self) -> Iterator[Remembered]:
        """Give the plan's steps to tick off."""
        yield Remembered(self._connection, self._cipher, self._number)

    def reopen(self, *results: Result) -> int:
        """Let an executed plan go on: its steps with one of *results* are undone again, all in one; return how many, 0 when there are none."""
        with durable(self._connection):
            opened = self._connection.execute(
                f"UPDATE step SET state='planned', result=NULL, outcome=NULL WHERE plan=? AND result IN ({marks(results)})",  # noqa: S608 - only marks
                (self._number, *results),
            ).rowcount
            if opened:
                self._move(Phase.EXECUTING, (Phase.EXECUTED,))
        return opened


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def marks(values: Iterable[object]) -> str:
    return ",".join("?" for _ in values)
