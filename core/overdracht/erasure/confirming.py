"""Effects outside the organisation, which cannot be taken back: each is confirmed by its name."""

from collections.abc import Collection

from overdracht.erasure.planning import CHANGING
from overdracht.errors import UsageError
from overdracht.state import Phase, PlanFile, Planned
from overdracht.steps import Result, Verdict

ACTING = CHANGING | {Verdict.RECTIFY}
"""The verdicts that change a system."""


def unconfirmed(plan: PlanFile, confirmed: Collection[str]) -> tuple[str, ...]:
    """Return the names of what is still to have an effect outside the organisation, or failed and is tried next, and was not *confirmed*."""
    if not any(one.external for one in plan.counts()):
        return ()
    again = plan.phase is Phase.EXECUTED
    names = {one.step.external for one in plan.steps(*ACTING) if _is_open(one, failed=again)}
    return tuple(sorted(names - {"", *confirmed}))


def _is_open(one: Planned, *, failed: bool) -> bool:
    if one.outcome is None:
        return True
    return failed and one.outcome.result is Result.FAILED


def check_confirmed(plan: PlanFile, confirmed: Collection[str]) -> None:
    """Raise UsageError when *plan* is still to have an effect outside the organisation that was not *confirmed* by its name."""
    missing = unconfirmed(plan, confirmed)
    if missing:
        raise UsageError(
            f"{missing[0]} has an effect outside the organisation that cannot be taken back"
            + (f", and {len(missing) - 1} more" if len(missing) > 1 else ""),
            remedy=" ".join(f"--confirm {name}" for name in missing),
        )
