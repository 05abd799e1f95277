"""Find what has outlived its term without anybody asking: scheduled work that is due, and whatever is simply too old.

The same rules, plan, journal and certificate as a request. What counts from the last customer contact is asked of all sources together: a
letter may go when everybody it is about has been silent for the term in every system. What was blanked and is kept is not planned
again; what was scheduled and is not the same any more is left to people, and the rest goes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import chain, islice

from overdracht.connector import Ages, erasing
from overdracht.erasure.contacts import Contacts
from overdracht.erasure.earliest import earliest
from overdracht.erasure.outlived import LATER, came_later, counts_from_contact, is_young, latest
from overdracht.erasure.planning import CHANGING, Connectors, Limits, guarded, propose
from overdracht.errors import SourceError
from overdracht.identifiers import Identifier
from overdracht.items import Category, Gap, Item
from overdracht.retention import CountsFrom, local_day
from overdracht.ruling import Rules, Situation
from overdracht.state import Phase, PlanFile, RequestFile, Store
from overdracht.steps import Aged, ApprovedStep, Disposition, Step, Verdict
from overdracht.survey.engine import explain
from overdracht.text import Text

OBJECTED = Text(
    "Dit is niet meer wat toen is bewaard, of kan nu niet worden gewist: iemand moet het bekijken.",
    "This is no longer what was kept then, or cannot be erased now: somebody has to look at it.",
)

_TOO_MUCH = "is the clock right, and the term? Else raise `most_of` under [erasure], or look at it with `overdracht retention --most 1`"

MISSED = "not looked at"
"""Stands in the facts of a sweep: the source of each gap."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """A plan for what outlived its term; nothing is written down where nothing has."""

    request: RequestFile | None
    plan: PlanFile | None
    gaps: tuple[tuple[str, Gap], ...]
    """What could not be looked at, by source."""
    uncomputable: int
    """Items whose term cannot be computed, or that changed: findings, in the plan as REVIEW."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a sweep takes."""

    only: frozenset[Category] = frozenset(Category)
    """The categories."""
    without: Mapping[str, str] = field(default_factory=dict)
    """The sources that are left as they are, each with the reason, which is a gap; what they know of contacts counts all the same."""


def sweep(
    store: Store,
    connectors: Connectors,
    rules: Rules,
    owns: Callable[[Identifier], bool],
    now: datetime,
    *,
    limits: Limits,
    scope: Scope | None = None,
) -> Sweep:
    """Draw a plan for everything in *scope* that has outlived its term on the day of *now*; raise UnsafePlan when that is more of a source
    than the *limits* allow.

    Who carries the plan out at once keeps `store.sweeping()` from before this until that is done.
    """
    scope = scope or Scope()
    with store.sweeping():
        looking = _Looking(store, connectors, rules, owns, local_day(now), scope)
        facts: dict[str, object] = {"sweep": sorted(scope.only)}
        steps = guarded(looking.steps(), looking.held, limits, remedy=_TOO_MUCH)
        request, plan = _drawn(store, scope, _telling(steps, facts, looking), facts, now)
    return Sweep(request, plan, tuple(looking.gaps), looking.findings)


def _drawn(
    store: Store,
    scope: Scope,
    steps: Iterator[tuple[str, Step]],
    facts: dict[str, object],
    now: datetime,
) -> tuple[RequestFile | None, PlanFile | None]:
    """Write the plan down; nothing is written where there are no *steps*, and what was planned and is not due any more goes."""
    request, first = store.request_about(()), next(steps, None)
    if first is None and (request is None or not _begun(request)):
        if request is not None and _within(request, scope):
            with store.working_on(request.reference):
                if not _begun(request):
                    store.shred(request.reference)
        return None, None
    new = request is None
    request = request or store.new_request((), now)
    try:
        with store.working_on(request.reference):
            every = chain((first,) if first else (), steps)
            return request, request.plans().draw(every, facts, now)
    except BaseException:
        if new:
            store.shred(request.reference)
        raise


def _begun(request: RequestFile) -> bool:
    return any(one.phase is not Phase.PROPOSED for one in request.plans().all())


def _within(request: RequestFile, scope: Scope) -> bool:
    """Say whether the plans of *request*, which nobody applied, are about no more than *scope*, of which nothing is left."""
    return all(scope.only.issuperset(one.facts["sweep"]) for one in request.plans().all())


def _telling(
    steps: Iterator[tuple[str, Step]], facts: dict[str, object], looking: "_Looking"
) -> Iterator[tuple[str, Step]]:
    """Yield the *steps*, and say among the *facts* of the plan, for its certificate, which sources were not looked at whole."""
    yield from steps
    facts[MISSED] = sorted(source for source, _ in looking.gaps)


@dataclass
class _Looking:
    """One look at everything."""

    store: Store
    connectors: Connectors
    rules: Rules
    owns: Callable[[Identifier], bool]
    today: date
    scope: Scope
    gaps: list[tuple[str, Gap]] = field(default_factory=list)
    findings: int = 0

    def __post_init__(self) -> None:
        self.gaps += [(source, Gap("", reason)) for source, reason in self.scope.without.items()]

    def steps(self) -> Iterator[tuple[str, Step]]:
        """Yield what is to be done, by source."""
        planned: set[tuple[str, str]] = set()
        changed: dict[tuple[str, str], Step] = {}
        for source, step in self._scheduled():
            place = source, step.item.key
            if step.disposition.ground is OBJECTED:
                changed[place] = step
            elif step.disposition.verdict is not Verdict.RETAIN:
                planned.add(place)
                self.findings += step.disposition.verdict is Verdict.REVIEW
                yield source, step
        for source, step in self._outlived():
            place = source, step.item.key
            if place not in planned:
                # What changed since it was scheduled, and has outlived its term as it is now, goes as it is now.
                changed.pop(place, None)
                self.findings += step.disposition.verdict is Verdict.REVIEW
                yield source, step
        self.findings += len(changed)
        yield from ((source, step) for (source, _), step in changed.items())

    def held(self, source: str, enough: int) -> int:
        """Return how many things of the categories at hand *source* holds, and not more than *enough*; 0 when it cannot tell."""
        connector = self.connectors.get(source)
        if connector is None or not isinstance(connector, Ages):
            return 0
        tomorrow = self.today + timedelta(days=1)
        everything = connector.aged(dict.fromkeys(self.scope.only, tomorrow))
        try:
            return sum(
                1 for _ in islice((one for one in everything if isinstance(one, Aged)), enough)
            )
        except Exception as error:
            raise SourceError(
                f"[{source}] what it holds cannot be counted: {explain(error)}"
            ) from error

    def _scheduled(self) -> Iterator[tuple[str, Step]]:
        for source in self.store.schedule.sources(self.today):
            objected = set[str]() if source in self.scope.without else self._objected(source)
            if source in self.scope.without or objected is None:
                continue
            for step in self._due(source):
                if step.item.key in objected:
                    yield source, Step(step.item, Disposition(Verdict.REVIEW, OBJECTED), "")
                else:
                    yield source, step

    def _due(self, source: str) -> Iterator[Step]:
        schedule, today = self.store.schedule, self.today
        for reference in schedule.references(today):
            cipher = self.store.schedule_cipher(reference)
            for due in schedule.due(reference, cipher, today, source):
                if due.step.item.category in self.scope.only:
                    situation = Situation(today, None, requested=True)
                    # What was cancelled has ended on the day for which it was scheduled: what is left of it goes.
                    item = replace(due.step.item, running=False)
                    if step := self._proposed(source, item, situation):
                        yield step

    def _objected(self, source: str) -> set[str] | None:
        """Return the keys of what is due in *source* and cannot go; None when it is the whole source, which is a gap then."""
        eraser = erasing(self.connectors.get(source))
        due = [] if eraser is None else self._due(source)
        changing = (one for one in due if one.disposition.verdict in CHANGING)
        if eraser is None or (first := next(changing, None)) is None:
            return set()
        steps = (
            ApprovedStep(one.item, one.disposition, one.action, one.external)
            for one in chain((first,), changing)
        )
        keys = set()
        try:
            for objection in eraser.prepare(steps):
                if not objection.key:
                    self.gaps.append((source, Gap("", objection.reason)))
                    return None
                keys.add(objection.key)
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything; its source is a gap and the others go on
            self.gaps.append((source, Gap("", explain(error))))
            return None
        return keys

    def _outlived(self) -> Iterator[tuple[str, Step]]:
        with Contacts() as contacts:
            if self._asks_for_contacts:
                contacts.gather(self.connectors, self.owns)
                self.gaps += contacts.gaps
            for source, aged in self._aged():
                if aged.item.category in self.scope.only:
                    step = self._step(source, aged, contacts)
                    if step is not None and not self._is_done(source, step):
                        yield source, step

    @property
    def _asks_for_contacts(self) -> bool:
        """Whether any term depends on when there was contact, for the item or for contact data in it."""
        return any(
            rule.counts_from is not CountsFrom.ITEM
            for category in self.scope.only
            for rule in self.rules.of(category)
        )

    def _aged(self) -> Iterator[tuple[str, Aged]]:
        before = earliest(self.rules, self.today, self.scope.only)
        for source, connector in self.connectors.items():
            if source in self.scope.without or not isinstance(connector, Ages):
                continue
            try:
                for found in connector.aged(before):
                    if isinstance(found, Gap):
                        self.gaps.append((source, found))
                    else:
                        yield source, found
            except Exception as error:  # noqa: BLE001 - a plugin may raise anything; its source is a gap and the others go on
                self.gaps.append((source, Gap("", explain(error))))

    def _step(self, source: str, aged: Aged, contacts: Contacts) -> Step | None:
        """Return the step for an item that outlived its term, or whose term cannot be computed; None when it is kept.

        Nobody is named in what is about everybody, such as a log file: it has no party, and its term counts from itself.
        """
        others = [one for one in aged.parties if not self.owns(one)]
        if aged.parties and not others:
            return None  # between the organisation and itself
        contact, running = contacts.last(others)
        if running and counts_from_contact(self.rules, aged.item.category):
            return None
        # Where a source could not be asked, a later contact may stand: the term cannot be computed then; while a subscription runs
        # it has not begun.
        known = others and contacts.complete and not running
        day = latest(aged.item, contact) if known else None
        situation = Situation(self.today, day, running, requested=False)
        if not known and is_young(self.rules, aged.item, self.today):
            return None
        if came_later(self.rules, aged.item, situation):
            return Step(aged.item, Disposition(Verdict.REVIEW, LATER), "")
        step = self._proposed(source, aged.item, situation)
        kept = step is None or step.disposition.verdict is Verdict.RETAIN
        return None if kept else step

    def _proposed(self, source: str, item: Item, situation: Situation) -> Step | None:
        """Return the step for *item*; None when its connector fails at it, which is a gap."""
        try:
            return propose(self.connectors.get(source), item, self.rules, situation)
        except SourceError as error:
            gap = source, Gap("", error.message)
            if gap not in self.gaps:
                self.gaps.append(gap)
            return None

    def _is_done(self, source: str, step: Step) -> bool:
        blanks = step.disposition.verdict is Verdict.ANONYMISE
        return blanks and self.store.blanked.holds(source, step)
