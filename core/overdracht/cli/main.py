"""The command `overdracht`: its global options, and its commands, each loaded when it is called."""

import gc
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click

from overdracht.cli.failure import Interrupted, quieten, report
from overdracht.cli.session import Session

COMMANDS = (
    "init",
    "connectors",
    "connector",
    "check",
    "find",
    "review",
    "export",
    "verify",
    "open",
    "plan",
    "erase",
    "rectify",
    "resume",
    "letter",
    "retention",
    "reapply",
    "status",
    "requests",
    "bundles",
    "audit",
    "demo",
)
"""In the order in which they are used; `find` stands as `command` in `find_command.py`."""

SEARCHING = frozenset({"find", "export", "plan", "rectify"})
"""What keeps what it found when it is interrupted."""


class Commands(click.Group):
    """A group that imports a command when it is called, and ends every error in one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return our own commands and those of the plugins."""
        return [*COMMANDS, *sorted(_of_plugins(ctx).keys() - set(COMMANDS))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command *cmd_name*; a plugin cannot replace one of ours."""
        if cmd_name in COMMANDS:
            module = import_module(f"overdracht.cli.{cmd_name}_command")
            command: click.Command = module.command
            return command
        return _of_plugins(ctx).get(cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise Interrupted(searching=ctx.invoked_subcommand in SEARCHING) from error

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command line; by itself it ends the process with the right exit code."""
        session = Session()
        try:
            code = super().main(
                args, prog_name, complete_var, standalone_mode=False, obj=session, **extra
            )
        except Exception as error:
            if not standalone_mode:
                raise
            code = report(error, debug=session.debug)
        if standalone_mode:
            sys.exit(code)
        return code


def _of_plugins(ctx: click.Context) -> dict[str, click.Command]:
    session = ctx.find_object(Session) or Session()
    return {str(one.name): one for one in session.installed.commands}


def _show_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        from importlib.metadata import PackageNotFoundError, version

        try:
            click.echo(f"overdracht {version('overdracht')}")
        except PackageNotFoundError:
            click.echo("overdracht (not installed)")
        ctx.exit()


@click.group(cls=Commands, invoke_without_command=True, context_settings={"max_content_width": 100})
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The configuration; else $OVERDRACHT_CONFIG, ./overdracht.toml or the one in ~/.config/overdracht.",
)
@click.option(
    "--debug", is_flag=True, help="Show the traceback of an error; it may hold personal data."
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version.",
)
@click.pass_context
def cli(ctx: click.Context, config: Path | None, debug: bool) -> None:
    """Find, export and erase everything an organisation holds about one person.

    \b
    Example, on a built-in world that needs no server:
      overdracht demo

    Exit codes: 0 complete, 1 incomplete or failed, 2 a wrong command line or configuration.
    """
    session = ctx.ensure_object(Session)
    session.explicit, session.debug = config, debug
    quieten(debug=debug)
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
        ctx.exit(2)


def _terminate(_: int, __: FrameType | None) -> NoReturn:
    # As an exception it unwinds what is half done; by default the process would just be gone.
    raise SystemExit(128 + signal.SIGTERM)


def main() -> None:
    """Run `overdracht` as a process of its own."""
    # Starting makes tens of thousands of objects that all stay: looking for garbage among them takes a tenth of a short command.
    gc.set_threshold(5_000)
    signal.signal(signal.SIGTERM, _terminate)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A title with a letter that the terminal's encoding lacks must not end the run.
            stream.reconfigure(errors="backslashreplace")
    try:
        cli(prog_name="overdracht")
    finally:
        gc.freeze()  # the process ends: the same holds then
