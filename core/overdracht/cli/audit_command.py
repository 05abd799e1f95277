"""`overdracht audit`: who was erased when, without saying who; and whether that record is whole."""

import click

from overdracht.cli.screen import emit, screen
from overdracht.cli.session import Session, pass_session


@click.command("audit")
@click.argument("action", type=click.Choice(["show", "verify"]), default="show")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@pass_session
def command(session: Session, action: str, as_json: bool) -> None:
    """Show the audit trail, or prove with `audit verify` that nothing in it was changed, removed or reordered.

    It holds references, times, numbers and digests, and nothing personal.

    \b
    Examples:
      overdracht audit
      overdracht audit verify
    """
    with session.store() as store:
        if action == "verify":
            entries = store.audit.verify()
            if as_json:
                emit({"ok": True, "entries": entries})
            else:
                screen().line(f"{entries:,} entries, all as they were made.", "green")
            return
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
                    for one in store.audit.entries()
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
            for one in store.audit.entries()
        ]
        if rows:
            screen().table(("number", "at", "reference", "event", "details"), rows, right={0})
        else:
            screen().line("Nothing has happened yet.")
