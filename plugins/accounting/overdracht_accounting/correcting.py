"""Say which fields of a record hold a wrong value, and what would stand there instead; a sent invoice and a booking stay as they are."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby

from overdracht import (
    Category,
    Change,
    Disposition,
    Edit,
    Gap,
    Item,
    Mentions,
    Step,
    Text,
    Verdict,
)
from overdracht_accounting.keys import batches
from overdracht_accounting.loading import Loader
from overdracht_accounting.mapping import Record, row_key
from overdracht_accounting.proposals import CORRECT, is_masked
from overdracht_accounting.rows import Loaded
from overdracht_accounting.search import AT_ONCE
from overdracht_accounting.values import is_opaque

AS_BOOKED = Text(
    "Een verzonden factuur en een boeking blijven zoals ze zijn; zo nodig volgt een creditnota en een nieuwe factuur.",
    "An invoice that was sent and a booking stay as they are; where needed a credit note and a new invoice follow.",
)
BY_HAND = Text(
    "De waarde staat in vrije tekst, of verdeeld over velden: dit moet met de hand.",
    "The value stands in free text, or spread over fields: this is to be done by hand.",
)
_AS_IT_IS = frozenset({Category.INVOICE, Category.PAYMENT})


def corrections(
    loader: Loader, items: Iterable[Item], changes: Sequence[Change]
) -> Iterator[Step | Gap]:
    """Yield what becomes of each of *items* that holds an old value of the *changes*."""
    for part, group in groupby(items, key=lambda one: one.part):
        record = loader.mapping.record(part)
        if record is None or part in loader.broken:
            yield from (Gap(part, loader.reason(part), one.key) for one in group)
            continue
        for some in batches(group, AT_ONCE):
            loaded = loader.load(record, [row_key(part, one.key) for one in some])
            for item in some:
                yield from _answer(record, loaded.get(row_key(part, item.key)), item, changes)


def _answer(
    record: Record, loaded: Loaded | None, item: Item, changes: Sequence[Change]
) -> Iterator[Step | Gap]:
    if loaded is None or loaded.fingerprint() != item.fingerprint:
        reason = "it is gone" if loaded is None else "it changed since it was found"
        yield Gap(item.part, reason, item.key)
        return
    own = not is_masked(record, item)
    edits, left = _edits(loaded, changes) if own else ((), ())
    mentioned = tuple(_mentions(loaded, changes, {one.where for one in edits}))
    held = tuple(dict.fromkeys((*left, *mentioned)))
    if edits:
        verdict = Verdict.RECTIFY
        told = Disposition(verdict, _further(held)) if held else Disposition(verdict)
        yield Step(item, told, CORRECT, edits=edits)
    elif record.category in _AS_IT_IS and mentioned:
        yield Step(item, Disposition(Verdict.RETAIN, AS_BOOKED), "")
    elif held:
        yield Step(item, Disposition(Verdict.REVIEW, BY_HAND), "")


def _further(fields: Iterable[str]) -> Text:
    """Return that the value stands in further *fields*, where a person has to look."""
    names = ", ".join(fields)
    return Text(f"Met de hand te bekijken: {names}.", f"To be looked at by hand: {names}.")


def _edits(loaded: Loaded, changes: Sequence[Change]) -> tuple[tuple[Edit, ...], tuple[str, ...]]:
    """Return the edits, and the fields with a wrong value that cannot be edited so."""
    edits: dict[str, Edit] = {}
    left: list[str] = []
    for kind, groups in loaded.record.identifies.items():
        for names in groups:
            texts = {name: text for name in names if (text := loaded.row.text(name).strip())}
            for change in changes:
                if change.old.kind != kind or not change.replaces(", ".join(texts.values())):
                    continue
                parts = _parts(change, texts)
                # By the key others are linked to the row.
                opaque = any(is_opaque(loaded.row.values.get(name)) for name in texts)
                in_key = not texts.keys().isdisjoint(loaded.record.table.key)
                if opaque or in_key or len(parts) != len(texts):
                    left += texts
                else:
                    edits |= _each(loaded, texts, parts)
    return tuple(edits.values()), tuple(left)


def _parts(change: Change, texts: dict[str, str]) -> list[str]:
    """Return the new value as the fields of *texts* keep it: in one, or spread over as many as there are."""
    if len(texts) > 1:
        return [one.strip() for one in change.written.split(",")]
    (old,) = texts.values()
    if change.old.kind == "phone" and old.startswith("+"):
        return [change.new.value]
    if change.old.kind == "iban":
        value = change.new.value
        spaced = " ".join(value[start : start + 4] for start in range(0, len(value), 4))
        return [spaced if " " in old else value]
    return [change.written]


def _each(loaded: Loaded, texts: dict[str, str], parts: Sequence[str]) -> dict[str, Edit]:
    return {
        name: Edit(name, loaded.row.text(name), new)
        for name, new in zip(texts, parts, strict=True)
        if loaded.row.text(name) != new
    }


def _mentions(loaded: Loaded, changes: Sequence[Change], edited: Collection[str]) -> Iterator[str]:
    """Yield the fields of free text, but those *edited*, that hold an old value."""
    mentions = Mentions(one.old for one in changes)
    for row, column in loaded.columns():
        own = row is loaded.row
        if (own and column.name in edited) or not column.searched:
            continue
        if any(mentions.found(row.text(column.name))):
            yield column.name if own else f"{row.table.name}.{column.name}"
