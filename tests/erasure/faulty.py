"""Connectors over memory that fail, or lie, in one way each."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from overdracht import ApprovedStep, Objection, Outcome, Result, Unreachable
from overdracht.testing.memory import MemoryConnector

Steps = Iterable[ApprovedStep]


class NeverThere(MemoryConnector):
    def erase(self, steps: Steps) -> Iterator[Outcome]:
        for _ in steps:
            raise Unreachable("the system does not answer")
        yield from ()


class Halting(MemoryConnector):
    """Carries out one step, and then the connection breaks, every time."""

    def erase(self, steps: Steps) -> Iterator[Outcome]:
        for outcome in super().erase(steps):
            yield outcome
            raise Unreachable("the connection broke")


class ActsAndLosesTheAnswer(MemoryConnector):
    """Hears of no act what came of it; what was done before it sees."""

    def erase(self, steps: Steps) -> Iterator[Outcome]:
        for one in super().erase(steps):
            if one.result is Result.ERASED:
                raise Unreachable("the connection broke")
            yield one


class SaysNothing(MemoryConnector):
    def erase(self, steps: Steps) -> Iterator[Outcome]:
        yield from ()


class Stumbles(MemoryConnector):
    def erase(self, steps: Steps) -> Iterator[Outcome]:
        for step in steps:
            raise KeyError(step.item.title)
        yield from ()


class SpeaksOfAnother(MemoryConnector):
    def erase(self, steps: Steps) -> Iterator[Outcome]:
        for one in super().erase(steps):
            yield replace(one, key="mail-p0")


class SaysRetained(MemoryConnector):
    """Claims a result that does not belong to the step."""

    def erase(self, steps: Steps) -> Iterator[Outcome]:
        for step in steps:
            yield Outcome(step.item.key, Result.RETAINED)


class EndsOnNoDay(MemoryConnector):
    def erase(self, steps: Steps) -> Iterator[Outcome]:
        for step in steps:
            yield Outcome(step.item.key, Result.SCHEDULED)


class RefusesWithoutAWord(MemoryConnector):
    def erase(self, steps: Steps) -> Iterator[Outcome]:
        for step in steps:
            yield Outcome(step.item.key, Result.REFUSED)


class StumblesOverPreparing(MemoryConnector):
    def prepare(self, steps: Steps) -> Iterator[Objection]:
        raise ValueError("sanne@vanderberg.example")


class Swallows(MemoryConnector):
    """Takes whatever goes wrong while steps are handed out for their end."""

    def erase(self, steps: Steps) -> Iterator[Outcome]:
        try:
            yield from super().erase(steps)
        except Exception:  # noqa: BLE001 - that is the fault
            return
