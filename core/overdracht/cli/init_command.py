"""`overdracht init`: write a configuration to start from."""

import os
import sys
from pathlib import Path

import click

from overdracht.cli.screen import screen
from overdracht.cli.session import Session, pass_session
from overdracht.errors import ConfigError, UsageError
from overdracht.registry import Registry


@click.command("init")
@click.option("--name", metavar="TEXT", help="The organisation's name.")
@click.option("--contact", metavar="TEXT", help="Where a person reaches it about personal data.")
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
def command(  # noqa: PLR0913, PLR0917 - click hands over an argument an option
    session: Session,
    name: str | None,
    contact: str | None,
    own: tuple[str, ...],
    language: str | None,
    connector: tuple[str, ...],
    no_input: bool,
    to: Path | None,
) -> None:
    """Write a commented configuration; ask for what it needs. An existing file is left alone.

    \b
    Examples:
      overdracht init
      overdracht init --no-input --name "Voorbeeld ICT" --contact privacy@voorbeeld.example --own voorbeeld.example --connector imap
    """
    from overdracht.config import template

    path = to or session.explicit or Path("overdracht.toml")
    if path.exists() or path.is_symlink():
        raise ConfigError(f"{path} exists already", remedy="--to FILE writes another")
    ask = not no_input
    if ask and not sys.stdin.isatty():
        raise UsageError(
            "there is no terminal to ask on", remedy="--no-input, with options for the answers"
        )
    answers = _organisation(session, name, contact, own, language, ask=ask)
    chosen = connector or (_ask_connectors(session.installed) if ask else ())
    sources = {one: {"connector": _known(session.installed, one)} for one in chosen}
    _write(path, template(answers, session.installed, sources))
    screen().line(f"Written: {path}. Fill in what is still behind a #, then try: overdracht check")


def _organisation(
    session: Session,
    name: str | None,
    contact: str | None,
    own: tuple[str, ...],
    language: str | None,
    *,
    ask: bool,
) -> dict[str, object]:
    if ask:
        name = name or click.prompt("Name of the organisation")
        contact = contact or click.prompt(
            "Where a person reaches it about personal data (a mail address)"
        )
        own = own or tuple(click.prompt("Its own domains, separated by spaces", default="").split())
        language = language or click.prompt(
            "Language of the overview", type=click.Choice(["nl", "en"]), default="nl"
        )
    for one in own:
        session.installed.kinds.parse(one)
    answers: dict[str, object] = {"language": language or "nl"}
    if name:
        answers["name"] = name
    if contact:
        answers["contact"] = contact
    if own:
        answers["own"] = list(own)
    return answers


def _ask_connectors(registry: Registry) -> tuple[str, ...]:
    return tuple(
        name
        for name, connector in sorted(registry.connectors.items())
        if click.confirm(f"A source of kind {name} ({connector.summary})?", default=False)
    )


def _known(registry: Registry, name: str) -> str:
    if name not in registry.connectors:
        known = ", ".join(sorted(registry.connectors)) or "none"
        raise UsageError(f"no connector {name} is installed", remedy=f"there are: {known}")
    return name


def _write(path: Path, text: str) -> None:
    try:
        # O_EXCL: whoever made a configuration in the meantime keeps it.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error
