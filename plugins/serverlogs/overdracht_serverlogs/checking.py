"""Look at the logs before they are needed: there, readable, of a known format, with a time."""

import os
from collections import Counter
from collections.abc import Iterator

from overdracht import Check
from overdracht_serverlogs.formats import UNKNOWN
from overdracht_serverlogs.logs import Listing, Log, logs
from overdracht_serverlogs.looks import look
from overdracht_serverlogs.packed import Unreadable
from overdracht_serverlogs.settings import ServerLogsSettings


def checks(settings: ServerLogsSettings) -> Iterator[Check]:
    """Yield what is well and what is not with the logs of the *settings*."""
    listing = Listing()
    found = list(logs(settings, listing))
    for pattern in listing.unmatched:
        yield Check("logs", ok=False, detail=f"no file matches {pattern}, check `paths`")
    for folder, reason in listing.refused:
        yield Check("logs", ok=False, detail=f"{folder} cannot be listed: {reason}")
    if not found:
        return
    files = sum(len(log.files) for log in found)
    yield Check("logs", ok=True, detail=f"{len(found)} logs, {files} files")
    formats: Counter[str] = Counter()
    for log in found:
        yield from _problems(log, formats)
    told = ", ".join(f"{name} {count}" for name, count in sorted(formats.items()))
    yield Check("formats", ok=True, detail=told)
    yield _traceless([file.path for log in found for file in log.files if not file.problem])


def _problems(log: Log, formats: Counter[str]) -> Iterator[Check]:
    for file in log.files:
        reason = file.problem
        try:
            looked = None if reason else look(log, file)
        except Unreadable as error:
            looked, reason = None, str(error)
        if looked is None:
            yield Check("readable", ok=False, detail=f"{file.path}: {reason}")
            continue
        formats[looked.spelt.name or "own"] += 1
        if looked.sample.strip(b"\0\r\n\t ") and (looked.form is UNKNOWN or looked.stamp is None):
            yield Check(
                "times",
                ok=False,
                detail=f"{file.path}: no time can be read in its first lines, so that its lines have no day and no term: give `format`, `log_format` or `regex`",
            )


def _traceless(paths: list[str]) -> Check:
    """Say whether reading leaves no trace in the access times."""
    for path in paths:
        try:
            os.close(
                os.open(
                    path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | getattr(os, "O_NOATIME", 0)
                )
            )
        except PermissionError:
            return Check(
                "read-only",
                ok=True,
                detail="files are opened for reading; access times may change, because some files are another user's",
            )
        except OSError:
            continue
    return Check(
        "read-only", ok=True, detail="files are opened for reading, their access times stay"
    )
