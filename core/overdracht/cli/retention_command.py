"""`overdracht retention`: erase what has outlived its term without anybody asking. Made for cron and systemd timers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click

from overdracht.cli import ended
from overdracht.cli.carrying import begin, carry_out
from overdracht.cli.ended import Ended
from overdracht.cli.erase_command import check
from overdracht.cli.failure import INCOMPLETE
from overdracht.cli.found import located
from overdracht.cli.planning import counted, show_dispositions
from overdracht.cli.resume_command import begun
from overdracht.cli.screen import Screen, count, emit, screen
from overdracht.cli.session import Session, pass_session
from overdracht.erasure import CHANGING, Limits, Scope, Sweep, check_clock, prepare, sweep
from overdracht.errors import UsageError
from overdracht.report.dispositions import Dispositions
from overdracht.state import Store
from overdracht.steps import Verdict

_NOTHING = Dispositions({}, (), (), (), 0, (), ())


@dataclass(frozen=True, slots=True)
class Swept:
    """What outlived its term, and what was done about it."""

    sweep: Sweep
    dispositions: Dispositions
    done: Ended | None = None

    @property
    def complete(self) -> bool:
        """Say whether everything could be looked at and computed, and what was done is done."""
        waits = bool(self.dispositions.of(Verdict.REVIEW))
        return not (self.sweep.gaps or waits) and (self.done is None or not self.done.undone)


@click.command("retention")
@click.option(
    "--apply", "digest", metavar="DIGEST", help="Erase what the plan with this digest says."
)
@click.option(
    "--unattended",
    is_flag=True,
    help="Erase at once what the configuration allows (unattended = true), and nothing else.",
)
@click.option(
    "--confirm",
    multiple=True,
    metavar="NAME",
    help="Confirm an effect outside the organisation, by the name that the plan shows; more than once.",
)
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Say that it is this day, when the clock is far ahead of the last use.",
)
@click.option(
    "--most",
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    help="Plan as much as this share of each source, whatever the configuration says: 0.8, or 1 for all.",
)
@click.option("--items", is_flag=True, help="Also list every item with what happens to it.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@pass_session
def command(  # noqa: PLR0913, PLR0917 - click hands over an argument an option
    session: Session,
    digest: str | None,
    unattended: bool,
    confirm: tuple[str, ...],
    today: datetime | None,
    most: float | None,
    items: bool,
    as_json: bool,
) -> None:
    """Look for what has outlived its term: scheduled work that is due, and whatever is simply too old. Nothing is touched but on demand.

    It makes a plan, with a digest that --apply wants. --unattended applies at once a plan for the categories that the configuration
    names, which is what a timer runs. A source that objects is left out and named, and the others go on. A plan that would take more of a
    source than its share is refused, and so is every plan when the clock is far ahead of the last use. Exit code 1 when something could
    not be looked at, computed or done.

    \b
    Examples:
      overdracht retention
      overdracht retention --apply 6b77e7bf842f5c0458edc347cbdd7230
      overdracht retention --unattended
    """
    if digest and unattended:
        raise UsageError("--apply and --unattended exclude one another", remedy="choose one")
    if (digest or unattended) and (today or most is not None):
        raise UsageError("--today and --most are for a plan to look at", remedy="leave them out")
    with session.store() as store:
        if digest:
            complete = _apply(session, store, digest, confirm, as_json=as_json)
        else:
            limits = session.limits if most is None else Limits(most)
            with store.sweeping():
                check_clock(store, session.now(), today.date() if today else None)
                swept = (
                    _unattended(session, store)
                    if unattended
                    else look(session, store, Scope(), limits)
                )
            complete = _tell(session, swept, items=items, as_json=as_json)
    if not complete:
        click.get_current_context().exit(INCOMPLETE)


def look(session: Session, store: Store, scope: Scope, limits: Limits) -> Swept:
    """Plan the erasure of everything in *scope* that outlived its term."""
    found = sweep(
        store,
        session.connectors,
        session.rules,
        session.organisation.owns,
        session.now(),
        limits=limits,
        scope=scope,
    )
    if found.plan is None or found.request is None:
        return Swept(found, _NOTHING)
    swept = Swept(found, counted(session, found.plan))
    if swept.dispositions.items:
        details = {"digest": found.plan.digest, "items": swept.dispositions.items}
        store.audit.append("retention planned", found.request.reference, details, session.now())
    return swept


def _unattended(session: Session, store: Store) -> Swept:
    """Plan and apply what may go; nobody else makes a round from before the plan until all is done."""
    allowed = session.config.unattended
    if not allowed:
        raise UsageError(
            "the configuration allows nothing to go unattended",
            remedy="unattended = true in [retention.CATEGORY]",
        )
    _end_the_last(session, store)
    swept = look(session, store, Scope(allowed), session.limits)
    if objecting := dict(_objecting(session, swept)):
        # Nobody is there to mend it: what the other sources can do is done all the same, and the exit code says so.
        swept = look(session, store, Scope(allowed, objecting), session.limits)
    drawn = swept.sweep.plan
    if drawn is None or not swept.dispositions.of(*CHANGING):
        return swept
    with store.approved(drawn.digest) as (request, plan):
        check(plan, request, ())
        begin(session, store, request, plan)
        return Swept(swept.sweep, swept.dispositions, carry_out(session, store, request, plan))


def _end_the_last(session: Session, store: Store) -> None:
    """End the last round first, when it was interrupted."""
    request = store.request_about(())
    if request is None or begun(store, request.reference) is None:
        return
    with store.working_on(request.reference):
        plan = begun(store, request.reference)
        if plan is not None:
            carry_out(session, store, request, plan)


def _objecting(session: Session, swept: Swept) -> Iterator[tuple[str, str]]:
    if swept.sweep.plan is not None:
        for source, objection in prepare(swept.sweep.plan, session.connectors):
            yield source, objection.reason


def _apply(
    session: Session, store: Store, digest: str, confirm: tuple[str, ...], *, as_json: bool
) -> bool:
    with store.approved(digest) as (request, plan):
        check(plan, request, confirm)
        begin(session, store, request, plan)
        done = carry_out(session, store, request, plan, confirmed=confirm)
    if as_json:
        emit(ended.as_json(done))
    else:
        ended.show(screen(), session, done)
    return done.complete


def _tell(session: Session, swept: Swept, *, items: bool, as_json: bool) -> bool:
    if as_json:
        emit(_as_json(swept))
    elif swept.done is not None:
        _gaps(screen(), swept)
        ended.show(screen(), session, swept.done)
    else:
        _show(screen(), session, swept, items=items)
    return swept.complete


def _show(screen: Screen, session: Session, swept: Swept, *, items: bool) -> None:
    counts, plan = swept.dispositions, swept.sweep.plan
    screen.line("What has outlived its term", "bold")
    if counts.items and plan is not None:
        show_dispositions(screen, session, counts, plan if items else None)
    else:
        screen.line("  nothing")
    _gaps(screen, swept)
    if counts.unclear or counts.to_judge:
        screen.line(
            f"{count(counts.of(Verdict.REVIEW), 'item')} for you to look at: no term could be computed, it came after the term was over, or the system cannot erase.",
            "yellow",
        )
    if plan is not None and counts.of(*CHANGING):
        screen.exact(f"Apply: {session.command(f'retention --apply {plan.digest}')}")


def _gaps(screen: Screen, swept: Swept) -> None:
    for source, gap in swept.sweep.gaps:
        screen.line(f"  not looked at: {located(source, gap)}: {gap.reason}", "red")


def _as_json(swept: Swept) -> dict[str, Any]:
    counts, found = swept.dispositions, swept.sweep
    return {
        "digest": None if found.plan is None else found.plan.digest,
        "complete": swept.complete,
        "totals": [
            {"source": source, "category": category, "verdict": verdict, "items": number}
            for (source, category, verdict), number in counts.totals.items()
        ],
        "left_alone": counts.left_alone,
        "external": counts.external,
        "gaps": [
            {"source": source, "part": gap.part, "reason": gap.reason} for source, gap in found.gaps
        ],
        "done": None if swept.done is None else ended.as_json(swept.done),
    }
