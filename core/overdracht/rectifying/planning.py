"""Decide, on paper, what correcting values would do: every item that holds a wrong one, and what it would become."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby

from overdracht.connector import Rectifies, rectifying
from overdracht.erasure.planning import Connectors
from overdracht.errors import SourceError
from overdracht.items import Category, Gap, Item
from overdracht.rectifying.changes import REVEALED, packed, revealed
from overdracht.review import Inclusion, Review
from overdracht.state import PlanFile, RequestFile
from overdracht.state.plans import CHANGES
from overdracht.steps import Change, Disposition, Step, Verdict
from overdracht.survey import Identity
from overdracht.survey.engine import explain
from overdracht.text import NOTHING, Text

BY_HAND = Text(
    "Dit systeem kan niet zelf verbeteren: het moet met de hand.",
    "This system cannot correct by itself: it is to be done by hand.",
)
_RECORD = Text(
    "Dit legt vast wat toen is geschreven of gebeurd, en blijft zoals het is.",
    "This records what was written or happened then, and stays as it is.",
)
RIGHT = Text("U heeft recht op verbetering.", "You have the right to rectification.")
_RECTIFICATION = Text("art. 16 AVG", "Art. 16 GDPR")
_PURPOSE = Text(
    "art. 16 AVG; HvJ EU 20 december 2017, C-434/16",
    "Art. 16 GDPR; CJEU 20 December 2017, C-434/16",
)

_RECORDS = frozenset(
    {Category.CORRESPONDENCE, Category.INVOICE, Category.PAYMENT, Category.TRAFFIC}
)
"""What says how things were, and is right as long as it does."""

_PROPOSED = frozenset({Verdict.RECTIFY, Verdict.RETAIN, Verdict.REVIEW})


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan to correct values, and what could not be looked at for it."""

    plan: PlanFile
    gaps: tuple[tuple[str, Gap], ...]
    """By source."""


@dataclass(slots=True)
class Looked:
    """What became of looking at the items."""

    gaps: list[tuple[str, Gap]] = field(default_factory=list)


def plan_rectification(
    request: RequestFile,
    identity: Identity,
    connectors: Connectors,
    changes: Sequence[Change],
    now: datetime,
) -> Proposal:
    """Write down what making *changes* in the items of the subject of *request* would do. Changes nothing but the state."""
    looked = Looked()
    steps = corrections(request, identity, connectors, changes, looked)
    facts = {
        "identifiers": [str(one) for one in identity.sought],
        CHANGES: packed(changes),
        REVEALED: revealed(identity, changes),
    }
    plan = request.plans().draw(steps, facts, now)
    return Proposal(plan, tuple(looked.gaps))


def corrections(
    request: RequestFile,
    identity: Identity,
    connectors: Connectors,
    changes: Sequence[Change],
    looked: Looked,
) -> Iterator[tuple[str, Step]]:
    """Yield a step, with its source, for each item that is the person's and holds an old value; *looked* gets what could not be read."""
    included = Review(request, identity).items(Inclusion.INCLUDED)
    for source, group in groupby(included, key=lambda one: one.source):
        items = (one.item for one in group)
        corrector = rectifying(connectors.get(source))
        if corrector is None:
            steps = _without_a_connector(items, changes)
        else:
            steps = _asked(source, corrector, items, changes, looked)
        yield from ((source, step) for step in steps)


def _without_a_connector(items: Iterable[Item], changes: Sequence[Change]) -> Iterator[Step]:
    wrong = {one.old for one in changes}
    for item in items:
        seen = {one.identifier for one in item.matches}
        seen |= {one.identifier for one in item.reveals}
        if seen.isdisjoint(wrong):
            continue
        if item.category in _RECORDS:
            yield Step(item, Disposition(Verdict.RETAIN, _RECORD, _PURPOSE), "")
        else:
            yield Step(item, Disposition(Verdict.REVIEW, BY_HAND, _RECTIFICATION), "")


def _asked(
    source: str,
    corrector: Rectifies,
    items: Iterable[Item],
    changes: Sequence[Change],
    looked: Looked,
) -> Iterator[Step]:
    handed: dict[str, Item] = {}
    """What the connector may still say something about."""

    def hand() -> Iterator[Item]:
        for item in items:
            handed[item.key] = item
            yield item

    answers = corrector.corrections(hand(), changes)
    while True:
        try:
            answer = next(answers, None)
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything; its source is a gap and the others go on
            looked.gaps.append((source, Gap("", explain(error))))
            break
        if answer is None:
            break
        if isinstance(answer, Gap):
            looked.gaps.append((source, answer))
        else:
            yield _checked(source, answer, handed.pop(answer.item.key, None))
    for _ in items:  # what a connector leaves unread must not be taken for another source's
        pass


def _checked(source: str, step: Step, item: Item | None) -> Step:
    """Return *step* with its ground; raise SourceError when it is none that may be carried out."""
    said = step.disposition
    wrong = ""
    if step.item != item:
        wrong = "says something about another item, or twice about one"
    elif said.verdict not in _PROPOSED:
        wrong = f"would {said.verdict}"
    elif said.verdict is Verdict.RECTIFY and not (step.edits and step.action):
        wrong = "does not say what would change"
    if wrong:
        raise SourceError(f"[{source}] the connector {wrong} where it is asked to correct")
    if said.verdict is Verdict.RECTIFY:
        # What a connector adds is what it leaves to people.
        ground = RIGHT if said.ground == NOTHING else said.ground
        return replace(step, disposition=Disposition(said.verdict, ground, _RECTIFICATION))
    return replace(step, edits=())
