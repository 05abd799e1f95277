"""`overdracht resume`: go on with an erasure or a correction that was interrupted, or try again what failed."""

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
from overdracht.errors import UsageError
from overdracht.state import Phase, PlanFile, Store

BEGUN = frozenset({Phase.EXECUTING, Phase.EXECUTED})


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

    \b
    Examples:
      overdracht resume
      overdracht resume 2026-0001
    """
    if reference is None and (certificate is not None or close_anyway):
        raise UsageError("--certificate and --close are for one request", remedy="name it")
    with session.store() as store:
        references = store.references() if reference is None else (reference,)
        if reference is not None and store.closed(reference):
            _nothing(f"Request {reference} is closed: nothing is left to do.", as_json=as_json)
            return
        done: list[Ended | Corrected] = []
        for one in references:
            plan = begun(store, one)
            if plan is None and reference is not None:
                raise UsageError(
                    f"nothing of request {reference} was begun",
                    remedy=f"overdracht plan {reference}",
                )
            if plan is None:
                continue
            check_place(certificate, one)
            ended_so = _resumed(
                session, store, one, plan, confirm, certificate, close_anyway=close_anyway
            )
            done.append(ended_so)
            if not as_json:
                _show(session, ended_so)
        if as_json:
            emit([_as_json(one) for one in done])
        elif not done:
            _nothing("Nothing was interrupted: nothing is left to do.", as_json=False)
    if not all(one.complete for one in done):
        click.get_current_context().exit(INCOMPLETE)


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
    session: Session,
    store: Store,
    reference: str,
    plan: PlanFile,
    confirm: tuple[str, ...],
    certificate: Path | None,
    *,
    close_anyway: bool,
) -> Ended | Corrected:
    request = store.request(reference)
    go_on = corrected.carry_out if plan.rectifies else carry_out
    with store.working_on(reference):
        store.audit.append("resumed", reference, {"digest": plan.digest}, session.now())
        return go_on(
            session,
            store,
            request,
            plan,
            confirmed=confirm,
            certificate=certificate,
            close_anyway=close_anyway,
        )


def _show(session: Session, done: Ended | Corrected) -> None:
    if isinstance(done, Corrected):
        corrected.show(screen(), session, done)
    else:
        if not done.tried:
            screen().line(
                f"Nothing of request {done.reference} was interrupted or failed: it was searched again."
            )
        ended.show(screen(), session, done)


def _as_json(done: Ended | Corrected) -> dict[str, object]:
    return corrected.as_json(done) if isinstance(done, Corrected) else ended.as_json(done)
