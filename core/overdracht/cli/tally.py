"""What a request comes to, counted in one pass over its items and without holding any."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from overdracht.identifiers import Identifier, Period
from overdracht.items import Category, Certainty
from overdracht.review import Inclusion, Reviewed
from overdracht.survey import Identity

SHOWN = 20
"""Suggestions at most: whoever corresponds for years writes beside hundreds of addresses."""
_HELD = 10_000
"""Different suggestions counted at a time; a newsletter's recipients must not fill the memory."""


@dataclass
class Suggestion:
    """An identifier that stands beside the subject's own, and how often and where."""

    identifier: Identifier
    times: int = 0
    sources: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)


@dataclass
class Tally:
    """The counts."""

    totals: Counter[tuple[str, Category, Inclusion]] = field(default_factory=Counter)
    awaiting: Counter[Certainty] = field(default_factory=Counter)
    third_parties: int = 0
    """Included items in which other people appear."""
    size: int = 0
    suggestions: dict[Identifier, Suggestion] = field(default_factory=dict)
    pruned: bool = False

    def of(self, inclusion: Inclusion) -> int:
        """Return how many items have *inclusion*."""
        return sum(number for (_, _, what), number in self.totals.items() if what is inclusion)

    def by_source(self, inclusion: Inclusion) -> dict[str, int]:
        """Return by source how many items have *inclusion*; a source without any is left out."""
        numbers: Counter[str] = Counter()
        for (source, _, what), number in sorted(self.totals.items()):
            if what is inclusion:
                numbers[source] += number
        return dict(numbers)

    @property
    def items(self) -> int:
        """How many there are in all."""
        return self.totals.total()

    def top(self) -> list[Suggestion]:
        """Return the suggestions seen most often, most often first."""
        ranked = sorted(self.suggestions.values(), key=lambda one: (-one.times, one.identifier))
        return ranked[:SHOWN]

    def suggest(self, reviewed: Reviewed, known: Mapping[Identifier, Period]) -> None:
        """Count what *reviewed* reveals and is not *known* yet, or not for the days that it says.

        An address that was the person's on several days is suggested from the first to the last: on one of them alone, it would find that day's.
        """
        for revealed in reviewed.item.reveals:
            identifier = revealed.identifier
            before = known.get(identifier)
            if before is not None and before.includes(identifier.period):
                continue
            one = self.suggestions.get(identifier)
            if one is None:
                one = self.suggestions[identifier] = Suggestion(identifier)
            for period in (before, identifier.period):
                if period is not None and not one.identifier.period.includes(period):
                    spanning = one.identifier.period.spanning(period)
                    one.identifier = replace(identifier, period=spanning)
            one.times += 1
            one.sources.add(reviewed.source)
            one.fields.add(revealed.where)
        if len(self.suggestions) > _HELD:
            self.pruned = True
            self.suggestions = {key: one for key, one in self.suggestions.items() if one.times > 1}
            if len(self.suggestions) > _HELD // 2:
                kept = sorted(self.suggestions.values(), key=lambda one: -one.times)[: _HELD // 2]
                self.suggestions = {one.identifier: one for one in kept}


def tally(items: Iterable[Reviewed], identity: Identity) -> Tally:
    """Count *items* of the person with *identity*."""
    counts = Tally()
    known = {one.identifier: one.identifier.period for one in identity.known}
    for reviewed in items:
        item = reviewed.item
        counts.totals[reviewed.source, item.category, reviewed.inclusion] += 1
        if reviewed.inclusion is Inclusion.AWAITING:
            counts.awaiting[reviewed.certainty] += 1
        elif reviewed.inclusion is Inclusion.INCLUDED:
            counts.third_parties += bool(item.third_parties)
            counts.size += item.size or 0
        if reviewed.inclusion is not Inclusion.LEFT_OUT:
            counts.suggest(reviewed, known)
    return counts
