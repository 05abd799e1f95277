"""Find the mail folders below a directory: Maildir, Maildir++ and nested Maildirs, and mbox files, told by what they are."""

import fnmatch
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from overdracht import Gap
from overdracht_imap.boundaries import begins_mbox
from overdracht_imap.folders import readable
from overdracht_imap.maildir import printable
from overdracht_imap.reading import opened, why

Form = Literal["maildir", "mbox"]

_LIKE_A_MESSAGE = re.compile(rb"(?:[A-Za-z-]+: [^\n]*\n(?:[ \t][^\n]*\n)*){2,}")
_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
_MAIL_NAME = re.compile(r"mbox|mail|inbox|sent", re.IGNORECASE)
_INSIDE = frozenset({"cur", "new", "tmp"})


@dataclass(frozen=True, slots=True)
class Place:
    """A mail folder on disk, or a reason why there may be one that cannot be read."""

    levels: tuple[str, ...]
    path: Path
    form: Form | None = None
    reason: str = ""


def is_maildir(path: Path) -> bool:
    """Say whether the directory *path* is a Maildir folder."""
    return (path / "cur").is_dir() and ((path / "new").is_dir() or (path / "tmp").is_dir())


def _level(name: str) -> str:
    shown = printable(name)
    # Servers write folder names in modified UTF-7; a name without & is its own.
    shown = readable(shown.encode()) if "&" in shown else shown
    return shown.replace("/", "_")


def _levels(name: str, *, in_maildir: bool) -> tuple[str, ...]:
    if in_maildir and name.startswith("."):
        return tuple(_level(level) for level in name.strip(".").split(".")) or (_level(name),)
    return (_level(name),)


def places(path: Path, levels: tuple[str, ...] = ()) -> Iterator[Place]:
    """Yield the mail folders in and below *path*, whose own name is *levels*, in the order of their names."""
    try:
        if not path.is_dir():
            yield from _file(path, levels or (_level(path.name),), asked=True)
            return
        in_maildir = is_maildir(path)
        if in_maildir:
            yield Place(levels, path, "maildir")
        with os.scandir(path) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        yield Place(levels, path, reason=f"the folder {why(error)}")
        return
    for entry in entries:
        if in_maildir and entry.name in _INSIDE:
            continue
        below = (*levels, *_levels(entry.name, in_maildir=in_maildir))
        if entry.is_dir(follow_symlinks=False):
            yield from places(Path(entry.path), below)
        elif entry.is_symlink():
            if Path(entry.path).is_dir():
                yield Place(
                    below,
                    Path(entry.path),
                    reason="the folder is a link to elsewhere, name its own path",
                )
        elif entry.is_file(follow_symlinks=False):
            yield from _file(Path(entry.path), below, asked=not in_maildir and _may_be_empty(entry))


def _may_be_empty(entry: os.DirEntry[str]) -> bool:
    """Say whether *entry* may be an mbox out of which all messages were taken."""
    return (
        entry.stat().st_size == 0
        and not entry.name.startswith(".")
        and not entry.name.endswith(".lock")
    )


def _file(path: Path, levels: tuple[str, ...], *, asked: bool = False) -> Iterator[Place]:
    try:
        with opened(str(path)) as descriptor:
            start = os.pread(descriptor, 4096, 0)
    except OSError as error:
        yield Place(levels, path, reason=f"a file {why(error)}")
        return
    if begins_mbox(start) or (asked and not start):
        yield Place(levels, path, "mbox")
    elif start.startswith(_COMPRESSED) and (asked or _MAIL_NAME.search(path.name)):
        yield Place(levels, path, reason="the file is compressed, unpack it first")
    elif asked or _LIKE_A_MESSAGE.match(start):
        yield Place(
            levels, path, reason="the file may hold mail, but is neither in a Maildir nor an mbox"
        )


def named(found: Iterator[Place], exclude: tuple[str, ...]) -> Iterator[tuple[str, Place]]:
    """Yield the *found* places with a name of its own for each, without those whose name fits one of *exclude*."""
    taken: set[str] = set()
    for place in found:
        part = "/".join(place.levels) or "INBOX"
        if any(part == pattern or fnmatch.fnmatchcase(part, pattern) for pattern in exclude):
            continue
        name, number = part, 1
        while name in taken:
            number += 1
            name = f"{part}~{number}"
        taken.add(name)
        yield name, place


def gap(part: str, place: Place) -> Gap:
    """Return why *place* is not searched."""
    return Gap(part, place.reason)
