"""What each item finally came to, when several plans were carried out for one request.

A plan takes what an earlier one could not, and says anew what stays. Of two words about one item the later counts, and of an earlier plan
only what it changed: what it left undone and the later plan does not know is not there any more.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from overdracht.state import Count, PlanFile, Planned
from overdracht.steps import DONE, Result, Verdict

_CHANGED = DONE - {Result.RETAINED}


def final_steps(
    plans: Sequence[PlanFile], *verdicts: Verdict
) -> Iterator[tuple[PlanFile, Planned]]:
    """Yield the steps with one of *verdicts* (all, when none is given) that no later plan says something else about."""
    if len(plans) == 1:
        yield from ((plans[0], one) for one in plans[0].steps(*verdicts))
        return
    wanted = frozenset(verdicts or Verdict)
    seen: set[tuple[str, str]] = set()
    for plan in reversed(plans):
        for one in plan.steps():
            place = one.source, one.step.item.key
            if place in seen or (plan is not plans[-1] and not _changed(one)):
                continue
            seen.add(place)
            if one.step.disposition.verdict in wanted:
                yield plan, one


def _changed(planned: Planned) -> bool:
    return planned.outcome is not None and planned.outcome.result in _CHANGED


def final_counts(plans: Sequence[PlanFile]) -> tuple[Count, ...]:
    """Return how many items of each sort there are, each counted once."""
    if len(plans) == 1:
        return plans[0].counts()
    alike: Counter[Count] = Counter()
    for _, one in final_steps(plans):
        disposition, outcome = one.step.disposition, one.outcome
        sort = Count(
            one.source,
            one.step.item.category.value,
            disposition.verdict.value,
            disposition.until,
            bool(one.step.external),
            None if outcome is None else outcome.result.value,
            0,
        )
        alike[sort] += 1
    return tuple(replace(one, steps=steps) for one, steps in sorted(alike.items(), key=str))


def open_steps(counts: Iterable[Count]) -> int:
    """Return how many steps are not done: failed, changed, refused, or without an outcome."""
    return sum(
        one.steps for one in counts if one.verdict != Verdict.REVIEW and one.result not in DONE
    )


def left_to_people(counts: Iterable[Count]) -> int:
    """Return how many items wait for somebody: to be looked at, or to be erased by hand."""
    return sum(one.steps for one in counts if one.verdict == Verdict.REVIEW)
