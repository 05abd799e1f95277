"""`overdracht export`: everything that is the person's, in one signed and encrypted file."""

import os
from itertools import islice
from pathlib import Path
from shlex import quote

import click

from overdracht.cli.asking import request_for
from overdracht.cli.failure import INCOMPLETE
from overdracht.cli.find_command import NO_FIND, THOROUGH, search_first
from overdracht.cli.found import show_coverage
from overdracht.cli.making import Made, Wish, export
from overdracht.cli.screen import Screen, count, emit, screen, size
from overdracht.cli.sealing import Closing, closing
from overdracht.cli.session import Session, pass_session
from overdracht.cli.unlocking import FILE
from overdracht.errors import BundleError, UsageError

MOST_NAMED = 20
"""As many items that name other people as are listed; `review --others` lists all."""


@click.command("export")
@click.argument("person", nargs=-1, required=True)
@click.option(
    "--to",
    type=FILE,
    required=True,
    metavar="FILE",
    help="The bundle; an existing file is refused.",
)
@click.option(
    "--purpose",
    type=click.Choice(["inzage", "overdracht"]),
    default="inzage",
    show_default=True,
    help="All that is held (GDPR Art. 15), or what another provider goes on with (Art. 20).",
)
@click.option(
    "--recipient",
    multiple=True,
    metavar="age1…",
    help="Encrypt to this age public key; may be given more than once.",
)
@click.option(
    "--passphrase-file", type=FILE, metavar="FILE", help="Encrypt with the first line of this file."
)
@click.option(
    "--passphrase",
    "ask_passphrase",
    is_flag=True,
    help="Ask for a passphrase; without any of these one is made and shown.",
)
@click.option(
    "--zip", "as_zip", is_flag=True, help="An AES-256 zip file instead, for a receiver without age."
)
@click.option(
    "--extra",
    multiple=True,
    metavar="NAME",
    help="A further form that a connector offers, such as mbox.",
)
@click.option(
    "--language",
    type=click.Choice(["nl", "en"]),
    help="Of the overview.  [default: the configuration's]",
)
@click.option(
    "--received",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The day on which the request came in.",
)
@THOROUGH
@NO_FIND
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@pass_session
def command(  # noqa: PLR0913, PLR0917 - click hands over an argument an option
    session: Session,
    /,
    person: tuple[str, ...],
    recipient: tuple[str, ...],
    passphrase_file: Path | None,
    ask_passphrase: bool,
    as_zip: bool,
    thorough: bool,
    no_find: bool,
    as_json: bool,
    **wish: object,
) -> None:
    """Write everything about PERSON, identifiers or the reference of a request, into one signed and encrypted FILE.

    The sources are searched first. What still waits for review is left out, and then the exit code is 1, as it is when a source was
    not searched whole or an item could not be read; the bundle itself says so too.

    \b
    Examples:
      overdracht export 2026-0001 --to 2026-0001.zip.age
      overdracht export 2026-0001 --to sanne.zip --zip --purpose overdracht --language en
    """
    order = _wish(session, wish)
    chosen = closing(recipient, passphrase_file, ask=ask_passphrase, as_zip=as_zip)
    with session.store() as store:
        request = request_for(session, store, person)
        search_first(session, store, request, thorough=thorough, no_find=no_find)
        made = export(session, store, request, order, chosen)
        _tell(session, made, chosen, as_json=as_json)
    if not made.complete:
        click.get_current_context().exit(INCOMPLETE)


def _wish(session: Session, options: dict[str, object]) -> Wish:
    extras = options.pop("extra")
    wish = Wish(**options, extras=extras)  # type: ignore[arg-type]  # click checked them
    known = {
        name for one in session.config.sources if one.connector for name in one.connector.extras
    }
    for extra in wish.extras:
        if extra not in known:
            raise UsageError(
                f"no source offers the extra {extra}",
                remedy="there are: " + (", ".join(sorted(known)) or "none"),
            )
    # What would fail at the end is refused before the search.
    if os.path.lexists(wish.to):
        raise BundleError(f"{wish.to} exists already", remedy="choose another name")
    if not wish.to.absolute().parent.is_dir():
        raise BundleError(f"there is no folder {wish.to.absolute().parent}", remedy="make it first")
    return wish


def _tell(session: Session, made: Made, chosen: Closing, *, as_json: bool) -> None:
    try:
        if as_json:
            emit(_as_json(made, chosen) | {"not_filled_in": unstated(session)})
        else:
            show(screen(), session, made, chosen)
    except OSError:
        if chosen.shown:
            # A bundle whose passphrase nobody saw cannot be opened by anybody.
            made.path.unlink(missing_ok=True)
        raise


def show(screen: Screen, session: Session, made: Made, chosen: Closing) -> None:
    """Show what is in the bundle and how it is opened."""
    found, summary = made.found, made.summary
    screen.line(f"Request {found.reference}", "bold")
    show_coverage(screen, found.coverage)
    screen.line()
    screen.line(f"Written: {made.path} ({size(made.path.stat().st_size)})", "bold")
    screen.line(
        f"  {count(summary.items, 'item')} in {count(summary.files, 'file')}, {size(summary.size)}"
    )
    _others(screen, session, made)
    if unsaid := unstated(session):
        screen.line(
            f"  not filled in under [organisation], and so not stated to the person: {', '.join(unsaid)}",
            "yellow",
        )
    if summary.derived:
        screen.line(
            f"  {count(summary.derived, 'item')} left out: the organisation's own work, which Art. 20 does not cover"
        )
    for one in summary.shortfalls:
        screen.line(f"  not in it: {one.source}: {one.reason} ({one.count:,})", "red")
    if made.waiting:
        screen.line(
            f"  not in it: {count(made.waiting, 'item')} to review: {session.command(f'review {found.reference}')}",
            "red",
        )
    screen.exact(
        f"  signed by {made.key_id}; the public key, for the receiver: {made.public_key.splitlines()[-1]}"
    )
    screen.exact(f"  to open it: {chosen.opening.format(file=quote(made.path.name))}")
    if chosen.shown:
        screen.line()
        screen.exact(f"Passphrase, shown once and kept nowhere: {chosen.shown}", "bold")
        screen.line("  Pass it on by another way than the file.")
    screen.line()
    if made.complete:
        screen.line("Complete.", "green")
    else:
        screen.line("INCOMPLETE: what is not in it is named above, and in the bundle.", "bold red")


def unstated(session: Session) -> list[str]:
    """Return the keys of what the overview is to state to the person, and the configuration does not say."""
    organisation = session.config.organisation
    keys = ("recipients", "automated_decisions", "transfers")
    return [
        one
        for one in keys
        if one not in organisation.model_fields_set or getattr(organisation, one) == ""
    ]


def _others(screen: Screen, session: Session, made: Made) -> None:
    """Show which items also name other people: whether they may go out is the administrator's decision."""
    number = made.found.tally.third_parties
    if not number:
        return
    names = "names" if number == 1 else "name"
    screen.line(
        f"  {count(number, 'item')} also {names} other people: consider GDPR Art. 15(4) before you send it",
        "yellow",
    )
    screen.table(
        ("number", "source", "kind", "title", "others"),
        [
            (
                str(one.number),
                one.source,
                one.item.category,
                one.item.title or "(untitled)",
                f"{one.item.third_parties:,}",
            )
            for one in islice(made.naming(), MOST_NAMED)
        ],
        right={0, 4},
    )
    reference = made.found.reference
    if (more := number - MOST_NAMED) > 0:
        screen.exact(f"  and {more:,} more: {session.command(f'review {reference} --others')}")
    screen.exact(
        f"  to leave one out: {session.command(f'review {reference} --reject NUMBER')}, and export again"
    )


def _as_json(made: Made, chosen: Closing) -> dict[str, object]:
    summary = made.summary
    return {
        "reference": made.found.reference,
        "file": str(made.path),
        "complete": made.complete,
        "items": summary.items,
        "files": summary.files,
        "bytes": summary.size,
        "awaiting_review": made.waiting,
        "derived_left_out": summary.derived,
        "naming_third_parties": made.found.tally.third_parties,
        "third_parties": [
            {
                "number": one.number,
                "source": one.source,
                "category": one.item.category,
                "title": one.item.title,
                "others": one.item.third_parties,
            }
            for one in made.naming()
        ],
        "shortfalls": [
            {"source": one.source, "reason": one.reason, "items": one.count}
            for one in summary.shortfalls
        ],
        "signed_by": made.key_id,
        "public_key": made.public_key,
        "passphrase": chosen.shown or None,
    }
