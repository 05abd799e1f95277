"""Whether a plan still says what is known: what was found and decided after it was made stands in no plan, or otherwise than in this one."""

from dataclasses import dataclass

from overdracht.erasure.planning import CHANGING, UNDECIDED
from overdracht.review import Inclusion, Review
from overdracht.state import PlanFile, RequestFile
from overdracht.steps import Verdict
from overdracht.survey import Identity


@dataclass(frozen=True, slots=True)
class Outdated:
    """How much differs from what a plan says."""

    new: int
    """Items that were found since, and are in no plan."""
    decided: int
    """Items about which something else was decided since."""

    def __bool__(self) -> bool:
        return bool(self.new or self.decided)


def outdated(request: RequestFile, identity: Identity, plan: PlanFile) -> Outdated:
    """Compare what is known of *request* now, without asking any source, with what its *plan* says."""
    new = decided = waiting = 0
    with plan.remembered() as remembered:
        for one in Review(request, identity).items():
            verdict, _ = remembered.seen(one.source, one.item.key)
            if verdict is None:
                new += one.inclusion is not Inclusion.LEFT_OUT
            elif one.inclusion is not Inclusion.INCLUDED and verdict in CHANGING:
                decided += 1
            elif one.inclusion is Inclusion.AWAITING:
                waiting += verdict is Verdict.REVIEW
    undecided = sum(one.step.disposition.ground == UNDECIDED for one in plan.steps(Verdict.REVIEW))
    return Outdated(new, decided + max(0, undecided - waiting))
