"""Put right values in the place of wrong ones in the head of a note; its text stays as it was written."""

import re
from collections.abc import Iterable, Iterator, Sequence

from overdracht import Change, Edit
from overdracht_contacts.documents import spelled
from overdracht_contacts.notes_text import Note, head_field


def edits(note: Note, changes: Sequence[Change]) -> Iterator[Edit]:
    """Yield what the *changes* do to the fields in the head of *note*."""
    told: set[Edit] = set()
    for line in note.head.splitlines():
        field = head_field(line)
        for change in changes:
            if not field.about or change.old not in field.values:
                continue
            for old in _spelled(line, change):
                edit = Edit(field.where, old, _written(change))
                if edit not in told and re.search(_alone(old), line):
                    told.add(edit)
                    yield edit


def _written(change: Change) -> str:
    return change.new.value if change.old.kind == "email" else change.written


def _spelled(line: str, change: Change) -> Iterator[str]:
    """Yield the old value as it stands in *line*."""
    if change.old.kind in {"email", "phone", "iban"}:
        yield from (
            written
            for kind, _, written in spelled(line)
            if kind == change.old.kind and change.replaces(written)
        )
        return
    for found in re.finditer(_alone(change.old.value), line, re.IGNORECASE):
        yield found[0]


def _alone(value: str) -> str:
    """Return the pattern of *value* where it stands by itself, and is no part of somebody else's."""
    return rf"(?<![\w.+@-]){re.escape(value)}(?![\w@-]|\.\w)"


def edited(note: Note, changes: Iterable[Edit]) -> bytes:
    """Return *note* after the *changes*."""
    made = tuple(changes)
    lines = []
    for line in note.head.splitlines(keepends=True):
        where, text = head_field(line).where, line
        for edit in made:
            if edit.where == where:
                text = re.sub(_alone(edit.old), edit.new.replace("\\", r"\\"), text)
        lines.append(text)
    return note.encoded("".join(lines) + note.body)
