"""Have the server's own traces of erased mail cleared, by the command that the administrator has set."""

import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from overdracht import Outcome, Result

FOLDERS = "{folder}"
"""The word of a command that stands for the names of the folders from which something was erased."""
PATIENCE = 3600.0
AT_ONCE = 100
_GONE = frozenset({Result.ERASED, Result.ALREADY_GONE})


def then_clear(
    outcomes: Iterable[tuple[str, Outcome]], command: Sequence[str]
) -> Iterator[Outcome]:
    """Yield the *outcomes* and run *command* when all is erased, for the parts from which something is gone.

    One outcome is kept back until then. When the command fails, that one is FAILED and says so: nobody is told that an erasure is complete
    of which the server still remembers senders and subjects, and whoever tries the step again has the command run again.
    """
    kept: Outcome | None = None
    parts: dict[str, None] = {}
    for part, outcome in outcomes:
        if not command or outcome.result not in _GONE:
            yield outcome
            continue
        parts[part] = None
        if kept is not None:
            yield kept
        kept = outcome
    if kept is None:
        return
    fault = _fault(command, tuple(parts))
    if fault:
        reason = f"the message is gone, but the server's own traces of it may not be: {fault}"
        kept = replace(kept, result=Result.FAILED, reason=reason)
    yield kept


def _fault(command: Sequence[str], folders: Sequence[str]) -> str:
    """Run *command* for all of *folders*; return what went wrong, without a word of the folders' names or the program's output."""
    if FOLDERS not in command:
        return _run(command)
    if "--" not in command and any(folder.startswith("-") for folder in folders):
        return f"a folder's name begins with -, so the command purge needs -- before {FOLDERS}"
    at = list(command).index(FOLDERS)
    for start in range(0, len(folders), AT_ONCE):
        fault = _run([*command[:at], *folders[start : start + AT_ONCE], *command[at + 1 :]])
        if fault:
            return fault
    return ""


def _run(command: Sequence[str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - the administrator's own command, without a shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it cannot be run"
        return f"{command[0]} cannot be run: {reason}"
    except subprocess.TimeoutExpired:
        return f"{command[0]} did not end within {PATIENCE:.0f} seconds"
    return f"{command[0]} ended with {done.returncode}" if done.returncode else ""
