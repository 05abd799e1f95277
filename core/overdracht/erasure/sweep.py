"""Find what has outlived its term without anybody asking: scheduled work that is due, and whatever is simply too old.

The same rules, plan, journal and certificate as a request. What counts from the last customer contact is asked of all sources together: a
letter may go when everybody it is about has been silent for the term in every system.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Self

from overdracht.connector import Ages, Identifies
from overdracht.erasure.planning import Connectors, Limits, guarded, propose
from overdracht.identifiers import Identifier
from overdracht.items import Category, Gap
from overdracht.retention import Term, day_of, local_day
from overdracht.ruling import Rules, Situation
from overdracht.state import PlanFile, RequestFile, Store
from overdracht.steps import Aged, Step, Verdict
from overdracht.survey.engine import explain


@dataclass(frozen=True, slots=True)
class Sweep:
    """A plan for what outlived its term."""

    request: RequestFile
    plan: PlanFile
    gaps: tuple[tuple[str, Gap], ...]
    """What could not be looked at, by source."""
    uncomputable: int
    """Items whose term cannot be computed: a finding, in the plan as REVIEW."""


@dataclass
class _Findings:
    gaps: list[tuple[str, Gap]] = field(default_factory=list)
    uncomputable: int = 0


def sweep(
    store: Store,
    connectors: Connectors,
    rules: Rules,
    owns: Callable[[Identifier], bool],
    now: datetime,
    *,
    limits: Limits,
    only: Collection[Category] = tuple(Category),
) -> Sweep:
    """Draw a plan for everything of the categories *only* that has outlived its term on the day of *now*."""
    request = store.request_about(()) or store.new_request((), now)
    findings = _Findings()
    today = local_day(now)
    steps = _steps(store, connectors, rules, owns, today, frozenset(only), findings)
    facts = {"sweep": sorted(only)}
    plan = request.plans().draw(guarded(steps, (), limits), facts, now)
    return Sweep(request, plan, tuple(findings.gaps), findings.uncomputable)


def _steps(
    store: Store,
    connectors: Connectors,
    rules: Rules,
    owns: Callable[[Identifier], bool],
    today: date,
    only: frozenset[Category],
    findings: _Findings,
) -> Iterator[tuple[str, Step]]:
    planned: set[tuple[str, str]] = set()
    for source, step in _scheduled(store, connectors, rules, today, only):
        planned.add((source, step.item.key))
        yield source, step
    with _Contacts() as contacts:
        contacts.gather(connectors, owns, findings)
        for source, aged in _aged(connectors, _earliest(rules, today, only), findings):
            if (source, aged.item.key) in planned or aged.item.category not in only:
                continue
            outlived = _outlived(connectors, source, aged, rules, owns, contacts, today)
            if outlived is not None:
                findings.uncomputable += outlived.disposition.verdict is Verdict.REVIEW
                yield source, outlived


def _scheduled(
    store: Store, connectors: Connectors, rules: Rules, today: date, only: Collection[Category]
) -> Iterator[tuple[str, Step]]:
    for reference in store.schedule.references(today):
        for due in store.schedule.due(reference, store.schedule_cipher(reference), today):
            if due.step.item.category in only:
                situation = Situation(today, None, requested=True)
                # What was cancelled has ended on the day for which it was scheduled: what is left of it goes.
                item = replace(due.step.item, running=False)
                yield due.source, propose(connectors.get(due.source), item, rules, situation)


def _aged(
    connectors: Connectors, before: Mapping[Category, date], findings: _Findings
) -> Iterator[tuple[str, Aged]]:
    for source, connector in connectors.items():
        if not isinstance(connector, Ages):
            continue
        try:
            for found in connector.aged(before):
                if isinstance(found, Gap):
                    findings.gaps.append((source, found))
                else:
                    yield source, found
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything; its source is a gap and the others go on
            findings.gaps.append((source, Gap("", explain(error))))


def _outlived(
    connectors: Connectors,
    source: str,
    aged: Aged,
    rules: Rules,
    owns: Callable[[Identifier], bool],
    contacts: "_Contacts",
    today: date,
) -> Step | None:
    """Return the step for an item that outlived its term, or whose term cannot be computed; None when it is kept."""
    others = [one for one in aged.parties if not owns(one)]
    if aged.parties and not others:
        return None  # between the organisation and itself
    contact, running = contacts.last(others)
    if running:
        return None
    day = day_of(aged.item.when)
    latest = max((one for one in (contact, day) if one is not None), default=None)
    # Where a source could not be asked, a later contact may stand: the term cannot be computed then.
    known = others and contacts.complete
    situation = Situation(today, latest if known else None, requested=False)
    step = propose(connectors.get(source), aged.item, rules, situation)
    return None if step.disposition.verdict is Verdict.RETAIN else step


def _earliest(rules: Rules, today: date, only: Collection[Category]) -> dict[Category, date]:
    """Return, by category, the day before which an item must lie for its term to be over; the rules decide exactly."""
    days = {}
    for category in only:
        terms = [rule.term for rule in rules.of(category)]
        if terms:
            days[category] = min(_back(term, today) for term in terms) + timedelta(days=1)
    return days


def _back(term: Term, today: date) -> date:
    months = today.year * 12 + today.month - 1 - term.years * 12 - term.months
    year, month = divmod(months, 12)
    # The first of the month after would be too late by at most a month; the last day that surely is not too early is wanted.
    first = date(year + month // 12, month % 12 + 1, 1)
    return first + timedelta(days=today.day - 1) - timedelta(days=term.days)


class _Contacts:
    """The last contact with everybody, in a temporary database without a name."""

    def __init__(self) -> None:
        self.complete = True
        """Every source told whom it knows, and since when."""
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute(
            "CREATE TABLE contact (kind TEXT, value TEXT, day TEXT, running INTEGER, PRIMARY KEY (kind, value)) WITHOUT ROWID"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def gather(
        self, connectors: Connectors, owns: Callable[[Identifier], bool], findings: _Findings
    ) -> None:
        """Ask every source whom it knows and since when."""
        before = len(findings.gaps)
        for source, connector in connectors.items():
            if not isinstance(connector, Identifies):
                findings.gaps.append((source, Gap("", "its connector cannot tell whom it knows")))
                continue
            try:
                self._take(source, connector, owns, findings)
            except Exception as error:  # noqa: BLE001 - a plugin may raise anything; its source is a gap and the others go on
                findings.gaps.append((source, Gap("", explain(error))))
        self.complete = len(findings.gaps) == before

    def _take(
        self,
        source: str,
        connector: Identifies,
        owns: Callable[[Identifier], bool],
        findings: _Findings,
    ) -> None:
        self._db.execute("BEGIN")
        try:
            for one in connector.identifiers():
                if isinstance(one, Gap):
                    findings.gaps.append((source, one))
                elif not owns(one.identifier) and (
                    one.running or (one.is_contact and one.when is not None)
                ):
                    known = day_of(one.when) if one.is_contact else None
                    day = known.isoformat() if known else ""
                    self._db.execute(
                        "INSERT INTO contact VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET"
                        " day = max(day, excluded.day), running = max(running, excluded.running)",
                        (one.identifier.kind, one.identifier.value, day, one.running),
                    )
        finally:
            self._db.execute("COMMIT")

    def last(self, identifiers: Iterable[Identifier]) -> tuple[date | None, bool]:
        """Return the last day of contact with any of *identifiers*, and whether a subscription of theirs runs."""
        latest, running = "", False
        for one in identifiers:
            row = self._db.execute(
                "SELECT day, running FROM contact WHERE kind=? AND value=?", (one.kind, one.value)
            ).fetchone()
            if row is not None:
                latest, running = max(latest, row[0]), running or bool(row[1])
        return (date.fromisoformat(latest) if latest else None), running


def settle_schedule(store: Store, plan: PlanFile, today: date) -> int:
    """Forget the scheduled work that *plan* has done; return how much. A request of which nothing is left loses its key."""
    gone = 0
    for reference in store.schedule.references(today):
        cipher = store.schedule_cipher(reference)
        with plan.remembered() as remembered:
            done = [
                one.number
                for one in store.schedule.due(reference, cipher, today)
                if remembered.done(one.source, one.step.item.key)
            ]
        store.schedule.settle(done)
        store.end_schedule(reference)
        gone += len(done)
    return gone
