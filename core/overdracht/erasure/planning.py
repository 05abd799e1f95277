"""Decide, on paper, what an erasure would do: every item, what happens to it, and why."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from overdracht.connector import Connector, Settings, erasing
from overdracht.erasure.named import NAMES, Names
from overdracht.errors import OverdrachtError, SourceError
from overdracht.items import Category, Item
from overdracht.retention import day_of, local_day
from overdracht.review import Inclusion, Review
from overdracht.ruling import Rules, Situation
from overdracht.state import PlanFile, RequestFile
from overdracht.steps import Disposition, Step, Verdict, harsher
from overdracht.survey import Identity
from overdracht.survey.engine import explain
from overdracht.text import Text

FEWEST = 10
"""A source with fewer things than this is not guarded by a share: one of two is half."""

BY_NATURE = frozenset({Category.INVOICE, Category.PAYMENT, Category.NOTE, Category.WORK})
"""What is customer contact by its nature."""

CHANGING = frozenset({Verdict.ERASE, Verdict.ANONYMISE, Verdict.CANCEL})

UNDECIDED = Text(
    "Nog niet beoordeeld of dit over u gaat.", "Not yet decided whether this is about you."
)
_NEWER = Text(
    "Dit kwam na het wissen: het is niet uit de reservekopie teruggekeerd.",
    "This came after the erasure: it did not come back with the backup.",
)
_TIMELESS = Text(
    "Er is geen datum bekend: of dit uit de reservekopie is teruggekeerd, moet iemand bekijken.",
    "No date is known: whether this came back with the backup, somebody has to see.",
)
BY_HAND = Text(
    "Dit systeem kan niet zelf wissen: het moet met de hand.",
    "This system cannot erase by itself: it is to be done by hand.",
)


_SHARED = (
    "is an identifier shared or your own? Else raise `most` under [erasure] in the configuration"
)


class UnsafePlan(OverdrachtError):
    """A plan would take more of a source than one person can plausibly be."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a source one plan may take, as a share of what it holds."""

    most: float = 0.3
    by_source: Mapping[str, float] | None = None

    def of(self, source: str) -> float:
        """Return the share for *source*."""
        return (self.by_source or {}).get(source, self.most)


Connectors = Mapping[str, Connector[Settings]]


def last_contact(items: Iterable[Item]) -> tuple[date | None, bool]:
    """Return the day of the last customer contact among *items*: a letter, a note, an invoice, a payment; and whether a subscription runs.

    While one does, no term counts from any contact.
    """
    last: date | None = None
    running = False
    for one in items:
        running = running or one.running
        if one.is_contact or one.category in BY_NATURE:
            day = day_of(one.when)
            last = day if last is None or (day is not None and day > last) else last
    return last, running


def plan_erasure(
    request: RequestFile,
    identity: Identity,
    connectors: Connectors,
    rules: Rules,
    limits: Limits,
    now: datetime,
    *,
    until: date | None = None,
) -> PlanFile:
    """Write down what erasing the subject of *request* would do. Changes nothing but the state; raise UnsafePlan when it takes too much.

    What is dated after the day *until* stays, and what has no date goes to review: after a restore, what came after the erasure was not
    erased by it.
    """
    review = Review(request, identity)
    names = Names()
    included = names.passing(one.item for one in review.items(Inclusion.INCLUDED))
    contact, subscribed = last_contact(included)
    situation = Situation(local_day(now), contact, subscribed, requested=True)
    facts: dict[str, object] = {
        "identifiers": [str(one) for one in identity.sought],
        "last_contact": None if subscribed else contact,
        NAMES: [one.value for one in names.all()],
    }
    steps = _steps(review, connectors, rules, situation)
    if until is not None:
        facts["until"] = until
        steps = (_older(source, step, until) for source, step in steps)
    looked_at = {one.source: one.looked_at for one in request.coverage()}
    steps = guarded(steps, lambda source, _: looked_at.get(source, 0), limits)
    return request.plans().draw(steps, facts, now)


def _steps(
    review: Review, connectors: Connectors, rules: Rules, situation: Situation
) -> Iterator[tuple[str, Step]]:
    for one in review.items(Inclusion.INCLUDED, Inclusion.AWAITING):
        if one.inclusion is Inclusion.AWAITING:
            yield one.source, Step(one.item, Disposition(Verdict.REVIEW, UNDECIDED), "")
        else:
            try:
                step = propose(connectors.get(one.source), one.item, rules, situation)
            except SourceError as error:
                raise SourceError(f"[{one.source}] {error}") from error
            yield one.source, step


def _older(source: str, step: Step, until: date) -> tuple[str, Step]:
    day = day_of(step.item.when)
    if day is None:
        return source, Step(step.item, Disposition(Verdict.REVIEW, _TIMELESS), "")
    if day > until:
        return source, Step(step.item, Disposition(Verdict.RETAIN, _NEWER), "")
    return source, step


def propose(
    connector: Connector[Settings] | None, item: Item, rules: Rules, situation: Situation
) -> Step:
    """Return how *connector* would carry out what the *rules* say about *item*; raise SourceError when it would do more."""
    ruling = rules.ruling(item, situation)
    verdict = ruling.disposition.verdict
    eraser = erasing(connector)
    if connector is None or eraser is None:
        if verdict is Verdict.RETAIN:
            return Step(item, ruling.disposition, "")
        return Step(item, replace(ruling.disposition, verdict=Verdict.REVIEW, ground=BY_HAND), "")
    try:
        step = eraser.propose(item, ruling)
    except Exception as error:
        raise SourceError(explain(error)) from error
    beyond = harsher(step.disposition, ruling)
    if beyond:
        raise SourceError(
            f"the connector {connector.name} would do more than the rules allow: {beyond}"
        )
    if step.item != item:
        raise SourceError(f"the connector {connector.name} proposes a step for another item")
    return step


def guarded(
    steps: Iterable[tuple[str, Step]],
    held: Callable[[str, int], int],
    limits: Limits,
    *,
    remedy: str = _SHARED,
) -> Iterator[tuple[str, Step]]:
    """Yield the *steps*; at their end, raise UnsafePlan when they take more than their share of what a source *held*.

    That is asked of the sources that lose something, and only whether it is at least so much. Raised at the end, it takes the plan that is
    being written along: what is refused does not exist.
    """
    taken: Counter[str] = Counter()
    for source, step in steps:
        taken[source] += step.disposition.verdict in CHANGING
        yield source, step
    for source, count in sorted((+taken).items()):
        most = limits.of(source)
        enough = max(FEWEST, int(count / most) + 1) if most > 0 else sys.maxsize
        holds = held(source, enough)
        if holds >= FEWEST and count > most * holds:
            raise UnsafePlan(
                f"[{source}] the plan would take {count / holds:.0%} of it ({count:,} of {holds:,}), and {most:.0%} is the most",
                remedy=remedy,
            )
