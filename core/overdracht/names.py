"""File names that every system accepts, made out of names that somebody else chose.

A name from a source is hostile and may be anything: `..`, `CON`, `a/b`, a name of 400 characters, two names that Windows and macOS
take for one. `SafeNames` gives each a safe name of its own, the same at every run for names offered in the same order.
"""

import re
import unicodedata

LONGEST = 80
"""Bytes of UTF-8: with a few levels of folders it stays below Windows' 260 characters for a path."""

_UNSAFE = re.compile(r'[<>:"/\\|?*%\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+')
_RESERVED = re.compile(r"^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)


def _cleaned(raw: str) -> str:
    # `%` goes because bagit's manifests read it as an escape (RFC 8493 2.1.3 names only CR, LF and % itself).
    name = _UNSAFE.sub("_", unicodedata.normalize("NFC", raw)).strip(" .")
    name = name.encode()[:LONGEST].decode(errors="ignore").rstrip(" .")
    if not name:
        return "_"
    return f"_{name}" if _RESERVED.match(name) else name


class SafeNames:
    """Gives names of one folder their safe forms, no two alike even where case does not count."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}
        self._taken: set[str] = set()

    def __call__(self, raw: str) -> str:
        """Return the safe form of *raw*: the same for the same *raw*, another for every other."""
        if raw not in self._given:
            self._given[raw] = self._unique(_cleaned(raw))
        return self._given[raw]

    def _unique(self, name: str) -> str:
        stem, dot, ending = name.rpartition(".")
        if not stem or len(ending) > 8:
            stem, dot, ending = name, "", ""
        candidate, number = name, 1
        while _key(candidate) in self._taken:
            number += 1
            candidate = f"{stem}~{number}{dot}{ending}"
        self._taken.add(_key(candidate))
        return candidate


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
