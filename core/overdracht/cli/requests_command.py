"""`overdracht requests`: which requests there are."""

from typing import Any

import click

from overdracht.cli.screen import emit, screen
from overdracht.cli.session import Session, pass_session
from overdracht.state import RequestFile, Role
from overdracht.survey import identity_of


@click.command("requests")
@click.option(
    "--show",
    is_flag=True,
    help="Also show whom each is about; without it nothing personal is shown.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@pass_session
def command(session: Session, show: bool, as_json: bool) -> None:
    """List the requests in the state directory.

    \b
    Examples:
      overdracht requests
      overdracht requests --show
    """
    with session.store() as store:
        entries = [_entry(session, store.request(one), show=show) for one in store.references()]
    if as_json:
        emit(entries)
    elif not entries:
        screen().line("There is no request yet.")
    else:
        columns = (
            "reference",
            "created",
            "items",
            "identifiers",
            "searched",
            *(("person",) if show else ()),
        )
        screen().table(
            columns,
            (
                (
                    str(one["reference"]),
                    str(one["created"])[:16].replace("T", " "),
                    f"{one['items']:,}",
                    str(one["identifiers"]),
                    _SEARCHED[one["complete"]],
                    *((", ".join(one["person"]),) if show else ()),
                )
                for one in entries
            ),
            right={2, 3},
        )


_SEARCHED = {True: "whole", False: "INCOMPLETE", None: "not yet"}


def _entry(session: Session, request: RequestFile, *, show: bool) -> dict[str, Any]:
    coverage = request.coverage()
    identity = identity_of(request, session.organisation, session.registry.kinds)
    entry: dict[str, Any] = {
        "reference": request.reference,
        "created": request.created,
        "items": sum(one.items for one in coverage),
        "identifiers": len(identity.sought),
        "complete": all(one.complete for one in coverage) if coverage else None,
    }
    if show:
        entry["person"] = [
            str(one.identifier) for one in request.given() if one.role is Role.SUBJECT
        ]
    return entry
