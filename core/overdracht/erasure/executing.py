"""Carry out an approved plan: prepare everything, then act, writing down each intent before and each outcome after.

This is the one entry point that erases, and the guard stands in it: nothing runs but a plan whose digest was named, whose every source
is ready, and whose effects outside the organisation were confirmed by name.
"""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from overdracht.connector import erasing, rectifying
from overdracht.erasure.confirming import ACTING, check_confirmed
from overdracht.erasure.planning import Connectors
from overdracht.errors import OverdrachtError, SourceError, StateError
from overdracht.state import Phase, PlanFile, Planned, StepState
from overdracht.steps import RESULTS, UNDONE, ApprovedStep, Objection, Outcome, Result, Verdict
from overdracht.survey.engine import explain

BATCH = 2000
"""Steps whose intent is written at once, and outcomes likewise: two syncs of the disk for as many acts.

What has an effect outside the organisation is written down one by one: what is in doubt after a crash is one step, then.
"""

HEARD = 500
"""Objections that one source is listened to for."""

DELAY = 1.0
"""Seconds after which outcomes are written down, however few they are."""

PAUSES = (1.0, 5.0, 25.0)
"""Seconds between the tries of a source that fails."""

_OPEN = (StepState.PLANNED, StepState.INTENDED)
_IN_DOUBT = "it was begun, interrupted, and not ended: whether it was done is not known"
_ABANDONED = "it was closed before this was done"
_CANNOT = "the connector is not there, or cannot do this"

Fault = Callable[[str], None]
"""Called with the name of every moment at which a process can die: `intent`, `act`, `outcome`; tests die there."""


@dataclass(frozen=True, slots=True)
class Hand:
    """What carries out a plan's steps in one system."""

    prepare: Callable[[Iterable[ApprovedStep]], Iterable[Objection]]
    act: Callable[[Iterable[ApprovedStep]], Iterable[Outcome]]


def hand(plan: PlanFile, connectors: Connectors, source: str) -> Hand | None:
    """Return what carries out *plan* in *source*; None when nothing can."""
    connector = connectors.get(source)
    if plan.rectifies:
        corrector = rectifying(connector)
        return None if corrector is None else Hand(corrector.prepare, corrector.rectify)
    eraser = erasing(connector)
    return None if eraser is None else Hand(eraser.prepare, eraser.erase)


class NotReady(OverdrachtError):
    """A source objects: nothing was touched."""


@dataclass(frozen=True, slots=True)
class Means:
    """What executing needs from outside."""

    sleep: Callable[[float], None] = time.sleep
    moment: Fault = lambda _: None
    listen: Callable[[str, int], None] = lambda _source, _settled: None
    """Told how many steps of a source are settled."""
    pauses: Sequence[float] = field(default=PAUSES)


def prepare(plan: PlanFile, connectors: Connectors) -> tuple[tuple[str, Objection], ...]:
    """Ask every source whether it can do its part; return the objections. Changes nothing."""
    objections: list[tuple[str, Objection]] = []
    for source in _sources(plan):
        able = hand(plan, connectors, source)
        if able is None:
            objections.append((source, Objection(_CANNOT)))
            continue
        try:
            steps = (_approved(one) for one in _open(plan, source))
            objections += [(source, one) for one in islice(able.prepare(steps), HEARD)]
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything; whatever it is, it is an objection
            objections.append((source, Objection(explain(error))))
    return tuple(objections)


def execute(
    plan: PlanFile,
    connectors: Connectors,
    *,
    late: Collection[str] = (),
    confirmed: Collection[str] = (),
    means: Means | None = None,
    leave_out: bool = False,
) -> None:
    """Carry out *plan*, or what is left of it after an interruption.

    The sources in *late* yield identifiers and go after the others; effects outside the organisation go last. Raise UsageError when
    one of those was not *confirmed* by its name, and NotReady when a source objects: nothing has been touched then. Where such a source may be
    left out, its steps are FAILED with what it says, and the others go on, unless all object. What a source cannot do after that is a
    FAILED step too.
    """
    means = means or Means()
    if plan.phase in {Phase.EXECUTED, Phase.CLOSED}:
        return
    check_confirmed(plan, confirmed)
    if plan.phase is Phase.PROPOSED:
        objecting = _ready(plan, connectors, leave_out=leave_out)
        plan.advance(Phase.EXECUTING)
        for source, reason in objecting.items():
            _give_up(plan, _open(plan, source), reason)
    means.moment("begin")
    _settle_what_stays(plan)
    order = sorted(_sources(plan), key=lambda source: (source in late, source))
    for external in (False, True):
        for source in order:
            _carry_out(plan, source, connectors, external=external, means=means)
    plan.advance(Phase.EXECUTED)
    means.moment("executed")


def _ready(plan: PlanFile, connectors: Connectors, *, leave_out: bool) -> dict[str, str]:
    """Return what the sources that object say, which are to be left out; raise NotReady when none may be, or all object."""
    objections = prepare(plan, connectors)
    objecting = {source: one.reason for source, one in reversed(objections)}
    if objections and not (leave_out and len(objecting) < len(_sources(plan))):
        source, first = objections[0]
        more = f", and {len(objections) - 1} more" if len(objections) > 1 else ""
        raise NotReady(
            f"[{source}] {first.reason}{more}; nothing has been touched",
            remedy="make a new plan when that is mended",
        )
    return objecting


def _sources(plan: PlanFile) -> tuple[str, ...]:
    return tuple(sorted({one.source for one in plan.counts() if one.verdict in ACTING}))


def _open(plan: PlanFile, source: str) -> Iterator[Planned]:
    return plan.steps(*ACTING, source=source, states=_OPEN)


def _settle_what_stays(plan: PlanFile) -> None:
    kept = plan.steps(Verdict.RETAIN, states=(StepState.PLANNED,))
    while batch := list(islice(kept, BATCH)):
        plan.settle(
            (one.number, Outcome(one.step.item.key, Result.RETAINED, on=one.step.disposition.until))
            for one in batch
        )


def _carry_out(
    plan: PlanFile, source: str, connectors: Connectors, *, external: bool, means: Means
) -> None:
    able = hand(plan, connectors, source)
    reason = _CANNOT
    pauses = iter(means.pauses if able is not None else ())
    while able is not None and any(_of(plan, source, external=external)):
        run = _Run(plan, source, external=external, means=means)
        reason = run.through(able)
        if run.settled:
            pauses = iter(
                means.pauses
            )  # it gets on, however haltingly: that is not failing for good
        elif (pause := next(pauses, None)) is not None:
            means.sleep(pause)
        else:
            break
    _give_up(plan, _of(plan, source, external=external), reason)


def _give_up(plan: PlanFile, steps: Iterator[Planned], reason: str) -> None:
    while batch := list(islice(steps, BATCH)):
        plan.settle(
            (one.number, Outcome(one.step.item.key, Result.FAILED, reason)) for one in batch
        )


def _of(plan: PlanFile, source: str, *, external: bool) -> Iterator[Planned]:
    return (one for one in _open(plan, source) if bool(one.step.external) is external)


class _Run:
    """One pass of one source over its open steps."""

    def __init__(self, plan: PlanFile, source: str, *, external: bool, means: Means) -> None:
        self._plan = plan
        self._source = source
        self._steps = _of(plan, source, external=external)
        self._batch = 1 if external else BATCH
        self._means = means
        self._handed: dict[str, Planned] = {}
        self._outcomes: list[tuple[int, Outcome]] = []
        self._ours: StateError | None = None
        self._flushed = time.monotonic()
        self.settled = 0

    def through(self, able: Hand) -> str:
        """Let *able* carry out the steps; return why some have no outcome, should that be."""
        reason = "the connector gave no outcome"
        try:
            self._take(able.act(self._hand()))
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything, and its steps are tried again and then reported
            reason = explain(error)
        if self._ours is not None:
            # The journal cannot be written: whatever the connector made of that, nothing may go on without it.
            raise self._ours
        self.flush()
        return reason

    def _take(self, outcomes: Iterable[Outcome]) -> None:
        for outcome in outcomes:
            self._means.moment("act")
            planned = self._handed.pop(outcome.key, None)
            if planned is None:
                raise SourceError("the connector gave an outcome for what it was not handed")
            self._outcomes.append((planned.number, _accounted(planned, outcome)))
            if len(self._outcomes) >= self._batch or time.monotonic() - self._flushed > DELAY:
                self.flush()

    def _hand(self) -> Iterator[ApprovedStep]:
        while batch := list(islice(self._steps, self._batch)):
            self.flush()
            self._intend(batch)
            self._means.moment("intent")
            for one in batch:
                self._handed[one.step.item.key] = one
                yield _approved(one)

    def _intend(self, batch: Iterable[Planned]) -> None:
        self._write(lambda: self._plan.intend(one.number for one in batch))

    def flush(self) -> None:
        """Make the outcomes so far durable."""
        if self._outcomes:
            outcomes, self._outcomes = self._outcomes, []
            self._write(lambda: self._plan.settle(outcomes))
            self._flushed = time.monotonic()
            self.settled += len(outcomes)
            self._means.moment("outcome")
            self._means.listen(self._source, self.settled)

    def _write(self, writing: Callable[[], None]) -> None:
        try:
            writing()
        except StateError as error:
            self._ours = error
            raise


def _approved(planned: Planned) -> ApprovedStep:
    step = planned.step
    return ApprovedStep(step.item, step.disposition, step.action, step.external, step.edits)


def _accounted(planned: Planned, outcome: Outcome) -> Outcome:
    """Return what is written down of *outcome*: a connector's word counts as far as the step goes."""
    disposition, result = planned.step.disposition, outcome.result
    if result in UNDONE:
        told = outcome.reason or result is Result.CHANGED
        return outcome if told else replace(outcome, reason="the connector gave no reason")
    if result not in RESULTS[disposition.verdict]:
        reason = f"the connector says `{result}` of a step to {disposition.verdict}"
        return Outcome(outcome.key, Result.FAILED, reason)
    if result is Result.SCHEDULED and (outcome.on or disposition.until) is None:
        return Outcome(
            outcome.key, Result.FAILED, "the connector does not say on which day it ends"
        )
    begun = planned.state is StepState.INTENDED and disposition.verdict is Verdict.ERASE
    if begun and result is Result.ALREADY_GONE:
        # Begun before an interruption, and gone now: it was this plan that did it.
        return replace(outcome, result=Result.ERASED, reason="found done after an interruption")
    return outcome


def retry(plan: PlanFile) -> int:
    """Open the failed steps of *plan* again, for `execute` to try once more; return how many there are."""
    return plan.reopen(Result.FAILED) if plan.phase is Phase.EXECUTED else 0


def abandon(plan: PlanFile) -> None:
    """Leave *plan*, which was begun, as far as it is: no system is touched, and what has no outcome yet has failed."""
    if plan.phase is not Phase.EXECUTING:
        return
    _settle_what_stays(plan)
    _give_up(plan, plan.steps(*ACTING, states=(StepState.INTENDED,)), _IN_DOUBT)
    _give_up(plan, plan.steps(*ACTING, states=(StepState.PLANNED,)), _ABANDONED)
    plan.advance(Phase.EXECUTED)


def in_doubt(plan: PlanFile) -> Iterable[Planned]:
    """Yield the steps that were begun and have no outcome."""
    return plan.steps(*ACTING, states=(StepState.INTENDED,))
