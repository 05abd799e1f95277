"""Draw a plan to correct values, and show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from shlex import quote

from overdracht.cli.find_command import count_up
from overdracht.cli.found import Found, coverage_as_json, located, not_whole, show_coverage
from overdracht.cli.screen import Screen, count
from overdracht.cli.session import Session
from overdracht.items import Gap
from overdracht.rectifying import RIGHT, changes_of, plan_rectification
from overdracht.review import Inclusion
from overdracht.state import PlanFile, Planned, RequestFile, Store
from overdracht.steps import Change, Verdict
from overdracht.survey import identity_of

_MOST_GAPS = 20


@dataclass(frozen=True, slots=True)
class Drawn:
    """A plan to correct values, with what it comes to."""

    plan: PlanFile
    gaps: tuple[tuple[str, Gap], ...]
    found: Found

    def of(self, verdict: Verdict) -> int:
        """How many items have this *verdict*."""
        return sum(one.steps for one in self.plan.counts() if one.verdict == verdict)

    @property
    def complete(self) -> bool:
        """Say whether all was searched, decided and looked at, and the systems can do it all."""
        waiting = self.found.tally.of(Inclusion.AWAITING)
        return self.found.complete and not (self.gaps or waiting or self.of(Verdict.REVIEW))


def draw(session: Session, store: Store, request: RequestFile, changes: Sequence[Change]) -> Drawn:
    """Plan to make *changes* in what is known of the person."""
    with store.working_on(request.reference):
        identity = identity_of(request, session.organisation, session.registry.kinds)
        proposal = plan_rectification(request, identity, session.connectors, changes, session.now())
        drawn = Drawn(proposal.plan, proposal.gaps, count_up(request, identity))
        details = {
            "digest": drawn.plan.digest,
            "kinds": sorted({one.old.kind for one in changes}),
            "complete": drawn.complete,
            **{one.value: drawn.of(one) for one in (Verdict.RECTIFY, Verdict.REVIEW)},
        }
        store.audit.append("correction planned", request.reference, details, session.now())
    return drawn


def show(screen: Screen, session: Session, drawn: Drawn) -> None:
    """Show what each item would become, what stays, and what is left to people."""
    screen.line(f"Plan to correct, request {drawn.found.reference}", "bold")
    for change in changes_of(drawn.plan):
        screen.line(f"  {change.old.kind}: {change.old.value} becomes {change.written}")
    _steps(screen, drawn.plan, Verdict.RECTIFY, "What would change")
    show_by_hand(screen, drawn.plan)
    if kept := drawn.of(Verdict.RETAIN):
        screen.line()
        screen.line(
            f"{count(kept, 'item')} left as it is: that records what was written or happened then."
        )
    show_gaps(screen, drawn.gaps)
    show_coverage(screen, drawn.found.coverage)
    screen.line()
    screen.exact(f"Digest: {drawn.plan.digest}", "bold")
    _verdict(screen, session, drawn)
    if drawn.of(Verdict.RECTIFY):
        screen.exact(f"Apply: {session.command(applying(drawn.plan))}")
    else:
        screen.line("Nothing to correct in a system that can.")


def _verdict(screen: Screen, session: Session, drawn: Drawn) -> None:
    """Show whether the plan is whole, and what makes it so."""
    found = drawn.found
    show_waiting(screen, session, found.reference, found.tally.by_source(Inclusion.AWAITING))
    if drawn.complete:
        screen.line(
            "Complete: everything was searched and decided. Nothing is corrected yet.", "green"
        )
        return
    screen.line(
        f"INCOMPLETE: {not_whole(found.coverage)}."
        if not found.complete
        else "INCOMPLETE: what is not decided or cannot be corrected is named above.",
        "bold red",
    )


def show_waiting(
    screen: Screen, session: Session, reference: str, waiting: Mapping[str, int]
) -> None:
    """Show how many items wait for review, by source, and the command that lists them: they may hold the wrong value too."""
    if waiting:
        where = ", ".join(f"{number:,} in {source}" for source, number in waiting.items())
        screen.exact(
            f"{count(sum(waiting.values()), 'item')} to review, not looked at ({where}): {session.command(f'review {reference}')}",
            "yellow",
        )


def applying(plan: PlanFile) -> str:
    """Return the words of the command that applies *plan*."""
    names = sorted({one.step.external for one in plan.steps(Verdict.RECTIFY)} - {""})
    confirm = "".join(f" --confirm {quote(name)}" for name in names)
    return f"rectify --apply {plan.digest}{confirm}"


def show_by_hand(screen: Screen, plan: PlanFile) -> None:
    """Show what no system of ours can correct: it is left to the administrator."""
    _steps(screen, plan, Verdict.REVIEW, "To be corrected by hand")


def _steps(screen: Screen, plan: PlanFile, verdict: Verdict, heading: str) -> None:
    steps = plan.steps(verdict)
    headed = False
    while rows := [row for one in islice(steps, 500) for row in rows_of(one)]:
        if not headed:
            screen.line()
            screen.line(heading, "bold")
            headed = True
        screen.table(("source", "what", "field", "now", "becomes"), rows)


def rows_of(one: Planned) -> list[tuple[str, ...]]:
    """Return what a step comes to, a row for each field, and one for what it leaves to people."""
    step, what = one.step, one.step.item.title or one.step.item.key
    if not step.edits:
        return [(one.source, what, "", "", step.disposition.ground.en)]
    rows: list[tuple[str, ...]] = [
        (one.source, what, edit.where, edit.old, edit.new)
        if number == 0
        else ("", "", edit.where, edit.old, edit.new)
        for number, edit in enumerate(step.edits)
    ]
    ground = step.disposition.ground
    return rows if ground == RIGHT else [*rows, ("", "", "", "", ground.en)]


def show_gaps(screen: Screen, gaps: Sequence[tuple[str, Gap]]) -> None:
    """Show what could not be looked at."""
    for source, gap in gaps[:_MOST_GAPS]:
        screen.line(f"  not looked at: {located(source, gap)}: {gap.reason}", "red")
    if (more := len(gaps) - _MOST_GAPS) > 0:
        screen.line(f"  and {more:,} more", "red")


def as_json(drawn: Drawn) -> dict[str, object]:
    """Return the plan for a script."""
    return {
        "reference": drawn.found.reference,
        "digest": drawn.plan.digest,
        "complete": drawn.complete,
        "changes": [
            {"kind": one.old.kind, "old": one.old.value, "new": one.written}
            for one in changes_of(drawn.plan)
        ],
        "items": [
            {
                "source": one.source,
                "part": one.step.item.part,
                "category": one.step.item.category,
                "title": one.step.item.title,
                "verdict": one.step.disposition.verdict,
                "ground": one.step.disposition.ground,
                "external": one.step.external or None,
                "edits": one.step.edits,
            }
            for one in drawn.plan.steps()
        ],
        "gaps": [
            {"source": source, "part": gap.part, "reason": gap.reason} for source, gap in drawn.gaps
        ],
        "awaiting_review": drawn.found.tally.by_source(Inclusion.AWAITING),
        "coverage": [coverage_as_json(one) for one in drawn.found.coverage],
    }
