"""Find again after an erasure, and compare: what is left must be exactly what the plan keeps."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from overdracht.coverage import Coverage
from overdracht.review import Inclusion, Review
from overdracht.state import PlanFile, RequestFile
from overdracht.steps import DONE, Result, Verdict
from overdracht.survey import Identity


@dataclass(frozen=True, slots=True)
class Verification:
    """What finding again showed, as counts per source."""

    complete: bool
    """Every source that the plan changed was searched whole."""
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
                # What nobody has looked at is no part of any plan's promise.
                new[one.source] += one.inclusion is Inclusion.INCLUDED
            elif verdict in {Verdict.RETAIN, Verdict.REVIEW} or result in {
                Result.ANONYMISED,
                Result.SCHEDULED,
            }:
                kept[one.source] += 1
            else:
                left[one.source] += 1
        missing = remembered.unseen(Verdict.RETAIN)
    sources = {one.source for one in plan.counts()}
    complete = all(one.complete for one in coverage if one.source in sources)
    return Verification(complete, +left, +new, +kept, missing)


def unfinished(plan: PlanFile) -> int:
    """Return how many steps of *plan* are not done: failed, changed, refused, or without an outcome."""
    return sum(
        one.steps
        for one in plan.counts()
        if one.verdict != Verdict.REVIEW and one.result not in DONE
    )
