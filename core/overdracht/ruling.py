"""Say what the retention rules make of an item: whether it may go, and if not, until when and on what ground.

Several rules may hold for a category; the longest wins. A request to erase shortens every term but those that the law binds the
organisation to. A term that cannot be computed goes to the administrator: nothing is kept or erased on a guess.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from overdracht.items import Category, Item
from overdracht.retention import DEFAULT_RULES, CountsFrom, Rule, ends
from overdracht.steps import Disposition, Ruling, Verdict
from overdracht.text import Text

_REQUESTED = Text(
    "U vroeg om wissen, en niets verplicht ons dit te bewaren.",
    "You asked for erasure, and nothing obliges us to keep this.",
)
_ERASURE = Text("art. 17 lid 1 AVG", "Art. 17(1) GDPR")
_RUNNING = Text(
    "Dit abonnement loopt nog: het wordt opgezegd en eindigt met de opzegtermijn.",
    "This subscription still runs: it is cancelled and ends with its notice.",
)
_UNDATED = Text(
    "De bewaartermijn is niet te berekenen: er is geen datum bekend waarvan hij loopt.",
    "The term cannot be computed: no date is known from which it counts.",
)
_SUBSCRIBED = Text(
    "De bewaartermijn loopt nog niet: zolang een abonnement loopt, is er nog klantcontact.",
    "The term does not run yet: while a subscription runs there still is contact.",
)
_UNRULED = Text(
    "Er is geen bewaarregel voor dit soort gegevens.",
    "There is no retention rule for this category.",
)


@dataclass(frozen=True, slots=True)
class Situation:
    """What a ruling depends on besides the item."""

    today: date
    last_contact: date | None = None
    """The last customer contact in any source; None when none is on record."""
    subscribed: bool = False
    """A subscription runs in any source: no term counts from contact until it ends."""
    requested: bool = True
    """The person asked for erasure; otherwise only what outlived its term goes."""


class Rules:
    """The retention rules, one or more a category."""

    def __init__(self, rules: Iterable[Rule] = tuple(DEFAULT_RULES.values())) -> None:
        self._rules: Mapping[Category, list[Rule]] = defaultdict(list)
        for rule in rules:
            self._rules[rule.category].append(rule)

    def of(self, category: Category) -> tuple[Rule, ...]:
        """Return the rules for *category*."""
        return tuple(self._rules.get(category, ()))

    def longest(self) -> Mapping[Category, Rule]:
        """Return the rule of each category that has one: of several the one with the longest term."""
        return {
            category: max(rules, key=lambda one: (one.term.rough_days, one.binding))
            for category, rules in self._rules.items()
        }

    def ruling(self, item: Item, situation: Situation) -> Ruling:
        """Return what holds for *item*, and for fields of other categories in it."""
        by_category = {one: self._disposition(one, item, situation) for one in Category}
        return Ruling(by_category[item.category], by_category)

    def _disposition(self, category: Category, item: Item, situation: Situation) -> Disposition:
        if item.running and situation.requested:
            return Disposition(Verdict.CANCEL, _RUNNING, _ERASURE)
        rules = self.of(category)
        if situation.requested:
            rules = tuple(rule for rule in rules if rule.binding)
            if not rules:
                return Disposition(Verdict.ERASE, _REQUESTED, _ERASURE)
        elif not rules:
            return Disposition(Verdict.REVIEW, _UNRULED)
        return _longest(rules, item, situation)


def _longest(rules: Iterable[Rule], item: Item, situation: Situation) -> Disposition:
    longest: tuple[date, Rule] | None = None
    for rule in rules:
        if item.running or (situation.subscribed and rule.counts_from is CountsFrom.LAST_CONTACT):
            return Disposition(Verdict.REVIEW, _SUBSCRIBED, rule.article)
        end = ends(rule, item, situation.last_contact)
        if end is None:
            return Disposition(Verdict.REVIEW, _UNDATED, rule.article)
        if longest is None or end > longest[0]:
            longest = end, rule
    assert longest is not None  # noqa: S101 - callers pass at least one rule
    end, rule = longest
    if situation.today < end:
        return Disposition(Verdict.RETAIN, rule.ground, rule.article, end)
    return Disposition(Verdict.ERASE, _over(rule.ground), rule.article)


def _over(ground: Text) -> Text:
    """Return the *ground* on which something was kept as one on which it goes."""
    return Text(
        f"{ground.nl} Die termijn is om.".strip(), f"{ground.en} That term is over.".strip()
    )
