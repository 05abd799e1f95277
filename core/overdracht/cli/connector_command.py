"""`overdracht connector`: for who writes one. `new` begins it, `test` holds it against its contract."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from overdracht.cli.failure import INCOMPLETE
from overdracht.cli.screen import Screen, count, emit, screen
from overdracht.cli.session import Session, pass_session
from overdracht.connector import Connector, Settings
from overdracht.errors import UsageError
from overdracht.identifiers import Kinds
from overdracht.subject import Subject

if TYPE_CHECKING:
    from overdracht.trial import Promise

STRANGER = "email:oltje@nergens.example"
"""Nobody any system has ever heard of."""

Maker = Callable[[], Connector[Settings]]


@click.group("connector")
def command() -> None:
    """Write a connector for one more system, and hold it against its contract.

    \b
    Example:
      overdracht connector new helpdesk
    """


@command.command("new", short_help="Write a connector that works, to make your own.")
@click.argument("name")
@click.option(
    "--to",
    "parent",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    metavar="FOLDER",
    help="The folder to make it in.  [default: this one]",
)
@pass_session
def new(session: Session, name: str, parent: Path) -> None:
    """Write a distribution of its own with a connector NAME that works, for you to make your own.

    It reads tickets from an SQLite file, finds, exports and erases, brings its part of the demo, and passes the whole contract.

    \b
    Example:
      overdracht connector new helpdesk
    """
    from overdracht.scaffold import write_distribution

    target = write_distribution(name, parent, session.installed.connectors)
    out = screen()
    out.exact(f"Written: {target}", "green")
    out.line("Next, in that folder")
    for words in (
        "python3 -m pip install -e .",
        session.program + f" connectors {name}",
        "python3 -m pip install pytest && python3 -m pytest",
    ):
        out.exact(f"  {words}")


@command.command("test", short_help="Try the contract on a source with test data.")
@click.argument("source")
@click.argument("person", nargs=-1, required=True)
@click.option("--other", multiple=True, metavar="ID", help="Somebody else it holds, who must stay.")
@click.option(
    "--stranger",
    multiple=True,
    default=(STRANGER,),
    metavar="ID",
    help="Somebody it does not hold.",
    show_default=True,
)
@click.option(
    "--erase",
    metavar="SOURCE",
    help="Also erase PERSON for real; repeat the source's name to confirm.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@pass_session
def test(
    session: Session,
    source: str,
    person: tuple[str, ...],
    other: tuple[str, ...],
    stranger: tuple[str, ...],
    erase: str | None,
    as_json: bool,
) -> None:
    """Try the promises of the connector's contract on SOURCE, which holds test data about PERSON, and report each by its number.

    It reads only, unless --erase repeats the source's name. What needs a system to fill and to break is tried by the connector's own
    tests, which inherit the contract. Exit code 1 when a promise is broken.

    \b
    Examples:
      overdracht connector test desk sanne@vanderberg.example
      overdracht connector test desk sanne@vanderberg.example --other piet@dewit.example --erase desk
    """
    if erase not in {None, source}:
        raise UsageError(
            f"--erase {erase} is not the source {source}",
            remedy=f"--erase {source} erases from it, for real",
        )
    kinds = session.registry.kinds
    who, nobody, others = (
        Subject(name, tuple(kinds.typed(text) for text in texts))
        for name, texts in (("test", person), ("stranger", stranger), ("other", other))
    )
    make = _maker(session, source)
    promises = _tried(make, (who, nobody, others), kinds, for_real=erase is not None)
    if as_json:
        emit(
            [
                {"promise": one.number, "text": one.text, "result": one.held, "detail": one.detail}
                for one in promises
            ]
        )
    else:
        _show(screen(), make(), promises)
    if any(one.held == "broken" for one in promises):
        click.get_current_context().exit(INCOMPLETE)


def _tried(
    make: Maker, subjects: tuple[Subject, Subject, Subject], kinds: Kinds, *, for_real: bool
) -> list["Promise"]:
    """Return what came of each promise; *subjects* are who the source holds, who it does not, and somebody else, perhaps nobody."""
    try:
        from overdracht import trial
    except ImportError as error:
        raise UsageError(
            "the contract needs pytest", remedy="python3 -m pip install pytest"
        ) from error
    person, stranger, other = subjects
    here = trial.Trial(make, person, stranger, kinds)
    somebody = other if other.identifiers else None
    promises = [*trial.read(here), *trial.forget(here, for_real=for_real, other=somebody)]
    return [*promises, *trial.untried({one.number for one in promises})]


def _maker(session: Session, source: str) -> Maker:
    """Return what builds the connector of *source* anew."""
    for one in session.config.sources:
        if one.name == source and one.connector is not None:
            kind, settings = type(one.connector), one.connector.settings
            return lambda: kind(source, settings)
        if one.name == source:
            raise UsageError(f"the source {source} has no connector: {one.problem}")
    known = ", ".join(one.name for one in session.config.sources)
    raise UsageError(f"there is no source {source}", remedy=f"there are: {known}")


_STYLES = {"kept": "green", "broken": "bold red", "not tried": "dim"}


def _show(out: Screen, connector: Connector[Settings], promises: Iterable["Promise"]) -> None:
    promises = list(promises)
    out.line(
        f"{connector.source} ({connector.name}) against the contract of a connector, as far as it shows on a source that is neither"
        " filled nor broken for it",
        "bold",
    )
    for held in ("kept", "broken", "not tried"):
        mine = [one for one in promises if one.held == held]
        out.line()
        out.line(f"{count(len(mine), 'promise')} {held}", _STYLES[held])
        if held == "not tried":
            out.line(f"  {', '.join(one.number for one in mine)}")
            for detail in dict.fromkeys(one.detail for one in mine):
                out.line(f"  {detail}")
            continue
        for one in mine:
            out.line(f"  {one.number:4} {one.text}")
            if one.detail:
                out.line(f"       {one.detail}", "red")
