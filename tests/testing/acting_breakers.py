"""Connectors that break a promise in how they act, whether they erase or correct."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice

from overdracht import ApprovedStep, Objection, Outcome, Result, SourceError, Unreachable
from overdracht.testing.memory import MemoryConnector
from tests.testing.breaking import Breakers

Steps = Iterable[ApprovedStep]
Outcomes = Iterator[Outcome]
Act = Callable[[Steps], Outcomes]

ERASING, RECTIFYING = Breakers(), Breakers()
breaks, mends = ERASING.breaks, RECTIFYING.breaks


class Acting(MemoryConnector):
    """The reference, with how it acts passed through `by`, and what it says of that through `twist`."""

    def by(self, act: Act, steps: Steps) -> Outcomes:
        return self.twist(act(steps))

    def twist(self, outcomes: Outcomes) -> Outcomes:
        return outcomes

    def erase(self, steps: Steps) -> Outcomes:
        return self.by(super().erase, steps)

    def rectify(self, steps: Steps) -> Outcomes:
        return self.by(super().rectify, steps)


@breaks("e03")
@mends("c05")
class PassesOverWhatChanged(Acting):
    def prepare(self, steps: Steps) -> Iterator[Objection]:
        return (one for one in super().prepare(steps) if "changed" not in one.reason)


@breaks("e04")
@mends("c06")
class DoesNotSeeThatItIsReadOnly(Acting):
    def prepare(self, steps: Steps) -> Iterator[Objection]:
        return (one for one in super().prepare(steps) if "read-only" not in one.reason)


@breaks("e06 e07 e11 e12 e13 e14")
@mends("c09")
class FailsWhatIsGone(Acting):
    def twist(self, outcomes: Outcomes) -> Outcomes:
        for one in outcomes:
            gone = one.result is Result.ALREADY_GONE
            yield Outcome(one.key, Result.FAILED, "it is not there") if gone else one


@breaks("e10")
@mends("c10 c11")
class PassesOverWhatChangedInSilence(Acting):
    def twist(self, outcomes: Outcomes) -> Outcomes:
        return (one for one in outcomes if one.result is not Result.CHANGED)


@breaks("e11")
@mends("c12")
class RewritesWhileItIsHandedSteps(Acting):
    """Has taken everything out when it asks for the next step, and puts back what stays when it has them: as with a careless mbox."""

    def by(self, act: Act, steps: Steps) -> Outcomes:
        steps = iter(steps)
        parts = self.settings.system.parts
        while True:
            held = {part: dict(records) for part, records in parts.items()}
            for records in parts.values():
                records.clear()
            batch = list(islice(steps, 100))
            parts.update(held)
            if not batch:
                return
            yield from list(act(batch))


@breaks("e12")
@mends("c13")
class CannotGoOn(Acting):
    """What it holds open stays open when nobody takes its outcomes to the end."""

    busy = False

    def twist(self, outcomes: Outcomes) -> Outcomes:
        if self.busy:
            raise Unreachable("still busy with the last act")
        self.busy = True
        yield from outcomes
        self.busy = False


@breaks("e13")
@mends("c14")
class GivesUpInSilence(Acting):
    def by(self, act: Act, steps: Steps) -> Outcomes:
        try:
            yield from act(steps)
        except Unreachable:
            return


@breaks("e14")
@mends("c15")
class StopsAtABrokenPart(Acting):
    def twist(self, outcomes: Outcomes) -> Outcomes:
        for one in outcomes:
            if one.result is Result.FAILED:
                raise SourceError("a part cannot be read")
            yield one


@breaks("e15")
@mends("c16")
class TakesAllStepsAtOnce(Acting):
    def by(self, act: Act, steps: Steps) -> Outcomes:
        return act(list(steps))


@breaks("e20")
@mends("c17")
class NamesWhatItObjectsTo(Acting):
    def prepare(self, steps: Steps) -> Iterator[Objection]:
        for one in super().prepare(steps):
            yield replace(one, reason="sanne@vanderberg.example changed")


@breaks("e20")
@mends("c17")
class NamesWhatFailed(Acting):
    def twist(self, outcomes: Outcomes) -> Outcomes:
        for one in outcomes:
            failed = one.result is Result.FAILED
            yield replace(one, reason="of Sanne van der Berg") if failed else one
