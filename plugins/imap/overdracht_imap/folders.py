"""The folders of an account: their names for people, their names for the server, and which hold messages."""

import fnmatch
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from overdracht import Misbehaving
from overdracht_imap.left_out import NO_FOLDER

_NO_MESSAGES = frozenset({b"\\noselect", b"\\nonexistent"})


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder: *raw* as the server writes it (modified UTF-7), *name* for people, and how the server separates levels."""

    raw: bytes
    name: str
    separator: str

    @property
    def levels(self) -> tuple[str, ...]:
        """Return the names of the folders it lies in and its own."""
        return tuple(self.name.split(self.separator)) if self.separator else (self.name,)

    def key(self, uidvalidity: int, uid: int) -> str:
        """Return what finds message *uid* again: the form of an IMAP URL (RFC 5092)."""
        return f"{self.name};UIDVALIDITY={uidvalidity}/;UID={uid}"


def numbers_in(key: str) -> tuple[int, int]:
    """Return UIDVALIDITY and UID of a message's *key*; raise ValueError when it is none."""
    rest, _, uid = key.rpartition("/;UID=")
    return int(rest.rpartition(";UIDVALIDITY=")[2]), int(uid)


def listed(answers: Iterable[tuple[Any, Any, Any]]) -> list[Folder]:
    """Return the folders that hold messages among the server's LIST *answers*, each once, sorted by name."""
    found: dict[bytes, Folder] = {}
    names: dict[str, bytes] = {}
    for flags, separator, answer in answers:
        raw = answer if isinstance(answer, bytes) else str(answer).encode()
        if raw in found or _NO_MESSAGES & {bytes(flag).lower() for flag in flags}:
            continue
        if b"\r" in raw or b"\n" in raw or b"\0" in raw:
            raise Misbehaving("the server names a folder with a line end in it")
        name = readable(raw)
        if names.setdefault(name, raw) != raw:
            name = raw.decode("latin-1")  # two names that read the same: as the server writes it
        found[raw] = Folder(raw, name, (separator or b"").decode("latin-1"))
    return sorted(found.values(), key=lambda folder: folder.name)


def named(name: str) -> Folder | None:
    """Return the folder that reads *name*, where only one can: what is not plain may be written in several ways."""
    plain = name.isascii() and name.isprintable() and not set(name) & {"&", "\\"}
    return Folder(name.encode(), name, "") if plain else None


def readable(raw: bytes) -> str:
    """Return the name that *raw* encodes, or *raw* itself where it is not well encoded: it must lead back."""
    from imapclient.imap_utf7 import decode, encode

    try:
        name = str(decode(raw))
        faithful = encode(name) == raw
        name.encode()  # not a lone surrogate, which could not be printed
    except (UnicodeError, ValueError):
        faithful = False
    return name if faithful else raw.decode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True)
class Choice:
    """The folders that the settings choose."""

    folders: tuple[Folder, ...]
    left_out: int
    """How many others there are."""
    unmatched: tuple[str, ...]
    """What is asked for and fits no folder at all: a mistake in writing, or a folder that was renamed."""

    @property
    def reason(self) -> str:
        """Why not all that is asked for can be searched, empty when it can; it names no folder, for a person may read it."""
        if not self.folders:
            return NO_FOLDER
        many = len(self.unmatched)
        if not many:
            return ""
        names = "1 of the names fits" if many == 1 else f"{many} of the names fit"
        return f"{names} no folder of the account: correct `folders`; `overdracht check` says which"


def chosen(
    folders: Collection[Folder], wanted: tuple[str, ...], exclude: tuple[str, ...]
) -> Choice:
    """Return those of the *folders* whose name fits one of *wanted* and none of *exclude*."""
    fitting = tuple(
        folder
        for folder in folders
        if _fits(folder.name, wanted) and not _fits(folder.name, exclude)
    )
    unmatched = tuple(
        one for one in wanted if not any(_fits(folder.name, (one,)) for folder in folders)
    )
    return Choice(fitting, len(folders) - len(fitting), unmatched)


def _fits(name: str, patterns: tuple[str, ...]) -> bool:
    # Only * and ? are special: `[Gmail]/Sent` must fit itself.
    return any(fnmatch.fnmatchcase(name, pattern.replace("[", "[[]")) for pattern in patterns)
