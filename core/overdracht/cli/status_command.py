"""`overdracht status`: how far every erasure and correction is, what is scheduled, and which bundles are due. Nothing personal."""

from typing import Any

import click

from overdracht.cli.bundles_command import is_due
from overdracht.cli.failure import INCOMPLETE
from overdracht.cli.screen import Screen, count, emit, screen
from overdracht.cli.session import Session, pass_session
from overdracht.erasure import left_to_people, open_steps
from overdracht.errors import StateError
from overdracht.retention import local_day
from overdracht.state import Phase, Store
from overdracht.steps import Result


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@pass_session
def command(session: Session, as_json: bool) -> None:
    """Show how far every erasure and correction is, what is scheduled for later, and which bundles are due. It shows nothing personal.

    Exit code 1 when one was begun and is not closed.

    \b
    Examples:
      overdracht status
      overdracht status --json
    """
    with session.store() as store:
        plans = [entry for one in store.references() for entry in _plans(store, one)]
        today = local_day(session.now())
        scheduled = [
            {
                "due": due,
                "source": source,
                "category": category,
                "items": items,
                "now": due <= today,
            }
            for due, source, category, items in store.schedule.totals()
        ]
        due = sum(is_due(session, one) for one in store.copies.all())
    if as_json:
        emit({"plans": plans, "scheduled": scheduled, "bundles_due": due})
    else:
        _show(screen(), session, plans, scheduled, due)
    if any(one["phase"] != Phase.PROPOSED for one in plans):
        click.get_current_context().exit(INCOMPLETE)


def _plans(store: Store, reference: str) -> list[dict[str, Any]]:
    try:
        plans = store.request(reference).plans().all()
    except StateError as error:
        return [{"reference": reference, "phase": "unreadable", "reason": error.message}]
    return [
        {
            "reference": reference,
            "digest": one.digest,
            "made": one.made,
            "phase": one.phase,
            "what": "correct" if one.rectifies else "erase",
            "steps": sum(each.steps for each in one.counts()),
            "open": open_steps(one.counts()),
            "failed": sum(each.steps for each in one.counts() if each.result == Result.FAILED),
            "left_alone": left_to_people(one.counts()),
        }
        for one in plans
        if one.phase is not Phase.CLOSED  # a correction that is done: its request stays
    ]


def _open(screen: Screen, session: Session, begun: list[dict[str, Any]]) -> None:
    """Show of what was *begun* and is not closed which command takes it further."""
    waiting = {one["reference"] for one in begun if _waits(one)}
    going = {one["reference"] for one in begun if not _waits(one)}
    if going:
        screen.exact(
            f"  begun and not closed: {', '.join(sorted(going))}: {session.command('resume')}",
            "yellow",
        )
    for reference in sorted(waiting - going):
        screen.exact(
            f"  waits for you: {reference}: {session.command(f'review {reference}')}, then a new plan",
            "yellow",
        )


def _waits(plan: dict[str, Any]) -> bool:
    """Say whether trying again what *plan* says comes to nothing more: all of it was tried, nothing failed, and the rest is for people."""
    tried = plan["phase"] == Phase.EXECUTED and not plan["failed"]
    return tried and bool(plan["left_alone"] or plan["open"])


def _show(
    screen: Screen,
    session: Session,
    plans: list[dict[str, Any]],
    scheduled: list[dict[str, Any]],
    due: int,
) -> None:
    screen.line("Erasures and corrections", "bold")
    if plans:
        names = ("reference", "what", "phase", "steps", "open", "failed", "left_alone", "digest")
        screen.table(
            tuple(name.replace("_", " ") for name in names),
            [tuple(str(one.get(name, "")) for name in names) for one in plans],
            right={3, 4, 5, 6},
        )
    else:
        screen.line("  no plan is open")
    _open(screen, session, [one for one in plans if one["phase"] != Phase.PROPOSED])
    screen.line()
    screen.line("Scheduled", "bold")
    if scheduled:
        screen.table(
            ("from", "source", "category", "items"),
            [
                (
                    f"{one['due']}" + (" (now)" if one["now"] else ""),
                    one["source"],
                    one["category"],
                    f"{one['items']:,}",
                )
                for one in scheduled
            ],
            right={3},
        )
    else:
        screen.line("  nothing")
    if due:
        screen.line()
        screen.exact(
            f"{count(due, 'bundle')} to delete: {session.command('bundles --delete-due')}", "yellow"
        )
