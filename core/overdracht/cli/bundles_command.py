"""`overdracht bundles`: which bundles were written, and when each is to be deleted."""

from collections.abc import Iterable

import click

from overdracht.cli.failure import INCOMPLETE
from overdracht.cli.screen import count, emit, screen, size
from overdracht.cli.session import Session, pass_session
from overdracht.errors import UsageError
from overdracht.retention import local_day
from overdracht.state import Store
from overdracht.state.afterlife import Copy


@click.command("bundles")
@click.option(
    "--delete-due",
    is_flag=True,
    help="Delete the bundles whose time has come, where they were written.",
)
@click.option(
    "--delete",
    "reference",
    metavar="REFERENCE",
    help="Delete the bundles of this request now, and the folders they were opened in.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@pass_session
def command(session: Session, delete_due: bool, reference: str | None, as_json: bool) -> None:
    """List the bundles that were written, and when each is to be deleted ([bundles] keep in the configuration).

    A bundle is a copy outside the systems: once the person has it, it has no use here; nor has the folder in which `overdracht open`
    unpacked it here, of which only what was unpacked is deleted. Exit code 1 when one that is to go could not be deleted, because it is
    another file now, a folder holds something else too, or the system refuses.

    \b
    Examples:
      overdracht bundles
      overdracht bundles --delete-due
      overdracht bundles --delete 2026-0001
    """
    with session.store() as store:
        if reference is not None:
            _check_there(store, reference)
        going = [
            one
            for one in store.copies.all()
            if (delete_due and is_due(session, one))
            or (reference is not None and one.stands_for(reference))
        ]
        left = _delete(session, store, going) if delete_due or reference else []
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
                        _size(one),
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
                f"Not deleted: the one of {one.reference}, {one.path}: {_why_not(one)}, or cannot be removed.",
                "red",
            )
    if left:
        click.get_current_context().exit(INCOMPLETE)


def _check_there(store: Store, reference: str) -> None:
    """Raise UsageError when no bundle of *reference* stands: whoever mistypes it must not believe that one is gone."""
    of_it = [one for one in store.copies.all() if one.reference == reference]
    if any(one.stands_for(reference) for one in of_it):
        return
    if of_it:
        what = f"every bundle of request {reference} was deleted already"
    elif store.closed(reference) or reference in store.references():
        what = f"no bundle of request {reference} was written"
    else:
        what = f"there is no request {reference}, and no bundle of it"
    raise UsageError(f"{what}; nothing was deleted", remedy="overdracht bundles lists them")


def is_due(session: Session, copy: Copy) -> bool:
    """Say whether *copy* is still there, as far as is known, and its time has come."""
    return copy.deleted is None and copy.deletes <= local_day(session.now())


def _delete(session: Session, store: Store, going: Iterable[Copy]) -> list[Copy]:
    from overdracht.bundle import clear

    left = []
    deleted = 0
    for one in going:
        if store.copies.delete(one, session.now(), clear):
            deleted += 1
            store.audit.append("bundle deleted", one.reference, {}, session.now())
        else:
            left.append(one)
    click.echo(f"{count(deleted, 'bundle')} deleted.", err=True)
    return left


def _why_not(copy: Copy) -> str:
    if copy.is_folder:
        return "it is not the folder that was made, or holds something else too"
    return "it is not the file that was written"


def _size(copy: Copy) -> str:
    if copy.deleted:
        return ""
    if copy.is_missing:
        return "not there"
    return "unpacked" if copy.is_folder else size(copy.size)


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
        "size": None if copy.deleted or copy.is_folder else copy.size,
        "unpacked": copy.is_folder,
    }
