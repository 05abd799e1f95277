"""Find again after an erasure, and compare: what is left must be exactly what the plan keeps."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from overdracht.connector import Connector, Settings, erasing
from overdracht.coverage import Coverage
from overdracht.erasure.planning import Connectors
from overdracht.items import File, Gap, Item, Piece
from overdracht.review import Inclusion, Review
from overdracht.state import Given, PlanFile, RequestFile, Role, StepState
from overdracht.steps import DONE, ApprovedStep, Result, Verdict
from overdracht.survey import Identity, Standing

_GONE = frozenset({Result.ERASED, Result.ALREADY_GONE})


@dataclass(frozen=True, slots=True)
class Verification:
    """What finding again showed, as counts per source."""

    complete: bool
    """Every source was searched whole, those of the plan among them."""
    left: Mapping[str, int]
    """What should have gone and is still there."""
    new: Mapping[str, int]
    """What came since the plan; it is nobody's promise yet, and a new plan takes it."""
    kept: Mapping[str, int]
    """What is there and is to be: retained, scheduled, or waiting for review."""
    missing: Mapping[str, int]
    """What was to be kept, in whole or in part, and is not there any more."""

    @property
    def holds(self) -> bool:
        """Say whether what is left is exactly what the plan keeps."""
        return self.complete and not self.left and not self.missing

    @property
    def clean(self) -> bool:
        """Say whether it holds and nothing new came either."""
        return self.holds and not self.new


def verify(
    request: RequestFile,
    identity: Identity,
    plan: PlanFile,
    coverage: Iterable[Coverage],
    connectors: Connectors,
) -> Verification:
    """Compare what was just found with what *plan* keeps; the caller has searched every source again, by the plan's identifiers.

    What was blanked may not be found by them any more: that its rest is there is asked of its source.
    """
    left: Counter[str] = Counter()
    new: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    with plan.remembered() as remembered:
        for one in Review(request, identity).items(Inclusion.INCLUDED, Inclusion.AWAITING):
            verdict, result = remembered.seen(one.source, one.item.key)
            if verdict is None:
                new[one.source] += 1  # also what nobody has looked at yet: the request is not over
            elif result is Result.ANONYMISED and remembered.is_untouched(one.source, one.item):
                left[one.source] += 1  # the connector said so, and the item says otherwise
            elif verdict in {Verdict.RETAIN, Verdict.REVIEW} or result in {
                Result.ANONYMISED,
                Result.SCHEDULED,
            }:
                kept[one.source] += 1
            else:
                left[one.source] += 1
        missing = Counter(remembered.unseen(Verdict.RETAIN))
        gone, answered = vanished(plan, connectors, Result.ANONYMISED, remembered.is_ticked)
    statement = tuple(coverage)
    sources = {one.source for one in plan.counts()}
    # A source that could not be searched may hold anything; one that is not even in the statement too.
    complete = all(one.complete for one in statement)
    complete = complete and answered and sources <= {one.source for one in statement}
    return Verification(complete, +left, +new, +kept, missing + gone)


def hold(request: RequestFile, identity: Identity) -> None:
    """Keep who the subject of *request* is, before the records that tell it are erased.

    What a customer's record revealed would be forgotten with it, and what else goes by that could not be looked for again.
    """
    roles = {Standing.REVEALED: Role.SUBJECT, Standing.SHARED: Role.SHARED}
    request.give(
        Given(one.identifier, roles[one.standing])
        for one in identity.known
        if one.standing in roles
    )


def vanished(
    plan: PlanFile,
    connectors: Connectors,
    result: Result,
    is_seen: Callable[[str, str], bool] = lambda _source, _key: False,
) -> tuple[Counter[str], bool]:
    """Ask each source for what *plan* left there as something else, which is its *result*, and nobody has *seen*.

    Returns, by source, how much it cannot hand out, and whether all could be asked. Of what the outcome gives no fingerprint nothing can be
    asked: it is known by what it was.
    """
    gone: Counter[str] = Counter()
    answered = True
    for source in sorted({one.source for one in plan.counts() if one.result == result}):
        unseen = (item for item in _left(plan, source, result) if not is_seen(source, item.key))
        if (first := next(unseen, None)) is None:
            continue
        try:
            gone[source] = _withheld(connectors[source], chain((first,), unseen))
        except Exception:  # noqa: BLE001 - a plugin may raise anything; what cannot be asked is not verified
            answered = False
    return gone, answered


def _left(plan: PlanFile, source: str, result: Result) -> Iterator[Item]:
    """Yield what *plan* left as something else, as it is now by the word of its connector."""
    for one in plan.steps(source=source, states=(StepState.SETTLED,)):
        outcome = one.outcome
        if outcome is not None and outcome.result is result and outcome.fingerprint:
            yield replace(one.step.item, fingerprint=outcome.fingerprint)


def _withheld(connector: Connector[Settings], items: Iterable[Item]) -> int:
    asked: set[str] = set()

    def asking() -> Iterator[Item]:
        for one in items:
            asked.add(one.key)
            yield one

    handed = {key for piece in connector.export(asking()) for key in _handed_out(piece)}
    return len(asked - handed)


def verify_gone(plan: PlanFile, connectors: Connectors) -> Verification:
    """Ask each source for what *plan* erased, where there is nobody to find again: whatever it still can hand out is left; and for what is
    left of what it blanked."""
    left: Counter[str] = Counter()
    complete = True
    for source in sorted({one.source for one in plan.counts() if one.result in _GONE}):
        connector = connectors.get(source)
        eraser = erasing(connector)
        if connector is None or eraser is None:
            complete = False
            continue
        try:
            handed = connector.export(step.item for step in _erased(plan, source))
            left[source] = len({key for piece in handed for key in _handed_out(piece)})
            # What cannot be read is not handed out either, and `prepare` objects to it; what is gone it takes for granted.
            complete = complete and not any(eraser.prepare(_erased(plan, source)))
        except Exception:  # noqa: BLE001 - a plugin may raise anything; what cannot be asked is not verified
            complete = False
    missing, answered = vanished(plan, connectors, Result.ANONYMISED)
    return Verification(complete and answered, +left, {}, {}, +missing)


def _erased(plan: PlanFile, source: str) -> Iterator[ApprovedStep]:
    verdicts = (Verdict.ERASE, Verdict.CANCEL)
    for one in plan.steps(*verdicts, source=source, states=(StepState.SETTLED,)):
        if one.outcome is not None and one.outcome.result in _GONE:
            step = one.step
            yield ApprovedStep(step.item, step.disposition, step.action, step.external)


def _handed_out(piece: Piece) -> tuple[str, ...]:
    if isinstance(piece, Gap):
        return ()
    if isinstance(piece, File) and not isinstance(piece.content, bytes):
        for _ in piece.content:  # it is to be read before the next piece is asked for
            pass
    return piece.keys


def unfinished(plan: PlanFile) -> int:
    """Return how many steps of *plan* are not done: failed, changed, refused, or without an outcome."""
    return sum(
        one.steps
        for one in plan.counts()
        if one.verdict != Verdict.REVIEW and one.result not in DONE
    )
