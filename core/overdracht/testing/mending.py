"""How the reference connector corrects: one record at a time, each act whole or not at all."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from overdracht.identifiers import Identifier, Kinds
from overdracht.items import Category, Gap, Item
from overdracht.steps import Change, Disposition, Edit, Step, Verdict
from overdracht.text import Text

if TYPE_CHECKING:
    from overdracht.testing.memory_system import MemoryRecord, MemorySystem

KINDS = Kinds()
CORRECT = "correct"
AS_SENT = Text(
    "Een verzonden factuur blijft zoals zij verstuurd is.",
    "An invoice that was sent stays as it is.",
)


def corrections(
    system: "MemorySystem", items: Iterable[Item], changes: Sequence[Change]
) -> Iterator[Step | Gap]:
    """Say what becomes of each record that holds an old value in a field."""
    system.reach()
    for item in items:
        record = system.get(item.part, item.key)
        if record is None:
            yield Gap(item.part, "the record is gone or cannot be read", item.key)
        elif record.fingerprint() != item.fingerprint:
            yield Gap(item.part, "the record changed since it was found", item.key)
        elif edits := tuple(_edits(record, changes)):
            yield _step(item, edits)


def _edits(record: "MemoryRecord", changes: Sequence[Change]) -> Iterator[Edit]:
    for one in record.fields:
        for change in changes:
            if one == change.old:
                yield Edit(one.kind, one.value, change.new.value)


def _step(item: Item, edits: tuple[Edit, ...]) -> Step:
    if item.category is Category.INVOICE:
        return Step(item, Disposition(Verdict.RETAIN, AS_SENT), "")
    return Step(item, Disposition(Verdict.RECTIFY), CORRECT, edits=edits)


def corrected(record: "MemoryRecord", edits: Iterable[Edit]) -> "MemoryRecord":
    """Return what the *edits* make of *record*, which stays the same when they were made before."""
    new = {
        Identifier(edit.where, edit.old): KINDS.identifier(edit.where, edit.new) for edit in edits
    }
    return replace(record, fields=tuple(new.get(one, one) for one in record.fields))
