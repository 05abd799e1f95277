"""Connectors that break one promise each about correcting, and nothing else."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from overdracht import (
    ApprovedStep,
    Change,
    Disposition,
    Edit,
    Gap,
    Item,
    Objection,
    Outcome,
    Result,
    Step,
    Text,
    Verdict,
)
from overdracht.testing.memory import MemoryConnector
from tests.testing.breaking import Breakers

Steps = Iterable[ApprovedStep]
Outcomes = Iterator[Outcome]
Told = Iterator[Step | Gap]

BREAKERS = Breakers()
breaks = BREAKERS.breaks


class Twisted(MemoryConnector):
    """The reference, with what it says of items and does with steps passed through `bend` or `twist` first."""

    def bend(self, told: Told) -> Told:
        return told

    def twist(self, outcomes: Outcomes) -> Outcomes:
        return outcomes

    def corrections(self, items: Iterable[Item], changes: Sequence[Change]) -> Told:
        return self.bend(super().corrections(items, changes))

    def rectify(self, steps: Steps) -> Outcomes:
        return self.twist(super().rectify(steps))


@breaks("c01 c09")
class SaysEverythingOfAnItemTwice(Twisted):
    def bend(self, told: Told) -> Told:
        for one in told:
            yield one
            if isinstance(one, Step):
                yield one


@breaks("c01")
class SaysNoReasonInEnglish(Twisted):
    def bend(self, told: Told) -> Told:
        for number, one in enumerate(told):
            if number == 0 and isinstance(one, Step):
                reason = Text("Dit kan alleen met de hand.", "")
                yield Step(one.item, Disposition(Verdict.REVIEW, reason), "")
            else:
                yield one


@breaks("c01")
class ChangesItsMind(Twisted):
    asked = 0

    def bend(self, told: Told) -> Told:
        type(self).asked += 1
        for one in told:
            yield replace(one, action=f"correct {self.asked}") if isinstance(one, Step) else one


@breaks("c01")
class ShowsMoreThanItDoes(Twisted):
    def bend(self, told: Told) -> Told:
        for one in told:
            if isinstance(one, Step):
                yield replace(one, edits=(*one.edits, Edit("phone", "020-7654321", "020-1234567")))
            else:
                yield one


@breaks("c02")
class PassesOverAnItem(Twisted):
    def bend(self, told: Told) -> Told:
        return (one for one in told if isinstance(one, Gap) or "00002" not in one.item.key)


@breaks("c02")
class WritesItIntoEveryItem(MemoryConnector):
    """Puts the right number wherever there is another."""

    def corrections(self, items: Iterable[Item], changes: Sequence[Change]) -> Told:
        wide = [one for one in changes if one.old.kind == "phone"]
        for item in items:
            record = self.settings.system.get(item.part, item.key)
            phones = [one for one in record.fields if one.kind == "phone"] if record else []
            wrong = [one.old for one in changes]
            extra = [
                replace(change, old=one)
                for change in wide
                for one in phones
                if one not in {*wrong, change.new}
            ]
            yield from super().corrections([item], [*changes, *extra])


@breaks("c03")
class LooksByWriting(Twisted):
    def bend(self, told: Told) -> Told:
        for one in told:
            self.settings.system.changes["looked"] = 1
            yield one


@breaks("c03 c08")
class ObjectsToWhatIsDone(MemoryConnector):
    def prepare(self, steps: Steps) -> Iterator[Objection]:
        for step in steps:
            record = self.settings.system.get(step.item.part, step.item.key)
            yield from super().prepare([step])
            if record is None:
                yield Objection("the record is not there", step.item.key)
            elif record.fingerprint() != step.item.fingerprint:
                yield Objection("the record changed since the plan", step.item.key)


@breaks("c04")
class SaysNothingOfWhatItCannotRead(Twisted):
    def bend(self, told: Told) -> Told:
        return (one for one in told if isinstance(one, Step))


@breaks("c04")
class TakesAnotherForTheItem(MemoryConnector):
    """Does not look whether the item is still the one that was found."""

    def corrections(self, items: Iterable[Item], changes: Sequence[Change]) -> Told:
        for item in items:
            record = self.settings.system.get(item.part, item.key)
            now = item if record is None else replace(item, fingerprint=record.fingerprint())
            yield from super().corrections([now], changes)


@breaks("c07 c08")
class WritesTheWholeRecordAnew(Twisted):
    """And something of it with other defaults."""

    def twist(self, outcomes: Outcomes) -> Outcomes:
        parts = self.settings.system.parts.values()
        for one in outcomes:
            for records in parts:
                if one.result is Result.RECTIFIED and one.key in records:
                    record = records[one.key]
                    records[one.key] = replace(record, is_contact=True)
            yield one


@breaks("c07")
class SaysAnOldFingerprint(MemoryConnector):
    def rectify(self, steps: Steps) -> Outcomes:
        for step in steps:
            for one in super().rectify([step]):
                done = one.result is Result.RECTIFIED
                yield replace(one, fingerprint=step.item.fingerprint) if done else one


@breaks("c06 c07 c09 c10 c12 c13 c14 c15")
class OnlySaysSo(MemoryConnector):
    def rectify(self, steps: Steps) -> Outcomes:
        return (Outcome(one.item.key, Result.RECTIFIED) for one in steps)


@breaks("c08")
class CountsHowOften(Twisted):
    def twist(self, outcomes: Outcomes) -> Outcomes:
        changes = self.settings.system.changes
        for one in outcomes:
            if one.result is Result.RECTIFIED:
                changes["corrected"] = changes.get("corrected", 0) + 1
            yield one


@breaks("c10")
class CorrectsWhatChanged(MemoryConnector):
    def rectify(self, steps: Steps) -> Outcomes:
        for step in steps:
            record = self.settings.system.get(step.item.part, step.item.key)
            if record is not None:
                step = replace(step, item=replace(step.item, fingerprint=record.fingerprint()))  # noqa: PLW2901 - that is the fault
            yield from super().rectify([step])
