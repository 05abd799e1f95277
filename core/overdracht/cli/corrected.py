"""Carry out a plan to correct values, look again, and certify what came of it; or go on where that was interrupted."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from overdracht.cli.asking import ask
from overdracht.cli.carrying import act, organisation_of
from overdracht.cli.certificates import write_statement
from overdracht.cli.correcting import show_by_hand, show_gaps, show_waiting
from overdracht.cli.ended import show_reasons, show_results
from overdracht.cli.found import coverage_as_json, show_coverage
from overdracht.cli.outcomes import reasons_of
from overdracht.cli.screen import Screen
from overdracht.cli.session import Session
from overdracht.coverage import Coverage
from overdracht.erasure import abandon, hold, left_to_people, open_steps
from overdracht.errors import UsageError
from overdracht.identifiers import Kinds
from overdracht.rectifying import Checked, changes_of, facts, look_again, revealed_in
from overdracht.state import Given, Phase, PlanFile, RequestFile, Role, Store
from overdracht.survey import identity_of


@dataclass(frozen=True, slots=True)
class Corrected:
    """What carrying out a plan came to."""

    plan: PlanFile
    statement: dict[str, Any]
    path: Path
    checked: Checked
    coverage: tuple[Coverage, ...]
    undone: int
    reasons: tuple[tuple[str, str, str, int], ...]
    closed: bool

    @property
    def waiting(self) -> dict[str, int]:
        """How many items wait for review, by source."""
        waiting: Counter[str] = Counter()
        for (source, _), number in sorted(self.checked.waiting.items()):
            waiting[source] += number
        return dict(waiting)

    @property
    def complete(self) -> bool:
        """Say whether all was searched and decided, and nothing wrong is left."""
        return bool(self.statement["complete"])


def begin(session: Session, store: Store, request: RequestFile, plan: PlanFile) -> None:
    """Make sure that *plan* is still about the same person, and hold on to who that is."""
    identity = identity_of(request, session.organisation, session.registry.kinds)
    if [str(one) for one in identity.sought] != plan.facts["identifiers"]:
        raise UsageError(
            "what is known of who the person is has changed since this plan was made",
            remedy="make a new one: overdracht rectify",
        )
    hold(request, identity)
    store.audit.append(
        "correction begun", request.reference, {"digest": plan.digest}, session.now()
    )


def _corrected(plan: PlanFile, kinds: Kinds) -> Iterator[Given]:
    """Yield who the person is once *plan* was carried out: the right values are proof, and a wrong one that records told is none any more.

    It may be somebody else's: what is found by it alone waits for review. One that the administrator gave stays what they said.
    """
    revealed = revealed_in(plan)
    for change in changes_of(plan):
        if kinds.strong(change.new.kind):
            yield Given(change.new)
        if change.old in revealed:
            yield Given(change.old, Role.SHARED)


def carry_out(
    session: Session,
    store: Store,
    request: RequestFile,
    plan: PlanFile,
    *,
    confirmed: Collection[str] = (),
    certificate: Path | None = None,
    close_anyway: bool = False,
) -> Corrected:
    """Carry out *plan*, or go on with it, whatever phase it is in, or close it as it is; the caller holds the request."""
    try:
        if close_anyway:
            abandon(plan)
        else:
            act(session, store, request, plan, confirmed, what="correction")
        return _conclude(session, store, request, plan, certificate, close_anyway=close_anyway)
    except KeyboardInterrupt:
        hint = session.command(f"resume {request.reference}")
        click.echo(
            f"overdracht: the correction was begun and is not ended; go on with {hint}", err=True
        )
        raise


def _conclude(
    session: Session,
    store: Store,
    request: RequestFile,
    plan: PlanFile,
    certificate: Path | None,
    *,
    close_anyway: bool,
) -> Corrected:
    request.give(_corrected(plan, session.registry.kinds))
    survey = ask(session, request)
    checked = look_again(request, survey.identity, session.connectors, plan, survey.coverage)
    statement = facts(
        request.reference,
        organisation_of(session),
        plan,
        survey.coverage,
        checked,
        session.connectors,
        session.now(),
    )
    statement["audit_head"] = None if store.audit.head is None else str(store.audit.head)
    path = write_statement(session, statement, certificate)
    undone = open_steps(plan.counts())
    closed = close_anyway or not undone
    details = {"digest": plan.digest, "complete": statement["complete"], "undone": undone}
    store.audit.append("corrected", request.reference, details, session.now())
    if closed:
        for one in request.plans().all():
            if one.rectifies and one.phase is Phase.EXECUTED:
                one.advance(Phase.CLOSED)
    return Corrected(
        plan,
        statement,
        path,
        checked,
        survey.coverage,
        undone,
        tuple(reasons_of(plan)),
        closed,
    )


def show(screen: Screen, session: Session, done: Corrected) -> None:
    """Show what was corrected, what is left, and the statement."""
    reference = done.statement["reference"]
    screen.line(f"Request {reference}", "bold")
    show_results(screen, done.statement)
    screen.line()
    screen.line("Searched again", "bold")
    left = done.checked.verification.left
    for source, number in sorted(left.items()):
        screen.line(f"  {source}: {number:,} still wrong: a new plan takes it", "red")
    if not left:
        screen.line("  nothing wrong is left that the systems can correct")
    show_gaps(screen, done.checked.gaps)
    show_reasons(screen, done.reasons)
    show_by_hand(screen, done.plan)
    show_coverage(screen, done.coverage)
    screen.line()
    show_waiting(screen, session, reference, done.waiting)
    screen.exact(f"Statement, signed: {done.path}")
    _recipients(screen, done.statement["organisation"]["recipients"])
    if done.complete:
        screen.line("Complete: corrected, and searched again.", "green")
    else:
        screen.line("INCOMPLETE: what is left is named above, and in the statement.", "bold red")
    if not done.closed:
        screen.exact(f"Open: go on with {session.command(f'resume {reference}')}", "yellow")


def _recipients(screen: Screen, recipients: Sequence[str]) -> None:
    """Show who is to be told that the value was wrong."""
    tell = "Tell whoever was given the wrong value, unless that is impossible (GDPR Art. 19)"
    if not recipients:
        screen.line(f"{tell}; the configuration names no recipients.")
        return
    screen.line(f"{tell}:")
    for recipient in recipients:
        screen.line(f"  {recipient}")


def as_json(done: Corrected) -> dict[str, object]:
    """Return what it came to, for a script."""
    return {
        "reference": done.statement["reference"],
        "complete": done.complete,
        "closed": done.closed,
        "certificate": str(done.path),
        "sources": done.statement["sources"],
        "undone": done.undone,
        "reasons": [
            {"source": source, "result": result, "reason": reason, "items": number}
            for source, result, reason, number in done.reasons
        ],
        "by_hand": left_to_people(done.plan.counts()),
        "awaiting_review": done.waiting,
        "coverage": [coverage_as_json(one) for one in done.coverage],
        "verification": done.statement["verification"],
        "gaps": [
            {"source": source, "part": gap.part, "reason": gap.reason}
            for source, gap in done.checked.gaps
        ],
    }
