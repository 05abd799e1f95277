"""Put right values in the place of wrong ones in a card or an appointment, line by line; every other line stays as it is, to the byte."""

import re
from collections.abc import Iterable, Iterator, Sequence

from overdracht import Change, Edit
from overdracht_contacts.appointments import PARTIES, Appointment
from overdracht_contacts.cards import Card, address_in, said_name
from overdracht_contacts.contentlines import ContentLine, escaped, folded
from overdracht_contacts.documents import Field

_SIMPLE = frozenset({"email", "phone", "iban", "customer", "kvk", "username"})
_PREFIX = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?", re.IGNORECASE)
_DUTCH_ADDRESS = re.compile(r"(.+?),\s*(\d{4} ?[A-Za-z]{2})\s+(.+)")
_CALLED = re.compile(r'(;CN=)("[^"]*"|[^;:"]*)', re.IGNORECASE)
_QUOTED_ENCODING = re.compile(r";(?:ENCODING|CHARSET)=[^:;]*|;QUOTED-PRINTABLE", re.IGNORECASE)


def head_of(line: ContentLine) -> str:
    """Return what stands in front of the value of *line*."""
    group = f"{line.group}." if line.group else ""
    return f"{group}{line.name}{line.parameters}"


def card_edits(card: Card, changes: Sequence[Change]) -> Iterator[Edit]:
    """Yield what the *changes* do to the fields of *card* that hold an old value."""
    for line, field in zip(card.lines, card.fields, strict=True):
        if field.about:
            yield from _edits_of(line, field, changes)


def _edits_of(line: ContentLine, field: Field, changes: Sequence[Change]) -> Iterator[Edit]:
    where = head_of(line)
    for change in changes:
        kind = change.old.kind
        if change.old not in field.values:
            continue
        if kind == "name" and line.name in {"FN", "N"}:
            yield Edit(where, _name_of(line), change.written)
        elif kind == "address" and line.name == "ADR" and _DUTCH_ADDRESS.fullmatch(change.written):
            yield Edit(where, address_in(line), change.written)
        elif kind == "domain" and line.name == "URL":
            yield Edit(where, change.old.value, change.new.value)
        elif kind in _SIMPLE:
            bare = _bare(line)
            if bare and change.replaces(bare):
                as_link = kind == "phone" and line.text.lower().startswith("tel:")
                written = change.new.value if kind == "email" or as_link else change.written
                yield Edit(where, bare, written)


def _bare(line: ContentLine) -> str:
    text = line.text.strip()
    return text[len(_PREFIX.match(text)[0]) :]  # type: ignore[index]  # it matches nothing at least


def _name_of(line: ContentLine) -> str:
    return said_name(line) if line.name == "N" else line.text


def card_edited(card: Card, edits: Iterable[Edit]) -> bytes:
    """Return *card* after the *edits*."""
    edits = tuple(edits)
    return b"".join(_edited(line, edits) for line in card.lines)


def _edited(line: ContentLine, edits: tuple[Edit, ...]) -> bytes:
    value: str | None = None
    for edit in edits:
        if edit.where != head_of(line):
            continue
        if line.name == "N" and _name_of(line) == edit.old:
            value = _structured_name(line, edit.new)
        elif line.name == "ADR" and address_in(line) == edit.old:
            value = _structured_address(line, edit.new)
        elif line.name == "FN" and line.text == edit.old:
            value = escaped(edit.new)
        elif line.name == "URL" and edit.old in line.text.lower():
            at = line.text.lower().index(edit.old)
            value = line.text[:at] + edit.new + line.text[at + len(edit.old) :]
        elif line.name not in {"N", "ADR", "FN", "URL"} and _bare(line) == edit.old:
            text = line.text.strip()
            value = text[: len(text) - len(edit.old)] + edit.new
    return line.raw if value is None else _with(line, value)


def _with(line: ContentLine, value: str) -> bytes:
    end = b"\r\n" if b"\r\n" in line.raw else b"\n"
    head = head_of(line)
    return folded(f"{_QUOTED_ENCODING.sub('', head)}:{value}", end)


def _structured_name(line: ContentLine, name: str) -> str:
    """Return *name* for N, in the manner of the old one: prefixes of a surname stand with it, or in a part of their own."""
    parts = [*line.components, "", "", "", "", ""][: max(5, len(line.components))]
    if not parts[1].strip():
        parts[0] = name
    else:
        given, _, rest = name.partition(" ")
        prefix = re.match(r"(?:(?:[a-z]+|'[a-z]+|d')\s)+", rest) if parts[2].strip() else None
        middle = prefix[0].strip() if prefix else ""
        parts[:3] = [rest[len(prefix[0]) :] if prefix else rest, given, middle]
    return ";".join(map(escaped, parts))


def _structured_address(line: ContentLine, address: str) -> str:
    parts = [*line.components, *[""] * 7][:7]
    found = _DUTCH_ADDRESS.fullmatch(address)
    if found is not None:
        parts[:6] = ["", "", found[1], found[3], parts[4], found[2]]
    return ";".join(map(escaped, parts))


def appointment_edits(one: Appointment, changes: Sequence[Change]) -> Iterator[Edit]:
    """Yield what the *changes* do to the parties of an appointment."""
    told: set[Edit] = set()
    for line, inside in zip(one.lines, one.inside, strict=True):
        if not inside or line.name not in PARTIES:
            continue
        for change in changes:
            edit = _party_edit(line, change)
            if edit is not None and edit not in told:
                told.add(edit)
                yield edit


def _party_edit(line: ContentLine, change: Change) -> Edit | None:
    where = head_of(line)
    if change.old.kind == "email" and change.replaces(_bare(line)):
        return Edit(where, _bare(line), change.new.value)
    called = line.parameter("CN")
    if change.old.kind == "name" and called and change.replaces(called):
        # A quotation mark cannot stand in a parameter, and what would end it must stand between two.
        return Edit(where, called, change.written)
    return None


def appointment_edited(one: Appointment, edits: Iterable[Edit]) -> bytes:
    """Return the appointment after the *edits*."""
    edits = tuple(edits)
    return b"".join(
        _party_edited(line, edits) if inside and line.name in PARTIES else line.raw
        for line, inside in zip(one.lines, one.inside, strict=True)
    )


def _party_edited(line: ContentLine, edits: tuple[Edit, ...]) -> bytes:
    head, value, done = head_of(line), line.value, False
    for edit in edits:
        if edit.where != head_of(line):
            continue
        if line.parameter("CN") == edit.old:
            quoted = edit.new.replace('"', "'")
            head = _CALLED.sub(lambda found, name=quoted: f'{found[1]}"{name}"', head, count=1)  # type: ignore[misc]  # the default binds it
            done = True
        # Programs write the address as the name too: then both are corrected.
        if _bare(line) == edit.old:
            value = value.rstrip()
            value = value[: len(value) - len(edit.old)] + edit.new
            done = True
    end = b"\r\n" if b"\r\n" in line.raw else b"\n"
    return folded(f"{head}:{value}", end) if done else line.raw
