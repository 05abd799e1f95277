"""`overdracht find`: everything the sources hold about one person."""

from collections.abc import Sequence

import click

from overdracht.cli.asking import ask, request_for, subjects, told
from overdracht.cli.failure import INCOMPLETE
from overdracht.cli.found import Found, show, verdict
from overdracht.cli.screen import Screen, count, emit, screen
from overdracht.cli.session import Session, pass_session
from overdracht.cli.tally import tally
from overdracht.errors import UsageError
from overdracht.review import Inclusion, Review
from overdracht.state import Given, RequestFile, Role, Store
from overdracht.survey import Identity

THOROUGH = click.option(
    "--thorough/--quick",
    default=True,
    help="Search everywhere first, also where that is slow, or only where it is fast; what was not looked into is said.",
)
NO_FIND = click.option(
    "--no-find",
    is_flag=True,
    help="Do not search again: use what the last search found, and its coverage.",
)
"""What a command takes that searches first and then does something with what was found."""


@click.command("find")
@click.argument("person", nargs=-1, required=True)
@click.option("--add", multiple=True, metavar="ID", help="A further identifier of the person.")
@click.option(
    "--exclude",
    multiple=True,
    metavar="ID",
    help="An identifier of somebody else, a namesake's for instance.",
)
@click.option(
    "--shared",
    multiple=True,
    metavar="ID",
    help="An identifier that several people share: looked for, but no proof.",
)
@click.option(
    "--source",
    "only",
    multiple=True,
    metavar="NAME",
    help="Ask this source only; the result is incomplete then.",
)
@click.option(
    "--thorough",
    is_flag=True,
    help="Also search where searching is slow, such as every body of every mail.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@pass_session
def command(  # noqa: PLR0913, PLR0917 - click hands over an argument an option
    session: Session,
    person: tuple[str, ...],
    add: tuple[str, ...],
    exclude: tuple[str, ...],
    shared: tuple[str, ...],
    only: tuple[str, ...],
    thorough: bool,
    as_json: bool,
) -> None:
    """Find everything about PERSON in every source, changing nothing.

    PERSON is one or more identifiers, or the reference of an earlier request: an e-mail address, a telephone number, an IBAN, a domain
    name or an IP address as it is, anything else as kind:value (customer:K-00412, username:sanne, kvk:01234567, "name:Sanne de Vries").

    \b
    Examples:
      overdracht find sanne@vandenberg.example
      overdracht find sanne@vandenberg.example customer:K-00412 --exclude s.berg@elders.example
      overdracht find 2026-0001 --thorough
    """
    given = [
        *(Given(one) for one in subjects(session, add, "--add")),
        *told(session, exclude, Role.EXCLUDED, "--exclude"),
        *told(session, shared, Role.SHARED, "--shared"),
    ]
    with session.store() as store:
        request = request_for(session, store, person)
        found = find(session, store, request, given=given, thorough=thorough, only=only)
        if as_json:
            emit(found.as_json())
        else:
            show(screen(), found)
            verdict(screen(), session, found)
            what_next(screen(), session, found)
    if not found.complete:
        click.get_current_context().exit(INCOMPLETE)


def find(
    session: Session,
    store: Store,
    request: RequestFile,
    *,
    given: Sequence[Given] = (),
    thorough: bool = False,
    only: Sequence[str] = (),
) -> Found:
    """Ask the sources about *request*, after keeping what else is *given*."""
    with store.working_on(request.reference):
        if given:
            request.give(given)
        if thorough:
            request.be_thorough()
        survey = ask(session, request, only=only)
        return count_up(request, survey.identity)


def search_first(
    session: Session, store: Store, request: RequestFile, *, thorough: bool, no_find: bool
) -> None:
    """Search before what rests on it, or raise UsageError when that is not wanted and was never done."""
    if not no_find:
        find(session, store, request, thorough=thorough)
    elif not request.coverage():
        raise UsageError("the request has not been searched yet", remedy="leave out --no-find")


def count_up(request: RequestFile, identity: Identity) -> Found:
    """Return what is known about *request* now, without asking anybody."""
    items = Review(request, identity).items()
    counts = tally(items, identity)
    return Found(request.reference, identity, request.coverage(), counts, request.thorough)


def what_next(screen: Screen, session: Session, found: Found) -> None:
    """Show which commands come next: what makes the answer whole before what rests on it."""
    reference, tally = found.reference, found.tally
    if waiting := tally.of(Inclusion.AWAITING):
        kinds = ", ".join(
            f"{number:,} {certainty}" for certainty, number in sorted(tally.awaiting.items())
        )
        screen.exact(
            f"{count(waiting, 'item')} to review ({kinds}): {session.command(f'review {reference}')}",
            "yellow",
        )
        return
    if not found.complete:
        screen.exact(f"When that is mended: {session.command(f'find {reference}')}", "yellow")
    offer(screen, session, reference, tally.of(Inclusion.INCLUDED), tally.items)


def offer(screen: Screen, session: Session, reference: str, included: int, items: int) -> None:
    """Show what can be done with the *included* of all *items*, of which none waits."""
    if included:
        screen.exact(f"Export: {session.command(f'export {reference} --to {reference}.zip.age')}")
        screen.exact(f"Erase: {session.command(f'plan {reference}')} says what would go")
    elif items:
        screen.exact(
            f"Nothing is the person's: all was left out. {session.command(f'review {reference} --all')} lists it"
        )
    else:
        screen.exact(
            f"Is the person known by something else? {session.command(f'find {reference} --add ID')}"
        )
