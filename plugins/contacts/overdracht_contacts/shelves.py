"""Where cards, appointments and notes are kept, in the words that searching, exporting and erasing share: on disk, or on a server."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from overdracht import ApprovedStep, Gap, Outcome, Result, Text, Verdict

CHANGED = "it is no longer the one that was found"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing as it stands on a shelf."""

    key: str
    content: bytes
    name: str = ""
    """The name of its file, where that says something."""
    tag: str = ""
    """The shelf's own word for this state of it (an ETag)."""

    @property
    def fingerprint(self) -> str:
        """What differs as soon as the content does; how lines end does not count, since not every way of reading keeps it."""
        return digest(self.content)


def digest(content: bytes) -> str:
    """Return what tells *content* from any other."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()[:32]


def nothing_named(suffixes: tuple[str, ...]) -> Text:
    """Say that a folder has no file with one of these *suffixes*."""
    nl, en = (f" {word} ".join(suffixes) for word in ("of", "or"))
    return Text(
        f"er staat geen bestand in waarvan de naam eindigt op {nl}",
        f"there is no file in it whose name ends in {en}",
    )


@dataclass(frozen=True, slots=True)
class Rewrite:
    """What is to be done with one entry: *content* takes its place, or nothing does."""

    step: ApprovedStep
    entry: Entry
    content: bytes | None

    @property
    def done(self) -> Result:
        """What it is when it is done."""
        if self.content is None:
            return Result.ERASED
        corrects = self.step.disposition.verdict is Verdict.RECTIFY
        return Result.RECTIFIED if corrects else Result.ANONYMISED


class Shelf(Protocol):
    """Where entries are kept, in parts."""

    def parts(self) -> Iterator[str | Gap]:
        """Yield the names of the parts, and a gap for each that cannot be read."""

    def unchanged(self, part: str, cursor: str) -> int | None:
        """Return how many entries *part* holds when it is what it was at *cursor*."""

    def hollow(self, part: str, cursor: str) -> str:
        """Say why *part*, in which nothing was found to look at, is no answer; nothing when it can be empty, which *cursor* may tell."""

    def vacancy(self, part: str) -> Text | None:
        """Say that nothing is in *part* where something was to be expected, though it can be empty."""

    def entries(self, part: str) -> Iterator[Entry | Gap]:
        """Yield all entries of *part*; a gap with a key is one that cannot be read, and the others come all the same."""

    def cursor(self) -> str:
        """Return the cursor of the part that was read last, to its end; empty when it may have changed meanwhile."""

    def fetch(self, part: str, keys: Iterable[str]) -> Iterator[Entry | Gap]:
        """Yield the entries of these *keys* that are there; a gap with a key for one that cannot be read."""

    def obstacle(self, part: str) -> str:
        """Return what stands in the way of changing *part*; nothing when it can be done, or when the part is gone."""

    def carry_out(self, part: str, changes: list[Rewrite]) -> Iterator[Outcome]:
        """Make the *changes*, and say what came of each once it is durable."""
