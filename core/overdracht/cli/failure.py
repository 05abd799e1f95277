"""The one place where an error becomes a line and an exit code.

0 is complete, 1 incomplete or failed, 2 a wrong command line or configuration, 130 interrupted. Nothing personal is shown: of an error
that nobody foresaw only what it is, unless `--debug` asks for the traceback.
"""

import sqlite3
import sys
import threading
import traceback

import click

from overdracht.cli.inert import inert
from overdracht.errors import OverdrachtError

INCOMPLETE = 1
INTERRUPTED = 130


class Interrupted(Exception):
    """The administrator pressed Ctrl-C; *searching* when it was in a command that keeps what it found."""

    def __init__(self, *, searching: bool = False) -> None:
        super().__init__()
        self.searching = searching


def report(error: BaseException, *, debug: bool) -> int:
    """Show *error* on standard error and return the exit code."""
    if debug:
        traceback.print_exception(error)
    if isinstance(error, click.Abort) and isinstance(error.__context__, KeyboardInterrupt):
        error = Interrupted()
    message, code = _explained(error)
    for line in message.splitlines():
        click.echo(f"overdracht: {inert(line)}", err=True)
    return code


def _explained(error: BaseException) -> tuple[str, int]:
    code = INCOMPLETE
    match error:
        case OverdrachtError():
            message, code = str(error), error.exit_code
        case click.UsageError():
            where = error.ctx.command_path if error.ctx else "overdracht"
            message, code = (
                f"{error.format_message().rstrip('.')} ({where} --help)",
                error.exit_code,
            )
        case click.ClickException():
            message, code = error.format_message(), error.exit_code
        case click.Abort():
            message = "stopped: there was no answer"
        case Interrupted(searching=searching):
            kept = "what was found so far is kept, and " if searching else ""
            message = f"interrupted; {kept}no file is left half-written"
            code = INTERRUPTED
        case sqlite3.Error():
            message = f"the state file cannot be used: {error}"
        case OSError(strerror=str(reason)):
            # Not which file: the name of a folder can be a customer's.
            message = f"the system refused: {reason} (overdracht --debug … shows where)"
        case MemoryError():
            message = "there is not enough memory"
        case _:
            name = type(error).__name__
            message = f"a fault in overdracht ({name}); run overdracht --debug … for the traceback"
    return message, code


def quieten(*, debug: bool) -> None:
    """Keep tracebacks of threads and destructors, which may hold personal data, off the screen."""
    if debug:
        return
    threading.excepthook = lambda _: None
    sys.unraisablehook = lambda _: None
