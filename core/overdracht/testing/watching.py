"""Run a connector as the core does and keep all that it said."""

import tracemalloc
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from overdracht.connector import Connector, Question
from overdracht.items import Certainty, Extent, File, Finding, Gap, Item, Line, Piece, Searched
from overdracht.subject import Subject


@dataclass(slots=True)
class Found:
    """What one find said."""

    findings: list[Finding] = field(default_factory=list)

    @property
    def items(self) -> list[Item]:
        """The items, in the order found."""
        return [one for one in self.findings if isinstance(one, Item)]

    @property
    def searched(self) -> dict[str, Searched]:
        """The parts that were searched to their end."""
        return {one.part: one for one in self.findings if isinstance(one, Searched)}

    @property
    def gaps(self) -> list[Gap]:
        """The parts that were not."""
        return [one for one in self.findings if isinstance(one, Gap)]

    @property
    def cursors(self) -> dict[str, str]:
        """What to hand back at the next find, as the core does."""
        return {part: one.cursor for part, one in self.searched.items() if one.cursor}

    def of(self, certainty: Certainty) -> list[Item]:
        """Return the items of this *certainty*."""
        return [one for one in self.items if one.certainty is certainty]


def find(
    connector: Connector[Any],
    subject: Subject,
    *,
    thorough: bool = False,
    cursors: Mapping[str, str] | None = None,
) -> Found:
    """Ask *connector* for *subject* and keep every finding."""
    question = Question(subject, thorough, cursors or {})
    return Found(list(connector.find(question)))


View = dict[str, dict[str, Item]]
"""Part → key → item: what the core believes a source holds."""


def view(found: Found, before: View | None = None) -> View:
    """Return what the core believes after *found*, given what it believed *before*."""
    after: View = {}
    for part, end in found.searched.items():
        earlier = {} if end.extent is Extent.WHOLE else dict((before or {}).get(part, {}))
        after[part] = earlier | {one.key: one for one in found.items if one.part == part}
    return after


@dataclass(frozen=True, slots=True)
class Exported:
    """One piece of an export, read to its end."""

    path: str
    content: bytes
    keys: tuple[str, ...]
    line: bool


@dataclass(slots=True)
class Export:
    """What one export gave."""

    pieces: list[Exported] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    @property
    def content(self) -> bytes:
        """All bytes of all pieces."""
        return b"\n".join(one.content for one in self.pieces)

    def holding(self, key: str) -> bytes:
        """Return the bytes of the pieces that say they hold the item of this *key*."""
        return b"\n".join(one.content for one in self.pieces if key in one.keys)

    @property
    def keys(self) -> set[str]:
        """The keys of the items that some piece holds."""
        return {key for one in self.pieces for key in one.keys}


def by_part(items: Iterable[Item]) -> list[Item]:
    """Return *items* grouped by part, in the order found: the order in which the core exports."""
    parts: dict[str, list[Item]] = {}
    for one in items:
        parts.setdefault(one.part, []).append(one)
    return [one for group in parts.values() for one in group]


def export(
    connector: Connector[Any], items: Iterable[Item], extras: frozenset[str] = frozenset()
) -> Export:
    """Have *items* exported and read every piece before the next is asked for."""
    result = Export()
    for piece in connector.export(iter(by_part(items)), extras):
        if isinstance(piece, Gap):
            result.gaps.append(piece)
        else:
            result.pieces.append(_read(piece))
    return result


def _read(piece: File | Line) -> Exported:
    if isinstance(piece, Line):
        return Exported(piece.path, orjson.dumps(piece.record), piece.keys, line=True)
    content = piece.content if isinstance(piece.content, bytes) else b"".join(piece.content)
    return Exported(piece.path, content, piece.keys, line=False)


def discard(pieces: Iterable[Piece]) -> None:
    """Read every piece to its end and keep nothing."""
    for piece in pieces:
        if isinstance(piece, File) and not isinstance(piece.content, bytes):
            for _ in piece.content:
                pass


def stop_early(started: Iterator[object]) -> None:
    """Take the first thing that *started* gives, and no more."""
    next(started, None)
    if isinstance(started, Generator):
        started.close()


def peak(work: Callable[[], None]) -> int:
    """Return the most memory, in bytes, that *work* held at once."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
