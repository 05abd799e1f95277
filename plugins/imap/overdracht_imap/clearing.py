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

    Of each such part one outcome is kept back until then: whatever breaks the erasing off, that step is open still, and who takes it up again
    comes back to every part. Where the command fails, what was kept back is FAILED and says so: nobody is told that an erasure is complete
    of which the server still remembers senders and subjects, and whoever tries those steps again has the command run again.
    """
    kept: dict[str, Outcome] = {}
    for part, outcome in outcomes:
        if command and outcome.result in _GONE and part not in kept:
            kept[part] = outcome
        else:
            yield outcome
    for parts, fault in _cleared(tuple(kept), command):
        reason = f"the message is gone, but the server's own traces of it may not be: {fault}"
        for part in parts:
            one = kept[part]
            yield replace(one, result=Result.FAILED, reason=reason) if fault else one


def _cleared(folders: Sequence[str], command: Sequence[str]) -> Iterator[tuple[Sequence[str], str]]:
    """Run *command* for all of *folders*; yield some of them and what went wrong there, without a word of their names or the program's output."""
    if not folders:
        return
    if FOLDERS not in command:
        yield folders, _run(command)
        return
    if "--" not in command:
        # One that is called like an option is not given to a command that would take it for one.
        options = [folder for folder in folders if folder.startswith("-")]
        if options:
            yield (
                options,
                f"a folder's name begins with -, so the command purge needs -- before {FOLDERS}",
            )
        folders = [folder for folder in folders if not folder.startswith("-")]
    at = list(command).index(FOLDERS)
    for start in range(0, len(folders), AT_ONCE):
        some = folders[start : start + AT_ONCE]
        yield some, _run([*command[:at], *some, *command[at + 1 :]])


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
