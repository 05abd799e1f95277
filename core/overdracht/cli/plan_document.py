"""A plan to erase as JSON, for a script."""

from collections.abc import Iterator

from overdracht.cli import naming, partly
from overdracht.cli.found import coverage_as_json
from overdracht.cli.planning import Drawn
from overdracht.cli.session import Session
from overdracht.state import PlanFile


def as_json(session: Session, drawn: Drawn, *, items: bool) -> dict[str, object]:
    """Return the plan for a script."""
    counted, backups = drawn.dispositions, session.config.erasure.backups
    answer: dict[str, object] = {
        "reference": drawn.found.reference,
        "digest": drawn.plan.digest,
        "complete": drawn.complete,
        "identity": drawn.found.as_json()["identity"],
        "totals": [
            {"source": source, "category": category, "verdict": verdict, "items": number}
            for (source, category, verdict), number in counted.totals.items()
        ],
        "why": [
            {
                "verdict": one.verdict,
                "ground": one.ground,
                "article": one.article,
                "items": one.items,
            }
            for one in counted.why
        ],
        "kept": counted.kept,
        "left_alone": counted.left_alone,
        "to_judge": counted.to_judge,
        "by_hand": counted.by_hand,
        "unclear": counted.unclear,
        "left_out": drawn.left_out,
        "marked": [
            {
                "source": one.source,
                "title": one.item.title,
                "when": one.item.when,
                "marks": one.marks,
                "verdict": one.verdict,
            }
            for one in counted.marked
        ],
        "external": counted.external,
        "named_after": naming.as_json(drawn.named),
        "residue": [{"source": source, "residue": one} for source, one in counted.residue],
        "backups": str(backups) if backups else None,
        "coverage": [coverage_as_json(one) for one in drawn.found.coverage],
    }
    if items:
        answer["items"] = list(_items(drawn.plan))
    return answer


def _items(plan: PlanFile) -> Iterator[dict[str, object]]:
    for one in plan.steps():
        item, said = one.step.item, one.step.disposition
        yield {
            "source": one.source,
            "part": item.part,
            "category": item.category,
            "title": item.title,
            "when": item.when,
            "verdict": said.verdict,
            "until": said.until,
            "ground": said.ground,
            "article": said.article,
            "external": one.step.external or None,
            "marks": item.marks,
            "lines": partly.lines_of(one.step),
        }
