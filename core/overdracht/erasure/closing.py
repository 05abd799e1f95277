"""End a request: remember what must be remembered, then forget the person."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from overdracht.erasure.final import final_steps
from overdracht.identifiers import Identifier
from overdracht.items import Certainty, Item
from overdracht.retention import local_day
from overdracht.state import PlanFile, Store
from overdracht.state.audit import Entry
from overdracht.steps import Outcome, Result, Step, Verdict


@dataclass(frozen=True, slots=True)
class Whom:
    """Who was erased, for erasing them again after a restore, and nobody else for them."""

    identifiers: Iterable[Identifier] = ()
    """Those that are nobody else's too: another person must not come back as this one."""
    spared: Iterable[tuple[str, Item]] = ()
    """By source, what was found and left out."""


def close(
    store: Store,
    reference: str,
    plans: Iterable[PlanFile],
    whom: Whom,
    summary: Mapping[str, Any],
    now: datetime,
    moment: Callable[[str], None] = lambda _: None,
) -> int:
    """Close request *reference* and shred it; return how much is scheduled for later.

    What may go later keeps its reference under a key of its own, *whom* it was about becomes keyed hashes, the audit trail gets its entry;
    all of that in one transaction. Then the request's key is destroyed. After a crash it is done again without harm, and what was closed and
    not yet shredded is shredded when the state is opened next.
    """
    plans = tuple(plans)

    def closing(_: sqlite3.Connection) -> Entry:
        # What a sweep keeps the next one meets again, and what it was scheduled by is still there.
        swept = any("sweep" in one.facts for one in plans)
        kept = [] if swept else list(_kept(plans))
        if kept:
            store.schedule.enter(reference, store.schedule_cipher(reference, new=True), kept)
        store.ledger.enter(reference, whom.identifiers, local_day(now))
        store.spared.enter(whom.spared)
        # What goes was blanked before only where anything was.
        also = (Verdict.ERASE, Verdict.CANCEL) if len(store.blanked) else ()
        store.blanked.enter(_outcomes(plans, Verdict.ANONYMISE, *also))
        return store.audit.enter("closed", reference, {**summary, "scheduled": len(kept)}, now)

    if not store.closed(reference):
        store.close_request(reference, closing)
    scheduled = store.schedule.open(reference)
    moment("closed")
    store.shred(reference)
    moment("shredded")
    return scheduled


def _kept(plans: Sequence[PlanFile]) -> Iterator[tuple[str, date, Step]]:
    for _, one in final_steps(plans, Verdict.RETAIN, Verdict.ANONYMISE, Verdict.CANCEL):
        outcome = one.outcome
        if outcome is None or outcome.result not in {
            Result.RETAINED,
            Result.ANONYMISED,
            Result.SCHEDULED,
        }:
            continue
        due = outcome.on or one.step.disposition.until
        if due is not None:
            yield one.source, due, _reference(one.step, outcome)


def _outcomes(plans: Sequence[PlanFile], *verdicts: Verdict) -> Iterator[tuple[str, Step, Outcome]]:
    for plan in plans:
        for one in plan.steps(*verdicts):
            if one.outcome is not None:
                yield one.source, one.step, one.outcome


def _reference(step: Step, outcome: Outcome) -> Step:
    """Return *step* with no more of its item than carrying it out takes: the rest would be personal data kept for years.

    Of what is somebody else's too, only what mentions the person may go: there the matches and the holder say what that is.
    """
    item = step.item
    exact = any(one.certainty is Certainty.EXACT for one in item.matches)
    own = exact and not item.third_parties
    kept = replace(
        item,
        fingerprint=outcome.fingerprint or item.fingerprint,
        matches=() if own else item.matches,
        reveals=(),
        holder=None if own else item.holder,
        title="",
        marks=(),
    )
    return replace(step, item=kept)
