"""Part a card that several people share: what is the person's of it, and what is left without the person."""

import re

from overdracht_contacts.cards import MACHINERY, MEMBERS, OTHERS, Card
from overdracht_contacts.contentlines import ContentLine, escaped, folded
from overdracht_contacts.documents import ERASED, MASK, Field
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


def portion(card: Card, sought: Sought, *, whole: bool) -> bytes:
    """Return the card as far as it is the person's: of a shared card without the lines of others, of the person's own without others in
    its notes; not *whole*, of somebody else's card, only what names the person.
    """
    reader, ours = Reader(sought), sought.ours(card)
    kept, groups = [], set()
    for line, field, mine in zip(card.lines, card.fields, ours, strict=True):
        if not whole and not card.plural:
            raw = _mention(line, field, mine=mine, reader=reader)
        else:
            raw = _portion_of(card, line, field, mine=mine, whole=whole, reader=reader)
        if raw and line.group and line.name not in _LABEL:
            groups.add(line.group.lower())
        kept.append((line, raw))
    return b"".join(
        raw
        for line, raw in kept
        if line.name not in _LABEL or not line.group or line.group.lower() in groups
    )


def _mention(line: ContentLine, field: Field, *, mine: bool, reader: Reader) -> bytes:
    if line.name in MACHINERY or line.name in _LABEL:
        return line.raw if line.name != "UID" else b""
    if line.name in {"FN", "N"} and not mine:
        return rewritten(line, MASK)
    return rewritten(line, reader.shown(field.text, whole=False)) if mine else b""


def _portion_of(
    card: Card, line: ContentLine, field: Field, *, mine: bool, whole: bool, reader: Reader
) -> bytes:
    if line.name == "NOTE" and field.text:
        shown = reader.shown(field.text, whole=whole)
        return line.raw if shown == field.text else rewritten(line, shown)
    if not card.plural or mine or line.name in MACHINERY or line.name in _LABEL:
        return line.raw
    if line.is_binary or line.name in OTHERS or line.name in MEMBERS:
        return b""
    if line.name in _NAMING or not (field.values or reader.names_others(field.text)):
        return line.raw
    return b""


def remainder(card: Card, sought: Sought) -> bytes | None:
    """Return what is left of a card of others without the person; None when nothing of anybody else is."""
    reader, ours = Reader(sought), sought.ours(card)
    left: list[bytes] = []
    something = False
    for line, field, mine in zip(card.lines, card.fields, ours, strict=True):
        left.append(_remainder_of(line, field, mine=mine, reader=reader))
        if line.name not in MACHINERY and line.name not in _LABEL and not mine:
            something = something or bool(field.text.strip())
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
