"""Which files a pattern names, and which folders kept that to themselves: the standard library's glob passes over those in silence."""

import fnmatch
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

_MAGIC = re.compile(r"[*?\[]")

Refused = Callable[[str, OSError], None]
"""Told of a folder that cannot be listed, and why."""


def matching(pattern: str, refused: Refused) -> Iterator[str]:
    """Yield the paths that *pattern* names, in order; ** stands for any folders, and * matches no name that begins with a dot."""
    if os.path.lexists(pattern):
        yield pattern
        return
    if not _MAGIC.search(pattern):
        return
    absolute = pattern.startswith("/")
    yield from _walk("/" if absolute else ".", [one for one in pattern.split("/") if one], refused)


def _walk(folder: str, names: list[str], refused: Refused) -> Iterator[str]:
    if not names:
        yield folder
        return
    name, rest = names[0], names[1:]
    if name == "**":
        yield from _walk(folder, rest or ["*"], refused)
        for child in _folders(folder, refused):
            yield from _walk(child, names, refused)
    elif _MAGIC.search(name):
        for child in _children(folder, refused):
            last = child.rpartition("/")[2]
            hidden = last.startswith(".") and not name.startswith(".")
            if (
                not hidden
                and fnmatch.fnmatchcase(last, name)
                and (not rest or Path(child).is_dir())
            ):
                yield from _walk(child, rest, refused)
    else:
        child = _joined(folder, name)
        if os.path.lexists(child):
            yield from _walk(child, rest, refused)


def _joined(folder: str, name: str) -> str:
    return f"{folder.rstrip('/')}/{name}" if folder != "." else name


def _children(folder: str, refused: Refused) -> list[str]:
    try:
        return sorted(_joined(folder, name) for name in os.listdir(folder))  # noqa: PTH208 - names are wanted
    except FileNotFoundError:
        return []
    except OSError as error:
        refused(folder, error)
        return []


def _folders(folder: str, refused: Refused) -> Iterator[str]:
    for child in _children(folder, refused):
        if Path(child).is_dir() and not Path(child).is_symlink():
            yield child
