"""Find again after an erasure, and compare: what is left must be exactly what the plan keeps."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from overdracht.connector import erasing
from overdracht.coverage import Coverage
from overdracht.erasure.planning import Connectors
from overdracht.items import File, Gap, Piece
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
    """What was to be kept and is not found any more."""

    @property
    def holds(self) -> bool:
        """Say whether what is left is exactly what the plan keeps."""
        return self.complete and not self.left and not self.missing

    @property
    def clean(self) -> bool:
        """Say whether it holds and nothing new came either."""
        return self.holds and not self.new


def verify(
    request: RequestFile, identity: Identity, plan: PlanFile, coverage: Iterable[Coverage]
) -> Verification:
    """Compare what was just found with what *plan* keeps; the caller has searched every source again, by the plan's identifiers."""
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
        missing = remembered.unseen(Verdict.RETAIN)
    statement = tuple(coverage)
    sources = {one.source for one in plan.counts()}
    # A source that could not be searched may hold anything; one that is not even in the statement too.
    complete = all(one.complete for one in statement)
    complete = complete and sources <= {one.source for one in statement}
    return Verification(complete, +left, +new, +kept, missing)


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


def verify_gone(plan: PlanFile, connectors: Connectors) -> Verification:
    """Ask each source for what *plan* erased, where there is nobody to find again: whatever it still can hand out is left."""
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
    return Verification(complete, +left, {}, {}, {})


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
