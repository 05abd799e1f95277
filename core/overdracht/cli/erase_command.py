"""`overdracht erase`: carry out an approved plan. The only way to erase."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from overdracht.cli import ended
from overdracht.cli.carrying import begin, carry_out, still_true
from overdracht.cli.certificates import check_place
from overdracht.cli.failure import INCOMPLETE
from overdracht.cli.files import check_free
from overdracht.cli.find_command import count_up
from overdracht.cli.found import not_whole
from overdracht.cli.screen import Screen, count, emit, screen
from overdracht.cli.sealing import Closing, closing
from overdracht.cli.session import Session, pass_session
from overdracht.cli.unlocking import FILE
from overdracht.erasure import ACTING, unconfirmed
from overdracht.errors import BundleError, UsageError
from overdracht.review import Inclusion
from overdracht.seal import ToPassphrase, ToRecipients, ToZipPassword, Unlock, generate_identity
from overdracht.state import Phase, PlanFile, RequestFile, Store
from overdracht.survey import identity_of


@click.command("erase")
@click.option(
    "--apply", "digest", required=True, metavar="DIGEST", help="The digest that the plan showed."
)
@click.option(
    "--confirm",
    multiple=True,
    metavar="NAME",
    help="Confirm an effect outside the organisation, by the name that the plan shows; more than once.",
)
@click.option(
    "--bundle-first",
    type=FILE,
    metavar="FILE",
    help="First write an export, and read it back; nothing goes unless that is whole.",
)
@click.option(
    "--incomplete-bundle",
    is_flag=True,
    help="Accept that the bundle is INCOMPLETE: a source was not searched whole, or items wait for review.",
)
@click.option(
    "--certificate",
    type=FILE,
    metavar="FILE",
    help="Where the certificate goes.  [default: the state directory, certificates/REFERENCE.json]",
)
@click.option(
    "--recipient",
    multiple=True,
    metavar="age1…",
    help="Encrypt the bundle to this age public key; may be given more than once.",
)
@click.option(
    "--passphrase-file",
    type=FILE,
    metavar="FILE",
    help="Encrypt the bundle with the first line of this file.",
)
@click.option(
    "--passphrase",
    "ask_passphrase",
    is_flag=True,
    help="Ask for the bundle's passphrase; without any of these one is made and shown.",
)
@click.option("--zip", "as_zip", is_flag=True, help="Make the bundle an AES-256 zip file instead.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@pass_session
def command(  # noqa: PLR0913, PLR0917 - click hands over an argument an option
    session: Session,
    digest: str,
    confirm: tuple[str, ...],
    bundle_first: Path | None,
    incomplete_bundle: bool,
    certificate: Path | None,
    recipient: tuple[str, ...],
    passphrase_file: Path | None,
    ask_passphrase: bool,
    as_zip: bool,
    as_json: bool,
) -> None:
    """Erase what the plan with this DIGEST says, in every system; then search again, certify, and forget the person.

    Every source is asked first whether it can do its part; one objection stops all, and nothing has been touched. What fails after that
    does not stop the others: the exit code is 1, nothing is forgotten, and `overdracht resume` goes on.
    A plan that something was found or decided after is refused: what runs is what was seen.

    \b
    Examples:
      overdracht erase --apply 6b77e7bf842f5c0458edc347cbdd7230 --bundle-first 2026-0001.zip.age
      overdracht erase --apply 6b77e7bf842f5c0458edc347cbdd7230 --confirm vandenberg.example
    """
    check_free(bundle_first)
    if incomplete_bundle and bundle_first is None:
        raise UsageError("--incomplete-bundle is for a bundle", remedy="--bundle-first FILE")
    chosen = _closing(bundle_first, recipient, passphrase_file, ask_passphrase, as_zip, as_json)
    with session.store() as store, store.approved(digest) as (request, plan):
        check(plan, request, confirm)
        check_place(certificate, request.reference)
        with _untouched(plan, bundle_first):
            still_true(session, request, plan)
            if bundle_first is not None and chosen is not None:
                if not incomplete_bundle:
                    _check_whole(session, request)
                bundle(session, store, request, bundle_first, chosen, None if as_json else screen())
            begin(session, store, request, plan)
            done = carry_out(
                session, store, request, plan, confirmed=confirm, certificate=certificate
            )
        if as_json:
            emit(ended.as_json(done))
        else:
            ended.show(screen(), session, done)
    if not done.complete:
        click.get_current_context().exit(INCOMPLETE)


@contextmanager
def _untouched(plan: PlanFile, path: Path | None) -> Iterator[None]:
    """Say, when Ctrl-C comes before *plan* is begun, that nothing was erased, whether the bundle at *path* stands, and how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        if not plan.is_begun:
            click.echo(f"overdracht: nothing was erased; {_going_on(path)}", err=True)
        raise


def _going_on(path: Path | None) -> str:
    if path is None:
        return "give the same command again"
    if not path.exists():
        return f"the bundle {path} was not written: give the same command again"
    return f"the bundle {path} is written and stays: delete it, or name another file, and give the same command again"


def _closing(
    bundle_first: Path | None,
    recipient: tuple[str, ...],
    passphrase_file: Path | None,
    ask: bool,
    as_zip: bool,
    as_json: bool,
) -> Closing | None:
    given = bool(recipient) or passphrase_file is not None or ask
    if bundle_first is None:
        if given or as_zip:
            raise UsageError("these options are for a bundle", remedy="--bundle-first FILE")
        return None
    if as_json and not given:
        # A passphrase that is shown at the end is lost when the end does not come, and the data is gone by then.
        raise UsageError(
            "with --json no passphrase can be shown before anything goes",
            remedy="--passphrase-file FILE or --recipient KEY",
        )
    return closing(recipient, passphrase_file, ask=ask, as_zip=as_zip)


def check(
    plan: PlanFile, request: RequestFile, confirmed: tuple[str, ...], *, to_correct: bool = False
) -> None:
    """Refuse a plan of another sort or that was begun already, an effect outside that was not confirmed, and a name that is none."""
    if plan.rectifies is not to_correct:
        command = "rectify" if plan.rectifies else "erase"
        raise UsageError(
            "this plan erases, and corrects nothing"
            if to_correct
            else "this plan corrects, and erases nothing",
            remedy=f"overdracht {command} --apply {plan.digest}",
        )
    if plan.phase is not Phase.PROPOSED:
        raise UsageError(
            f"this plan was begun already: it is {plan.phase}",
            remedy=f"overdracht resume {request.reference} goes on with it",
        )
    named = {one.step.external for one in plan.steps(*ACTING) if one.step.external}
    for name in confirmed:
        if name not in named:
            known = ", ".join(sorted(named)) or "nothing"
            raise UsageError(f"--confirm {name}: the plan has {known} to confirm")
    missing = unconfirmed(plan, confirmed)
    if missing:
        raise UsageError(
            f"the plan has effects outside the organisation that cannot be taken back: {len(missing)}",
            remedy=" ".join(f"--confirm {name}" for name in missing),
        )


def _check_whole(session: Session, request: RequestFile) -> None:
    """Raise BundleError when a bundle made now would be INCOMPLETE; nothing is written then."""
    identity = identity_of(request, session.organisation, session.registry.kinds)
    found = count_up(request, identity)
    waiting = found.tally.of(Inclusion.AWAITING)
    why = [] if found.complete else [not_whole(found.coverage)]
    why += [f"{count(waiting, 'item')} to review"] if waiting else []
    if why:
        raise BundleError(
            f"the bundle would be INCOMPLETE ({'; '.join(why)}); nothing has been touched",
            remedy=f"overdracht plan and review {request.reference}, or accept it with --incomplete-bundle",
        )


def bundle(
    session: Session,
    store: Store,
    request: RequestFile,
    path: Path,
    chosen: Closing,
    screen: Screen | None,
) -> None:
    """Write the bundle of everything at *path*, show how it is opened, and read it back; raise BundleError unless it is whole."""
    from overdracht.bundle import verify
    from overdracht.cli.export_command import show
    from overdracht.cli.making import Wish, export

    chosen, key = _openable(chosen)
    made = export(session, store, request, Wish(to=path), chosen)
    if screen is not None:
        show(screen, session, made, chosen)
        screen.line()
    found = verify(path, key, trusted=made.public_key)
    if not found.ok:
        raise BundleError(f"the bundle is not whole: {found.problems[0]}; nothing has been touched")
    if made.summary.shortfalls:
        lost = sum(one.count for one in made.summary.shortfalls)
        raise BundleError(
            f"the bundle lacks what could not be read ({lost:,}); nothing has been touched",
            remedy="erase without --bundle-first if it may go unread",
        )


def _openable(chosen: Closing) -> tuple[Closing, Unlock]:
    """Return how to close a bundle so that it can be read back here, and what opens it."""
    match chosen.lock:
        case ToPassphrase(passphrase):
            return chosen, Unlock(passphrase=passphrase)
        case ToZipPassword(password):
            return chosen, Unlock(passphrase=password)
        case ToRecipients(recipients):
            # A key that is made for this moment and kept nowhere: whoever the bundle is for keeps the only ones.
            ours = generate_identity()
            lock = ToRecipients((*recipients, ours.recipient))
            return replace(chosen, lock=lock), Unlock((ours.secret,))
    raise UsageError("this bundle cannot be read back")
