"""Look again after a correction, and certify what came of it, without personal data."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from overdracht import erasure
from overdracht.coverage import Coverage
from overdracht.erasure import Verification
from overdracht.erasure.planning import Connectors
from overdracht.items import Category, Gap
from overdracht.rectifying.changes import changes_of
from overdracht.rectifying.planning import Looked, corrections
from overdracht.review import Inclusion, Review
from overdracht.state import PlanFile, RequestFile
from overdracht.steps import Result, Verdict
from overdracht.survey import Identity
from overdracht.text import NOTHING

RECTIFIED = "overdracht-rectification/1"
"""The format of the statement."""

Waiting = Mapping[tuple[str, Category], int]
"""How many items of each source and category wait for review."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What looking again showed."""

    verification: Verification
    gaps: tuple[tuple[str, Gap], ...]
    """What could not be looked at, by source."""
    waiting: Waiting = field(default_factory=dict)
    """What nobody has decided about, which may hold a wrong value too."""


def look_again(
    request: RequestFile,
    identity: Identity,
    connectors: Connectors,
    plan: PlanFile,
    coverage: Iterable[Coverage],
) -> Checked:
    """Count what still holds a wrong value that the systems could correct; the caller has searched every source again."""
    looked = Looked()
    left: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    for source, step in corrections(request, identity, connectors, changes_of(plan), looked):
        (left if step.disposition.verdict is Verdict.RECTIFY else kept)[source] += 1
    statement = tuple(coverage)
    sources = {one.source for one in plan.counts()} <= {one.source for one in statement}
    missing, answered = erasure.vanished(plan, connectors, Result.RECTIFIED)
    whole = sources and answered and not looked.gaps and all(one.complete for one in statement)
    waiting = Counter(
        (one.source, one.item.category)
        for one in Review(request, identity).items(Inclusion.AWAITING)
    )
    return Checked(Verification(whole, left, {}, kept, +missing), tuple(looked.gaps), waiting)


def facts(
    reference: str,
    organisation: Mapping[str, Any],
    plan: PlanFile,
    coverage: Iterable[Coverage],
    checked: Checked,
    connectors: Connectors,
    now: datetime,
) -> dict[str, Any]:
    """Return the statement of what *plan* came to: of which kinds values were corrected, where, and where not and why.

    With anything that nobody has decided about, it is not complete.
    """
    said = erasure.facts(
        reference, organisation, [plan], coverage, checked.verification, connectors, now
    )
    return {
        **said,
        "format": RECTIFIED,
        "complete": said["complete"] and not checked.waiting,
        "left_alone": [*said["left_alone"], *_undecided(checked.waiting)],
        "kinds": sorted({one.old.kind for one in changes_of(plan)}),
    }


def _undecided(waiting: Waiting) -> Iterator[dict[str, Any]]:
    for (source, category), number in sorted(waiting.items()):
        yield {
            "source": source,
            "category": category.value,
            "until": None,
            "ground": asdict(erasure.UNDECIDED),
            "article": asdict(NOTHING),
            "pseudonymous": False,
            "items": number,
        }
