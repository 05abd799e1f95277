"""Connectors that break one promise each about erasing, and nothing else."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import ClassVar

from overdracht import (
    Aged,
    ApprovedStep,
    Category,
    Gap,
    Item,
    Objection,
    Outcome,
    Piece,
    Residue,
    Result,
    Ruling,
    Sighting,
    SourceError,
    Step,
    Text,
    Verdict,
)
from overdracht.testing.memory import MemoryConnector
from tests.testing.breaking import Breakers

Steps = Iterable[ApprovedStep]
Outcomes = Iterator[Outcome]

BREAKERS = Breakers()
breaks = BREAKERS.breaks


class Twisted(MemoryConnector):
    """The reference, with what it says and does passed through `twist` first."""

    def twist(self, outcomes: Outcomes) -> Outcomes:
        return outcomes

    def erase(self, steps: Steps) -> Outcomes:
        return self.twist(super().erase(steps))


@breaks("e01")
class KeepsLongerThanRuled(MemoryConnector):
    def propose(self, item: Item, ruling: Ruling) -> Step:
        step = super().propose(item, ruling)
        if step.disposition.verdict is Verdict.RETAIN:
            return replace(step, disposition=replace(step.disposition, until=date(2099, 1, 1)))
        return step


@breaks("e01 e09")
class ErasesWhatIsToBeKept(MemoryConnector):
    def propose(self, item: Item, ruling: Ruling) -> Step:
        return Step(item, replace(ruling.disposition, verdict=Verdict.ERASE, until=None), "remove")


@breaks("e01")
class CancelsWhatIsToBeReviewed(MemoryConnector):
    def propose(self, item: Item, ruling: Ruling) -> Step:
        if ruling.disposition.verdict is Verdict.REVIEW:
            return Step(item, replace(ruling.disposition, verdict=Verdict.CANCEL), "cancel")
        return super().propose(item, ruling)


@breaks("e01")
class GivesNoGround(MemoryConnector):
    def propose(self, item: Item, ruling: Ruling) -> Step:
        step = super().propose(item, ruling)
        return replace(step, disposition=replace(step.disposition, ground=Text("", "")))


@breaks("e02")
class PreparesByWriting(MemoryConnector):
    def prepare(self, steps: Steps) -> Iterator[Objection]:
        objections = list(super().prepare(steps))
        if not objections:
            self.settings.system.changes["prepared"] = 1
        yield from objections


@breaks("e02")
class ObjectsToWhatIsGone(MemoryConnector):
    def prepare(self, steps: Steps) -> Iterator[Objection]:
        steps = list(steps)
        yield from super().prepare(steps)
        for step in steps:
            if self.settings.system.parts[step.item.part].get(step.item.key) is None:
                yield Objection("the record is not there", step.item.key)


@breaks("e04 e14")
class WritesThroughALock(MemoryConnector):
    """Has rights that it should not use."""

    def erase(self, steps: Steps) -> Outcomes:
        system = self.settings.system
        locked, system.locked = system.locked, set()
        broken, system.broken = system.broken, set()
        try:
            yield from super().erase(steps)
        finally:
            system.locked, system.broken = locked, broken


@breaks("e04 e05 e07 e08 e09 e11 e12 e13 e14")
class TakesTheNeighbour(MemoryConnector):
    """Removes the record beside the first one, too: what EXPUNGE does without a UID."""

    def erase(self, steps: Steps) -> Outcomes:
        for number, step in enumerate(steps):
            records = self.settings.system.parts[step.item.part]
            keys = list(records)
            if number == 0 and step.item.key in records:
                records.pop(keys[keys.index(step.item.key) - 1], None)
            yield from super().erase([step])


@breaks("e05 e07 e08 e14")
class ErasesAllOfThePerson(MemoryConnector):
    """Takes with one record every other of the same customer in its part."""

    def erase(self, steps: Steps) -> Outcomes:
        for step in steps:
            (outcome,) = super().erase([step])
            if outcome.result is Result.ERASED:
                records = self.settings.system.parts[step.item.part]
                for key in [key for key, one in records.items() if one.holder == step.item.holder]:
                    del records[key]
            yield outcome


@breaks("e06 e07")
class ClaimsWhatOthersRemoved(Twisted):
    def twist(self, outcomes: Outcomes) -> Outcomes:
        return (
            replace(one, result=Result.ERASED) if one.result is Result.ALREADY_GONE else one
            for one in outcomes
        )


@breaks("e08")
class ErasesWhatChanged(MemoryConnector):
    def erase(self, steps: Steps) -> Outcomes:
        for step in steps:
            record = self.settings.system.get(step.item.part, step.item.key)
            if record is not None:
                step = replace(step, item=replace(step.item, fingerprint=record.fingerprint()))  # noqa: PLW2901 - that is the fault
            yield from super().erase([step])


@breaks("e08 e10")
class StopsAtWhatChanged(Twisted):
    def twist(self, outcomes: Outcomes) -> Outcomes:
        for one in outcomes:
            if one.result is Result.CHANGED:
                raise SourceError("the record changed")
            yield one


@breaks("e09")
class RemovesWhatItShouldBlank(MemoryConnector):
    def erase(self, steps: Steps) -> Outcomes:
        for step in steps:
            (outcome,) = super().erase([step])
            if outcome.result is Result.ANONYMISED:
                self.settings.system.remove(step.item.key)
            yield outcome


@breaks("e09")
class HandsOutNothingThatItBlanked(MemoryConnector):
    _blanked: ClassVar[set[str]] = set()

    def erase(self, steps: Steps) -> Outcomes:
        for one in super().erase(steps):
            if one.result is Result.ANONYMISED:
                self._blanked.add(one.fingerprint)
            yield one

    def export(
        self, items: Iterable[Item], extras: frozenset[str] = frozenset()
    ) -> Iterator[Piece]:
        return super().export(
            (one for one in items if one.fingerprint not in self._blanked), extras
        )


@breaks("e09")
class SaysNotWhatIsLeft(Twisted):
    def twist(self, outcomes: Outcomes) -> Outcomes:
        return (replace(one, fingerprint="") for one in outcomes)


@breaks("e09")
class TakesItsOwnBlankingForAChange(MemoryConnector):
    def erase(self, steps: Steps) -> Outcomes:
        for step in steps:
            record = self.settings.system.get(step.item.part, step.item.key)
            blanks = step.disposition.verdict is Verdict.ANONYMISE
            if blanks and record and record.fingerprint() != step.item.fingerprint:
                yield Outcome(step.item.key, Result.CHANGED)
            else:
                yield from super().erase([step])


@breaks("e10 e14 e15")
class SaysEverythingTwice(Twisted):
    def twist(self, outcomes: Outcomes) -> Outcomes:
        for one in outcomes:
            yield one
            yield one


@breaks("e10")
class TouchesTheSystemForNothing(Twisted):
    def twist(self, outcomes: Outcomes) -> Outcomes:
        empty = True
        for one in outcomes:
            empty = False
            yield one
        if empty:
            self.settings.system.changes["expunged"] = 1


@breaks("e04 e13")
class CallsWhatItCannotReachGone(MemoryConnector):
    def erase(self, steps: Steps) -> Outcomes:
        for step in steps:
            if self.settings.system.away:
                yield Outcome(step.item.key, Result.ALREADY_GONE)
            else:
                yield from super().erase([step])


@breaks("e14")
class CallsABrokenPartGone(MemoryConnector):
    def erase(self, steps: Steps) -> Outcomes:
        for step in steps:
            if step.item.part in self.settings.system.broken:
                yield Outcome(step.item.key, Result.ALREADY_GONE)
            else:
                yield from super().erase([step])


@breaks("e16")
class SpeaksDutchOnly(MemoryConnector):
    def residue(self) -> Iterable[Residue]:
        return [replace(one, until=Text(one.until.nl, "")) for one in super().residue()]


@breaks("e16")
class AsksWhatStaysBehind(MemoryConnector):
    def residue(self) -> Iterable[Residue]:
        self.settings.system.reach()
        return super().residue()


@breaks("e17")
class KnowsAddressesOnly(MemoryConnector):
    def identifiers(self) -> Iterator[Sighting | Gap]:
        for one in super().identifiers():
            if isinstance(one, Gap) or one.identifier.kind == "email":
                yield one


@breaks("e17")
class KnowsNoTimes(MemoryConnector):
    def identifiers(self) -> Iterator[Sighting | Gap]:
        for one in super().identifiers():
            yield one if isinstance(one, Gap) else replace(one, when=None)


@breaks("e18")
class KnowsNobodyInABrokenPart(MemoryConnector):
    def identifiers(self) -> Iterator[Sighting | Gap]:
        return (one for one in super().identifiers() if not isinstance(one, Gap))


@breaks("e18")
class HasNothingOldInABrokenPart(MemoryConnector):
    def aged(self, before: Mapping[Category, date]) -> Iterator[Aged | Gap]:
        return (one for one in super().aged(before) if not isinstance(one, Gap))


@breaks("e19")
class CountsTheDayItself(MemoryConnector):
    def aged(self, before: Mapping[Category, date]) -> Iterator[Aged | Gap]:
        return super().aged({one: day + timedelta(days=1) for one, day in before.items()})


@breaks("e19")
class DoesNotSayWhoItIsAbout(MemoryConnector):
    def aged(self, before: Mapping[Category, date]) -> Iterator[Aged | Gap]:
        for one in super().aged(before):
            yield one if isinstance(one, Gap) else replace(one, parties=())
