"""`overdracht resume`: go on with an erasure or a correction that was interrupted, or try again what failed."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from overdracht.cli import corrected, ended
from overdracht.cli.carrying import carry_out
from overdracht.cli.certificates import check_place
from overdracht.cli.corrected import Corrected
from overdracht.cli.ended import Ended
from overdracht.cli.failure import INCOMPLETE
from overdracht.cli.screen import emit, screen
from overdracht.cli.session import Session, pass_session
from overdracht.cli.unlocking import FILE
from overdracht.errors import OverdrachtError, UsageError
from overdracht.state import Phase, PlanFile, Store

BEGUN = frozenset({Phase.EXECUTING, Phase.EXECUTED})


@dataclass(frozen=True, slots=True)
class Wish:
    """How to go on."""

    confirm: tuple[str, ...]
    certificate: Path | None
    close_anyway: bool


@dataclass(frozen=True, slots=True)
class Stopped:
    """A request that could not be gone on with; the others are."""

    reference: str
    why: OverdrachtError
    complete: bool = False


@click.command("resume")
@click.argument("reference", required=False)
@click.option(
    "--confirm",
    multiple=True,
    metavar="NAME",
    help="Confirm an effect outside the organisation that is still to come; more than once.",
)
@click.option(
    "--certificate",
    type=FILE,
    metavar="FILE",
    help="Where the certificate goes.  [default: the state directory, certificates/REFERENCE.json]",
)
@click.option(
    "--close",
    "close_anyway",
    is_flag=True,
    help="Close the request although something is left; the certificate says what, and the person is forgotten.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@pass_session
def command(
    session: Session,
    reference: str | None,
    confirm: tuple[str, ...],
    certificate: Path | None,
    close_anyway: bool,
    as_json: bool,
) -> None:
    """Go on with the erasure or correction of the request REFERENCE, or with every one that was begun and is not closed.

    It looks at what is in doubt, does that and nothing else again, tries again what failed, searches again, and writes the certificate.
    Doing it twice does no harm. What waits for you it leaves alone, and says which command that takes: exit code 1 until a request is closed.
    With --close nothing is tried any more.

    \b
    Examples:
      overdracht resume
      overdracht resume 2026-0001
    """
    if reference is None and (certificate is not None or close_anyway):
        raise UsageError("--certificate and --close are for one request", remedy="name it")
    wish = Wish(confirm, certificate, close_anyway)
    with session.store() as store:
        if reference is not None and store.closed(reference):
            _nothing(f"Request {reference} is closed: nothing is left to do.", as_json=as_json)
            return
        going = (
            _all(session, store, wish)
            if reference is None
            else _one(session, store, reference, wish)
        )
        done = []
        for one in going:
            done.append(one)
            if not as_json:
                _show(session, one, closing=close_anyway)
        if as_json:
            emit([_as_json(one) for one in done])
        elif not done:
            _nothing("Nothing was interrupted: nothing is left to do.", as_json=False)
    if not all(one.complete for one in done):
        click.get_current_context().exit(INCOMPLETE)


def _one(session: Session, store: Store, reference: str, wish: Wish) -> Iterator[Ended | Corrected]:
    check_place(wish.certificate, reference)
    done = _resumed(session, store, reference, wish)
    if done is None:
        raise UsageError(
            f"nothing of request {reference} was begun",
            remedy=f"overdracht plan {reference}",
        )
    yield done


def _all(session: Session, store: Store, wish: Wish) -> Iterator[Ended | Corrected | Stopped]:
    """Go on with each request of which something was begun; one that cannot stops no other."""
    for reference in store.references():
        try:
            done = _resumed(session, store, reference, wish)
        except OverdrachtError as error:
            yield Stopped(reference, error)
        else:
            if done is not None:
                yield done


def _nothing(text: str, *, as_json: bool) -> None:
    if as_json:
        emit([])
    else:
        screen().line(text)


def begun(store: Store, reference: str) -> PlanFile | None:
    """Return the plan of *reference* that was begun last; None when none was."""
    plans = [one for one in store.request(reference).plans().all() if one.phase in BEGUN]
    return plans[-1] if plans else None


def _resumed(
    session: Session, store: Store, reference: str, wish: Wish
) -> Ended | Corrected | None:
    """Go on with *reference*; None when nothing of it was begun."""
    if begun(store, reference) is None:
        return None
    with store.working_on(reference):
        plan = begun(store, reference)  # nobody else can begin, end or close it now
        if plan is None:
            return None
        go_on = corrected.carry_out if plan.rectifies else carry_out
        store.audit.append("resumed", reference, {"digest": plan.digest}, session.now())
        return go_on(
            session,
            store,
            store.request(reference),
            plan,
            confirmed=wish.confirm,
            certificate=wish.certificate,
            close_anyway=wish.close_anyway,
        )


def _show(session: Session, done: Ended | Corrected | Stopped, *, closing: bool) -> None:
    if isinstance(done, Stopped):
        screen().line(f"Request {done.reference}", "bold")
        screen().line(f"  not gone on with: {done.why}", "red")
    elif isinstance(done, Corrected):
        corrected.show(screen(), session, done)
    else:
        if not done.tried and not closing:
            screen().line(
                f"Nothing of request {done.reference} was interrupted or failed: it was searched again."
            )
        ended.show(screen(), session, done)


def _as_json(done: Ended | Corrected | Stopped) -> dict[str, object]:
    if isinstance(done, Stopped):
        return {"reference": done.reference, "complete": False, "error": str(done.why)}
    return corrected.as_json(done) if isinstance(done, Corrected) else ended.as_json(done)
