"""`overdracht check`: whether every source can be searched, before somebody needs it."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click

from overdracht.cli.asking import check_sources
from overdracht.cli.failure import INCOMPLETE
from overdracht.cli.screen import Screen, count, emit, screen
from overdracht.cli.session import Session, pass_session
from overdracht.config import Source
from overdracht.connector import Check
from overdracht.survey.engine import explain


@dataclass(frozen=True, slots=True)
class Checked:
    """What one source's checks came to."""

    source: str
    connector: str
    checks: tuple[Check, ...]
    seconds: float

    @property
    def ok(self) -> bool:
        """Say whether all was well; a source that was not looked at is not."""
        return bool(self.checks) and all(one.ok for one in self.checks)


@click.command("check")
@click.argument("source", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@pass_session
def command(session: Session, source: tuple[str, ...], as_json: bool) -> None:
    """Try every SOURCE, or all of them: reachable, permitted, and opened in a way that cannot write.

    Nothing is searched and nothing changes. The exit code is 1 when a check fails.

    \b
    Examples:
      overdracht check
      overdracht check mailarchief --json
    """
    check_sources(source, [one.name for one in session.config.sources])
    if as_json:
        answers = list(check(session.config.sources, source))
        emit([_as_json(one) for one in answers])
        good = all(one.ok for one in answers)
    else:
        good = show(screen(), session.config.sources, source)
    if not good or not session.config.sources:
        click.get_current_context().exit(INCOMPLETE)


def check(sources: Sequence[Source], only: Sequence[str] = ()) -> Iterator[Checked]:
    """Yield what the checks of *sources*, or *only* of some, come to; no source's fault stops the others."""
    for source in sources:
        if not only or source.name in only:
            began = time.monotonic()
            checks = tuple(_checks(source))
            yield Checked(source.name, source.connector_name, checks, time.monotonic() - began)


def _checks(source: Source) -> Iterator[Check]:
    if source.connector is None:
        yield Check("connector", False, source.problem)
        return
    try:
        yield from source.connector.check()
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything, and the other sources are to be tried too
        yield Check("check", False, explain(error))


def show(screen: Screen, sources: Sequence[Source], only: Sequence[str] = ()) -> bool:
    """Show each source as its checks end; return whether all is well."""
    failed = 0
    for checked in check(sources, only):
        failed += not checked.ok
        screen.line(f"{checked.source} ({checked.connector}, {checked.seconds:.2f} s)", "bold")
        for one in checked.checks:
            mark, style = ("ok  ", "green") if one.ok else ("FAIL", "bold red")
            screen.line(f"  {mark}  {one.name}{f': {one.detail}' if one.detail else ''}", style)
        if not checked.checks:
            screen.line("  FAIL  the connector tried nothing", "bold red")
    if not sources:
        screen.line("The configuration has no source: add a table [sources.NAME].", "bold red")
    elif failed:
        screen.line(f"{count(failed, 'source')} cannot be searched whole.", "bold red")
    else:
        screen.line("All is well.", "green")
    return not failed


def _as_json(checked: Checked) -> dict[str, object]:
    return {
        "source": checked.source,
        "connector": checked.connector,
        "ok": checked.ok,
        "seconds": round(checked.seconds, 3),
        "checks": [
            {"name": one.name, "ok": one.ok, "detail": one.detail} for one in checked.checks
        ],
    }
