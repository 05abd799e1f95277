"""Erase what was planned: whole, or only the person's part of what others share; the plan shows which lines go."""

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby, islice

from overdracht import (
    ApprovedStep,
    Disposition,
    Gap,
    Item,
    Objection,
    Outcome,
    Result,
    Ruling,
    SourceError,
    Step,
    Text,
    Verdict,
)
from overdracht_contacts.matters import Matter, is_parted
from overdracht_contacts.shelves import CHANGED, Entry, Rewrite, Shelf

REMOVE = "remove"
"""The action of a step: all of it goes."""
EDIT = "edit"
"""The first word of the action of a step that takes the person's part: then the digest of what is left, and the lines as a diff."""
CORRECT = "correct"
"""The first word of the action of a step that corrects values: then the likeness of what it becomes."""
BATCH = 50
_NOT_PARTLY = Text(
    "Hiervan kan niet een los veld worden gewist: dit moet iemand bekijken.",
    "No single field of this can be blanked: somebody has to look at it.",
)
_NOT_NOW = Text(
    "Dit is sinds het zoeken veranderd of niet te lezen: zoek opnieuw.",
    "This changed since it was found, or cannot be read: search again.",
)
_DOUBTFUL = Text(
    "De titel of de kop hiervan noemt u, maar misschien gaat het ook over een ander: iemand moet bekijken welk deel van wie is.",
    "The title or the head of this names you, but perhaps it is about somebody else too: somebody has to look which part is whose.",
)


def needs_reading(item: Item, ruling: Ruling) -> bool:
    """Say whether a proposal depends on what *item* says."""
    return ruling.disposition.verdict is Verdict.ERASE and is_parted(item)


def propose(shelf: Shelf | None, matter: Matter, item: Item, ruling: Ruling) -> Step:
    """Return how *ruling* is carried out on *item*: what others share with the person is edited and not removed."""
    ruled = ruling.disposition
    if ruled.verdict in {Verdict.ANONYMISE, Verdict.CANCEL}:
        return Step(item, replace(ruled, verdict=Verdict.REVIEW, ground=_NOT_PARTLY), "")
    if ruled.verdict is not Verdict.ERASE:
        return Step(item, ruled, "")
    if shelf is None or not is_parted(item):
        return Step(item, ruled, REMOVE)
    entry = _one(shelf, item)
    if entry is None or entry.fingerprint != item.fingerprint:
        return Step(item, replace(ruled, verdict=Verdict.REVIEW, ground=_NOT_NOW), "")
    return _step(matter, item, entry, ruled)


def _step(matter: Matter, item: Item, entry: Entry, ruled: Disposition) -> Step:
    document = matter.read(entry.content, entry.name)
    if matter.is_doubtful(document, item):
        return Step(item, replace(ruled, verdict=Verdict.REVIEW, ground=_DOUBTFUL), "")
    left = matter.remainder(document, item)
    if left is None:
        return Step(item, ruled, REMOVE)
    if left == entry.content:  # what is the person's is not text: nothing would go
        return Step(item, replace(ruled, verdict=Verdict.REVIEW, ground=_NOT_PARTLY), "")
    action = "\n".join((f"{EDIT} {matter.likeness(left)}", *_diff(entry.content, left)))
    return Step(item, replace(ruled, verdict=Verdict.ANONYMISE), action)


def _diff(before: bytes, after: bytes) -> Iterator[str]:
    old, new = (one.decode("utf-8", "replace").splitlines() for one in (before, after))
    shown = difflib.unified_diff(old, new, n=1, lineterm="")
    return islice((line for line in shown if not line.startswith(("---", "+++"))), 2000)


def _one(shelf: Shelf, item: Item) -> Entry | None:
    try:
        found = next(iter(shelf.fetch(item.part, (item.key,))), None)
    except SourceError:
        return None
    return found if isinstance(found, Entry) else None


def objections(shelf: Shelf, matter: Matter, steps: Iterable[ApprovedStep]) -> Iterator[Objection]:
    """Yield why *steps* cannot be carried out; changes nothing."""
    for part, group in groupby(steps, key=lambda one: one.item.part):
        reason = shelf.obstacle(part)
        while batch := tuple(islice(group, BATCH)):
            if reason:
                yield Objection(reason, batch[0].item.key)
                break
            yield from _objections(shelf, matter, part, batch)


def _objections(
    shelf: Shelf, matter: Matter, part: str, batch: tuple[ApprovedStep, ...]
) -> Iterator[Objection]:
    steps = {one.item.key: one for one in batch}
    for entry in shelf.fetch(part, tuple(steps)):
        if isinstance(entry, Gap):
            yield Objection(entry.reason, entry.key or batch[0].item.key)
            continue
        change = _change(matter, steps[entry.key], entry)
        if isinstance(change, Outcome) and change.result in {Result.CHANGED, Result.REFUSED}:
            yield Objection(change.reason, entry.key)


def outcomes(shelf: Shelf, matter: Matter, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
    """Carry out *steps*, a batch at a time, and yield the outcome of each."""
    for part, group in groupby(steps, key=lambda one: one.item.part):
        while batch := tuple(islice(group, BATCH)):
            yield from _carry_out(shelf, matter, part, batch)


def _carry_out(
    shelf: Shelf, matter: Matter, part: str, batch: tuple[ApprovedStep, ...]
) -> Iterator[Outcome]:
    waiting = {one.item.key: one for one in batch}
    changes: list[Rewrite] = []
    for entry in shelf.fetch(part, tuple(waiting)):
        if isinstance(entry, Gap):
            failed = [entry.key] if entry.key else list(waiting)
            result = Result.CHANGED if entry.reason == CHANGED else Result.FAILED
            for key in failed:
                if waiting.pop(key, None):
                    yield Outcome(key, result, entry.reason)
            continue
        step = waiting.pop(entry.key)
        change = _change(matter, step, entry)
        if isinstance(change, Outcome):
            yield change
        else:
            changes.append(change)
    yield from (Outcome(key, Result.ALREADY_GONE) for key in waiting)
    if changes:
        yield from shelf.carry_out(part, changes)


def _change(matter: Matter, step: ApprovedStep, entry: Entry) -> Rewrite | Outcome:
    """Return what *step* does with *entry*, or why it does nothing."""
    item = step.item
    word, _, rest = step.action.partition(" ")
    if word in {EDIT, CORRECT}:
        return _edit(matter, step, entry, rest.partition("\n")[0])
    if entry.fingerprint != item.fingerprint:
        return Outcome(item.key, Result.CHANGED, CHANGED)
    if word != REMOVE:
        return Outcome(item.key, Result.REFUSED, "the step says nothing that can be done here")
    return Rewrite(step, entry, None)


def _edit(matter: Matter, step: ApprovedStep, entry: Entry, aim: str) -> Rewrite | Outcome:
    """Return the entry as *step* makes it, which must be like the *aim* of the plan."""
    key, now = step.item.key, entry.fingerprint
    if now != step.item.fingerprint:
        if matter.likeness(entry.content) != aim:
            return Outcome(key, Result.CHANGED, CHANGED)
        corrects = step.disposition.verdict is Verdict.RECTIFY
        done = Result.RECTIFIED if corrects else Result.ANONYMISED
        return Outcome(key, done, fingerprint=now)
    document = matter.read(entry.content, entry.name)
    if step.edits:
        left: bytes | None = matter.edited(document, step.edits)
    else:
        left = matter.remainder(document, step.item)
    if left is None or matter.likeness(left) != aim:
        return Outcome(
            key, Result.REFUSED, "what would come of it is no longer what the plan shows"
        )
    return Rewrite(step, entry, left)
