"""What the connectors to entries have in common: how they find, export and erase in their `Store`."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import groupby, islice
from typing import TYPE_CHECKING, ClassVar, TypeVar

from overdracht import (
    Aged,
    ApprovedStep,
    Category,
    Check,
    Connector,
    Finding,
    Gap,
    Item,
    Line,
    Objection,
    Origin,
    Outcome,
    Piece,
    Processing,
    Question,
    Result,
    Ruling,
    SafeNames,
    Settings,
    Sighting,
    Step,
    Text,
    Verdict,
)

if TYPE_CHECKING:
    from overdracht_serverlogs.entries import Store

SettingsT = TypeVar("SettingsT", bound=Settings)

CHANGED = "entries were changed or added since the plan"
_MOST_STEPS = 400
_NO_PARTS = Text(
    "Een deel van een regel kan hier niet worden gewist: dit moet iemand bekijken.",
    "A part of an entry cannot be erased here: somebody has to look at this.",
)

_SECURITY = Processing(
    Category.TRAFFIC,
    Text(
        "beveiliging en beheer van de servers: inbraakpogingen en storingen onderzoeken",
        "security and operation of the servers: looking into attacks and faults",
    ),
    Text("art. 6 lid 1 onder f AVG", "Art. 6(1)(f) GDPR"),
    Origin.OBSERVED,
)


class EntryConnector(Connector[SettingsT]):
    """Finds and exports the entries of a store."""

    categories: ClassVar[frozenset[Category]] = frozenset({Category.TRAFFIC})

    @abstractmethod
    def store(self) -> "Store":
        """Return the store; nothing is opened yet."""

    def check(self) -> Iterator[Check]:
        """Look whether every part can be read."""
        from overdracht_serverlogs.entries import Unreadable

        store = self.store()
        for part in store.parts():
            try:
                next(store.entries(part), None)
            except Unreadable as error:
                yield Check(part, ok=False, detail=str(error))
            else:
                yield Check(part, ok=True, detail="it can be read")

    def describe(self) -> Iterable[Processing]:
        """Say what is done with traffic data."""
        return (_SECURITY,)

    def find(self, question: Question) -> Iterator[Finding]:
        """Yield the subject's entries, grouped by day."""
        from overdracht_serverlogs.entry_items import find

        yield from find(self.store(), question)

    def export(
        self,
        items: Iterable[Item],
        extras: frozenset[str] = frozenset(),  # noqa: ARG002 - it has none
    ) -> Iterator[Piece]:
        """Yield each entry of the *items* as a JSON line."""
        from overdracht_serverlogs.stems import Stems

        store, names, stems = self.store(), SafeNames(), Stems()
        known = set(store.parts())
        for part, group in groupby(items, key=lambda one: one.part):
            chosen = tuple(group)
            if part in known:
                yield from _exported(store, part, chosen, names(f"{stems(part)}.jsonl"))
            else:
                yield from (Gap(part, "it is not there any more", one.key) for one in chosen)

    def identifiers(self) -> Iterator[Sighting | Gap]:
        """Yield everybody who logged in, or was said to."""
        from overdracht_serverlogs.entry_items import sightings

        yield from sightings(self.store())

    def aged(self, before: Mapping[Category, date]) -> Iterator[Aged | Gap]:
        """Yield the entries from before the day for traffic data, day by day."""
        from overdracht_serverlogs.entry_items import aged

        yield from aged(self.store(), before)


def _exported(store: "Store", part: str, items: tuple[Item, ...], path: str) -> Iterator[Piece]:
    from overdracht_serverlogs.entries import Unreadable, readable
    from overdracht_serverlogs.entry_items import Planned

    try:
        looked = Planned(items)
        for entry in readable(store, part):
            looked.key_of(entry)
        whole = [one for one in items if looked.is_whole(one.key)]
        told = Planned(whole)
        for entry in readable(store, part):
            if key := told.key_of(entry):
                record = {"source": part, "time": entry.when, **entry.record}
                yield Line(path, record, (key,))
    except Unreadable as error:
        yield from (Gap(part, str(error), one.key) for one in items)
        return
    for one in items:
        if not looked.is_whole(one.key):
            gone = looked.standing(one.key) == "gone"
            yield Gap(part, "it is not there any more" if gone else CHANGED, one.key)


class ErasingEntryConnector(EntryConnector[SettingsT]):
    """Erases entries one by one, too."""

    action: ClassVar[str]

    def propose(self, item: Item, ruling: Ruling) -> Step:
        """Say that the entries are taken out."""
        disposition = ruling.disposition
        if disposition.verdict in {Verdict.ANONYMISE, Verdict.CANCEL}:
            disposition = replace(disposition, verdict=Verdict.REVIEW, ground=_NO_PARTS)
        return Step(item, disposition, self.action if disposition.verdict is Verdict.ERASE else "")

    def prepare(self, steps: Iterable[ApprovedStep]) -> Iterator[Objection]:
        """Look whether every part can be written, and whether the entries are still the planned ones."""
        from overdracht_serverlogs.entries import Unreadable
        from overdracht_serverlogs.entry_items import Planned

        store = self.store()
        known = set(store.parts())
        for part, group in groupby(steps, key=lambda one: one.item.part):
            chosen = [one.item for one in group]
            try:
                reason = store.obstacle(part) if part in known else "it is not there any more"
                if reason:
                    yield Objection(reason, chosen[0].key)
                    continue
                planned = Planned(chosen)
                for entry in store.entries(part):
                    planned.key_of(entry)
            except Unreadable as error:
                yield Objection(str(error), chosen[0].key)
                continue
            for one in chosen:
                if planned.standing(one.key) == "changed":
                    yield Objection(CHANGED, one.key)

    def erase(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Take exactly the planned entries out, durably."""
        store = self.store()
        known = set(store.parts())
        for part, group in groupby(steps, key=lambda one: one.item.part):
            while batch := [one.item for one in islice(group, _MOST_STEPS)]:
                if part in known:
                    yield from _erased(store, part, batch)
                else:
                    reason = "it is not there any more, or is not searched any more"
                    yield from (Outcome(one.key, Result.FAILED, reason) for one in batch)


def _erased(store: "Store", part: str, items: list[Item]) -> Iterator[Outcome]:
    from overdracht_serverlogs.entries import Unreadable
    from overdracht_serverlogs.entry_items import Planned

    results = {"planned": Result.ERASED, "gone": Result.ALREADY_GONE, "changed": Result.CHANGED}
    if reason := store.obstacle(part):
        yield from (Outcome(one.key, Result.FAILED, reason) for one in items)
        return
    try:
        planned = Planned(items)
        for entry in store.entries(part):
            planned.key_of(entry)
        standing = {one.key: planned.standing(one.key) for one in items}
        going = [one for one in items if standing[one.key] == "planned"]
        if going:
            store.remove(part, Planned(going).key_of)
    except Unreadable as error:
        yield from (Outcome(one.key, Result.FAILED, str(error)) for one in items)
        return
    for key, word in standing.items():
        yield Outcome(key, results[word], CHANGED if word == "changed" else "")
