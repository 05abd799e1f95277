"""What a plan comes to, counted in one pass over its steps: told on the terminal, in JSON and on the plan's page."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from overdracht.erasure import BY_HAND, UNDECIDED
from overdracht.items import Category, Item, Mark
from overdracht.state import PlanFile
from overdracht.steps import Residue, Step, Verdict
from overdracht.text import Text

MOST_NAMED = 50
"""As many marked items and external effects as a person reads one by one."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """How many items of one source and category stay, on what ground, and until when."""

    source: str
    category: Category
    verdict: Verdict
    until: date | None
    ground: Text
    article: Text
    items: int


@dataclass(frozen=True, slots=True)
class Why:
    """A verdict with what it rests on, and how many items it holds for."""

    verdict: Verdict
    ground: Text
    article: Text
    items: int


@dataclass(frozen=True, slots=True)
class Marked:
    """An item that deserves an eye."""

    source: str
    item: Item
    marks: tuple[Mark, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class External:
    """What has an effect outside the organisation that cannot be taken back, by the name it is confirmed with."""

    name: str
    source: str
    verdict: Verdict
    until: date | None


@dataclass(frozen=True, slots=True)
class Dispositions:
    """The counts of a plan."""

    totals: Mapping[tuple[str, Category, Verdict], int]
    kept: tuple[Grounds, ...]
    """What stays, wholly or in part, and on what ground it does."""
    left_alone: tuple[Grounds, ...]
    """What waits for somebody: to be judged, or to be erased by hand."""
    marked: tuple[Marked, ...]
    marked_in_all: int
    external: tuple[External, ...]
    why: tuple[Why, ...]
    residue: tuple[tuple[str, Residue], ...] = ()

    def of(self, *verdicts: Verdict) -> int:
        """Return how many items have one of *verdicts*."""
        return sum(number for (_, _, what), number in self.totals.items() if what in verdicts)

    @property
    def items(self) -> int:
        """How many items there are."""
        return sum(self.totals.values())

    @property
    def to_judge(self) -> int:
        """How many items nobody decided about."""
        return self._left(UNDECIDED)

    @property
    def by_hand(self) -> int:
        """How many items the system cannot erase by itself."""
        return self._left(BY_HAND)

    @property
    def unclear(self) -> int:
        """How many items have a term that cannot be computed, or another reason to be looked at where they are."""
        return self.of(Verdict.REVIEW) - self.to_judge - self.by_hand

    def _left(self, ground: Text) -> int:
        return sum(one.items for one in self.left_alone if one.ground == ground)

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources that hold something."""
        return tuple(sorted({source for source, _, _ in self.totals}))


_STAYING = frozenset({Verdict.RETAIN, Verdict.ANONYMISE})
_Alike = tuple[str, Category, Verdict, date | None, Text, Text]


def dispositions(plan: PlanFile, residue: Iterable[tuple[str, Residue]] = ()) -> Dispositions:
    """Count what *plan* would do; *residue* is what its sources say stays behind."""
    totals: Counter[tuple[str, Category, Verdict]] = Counter()
    alike: Counter[_Alike] = Counter()
    staying: Counter[_Alike] = Counter()
    marked: list[Marked] = []
    in_all = 0
    external: dict[str, External] = {}
    for one in plan.steps():
        step, said = one.step, one.step.disposition
        totals[one.source, step.item.category, said.verdict] += 1
        alike[_sort(one.source, step, (said.ground, said.article))] += 1
        if said.verdict in _STAYING:
            staying[_sort(one.source, step, said.kept_on)] += 1
        if step.item.marks:
            in_all += 1
            if len(marked) < MOST_NAMED:
                marked.append(Marked(one.source, step.item, step.item.marks, said.verdict))
        if step.external:
            external[step.external] = External(step.external, one.source, said.verdict, said.until)
    grounds = [Grounds(*sort, items) for sort, items in sorted(alike.items(), key=str)]
    kept = [Grounds(*sort, items) for sort, items in sorted(staying.items(), key=str)]
    return Dispositions(
        dict(sorted(totals.items(), key=str)),
        tuple(kept),
        tuple(one for one in grounds if one.verdict is Verdict.REVIEW),
        tuple(marked),
        in_all,
        tuple(external[name] for name in sorted(external)),
        _why(grounds),
        tuple(residue),
    )


def _why(grounds: Iterable[Grounds]) -> tuple[Why, ...]:
    order = list(Verdict)
    totals: Counter[tuple[Verdict, Text, Text]] = Counter()
    for one in grounds:
        totals[one.verdict, one.ground, one.article] += one.items
    ranked = sorted(totals.items(), key=lambda pair: (order.index(pair[0][0]), -pair[1], str(pair)))
    return tuple(Why(*what, items) for what, items in ranked)


def _sort(source: str, step: Step, ground: tuple[Text, Text]) -> _Alike:
    said = step.disposition
    return source, step.item.category, said.verdict, said.until, *ground
