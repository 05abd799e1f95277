"""The journal of systemd as a store of entries, read by `journalctl -o json`."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from shutil import which

from overdracht import Unreachable
from overdracht_serverlogs.entries import Entry, Incomplete, Unreadable
from overdracht_serverlogs.message import owners
from overdracht_serverlogs.obstacles import may

OWN = (Path("/var/log/journal"), Path("/run/log/journal"))
"""Where journald keeps this machine's journal."""
_ARCHIVED = re.compile(r"@[0-9a-f-]+(?:~)?$|~$")
_OWNERS = ("SASL_USERNAME", "USER_NAME", "LOGIN", "USER")
_ADDRESSES = ("CLIENT_IP", "REMOTE_ADDR", "SRC_IP", "RHOST")
_NO_TEXT = re.compile(
    r"__|_BOOT_ID|_MACHINE_ID|_SOURCE_|_STREAM_ID|_SYSTEMD_INVOCATION_ID|SYSLOG_TIMESTAMP"
)
_TIMEOUT = 3600.0
_UNLISTED = "its files cannot be listed: no permission"


class Journal:
    """The journal in *directory*, or this machine's own; of the source called *source*."""

    noun = ("entry", "entries")

    def __init__(self, directory: Path | None, source: str) -> None:
        self._roots = OWN if directory is None else (directory,)
        self._source = source

    def parts(self) -> Iterator[str]:
        """Yield the names of the journals: those of the system and of users, each with all its files."""
        if which("journalctl") is None:
            raise Unreachable("there is no journalctl here", remedy="install systemd")
        names = sorted({*self._files(), *self._closed()})
        if not names:
            raise Unreachable(
                "there is no file of the journal",
                remedy=f"check `directory` of source {self._source}",
            )
        yield from names

    def _files(self) -> dict[str, list[Path]]:
        found: dict[str, list[Path]] = {}
        for root in self._roots:
            for path in sorted([*root.glob("*.journal*"), *root.glob("*/*.journal*")]):
                if path.name.endswith((".journal", ".journal~")):
                    name = _ARCHIVED.sub("", path.name.rstrip("~").removesuffix(".journal"))
                    found.setdefault(str(path.relative_to(root).with_name(name)), []).append(path)
        return found

    def _closed(self) -> Iterator[str]:
        """Yield the name of each directory whose files cannot even be listed: a pattern passes over it in silence."""
        for root in self._roots:
            if not _may_list(root):
                yield f"{root.name}/"
                continue
            below = (one for one in root.glob("*") if one.is_dir() and not _may_list(one))
            yield from (f"{one.relative_to(root)}/" for one in below)

    def look(self, part: str) -> tuple[int, list[str]]:
        """Return how many files the journal *part* has, and why which of them cannot be read."""
        problems = []
        files = self._files().get(part, [])
        for path in files:
            try:
                next(_of_file(path), None)
            except Unreadable as error:
                problems.append(f"{path.name}: {error}")
        return len(files), problems if files else [_UNLISTED]

    def entries(self, part: str) -> Iterator[Entry]:
        """Yield every entry of the journal *part*."""
        if not self._files().get(part):
            if part in self._closed():
                raise Unreadable(_UNLISTED)
            raise Unreadable("it is not there any more")
        problems = []
        known: set[tuple[int, int]] = set()
        while (path := self._next(part, known)) is not None:
            # One by one: a file that is damaged, as after a crash, must not keep the others from being read.
            try:
                yield from _of_file(path)
            except Unreadable as error:
                problems.append(f"{path.name}: {error}")
        if problems:
            more = f"; and {len(problems) - 3} more" if len(problems) > 3 else ""
            raise Incomplete("; ".join(problems[:3]) + more)

    def _next(self, part: str, known: set[tuple[int, int]]) -> Path | None:
        """Return a file of *part* that is not *known* yet, and take note of it: one that was rotated meanwhile has another name."""
        for path in self._files().get(part, []):
            try:
                status = path.stat()
            except FileNotFoundError:
                continue
            if (status.st_dev, status.st_ino) not in known:
                known.add((status.st_dev, status.st_ino))
                return path
        return None

    def state(self, part: str) -> str:
        """Return inodes, sizes and times of the files."""
        try:
            states = [path.stat() for path in self._files().get(part, [])]
        except OSError:
            return ""
        return ",".join(f"{one.st_ino}:{one.st_size}:{one.st_mtime_ns}" for one in states)

    def obstacle(self, part: str) -> str:  # noqa: ARG002 - it is so of every part
        """Return why nothing can be taken out."""
        return "an entry cannot be erased from the journal"

    def remove(self, part: str, planned: object) -> None:  # noqa: ARG002 - none is taken out
        """Raise Unreadable: the journal has no way of it."""
        raise Unreadable(self.obstacle(part))


def _may_list(directory: Path) -> bool:
    return not directory.is_dir() or may(directory, os.R_OK | os.X_OK)


def _of_file(path: Path) -> Iterator[Entry]:
    if not may(path, os.R_OK):
        raise Unreadable("it cannot be read: no permission")
    command = ["journalctl", "--quiet", "--no-pager", "--all", "--output=json", f"--file={path}"]
    with subprocess.Popen(  # noqa: S603 - no shell, and the path behind its option
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as told:
        assert told.stdout is not None  # noqa: S101 - it was asked for
        try:
            for line in told.stdout:
                yield _entry(line)
        except BaseException:
            told.kill()  # nobody wants the rest
            raise
    if code := told.returncode:
        raise Unreadable(f"journalctl could not read it to its end (exit code {code})")


def _entry(line: bytes) -> Entry:
    fields: dict[str, object] = json.loads(line)
    told = {name: _text(value) for name, value in fields.items()}
    message = told.get("MESSAGE", "")
    named = [(one, told[one]) for one in _OWNERS if told.get(one)]
    addresses = tuple((one, told[one]) for one in _ADDRESSES if told.get(one))
    text = "\n".join(value for name, value in told.items() if not _NO_TEXT.match(name))
    return Entry(
        told.get("__CURSOR", "").encode(),
        _moment(told.get("__REALTIME_TIMESTAMP", "")),
        (*named, *owners(message)),
        addresses,
        text,
        told,
    )


def _text(value: object) -> str:
    if isinstance(value, list):
        if value and all(isinstance(one, int) and 0 <= one < 256 for one in value):
            return bytes(value).decode("utf-8", "replace")  # what is no UTF-8 comes as numbers
        return "\n".join(map(_text, value))
    return "" if value is None else str(value)


def _moment(micros: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(micros) / 1_000_000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def cannot_run(command: tuple[str, ...]) -> str:
    """Return why *command* cannot be run; empty when it can."""
    return "" if which(command[0]) else f"there is no program {command[0]} here"


def vacuum(command: tuple[str, ...]) -> None:
    """Run *command*; Unreadable says how it failed."""
    try:
        done = subprocess.run(  # noqa: S603 - the administrator's own command, without a shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unreadable(f"`{command[0]}` cannot be run: {type(error).__name__}") from error
    if done.returncode:
        raise Unreadable(f"`{command[0]}` failed with exit code {done.returncode}")
