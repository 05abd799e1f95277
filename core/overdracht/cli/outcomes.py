"""What came of a plan: noted in the audit trail, and why what is not done is not."""

from collections.abc import Iterable

from overdracht.cli.session import Session
from overdracht.erasure import open_steps
from overdracht.state import PlanFile, RequestFile, Store


def note_erased(
    session: Session, store: Store, request: RequestFile, plan: PlanFile, *, anew: bool
) -> None:
    """Note in the trail what came of *plan*, if that was *anew* or the process that did it died before it could."""
    results: dict[str, int] = {}
    for one in plan.counts():
        results[one.result or "left alone"] = results.get(one.result or "left alone", 0) + one.steps
    details = {"digest": plan.digest, **results}
    if anew or not any(
        one.event == "erased" and one.details == details for one in store.audit.entries()
    ):
        store.audit.append("erased", request.reference, details, session.now())


def reasons_of(plan: PlanFile) -> Iterable[tuple[str, str, str, int]]:
    """Yield what is not done and why: source, result, reason, and how many."""
    undone = [one for one in plan.counts() if open_steps((one,))]
    if not undone:
        return
    totals: dict[tuple[str, str, str], int] = {}
    for source in {one.source for one in undone}:
        for one in plan.steps(source=source):
            outcome = one.outcome
            if outcome is not None and outcome.result in {count.result for count in undone}:
                why = source, outcome.result.value, outcome.reason
                totals[why] = totals.get(why, 0) + 1
    for why, number in sorted(totals.items()):
        yield *why, number
