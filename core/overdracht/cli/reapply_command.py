"""`overdracht reapply`: after a backup was restored, erase again whoever came back with it."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

import click

from overdracht.cli.failure import INCOMPLETE
from overdracht.cli.find_command import find
from overdracht.cli.found import located
from overdracht.cli.planning import Drawn, applying, draw, show_dispositions
from overdracht.cli.screen import Screen, count, emit, screen
from overdracht.cli.session import Session, pass_session
from overdracht.erasure import CHANGING, Return, Returned, returned
from overdracht.review import Decision, Inclusion, Review
from overdracht.state import Given, RequestFile, Store
from overdracht.survey import identity_of

_TOGETHER = 500
"""Decisions that are kept at once."""


@dataclass(frozen=True, slots=True)
class Again:
    """Somebody who came back, and the plan to erase them again."""

    returned: Returned
    drawn: Drawn


@click.command("reapply")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    metavar="DATE",
    help="The day of the backup: whoever was erased on it or later may be back.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@pass_session
def command(session: Session, since: datetime, as_json: bool) -> None:
    """Ask every source whom it knows, and plan to erase again whoever was erased since DATE. Nothing is touched.

    Who was erased is known by keyed hashes only. Each person who is back gets a request and a plan of their own, for
    `overdracht erase --apply`; what is dated after the erasure is left alone, as a new customer relation. Exit code 1 when somebody is
    back, or a source could not be asked.

    \b
    Example:
      overdracht reapply --since 2026-11-01
    """
    with session.store() as store:
        back = returned(session.connectors, store.ledger, session.organisation.owns, since.date())
        drawn = (_drawn(session, store, one) for one in back.people)
        found = [one for one in drawn if one is not None]
        if as_json:
            emit(_as_json(back, found))
        else:
            _show(screen(), session, back, found)
    if found or back.gaps or back.unasked:
        click.get_current_context().exit(INCOMPLETE)


def _drawn(session: Session, store: Store, person: Returned) -> Again | None:
    """Plan to erase *person* again; None when all that is there of them is what is kept."""
    identifiers = sorted(person.identifiers)
    request = store.request_about(identifiers)
    new = request is None
    if request is None:
        request = store.new_request([Given(one) for one in identifiers], session.now())
        details = {"returned": person.reference}
        store.audit.append("request opened", request.reference, details, session.now())
    find(session, store, request)
    if new:
        _spare(session, store, request)
    drawn = draw(session, store, request, until=person.erased)
    if new and _kept_already(store, person, drawn):
        store.audit.append("nothing came back", request.reference, {}, session.now())
        store.shred(request.reference)
        return None
    return Again(person, drawn)


def _spare(session: Session, store: Store, request: RequestFile) -> None:
    """Leave out what somebody said was not the person's when they were erased."""
    review = Review(request, identity_of(request, session.organisation, session.registry.kinds))
    spared = (
        Decision(accept=False, source=one.source, key=one.item.key)
        for one in review.items(Inclusion.INCLUDED, Inclusion.AWAITING)
        if store.spared.holds(one.source, one.item)
    )
    while some := tuple(islice(spared, _TOGETHER)):
        review.decide(some)


def _kept_already(store: Store, person: Returned, drawn: Drawn) -> bool:
    """Say whether all that the plan would change is what was kept when the person was erased: it goes in its time, or is blanked and stays."""
    kept: set[tuple[str, str]] = set()
    if store.schedule.open(person.reference):
        cipher = store.schedule_cipher(person.reference)
        due = store.schedule.due(person.reference, cipher, date.max)
        kept = {(one.source, one.step.item.key) for one in due}
    changing = drawn.plan.steps(*CHANGING)
    return all(
        (one.source, one.step.item.key) in kept or store.blanked.holds(one.source, one.step)
        for one in changing
    )


def _show(screen: Screen, session: Session, back: Return, found: list[Again]) -> None:
    screen.line(f"{len(found):,} back of those who were erased", "bold")
    for one in found:
        screen.line()
        reference = one.drawn.found.reference
        screen.line(
            f"Request {reference}: erased by {one.returned.reference} on {one.returned.erased}, and back",
            "bold",
        )
        for source, times in sorted(one.returned.sources.items()):
            screen.line(f"  {source}: seen {count(times, 'time')}")
        show_dispositions(screen, session, one.drawn.dispositions)
        screen.exact(f"Apply: {applying(session, one.drawn)}")
    for source, gap in back.gaps:
        screen.line(f"  not asked: {located(source, gap)}: {gap.reason}", "red")
    for source in back.unasked:
        screen.line(f"  not asked: {source}: its connector cannot tell whom it knows", "red")


def _as_json(back: Return, found: list[Again]) -> dict[str, object]:
    return {
        "returned": [
            {
                "reference": one.drawn.found.reference,
                "erased_by": one.returned.reference,
                "erased": one.returned.erased,
                "sources": one.returned.sources,
                "digest": one.drawn.plan.digest,
                "complete": one.drawn.complete,
            }
            for one in found
        ],
        "gaps": [
            {"source": source, "part": gap.part, "reason": gap.reason} for source, gap in back.gaps
        ],
        "unasked": list(back.unasked),
    }
