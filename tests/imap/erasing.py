"""Ways to have mail erased by a connector, as the core does it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from overdracht import (
    ApprovedStep,
    Disposition,
    Item,
    Objection,
    Outcome,
    Result,
    Ruling,
    Verdict,
)

ERASE = Ruling(Disposition(Verdict.ERASE))


def approved(connector: Any, items: Iterable[Item], ruling: Ruling = ERASE) -> list[ApprovedStep]:
    """Return the steps of a plan that erases *items*."""
    steps = [connector.propose(item, ruling) for item in items]
    return [ApprovedStep(one.item, one.disposition, one.action, one.external) for one in steps]


def objections(connector: Any, items: Iterable[Item]) -> list[Objection]:
    """Return what stands in the way of erasing *items*."""
    return list(connector.prepare(iter(approved(connector, items))))


@dataclass
class Erased:
    """What one pass came to."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    raised: Exception | None = None

    @property
    def results(self) -> list[Result]:
        """The results in the order of their keys."""
        return [self.outcomes[key].result for key in sorted(self.outcomes)]

    @property
    def counts(self) -> dict[Result, int]:
        """Result → how many."""
        return {one: self.results.count(one) for one in set(self.results)}


def erase(connector: Any, items: Iterable[Item]) -> Erased:
    """Have *items* erased, and return the outcomes, each of which comes once."""
    done = Erased()
    try:
        for outcome in connector.erase(iter(approved(connector, items))):
            assert outcome.key not in done.outcomes
            done.outcomes[outcome.key] = outcome
    except Exception as error:  # noqa: BLE001 - the test looks at it
        done.raised = error
    return done
