"""`overdracht init`: write a configuration to start from."""

import os
import signal
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shlex import quote
from typing import Any

import click

from overdracht.cli.interview import Interview
from overdracht.cli.screen import Screen, screen
from overdracht.cli.session import Session, pass_session
from overdracht.errors import ConfigError, OverdrachtError, UsageError
from overdracht.registry import Registry
from overdracht.replacing import new_path

UNFINISHED = "# Not finished: `overdracht init` goes on where it was broken off.\n"
_OWN_TABLES = frozenset({"organisation", "sources"})


@click.command("init")
@click.option("--name", metavar="TEXT", help="The organisation's name.")
@click.option("--contact", metavar="TEXT", help="Where a person reaches it about personal data.")
@click.option("--address", metavar="TEXT", help="Its postal address, for letters.")
@click.option(
    "--own",
    multiple=True,
    metavar="ID",
    help="A domain, address or number of its own; more than once.",
)
@click.option(
    "--language",
    type=click.Choice(["nl", "en"]),
    help="The language of the overview.  [default: nl]",
)
@click.option(
    "--connector",
    multiple=True,
    metavar="NAME",
    help="A connector to begin a source with; more than once.",
)
@click.option(
    "--no-input", is_flag=True, help="Ask nothing: what no option answers is left open in the file."
)
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where to write.  [default: overdracht.toml]",
)
@pass_session
def command(
    session: Session,
    /,
    own: tuple[str, ...],
    connector: tuple[str, ...],
    no_input: bool,
    to: Path | None,
    **about: str | None,
) -> None:
    """Write a commented configuration; ask for what it needs. An existing file is left alone.

    Each answer is checked when it is given, and a source is tried if you want. Whatever ends it early, what was answered is written, and
    `overdracht init` goes on from there. A password is never asked for: only where it is.

    \b
    Examples:
      overdracht init
      overdracht init --no-input --name "Voorbeeld ICT" --contact privacy@voorbeeld.example --own voorbeeld.example --connector imap
    """
    path = to or session.explicit or Path("overdracht.toml")
    registry = session.installed
    interview = Interview(screen(), registry, path.absolute().parent)
    going_on = _take_up(path, interview)
    _answered(interview, registry, own, about)
    chosen = [_known(registry, one) for one in connector]
    if no_input:
        interview.organisation.setdefault("language", "nl")
        for one in chosen:
            interview.sources.setdefault(one, {"connector": one})
        written = _write(path, interview, going_on=going_on)
        screen().line(
            f"Written: {written}. Fill in what is still behind a #, then try: overdracht check"
        )
        return
    if not _on_a_terminal():
        raise UsageError(
            "there is no terminal to ask on", remedy="--no-input, with options for the answers"
        )
    # What would fail at the end is refused before anybody has answered anything.
    if not os.access(path.absolute().parent, os.W_OK | os.X_OK):
        raise ConfigError(f"{path} cannot be written there", remedy="--to FILE writes elsewhere")
    again = session.command("init" + (f" --to {quote(str(to))}" if to else ""))
    written = _ask(path, interview, chosen, again, going_on=going_on)
    known = session if to is None and written == path else Session(explicit=written)
    _end(screen(), known, written, registry)


def _ask(
    path: Path, interview: Interview, chosen: list[str], again: str, *, going_on: bool
) -> Path:
    """Ask, and write the answers; return where. Whatever ends it early, what was answered is written, and that *again* goes on is said."""
    try:
        interview.about_the_organisation()
        interview.about_sources(chosen)
    except BaseException:
        with _undisturbed():
            _keep(path, interview, again, going_on=going_on)
        raise
    return _write(path, interview, going_on=going_on)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let a second Ctrl-C not end what the first began."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _on_a_terminal() -> bool:
    return sys.stdin.isatty()


def _answered(
    interview: Interview,
    registry: Registry,
    own: tuple[str, ...],
    about: dict[str, str | None],
) -> None:
    """Take what the options answer; refuse what is no identifier before anything is asked."""
    for one in own:
        registry.kinds.typed(one)
    if own:
        interview.organisation["own"] = list(own)
    interview.organisation.update({key: one for key, one in about.items() if one})


def _known(registry: Registry, name: str) -> str:
    if name not in registry.connectors:
        known = ", ".join(sorted(registry.connectors)) or "none"
        raise UsageError(f"no connector {name} is installed", remedy=f"there are: {known}")
    return name


def _take_up(path: Path, interview: Interview) -> bool:
    """Take the answers of a file that was left unfinished; raise ConfigError when another file is there."""
    if not (path.exists() or path.is_symlink()):
        return False
    refused = ConfigError(f"{path} exists already", remedy="--to FILE writes another")
    try:
        text = path.read_text("utf-8")
        written = tomllib.loads(text) if text.startswith(UNFINISHED) else None
    except (OSError, ValueError):
        raise refused from None
    if written is None:
        raise refused
    if not _as_it_was_left(written, interview.registry):
        raise ConfigError(
            f"{path} was begun by init and has been edited since",
            remedy="go on in the file: take away its first line",
        )
    interview.organisation.update(written.get("organisation", {}))
    interview.sources.update(written.get("sources", {}))
    return True


def _as_it_was_left(written: dict[str, Any], registry: Registry) -> bool:
    """Say whether *written* holds nothing but what was asked: anything else would be lost."""
    organisation, sources = (written.get(one, {}) for one in ("organisation", "sources"))
    return (
        isinstance(organisation, dict)
        and isinstance(sources, dict)
        and not any(one for key, one in written.items() if key not in _OWN_TABLES)
        and all(
            isinstance(one, dict) and one.get("connector") in registry.connectors
            for one in sources.values()
        )
    )


def _keep(path: Path, interview: Interview, again: str, *, going_on: bool) -> None:
    """Write what was answered before the end came, and say that *again* goes on; a second fault must not hide the first."""
    if not (interview.organisation or interview.sources):
        return
    with suppress(OverdrachtError, OSError):
        written = _write(path, interview, going_on=going_on, head=UNFINISHED)
        if written != path:
            again = f"overdracht init --to {quote(str(written))}"
        click.echo(f"\nWritten so far: {written}. Go on with: {again}", err=True)


def _write(path: Path, interview: Interview, *, going_on: bool, head: str = "") -> Path:
    """Write the answers to *path*, or beside it when somebody made a configuration there in the meantime; return where."""
    from overdracht.config import template

    text = head + template(interview.organisation, interview.registry, interview.sources)
    new = new_path(path)
    try:
        new.unlink(missing_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        return new.replace(path) if going_on else _put(new, path)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)


def _put(new: Path, path: Path) -> Path:
    """Give the file *new* the name of *path*, or one like it that is free; return which."""
    number, free = 1, path
    while os.path.lexists(free):
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    try:
        os.link(new, free)
    except FileExistsError:
        return _put(new, path)
    except OSError:  # a file system without links
        new.replace(free)
    return free


def _end(screen: Screen, session: Session, path: Path, registry: Registry) -> None:
    """Say what is still open, and what comes next."""
    from overdracht.config import load

    screen.line()
    screen.line(f"Written: {path}", "bold")
    try:
        load(path, registry)
    except ConfigError as error:
        screen.line("Still open; fill it in there:", "yellow")
        for line in error.message.splitlines():
            screen.line(f"  {line}", "yellow")
    screen.exact(f"Then: {session.command('check')}")
