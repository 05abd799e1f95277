"""`overdracht audit`: who was erased when, without saying who; and whether that record is whole."""

import click

from overdracht.cli.screen import emit, screen
from overdracht.cli.session import Session, pass_session
from overdracht.errors import UsageError
from overdracht.state.audit import Audit, Head


@click.command("audit")
@click.argument("action", type=click.Choice(["show", "verify"]), default="show")
@click.option(
    "--head",
    "noted",
    metavar="HEAD",
    help="With verify: a head that was noted earlier; it must still be in the trail.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@pass_session
def command(session: Session, action: str, noted: str | None, as_json: bool) -> None:
    """Show the audit trail, or prove with `audit verify` that nothing in it was changed, removed or reordered.

    It holds references, times, numbers and digests, and nothing personal. Its head, which is shown last, stands for all of it: whoever notes
    it elsewhere finds with --head whether the trail up to there is still the same, even when all of it was taken away at once. Every
    certificate carries the head of its moment, and `overdracht verify` looks for that too.

    \b
    Examples:
      overdracht audit
      overdracht audit verify
      overdracht audit verify --head 12:0f3a5c7e9b1d2f4a6c8e0b2d4f6a8c0e
    """
    if noted is not None and action != "verify":
        raise UsageError("--head is for checking", remedy="overdracht audit verify --head HEAD")
    with session.store() as store:
        if action == "verify":
            _verify(store.audit, None if noted is None else Head.parse(noted), as_json=as_json)
        else:
            _show(store.audit, as_json=as_json)


def _verify(audit: Audit, noted: Head | None, *, as_json: bool) -> None:
    entries = audit.verify(noted)
    if as_json:
        emit({"ok": True, "entries": entries, "head": _told(audit.head)})
    else:
        screen().line(f"{entries:,} entries, all as they were made.", "green")
        _head(audit.head)


def _show(audit: Audit, *, as_json: bool) -> None:
    if as_json:
        emit(
            [
                {
                    "number": one.number,
                    "at": one.at,
                    "event": one.event,
                    "reference": one.reference,
                    "details": one.details,
                }
                for one in audit.entries()
            ]
        )
        return
    rows = [
        (
            str(one.number),
            one.at[:19].replace("T", " "),
            one.reference,
            one.event,
            ", ".join(f"{key} {value}" for key, value in one.details.items()),
        )
        for one in audit.entries()
    ]
    if rows:
        screen().table(("number", "at", "reference", "event", "details"), rows, right={0})
        _head(audit.head)
    else:
        screen().line("Nothing has happened yet.")


def _told(head: Head | None) -> str | None:
    return None if head is None else str(head)


def _head(head: Head | None) -> None:
    if head is not None:
        screen().exact(f"Head: {head}")
