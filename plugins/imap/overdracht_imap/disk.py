"""Find the mail folders below a directory: Maildir, Maildir++ and nested Maildirs, and mbox files, told by what they are."""

import fnmatch
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from overdracht_imap.boundaries import BEGINNING, beginning, begins_mbox
from overdracht_imap.folders import readable
from overdracht_imap.foreign import why_not_entered, why_unread
from overdracht_imap.maildir import printable
from overdracht_imap.packed import is_packed
from overdracht_imap.reading import opened, why

Form = Literal["maildir", "mbox"]

_FIRST_BLOCK = 1 << 21
"""Bytes in which bzip2 has unpacked something."""
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
        if reason := why_not_entered(path):
            yield Place(levels, path, reason=reason)
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
            yield from _behind_link(Path(entry.path), below)
        elif entry.is_file(follow_symlinks=False):
            yield from _file(
                Path(entry.path), below, emptied=not in_maildir and _may_be_mbox(entry.name)
            )


def _may_be_mbox(name: str) -> bool:
    """Say whether a file of that *name* may be an mbox when all messages were taken out of it."""
    return not name.startswith(".") and not name.endswith(".lock")


def _file(
    path: Path, levels: tuple[str, ...], *, asked: bool = False, emptied: bool = False
) -> Iterator[Place]:
    try:
        with opened(str(path)) as descriptor:
            start = os.pread(descriptor, BEGINNING, 0)
            if is_packed(start):
                start = os.pread(descriptor, _FIRST_BLOCK, 0)
    except OSError as error:
        yield Place(levels, path, reason=f"a file {why(error)}")
        return
    is_empty = len(start) < BEGINNING and not start[beginning(start) :]
    if begins_mbox(start) or (is_empty and (asked or emptied)):
        yield Place(levels, path, "mbox")
    elif reason := why_unread(path.name, start, asked=asked):
        yield Place(levels, path, reason=reason)


def _behind_link(path: Path, levels: tuple[str, ...]) -> Iterator[Place]:
    """Yield that the link *path* leads to mail, when it does: it is not followed, for it may lead anywhere."""
    try:
        what = "folder" if path.is_dir() else "file" if path.is_file() else ""
        if what == "folder" or (what and any(_file(path.resolve(), levels))):
            reason = f"the {what} is a link to elsewhere, name its own path"
            yield Place(levels, path, reason=reason)
    except OSError as error:
        yield Place(levels, path, reason=f"a link {why(error)}")


def named(found: Iterable[Place]) -> Iterator[tuple[str, Place]]:
    """Yield the places *found* with a name of its own for each."""
    taken: set[str] = set()
    for place in found:
        part = "/".join(place.levels) or "INBOX"
        name, number = part, 1
        while name in taken:
            number += 1
            name = f"{part}~{number}"
        taken.add(name)
        yield name, place


def is_left_out(place: Place, exclude: Iterable[str]) -> bool:
    """Say whether the name of *place* fits one of *exclude*."""
    part = "/".join(place.levels) or "INBOX"
    return any(part == pattern or fnmatch.fnmatchcase(part, pattern) for pattern in exclude)
