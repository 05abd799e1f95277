"""Part a card that several people share: what is the person's of it, and what is left without the person."""

import re

from overdracht_contacts.cards import MACHINERY, MEMBERS, OTHERS, Card
from overdracht_contacts.contentlines import ContentLine, escaped, folded
from overdracht_contacts.documents import ERASED, Field
from overdracht_contacts.passages import Reader
from overdracht_contacts.sought import Sought

_ENCODED = re.compile(r";(?:ENCODING|CHARSET)=[^:;]*|;QUOTED-PRINTABLE", re.IGNORECASE)
_NAMING = frozenset({"FN", "N", "ORG", "ADR", "LABEL", "TITLE", "ROLE", "NICKNAME"})
"""Fields of the card as a whole, which stay in everybody's part."""
_LABEL = frozenset({"X-ABLABEL", "X-ABADR", "X-LABEL"})


def rewritten(line: ContentLine, text: str) -> bytes:
    """Return *line* with *text* for its value, by the line end that it had."""
    end = b"\r\n" if line.raw.endswith(b"\r\n") or b"\r\n" in line.raw else b"\n"
    group = f"{line.group}." if line.group else ""
    parameters = _ENCODED.sub("", line.parameters)
    return folded(f"{group}{line.name}{parameters}:{escaped(text)}", end)


def portion(card: Card, sought: Sought) -> bytes:
    """Return the card as far as it is the person's: of a shared card without the lines of others, of the person's own without others in its notes."""
    reader, ours = Reader(sought), sought.ours(card)
    kept, groups = [], set()
    for line, field, mine in zip(card.lines, card.fields, ours, strict=True):
        raw = _portion_of(card, line, field, mine=mine, reader=reader)
        if raw and line.group and line.name not in _LABEL:
            groups.add(line.group.lower())
        kept.append((line, raw))
    return b"".join(
        raw
        for line, raw in kept
        if line.name not in _LABEL or not line.group or line.group.lower() in groups
    )


def _portion_of(
    card: Card, line: ContentLine, field: Field, *, mine: bool, reader: Reader
) -> bytes:
    if line.name == "NOTE" and reader.names_others(field.text):
        return rewritten(line, reader.shown(field.text, whole=not card.plural))
    if not card.plural or mine or line.name in MACHINERY or line.name in _LABEL:
        return line.raw
    if line.is_binary or line.name in OTHERS or line.name in MEMBERS:
        return b""
    if line.name in _NAMING or not (field.values or reader.names_others(field.text)):
        if line.name == "NOTE":
            return rewritten(line, reader.shown(field.text, whole=False))
        return line.raw
    return b""


def remainder(card: Card, sought: Sought) -> bytes | None:
    """Return what is left of a shared card without the person; None when nothing of anybody else is."""
    if not card.plural:
        return None
    reader, ours = Reader(sought), sought.ours(card)
    left: list[bytes] = []
    something = False
    for line, field, mine in zip(card.lines, card.fields, ours, strict=True):
        raw = _remainder_of(line, field, mine=mine, reader=reader)
        left.append(raw)
        naming = line.name in {"FN", "N", "NICKNAME"} or line.name in _LABEL
        said = bool(raw) and not (mine and line.name in {"FN", "N"}) and bool(field.text.strip())
        something = something or (said and not naming and line.name not in MACHINERY)
    return b"".join(left) if something else None


def _remainder_of(line: ContentLine, field: Field, *, mine: bool, reader: Reader) -> bytes:
    if not mine:
        return line.raw
    if line.name in {"FN", "N", "ORG", "NOTE"}:
        left = reader.left(field.text, whole=False)
        if line.name == "NOTE":
            return rewritten(line, left) if left.strip() else b""
        if line.name == "FN" and not left.strip():
            return rewritten(line, ERASED)
        return rewritten(line, left.strip() or ERASED)
    return b""
