"""Carry out a plan to its end: erase, find again, certify, and forget; or go on where that was interrupted.

What does not come to a good end stays open: nothing is forgotten, and the certificate, which is written all the same, says incomplete.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from overdracht.cli.asking import ask
from overdracht.cli.certificates import write_certificate
from overdracht.cli.copies import standing
from overdracht.cli.ended import SWEEPING, Ended
from overdracht.cli.outcomes import note_erased, reasons_of
from overdracht.cli.progress import acting
from overdracht.cli.session import Session
from overdracht.coverage import Coverage
from overdracht.erasure import (
    NAMES,
    Means,
    NamedPart,
    NotReady,
    Verification,
    Whom,
    abandon,
    check_confirmed,
    close,
    execute,
    facts,
    final_counts,
    hold,
    left_to_people,
    named_after,
    open_steps,
    outdated,
    residue_of,
    retry,
    settle_schedule,
    verify,
    verify_gone,
)
from overdracht.errors import UsageError
from overdracht.retention import local_day
from overdracht.review import Inclusion, Review, Reviewed
from overdracht.state import Phase, PlanFile, RequestFile, Store
from overdracht.survey import Identity, identity_of

SWEEP = "sweep"
"""Stands in the facts of a plan that no person asked for."""
AFTER_RESTORE = "until"
"""Stands in the facts of a plan for somebody who came back with a backup."""


def begin(session: Session, store: Store, request: RequestFile, plan: PlanFile) -> None:
    """Make sure that *plan* is still true, and hold on to who the person is."""
    identity = still_true(session, request, plan)
    if identity is not None:
        hold(request, identity)
    store.audit.append("erase begun", request.reference, {"digest": plan.digest}, session.now())


def still_true(session: Session, request: RequestFile, plan: PlanFile) -> Identity | None:
    """Return whom *plan* is about, None when nobody asked for it; raise UsageError when something was learned, found or decided since."""
    if SWEEP in plan.facts:
        return None
    identity = identity_of(request, session.organisation, session.registry.kinds)
    another = f"overdracht plan {request.reference} makes a new one"
    if [str(one) for one in identity.sought] != plan.facts["identifiers"]:
        raise UsageError(
            "what is known of who the person is has changed since this plan was made",
            remedy=another,
        )
    since = outdated(request, identity, plan)
    if since:
        found = f"{since.new:,} found" if since.new else ""
        decided = f"{since.decided:,} decided otherwise" if since.decided else ""
        raise UsageError(
            f"this plan is out of date: {' and '.join(filter(None, (found, decided)))} since it was made; nothing has been touched",
            remedy=another,
        )
    return identity


def carry_out(
    session: Session,
    store: Store,
    request: RequestFile,
    plan: PlanFile,
    *,
    confirmed: Collection[str] = (),
    certificate: Path | None = None,
    close_anyway: bool = False,
) -> Ended:
    """Carry out *plan*, or go on with it, whatever phase it is in; the caller holds the request.

    To *close_anyway* is to close it as it is: nothing more is tried.
    """
    try:
        tried = plan.phase is not Phase.EXECUTED
        if close_anyway:
            abandon(plan)
        else:
            tried = act(session, store, request, plan, confirmed, leave_out=SWEEP in plan.facts)
        note_erased(session, store, request, plan, anew=tried)
        ended = _conclude(session, store, request, certificate, close_anyway=close_anyway)
        return replace(ended, tried=tried)
    except KeyboardInterrupt:
        if plan.is_begun:
            hint = session.command(f"resume {request.reference}")
            click.echo(
                f"overdracht: the erasure was begun and is not ended; go on with {hint}", err=True
            )
        raise


def act(
    session: Session,
    store: Store,
    request: RequestFile,
    plan: PlanFile,
    confirmed: Collection[str],
    *,
    what: str = "erase",
    leave_out: bool = False,
) -> bool:
    """Carry out the steps of *plan* that are not done, and say whether there were any; the audit trail calls it *what*.

    A source that objects stops all, or is left out and named where *leave_out* says so.
    """
    # Before what failed is opened again: a refusal loses no reason.
    check_confirmed(plan, confirmed)
    retry(plan)
    begun = plan.phase is not Phase.EXECUTED
    late = {clue.source for clue in request.clues()}
    try:
        with acting() as listen:
            execute(
                plan,
                session.connectors,
                late=late,
                confirmed=confirmed,
                means=Means(listen=listen),
                leave_out=leave_out,
            )
    except NotReady:
        refused = {"digest": plan.digest, "why": "a source was not ready"}
        store.audit.append(f"{what} refused", request.reference, refused, session.now())
        raise
    return begun


def _conclude(
    session: Session,
    store: Store,
    request: RequestFile,
    certificate: Path | None,
    *,
    close_anyway: bool,
) -> Ended:
    plans = _begun(request)
    verification, coverage, identity = _verified(session, request, plans[-1])
    named = () if identity is None else _named(session, request, plans[-1], identity)
    written = _written(session, store, request, plans, coverage, verification, named)
    written["left_out"] = 0 if identity is None else sum(1 for _ in _left_out(request, identity))
    path, public_key = write_certificate(session, written, certificate)
    details = {"complete": written["complete"]}
    store.audit.append("certificate", request.reference, details, session.now())
    counts = final_counts(plans)
    finished = bool(written["complete"]) or close_anyway
    if SWEEP in plans[-1].facts:
        settle_schedule(store, plans[-1], local_day(session.now()))
    if {SWEEP, AFTER_RESTORE} & plans[-1].facts.keys():
        # What such a plan leaves to people is found again by the next, or is no part of what came back: it keeps nothing open.
        finished = finished or (not open_steps(counts) and verification.holds)
    reasons = tuple(reasons_of(plans[-1]))
    scheduled = 0
    if finished:
        summary = {"complete": written["complete"], "undone": open_steps(counts)}
        scheduled = _closed(session, store, request, plans, identity, summary)
    return Ended(
        request.reference,
        written,
        path,
        public_key,
        verification,
        coverage,
        open_steps(counts),
        reasons,
        left_to_people(counts),
        finished,
        scheduled,
        _again(request.reference, plans[-1]),
        True,
        standing(store, request.reference),
        named,
    )


def _closed(
    session: Session,
    store: Store,
    request: RequestFile,
    plans: tuple[PlanFile, ...],
    identity: Identity | None,
    summary: Mapping[str, Any],
) -> int:
    """Close the request, and return how much is scheduled."""
    whom = Whom()
    if identity is not None:
        left = _left_out(request, identity)
        whom = Whom(identity.proof, ((one.source, one.item) for one in left))
    return close(store, request.reference, plans, whom, summary, session.now())


def _written(
    session: Session,
    store: Store,
    request: RequestFile,
    plans: tuple[PlanFile, ...],
    coverage: tuple[Coverage, ...],
    verification: Verification,
    named: tuple[NamedPart, ...],
) -> dict[str, Any]:
    """Return what the certificate says."""
    organisation, now = organisation_of(session), session.now()
    head = store.audit.head
    written = {
        **facts(
            request.reference,
            organisation,
            plans,
            coverage,
            verification,
            session.connectors,
            now,
        ),
        "audit_head": None if head is None else str(head),
    }
    written["residue"] += [{"source": source, **asdict(one)} for source, one in residue_of(named)]
    return written


def _named(
    session: Session, request: RequestFile, plan: PlanFile, identity: Identity
) -> tuple[NamedPart, ...]:
    """Return the parts of sources that the search after *plan* still saw under the person's name."""
    return named_after(request, identity, session.connectors, plan.facts.get(NAMES, ()))


def _again(reference: str, plan: PlanFile) -> str:
    if SWEEP in plan.facts:
        return SWEEPING
    if AFTER_RESTORE in plan.facts:
        # A plan for the whole person would take what came after the erasure too.
        return f"reapply --since {plan.facts[AFTER_RESTORE]}"
    return f"plan {reference}"


def _begun(request: RequestFile) -> tuple[PlanFile, ...]:
    """Return the plans to erase that were begun, oldest first."""
    plans = (one for one in request.plans().all() if not one.rectifies)
    return tuple(one for one in plans if one.phase is not Phase.PROPOSED)


def _left_out(request: RequestFile, identity: Identity) -> Iterator[Reviewed]:
    return Review(request, identity).items(Inclusion.LEFT_OUT)


def _verified(
    session: Session, request: RequestFile, plan: PlanFile
) -> tuple[Verification, tuple[Coverage, ...], Identity | None]:
    """Search again, and return what that showed and who the person is; nobody is in a sweep."""
    if SWEEP in plan.facts:
        return verify_gone(plan, session.connectors), (), None
    survey = ask(session, request)
    found = verify(request, survey.identity, plan, survey.coverage, session.connectors)
    return found, survey.coverage, survey.identity


def organisation_of(session: Session) -> dict[str, Any]:
    """Return what a statement says of who made it."""
    one, backups = session.config.organisation, session.config.erasure.backups
    return {
        "name": one.name,
        "contact": one.contact,
        "address": one.address,
        "recipients": list(one.recipients),
        "backups": str(backups) if backups else None,
    }
