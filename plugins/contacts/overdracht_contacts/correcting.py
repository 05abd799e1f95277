"""Correct values: say on paper what each entry would become, and make exactly that of it."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice

from overdracht import (
    Certainty,
    Change,
    Disposition,
    Gap,
    Item,
    Step,
    Text,
    Verdict,
)
from overdracht_contacts.erasing import BATCH, CORRECT
from overdracht_contacts.matters import Matter
from overdracht_contacts.shelves import CHANGED, Entry, Shelf

_BY_HAND = Text(
    "De waarde staat hier in een vorm die iemand zelf moet verbeteren.",
    "The value stands here in a form that somebody has to correct by hand.",
)
_IN_TEXT = Text(
    "De waarde staat hier ook in lopende tekst, die iemand zelf moet verbeteren.",
    "The value stands here in running text too, which somebody has to correct by hand.",
)


def corrections(
    shelf: Shelf, matter: Matter, items: Iterable[Item], changes: Sequence[Change]
) -> Iterator[Step | Gap]:
    """Yield what becomes of each of the *items* that holds an old value of the *changes*."""
    for part, group in groupby(items, key=lambda one: one.part):
        while batch := tuple(islice(group, BATCH)):
            yield from _batch(shelf, matter, part, batch, changes)


def _batch(
    shelf: Shelf, matter: Matter, part: str, batch: tuple[Item, ...], changes: Sequence[Change]
) -> Iterator[Step | Gap]:
    waiting = {one.key: one for one in batch}
    for entry in shelf.fetch(part, tuple(waiting)):
        if isinstance(entry, Gap):
            for key in [entry.key] if entry.key else list(waiting):
                if waiting.pop(key, None):
                    yield Gap(part, entry.reason, key)
            continue
        item = waiting.pop(entry.key)
        if entry.fingerprint != item.fingerprint:
            yield Gap(part, CHANGED, item.key)
        elif (step := _step(matter, item, entry, changes)) is not None:
            yield step
    yield from (Gap(part, "it is not there any more", key) for key in waiting)


def _step(matter: Matter, item: Item, entry: Entry, changes: Sequence[Change]) -> Step | None:
    document = matter.read(entry.content, entry.name)
    edits = tuple(
        one for one in dict.fromkeys(matter.edits(document, changes)) if one.old != one.new
    )
    old = {one.old for one in changes}
    told = [one for one in item.matches if one.identifier in old]
    if edits:
        after = matter.edited(document, edits)
        action = f"{CORRECT} {matter.likeness(after)}"
        in_text = any(one.certainty is Certainty.MENTION for one in told)
        ruling = Disposition(Verdict.RECTIFY, _IN_TEXT) if in_text else Disposition(Verdict.RECTIFY)
        return Step(item, ruling, action, edits=edits)
    stated = {one for field in document.fields if field.about for one in field.values}
    if told or old & stated:
        return Step(item, Disposition(Verdict.REVIEW, _BY_HAND), "")
    return None
