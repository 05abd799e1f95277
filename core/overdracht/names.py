"""File names that every system accepts, made out of names that somebody else chose.

A name from a source is hostile and may be anything: `..`, `CON`, `a/b`, a name of 400 characters, two names that Windows and macOS
take for one. `SafeNames` gives each a safe name of its own, the same at every run for names offered in the same order; `SafePaths` gives
such names to folders within folders.
"""

import re
import unicodedata
from collections.abc import Iterable

LONGEST = 80
"""Bytes of UTF-8 in one name."""
LONGEST_PATH = 180
"""Bytes of UTF-8 in the path of a folder: with where a bundle is unpacked to and a file's own name it stays below Windows' 260 characters."""
_SHORTEST = 12
"""A level of a path that is cut keeps as many bytes."""

_LONGEST_ENDING = 8
_LONGEST_ANYWHERE = 255
"""What the usual file systems take."""

# Of `%` see `_cleaned`; the rest is what Windows refuses, and what shows nothing or turns the text around.
_UNSAFE = re.compile(
    r'[<>:"/\\|?*%\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff\ud800-\udfff\U000e0000-\U000e0fff]+'
)
_RESERVED = re.compile(
    r"^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\.|$)", re.IGNORECASE
)


def is_safe(name: str) -> bool:
    """Say whether every system takes *name* for what it is: one name in one folder."""
    return (
        0 < len(name.encode(errors="replace")) <= _LONGEST_ANYWHERE
        and not _UNSAFE.search(name)
        and name == _trimmed(name)
        and unicodedata.is_normalized("NFC", name)
        and not _RESERVED.match(name)
    )


def alike(name: str) -> str:
    """Return what two names or paths have in common that some system takes for one: equal but for case, width or composition."""
    return unicodedata.normalize("NFKC", name).casefold()


def _cleaned(raw: str, longest: int) -> str:
    # `%` goes because bagit's manifests read it as an escape (RFC 8493 2.1.3 names only CR, LF and % itself).
    name = _trimmed(_UNSAFE.sub("_", unicodedata.normalize("NFC", raw)))
    stem, ending = _parted(name)
    room = longest - len(ending.encode())
    name = _trimmed(stem.encode()[:room].decode(errors="ignore") + ending)
    if not name:
        return "_"
    return f"_{name}" if _RESERVED.match(name) else name


def _trimmed(name: str) -> str:
    # What `str.strip` calls white space goes too: some systems show it as nothing.
    return name.strip().strip(" .").strip()


def _parted(name: str) -> tuple[str, str]:
    """Split *name* before its ending (`.eml`), if it has one that can be called so."""
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending.encode()) > _LONGEST_ENDING:
        return name, ""
    return stem, dot + ending


class SafeNames:
    """Gives names of one folder their safe forms, no two alike even where case does not count."""

    def __init__(self, longest: int = LONGEST) -> None:
        self._longest = longest
        self._given: dict[str, str] = {}
        self._taken: set[str] = set()

    def __call__(self, raw: str) -> str:
        """Return the safe form of *raw*: the same for the same *raw*, another for every other."""
        if raw not in self._given:
            self._given[raw] = self._unique(_cleaned(raw, self._longest))
        return self._given[raw]

    def _unique(self, name: str) -> str:
        stem, ending = _parted(name)
        candidate, number = name, 1
        while alike(candidate) in self._taken:
            number += 1
            candidate = f"{stem}~{number}{ending}"
        self._taken.add(alike(candidate))
        return candidate


class SafePaths:
    """Gives folders within folders safe paths, no two alike, none of which is too long for Windows."""

    def __init__(self) -> None:
        self._names: dict[str, SafeNames] = {}

    def __call__(self, levels: Iterable[str]) -> str:
        """Return the path of the folder at *levels*, from the top: the same for the same levels.

        The longer a path grows, the shorter is what is added; where no room is left, all levels further down become one name.
        """
        path, remaining = "", list(levels)
        while remaining:
            room = LONGEST_PATH - len(path.encode()) - 1
            if room < 2 * _SHORTEST:
                # A level has no `/\0` in it, so that no other folder is called so.
                remaining = ["/\0".join(remaining)]
            longest = max(_SHORTEST, min(LONGEST, room // 2))
            name = self._names.setdefault(path, SafeNames(longest))(remaining.pop(0))
            path = f"{path}/{name}" if path else name
        return path
