"""How the reference connector forgets, and acts at all: one record at a time, each act whole or not at all."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from overdracht.errors import Refused
from overdracht.identifiers import Identifier, Kinds
from overdracht.items import Category, Gap, Item
from overdracht.steps import (
    Aged,
    ApprovedStep,
    Disposition,
    Objection,
    Outcome,
    Residue,
    Result,
    Ruling,
    Sighting,
    Step,
    Verdict,
)
from overdracht.testing.mending import CORRECT, corrected
from overdracht.text import Text

if TYPE_CHECKING:
    from overdracht.testing.memory_system import MemoryRecord, MemorySystem

KINDS = Kinds()
BLANKED = ("email", "phone", "name", "address")
"""The kinds of field that fall under `contact`, whatever the record is."""

REMOVE, BLANK, CANCEL = "remove", "blank", "cancel"
_DONE = {
    BLANK: Result.ANONYMISED,
    CANCEL: Result.SCHEDULED,
    CORRECT: Result.RECTIFIED,
}
ABROAD = frozenset({Category.DOMAIN, Category.SERVER})
"""What lives at somebody else's: ending it has an effect there."""

RESIDUE = Residue(
    Text("een kopie van het geheugen", "a copy of the memory"),
    Text("de nachtelijke reservekopie", "the nightly backup"),
    Text("30 dagen na het wissen", "30 days after the erasure"),
    Text("wis de reservekopie", "erase the backup"),
)


def propose(item: Item, ruling: Ruling) -> Step:
    """Remove what may go, blank the contact fields of what is kept, cancel what runs."""
    ruled = ruling.disposition
    if ruled.verdict is Verdict.ERASE:
        return Step(item, ruled, REMOVE)
    if ruled.verdict is Verdict.CANCEL:
        return Step(item, ruled, CANCEL, _name(item) if item.category in ABROAD else "")
    if ruled.verdict is Verdict.RETAIN and ruling.of(Category.CONTACT).verdict is Verdict.ERASE:
        return Step(item, _anonymise(ruled), f"{BLANK} {' '.join(BLANKED)}")
    return Step(item, ruled, "")


def _anonymise(ruled: Disposition) -> Disposition:
    return replace(ruled, verdict=Verdict.ANONYMISE)


def _name(item: Item) -> str:
    return item.title or item.key


def prepare(system: "MemorySystem", steps: Iterable[ApprovedStep]) -> Iterator[Objection]:
    """Object to a system that cannot be written, a part that is locked or cannot be read, a record that changed."""
    system.reach()
    if system.read_only:
        yield Objection("the system is read-only")
    for step in steps:
        item = step.item
        if item.part in system.broken:
            yield Objection("the part cannot be read", item.key)
        elif item.part in system.locked:
            yield Objection("somebody else has locked the part", item.key)
        elif _changed(system.get(item.part, item.key), step):
            yield Objection("the record changed since the plan", item.key)


def _changed(record: "MemoryRecord | None", step: ApprovedStep) -> bool:
    """Say whether *record* is neither the one that was planned nor what *step* makes of it."""
    return (
        record is not None
        and record.fingerprint() != step.item.fingerprint
        and (step.action == REMOVE or after(record, step) != record)
    )


def after(record: "MemoryRecord", step: ApprovedStep) -> "MemoryRecord":
    """Return what *step* makes of *record*, which stays the same when it was done before."""
    word, *kinds = step.action.split()
    if word == CORRECT:
        return corrected(record, step.edits)
    if word == CANCEL:
        return replace(record, cancelled=True)
    return blanked(record, kinds)


def blanked(record: "MemoryRecord", kinds: Collection[str] = BLANKED) -> "MemoryRecord":
    """Return *record* without fields of these *kinds* and without its text."""
    fields = tuple(one for one in record.fields if one.kind not in kinds)
    return replace(record, fields=fields, text="")


def carry_out(system: "MemorySystem", steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
    """Carry out the *steps* one by one."""
    for step in steps:
        yield _act(system, step)


def _act(system: "MemorySystem", step: ApprovedStep) -> Outcome:
    system.reach()
    if system.read_only:
        raise Refused("the system is read-only", remedy="open it for writing")
    item = step.item
    if item.part in system.broken or item.part in system.locked:
        return Outcome(item.key, Result.FAILED, "the part is locked or cannot be read")
    record = system.get(item.part, item.key)
    if record is None:
        return Outcome(item.key, Result.ALREADY_GONE)
    if _changed(record, step):
        return Outcome(item.key, Result.CHANGED)
    system.watch("before", item.key)
    if step.action == REMOVE:
        system.remove(item.key)
        result = Outcome(item.key, Result.ERASED)
    else:
        now = after(record, step)
        if now != record:
            system.add(now)
        done = _DONE[step.action.partition(" ")[0]]
        result = Outcome(item.key, done, on=now.ends, fingerprint=now.fingerprint())
    system.watch("after", item.key)
    return result


def identifiers(system: "MemorySystem") -> Iterator[Sighting | Gap]:
    """Go through every record of every part."""
    for record in _records(system):
        if isinstance(record, Gap):
            yield record
            continue
        for one in _strong(record):
            yield Sighting(
                one,
                record.key,
                record.part,
                record.when,
                is_contact=record.is_contact,
                running=record.ends is not None,
                of_one=record.category is Category.CONTACT,
            )


def aged(system: "MemorySystem", before: Mapping[Category, date]) -> Iterator[Aged | Gap]:
    """Go through every record of every part."""
    for record in _records(system):
        if isinstance(record, Gap):
            yield record
        elif (day := before.get(record.category)) and record.day is not None and record.day < day:
            yield Aged(record.item(), tuple(_strong(record)))


def _records(system: "MemorySystem") -> Iterator["MemoryRecord | Gap"]:
    system.reach()
    for part in sorted(system.parts):
        if part in system.broken:
            yield Gap(part, "the part cannot be read")
        else:
            yield from tuple(system.parts[part].values())


def _strong(record: "MemoryRecord") -> Iterator[Identifier]:
    return (one for one in record.fields if KINDS.strong(one.kind))
