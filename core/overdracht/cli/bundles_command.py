"""`overdracht bundles`: which bundles were written, and when each is to be deleted."""

import click

from overdracht.cli.failure import INCOMPLETE
from overdracht.cli.screen import count, emit, screen, size
from overdracht.cli.session import Session, pass_session
from overdracht.retention import local_day
from overdracht.state import Store
from overdracht.state.afterlife import Copy


@click.command("bundles")
@click.option(
    "--delete-due",
    is_flag=True,
    help="Delete the bundles whose time has come, where they were written.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@pass_session
def command(session: Session, delete_due: bool, as_json: bool) -> None:
    """List the bundles that were written, and when each is to be deleted ([bundles] keep in the configuration).

    A bundle is a copy outside the systems: once the person has it, it has no use here. Exit code 1 when one that is due could not be
    deleted, because it is another file now or the system refuses.

    \b
    Examples:
      overdracht bundles
      overdracht bundles --delete-due
    """
    with session.store() as store:
        left = _delete(session, store) if delete_due else []
        copies = list(store.copies.all())
        if as_json:
            emit([_as_json(session, one) for one in copies])
        elif copies:
            screen().table(
                ("reference", "written", "size", "deleted", "file"),
                [
                    (
                        one.reference,
                        f"{one.made:%Y-%m-%d}",
                        "" if one.deleted else size(one.size),
                        _deletion(session, one),
                        "" if one.deleted else str(one.path),
                    )
                    for one in copies
                ],
                right={2},
            )
        else:
            screen().line("No bundle was written yet.")
        for one in left:
            screen().line(
                f"Not deleted: the one of {one.reference}, {one.path}: it is not the file that was written, or cannot be removed.",
                "red",
            )
    if left:
        click.get_current_context().exit(INCOMPLETE)


def is_due(session: Session, copy: Copy) -> bool:
    """Say whether *copy* is still there, as far as is known, and its time has come."""
    return copy.deleted is None and copy.deletes <= local_day(session.now())


def _delete(session: Session, store: Store) -> list[Copy]:
    left = []
    deleted = 0
    for one in list(store.copies.all()):
        if not is_due(session, one):
            continue
        if store.copies.delete(one, session.now()):
            deleted += 1
            store.audit.append("bundle deleted", one.reference, {}, session.now())
        else:
            left.append(one)
    click.echo(f"{count(deleted, 'bundle')} deleted.", err=True)
    return left


def _deletion(session: Session, copy: Copy) -> str:
    if copy.deleted:
        return f"on {copy.deleted:%Y-%m-%d}"
    return "DUE" if is_due(session, copy) else f"from {copy.deletes}"


def _as_json(session: Session, copy: Copy) -> dict[str, object]:
    return {
        "reference": copy.reference,
        "written": copy.made,
        "deletes": copy.deletes,
        "due": is_due(session, copy),
        "deleted": copy.deleted,
        "file": None if copy.deleted else str(copy.path),
        "size": None if copy.deleted else copy.size,
    }
