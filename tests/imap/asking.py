"""Ways to ask an IMAP source, and to look at what it says."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from overdracht import (
    Extent,
    File,
    Finding,
    Gap,
    Identifier,
    Item,
    Line,
    Piece,
    Question,
    Searched,
    Subject,
)
from overdracht_imap.imap import ImapConnector
from overdracht_imap.settings import ImapSettings

JAN = Identifier("email", "jan@kaasboer.example")
LETTER = b"From: Jan <jan@kaasboer.example>\r\nTo: info@voorbeeld-ict.example\r\nSubject: hallo\r\nMessage-ID: <%d@k.example>\r\n\r\nDag.\r\n"
OTHER = b"From: Piet <piet@elders.example>\r\nTo: info@voorbeeld-ict.example\r\nSubject: iets\r\nMessage-ID: <p%d@k.example>\r\n\r\nDag.\r\n"


class Impatient(ImapConnector):
    """The connector, without waiting before it connects again."""

    @staticmethod
    def pause(seconds: float) -> None:
        """Do not wait."""


@dataclass
class Found:
    """What a find said."""

    items: list[Item] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    searched: dict[str, Searched] = field(default_factory=dict)
    raised: Exception | None = None

    @property
    def keys(self) -> list[str]:
        return [item.key for item in self.items]

    @property
    def uids(self) -> list[int]:
        return [int(item.key.rpartition("=")[2]) for item in self.items]

    @property
    def cursors(self) -> dict[str, str]:
        return {part: one.cursor for part, one in self.searched.items()}

    @property
    def extents(self) -> dict[str, Extent]:
        return {part: one.extent for part, one in self.searched.items()}


def collect(findings: Iterable[Finding]) -> Found:
    """Return the *findings* sorted by kind, and what was raised at the end."""
    found = Found()
    try:
        for one in findings:
            if isinstance(one, Item):
                found.items.append(one)
            elif isinstance(one, Gap):
                found.gaps.append(one)
            elif isinstance(one, Searched):
                found.searched[one.part] = one
    except Exception as error:  # noqa: BLE001 - the test looks at it
        found.raised = error
    return found


def find(settings: ImapSettings, *identifiers: Identifier, **question: Any) -> Found:
    """Ask for *identifiers* (Jan by default)."""
    subject = Subject("verzoek", identifiers or (JAN,))
    return collect(Impatient("post", settings).find(Question(subject, **question)))


@dataclass
class Exported:
    """What an export gave: path → bytes, the index, and the gaps."""

    files: dict[str, bytes] = field(default_factory=dict)
    index: list[dict[str, Any]] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)


def export(settings: ImapSettings, items: Iterable[Item], *extras: str) -> Exported:
    """Export *items*, holding all of it."""
    return gather(Impatient("post", settings).export(iter(items), frozenset(extras)))


def gather(pieces: Iterable[Piece]) -> Exported:
    """Return the *pieces* sorted by kind."""
    exported = Exported()
    for piece in pieces:
        if isinstance(piece, File):
            content = piece.content
            assert piece.path not in exported.files
            exported.files[piece.path] = (
                content if isinstance(content, bytes) else b"".join(content)
            )
        elif isinstance(piece, Line):
            exported.index.append(piece.record)
        else:
            exported.gaps.append(piece)
            exported.keys.add(piece.key)
            continue
        exported.keys.update(piece.keys)
    return exported
