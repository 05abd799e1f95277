"""`overdracht plan`: what an erasure would do, item by item, and why. Nothing is touched."""

from pathlib import Path

import click

from overdracht.cli.asking import request_for
from overdracht.cli.failure import INCOMPLETE
from overdracht.cli.files import check_free, write
from overdracht.cli.find_command import NO_FIND, THOROUGH, search_first
from overdracht.cli.found import not_whole
from overdracht.cli.plan_document import as_json
from overdracht.cli.planning import Drawn, applying, draw, page_of, show
from overdracht.cli.screen import Screen, count, emit, screen
from overdracht.cli.session import Session, pass_session
from overdracht.cli.unlocking import FILE


@click.command("plan")
@click.argument("person", nargs=-1, required=True)
@click.option("--items", is_flag=True, help="Also list every item with what happens to it.")
@click.option(
    "--html",
    "page",
    type=FILE,
    metavar="FILE",
    help="Also write the plan as a page to read; an existing file is refused.",
)
@click.option(
    "--language",
    type=click.Choice(["nl", "en"]),
    help="Of the page.  [default: the configuration's]",
)
@THOROUGH
@NO_FIND
@click.option("--json", "in_json", is_flag=True, help="Print the answer as JSON.")
@pass_session
def command(  # noqa: PLR0913, PLR0917 - click hands over an argument an option
    session: Session,
    person: tuple[str, ...],
    items: bool,
    page: Path | None,
    language: str | None,
    thorough: bool,
    no_find: bool,
    in_json: bool,
) -> None:
    """Plan the erasure of PERSON, identifiers or the reference of a request. Nothing is touched.

    The sources are searched first, everywhere unless --quick. The plan says of every item what happens to it and why; what waits for review is left alone. Its
    digest is what `overdracht erase --apply` wants: what runs is what was seen. Exit code 1 when not everything could be searched, or
    something waits for you.

    \b
    Examples:
      overdracht plan sanne@vandenberg.example
      overdracht plan 2026-0001 --html plan.html
    """
    check_free(page)
    with session.store() as store:
        request = request_for(session, store, person)
        search_first(session, store, request, thorough=thorough, no_find=no_find)
        drawn = draw(session, store, request)
        if page is not None:
            write(page, page_of(session, drawn, language).write())
        if in_json:
            emit(as_json(session, drawn, items=items))
        else:
            show(screen(), session, drawn, items=items)
            verdict(screen(), session, drawn)
    if not drawn.complete:
        click.get_current_context().exit(INCOMPLETE)


def verdict(screen: Screen, session: Session, drawn: Drawn) -> None:
    """Show whether the plan is whole, and what comes next."""
    counted, found = drawn.dispositions, drawn.found
    if not found.complete:
        screen.line(
            f"INCOMPLETE: {not_whole(found.coverage)}. What was found can be erased; the certificate will say incomplete.",
            "bold red",
        )
    if counted.to_judge:
        screen.exact(
            f"{count(counted.to_judge, 'item')} to review, left alone: {session.command(f'review {found.reference}')}",
            "yellow",
        )
    if counted.by_hand:
        screen.line(
            f"{count(counted.by_hand, 'item')} to erase by hand: the system cannot.", "yellow"
        )
    if counted.unclear:
        screen.line(
            f"{count(counted.unclear, 'item')} left alone for a reason named above: look at what it is in its system, mend or erase it there, and plan again.",
            "yellow",
        )
    if drawn.left_out:
        screen.line(f"{count(drawn.left_out, 'item')} left out by review: not touched.")
    if drawn.complete:
        screen.line(
            "Complete: everything was searched and decided. Nothing is erased yet.", "green"
        )
    screen.exact(f"Apply: {applying(session, drawn)}")
