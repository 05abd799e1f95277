"""What is in and what is out: exact items are the subject's, everything else waits until somebody says so.

A decision is kept with the request. It names one item, or everything that meets a rule. A word about one item counts over any rule, also
a later one: who rejects one letter and then accepts the rest means the rest. Among rules the latest counts, and none reaches an item
that carries an excluded identifier. No decision is needed for an exact item.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from overdracht.identifiers import Identifier
from overdracht.items import Certainty, Item
from overdracht.state import RequestFile, Stored
from overdracht.survey import Identity


class Inclusion(StrEnum):
    """Whether an item is the subject's."""

    INCLUDED = "included"
    LEFT_OUT = "left out"
    AWAITING = "awaiting review"


@dataclass(frozen=True, slots=True)
class Decision:
    """Say of the items that meet every condition given here whether they are the subject's."""

    accept: bool
    source: str | None = None
    key: str | None = None
    """One item's key; needs *source*."""
    part: str | None = None
    certainty: str | None = None
    identifier: str | None = None
    """An identifier that matches, as `kind:value`."""

    def meets(self, reviewed: "Reviewed") -> bool:
        """Say whether the decision is about *reviewed*."""
        item = reviewed.item
        return (
            self.source in {None, reviewed.source}
            and self.key in {None, item.key}
            and self.part in {None, item.part}
            and self.certainty in {None, str(reviewed.certainty)}
            and (
                self.identifier is None
                or any(_plain(match.identifier) == self.identifier for match in item.matches)
            )
        )


def _plain(identifier: Identifier) -> str:
    return f"{identifier.kind}:{identifier.value}"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """An item with what holds for it now."""

    number: int
    source: str
    item: Item
    """As the core sees it: an identifier that is shared makes nothing exact."""
    certainty: Certainty
    inclusion: Inclusion
    decided: bool = False
    """The administrator decided, and not the certainty."""


class Review:
    """The decisions about a request, applied to its items."""

    def __init__(self, request: RequestFile, identity: Identity) -> None:
        self._request = request
        self._proof = identity.proof
        self._excluded = frozenset(identity.excluded)
        self._rules: list[Decision] = []
        self._named: dict[tuple[str | None, str], Decision] = {}
        self._learn(Decision(**packed) for packed in request.decisions())  # type: ignore[arg-type]

    def decide(self, decisions: Iterable[Decision]) -> None:
        """Keep *decisions* and apply them from now on."""
        decisions = tuple(decisions)
        self._request.decide(asdict(one) for one in decisions)
        self._learn(decisions)

    def _learn(self, decisions: Iterable[Decision]) -> None:
        for one in decisions:
            if one.key is None:
                self._rules.append(one)
            else:
                self._named[one.source, one.key] = one

    def items(self, *inclusions: Inclusion) -> Iterator[Reviewed]:
        """Yield the items with one of *inclusions* (all, when none is given), grouped by source and part."""
        for stored in self._request.items():
            reviewed = self._reviewed(stored)
            if not inclusions or reviewed.inclusion in inclusions:
                yield reviewed

    def naming_others(self) -> Iterator[Reviewed]:
        """Yield what is the subject's and also names other people (GDPR Art. 15(4))."""
        return (one for one in self.items(Inclusion.INCLUDED) if one.item.third_parties)

    def _reviewed(self, stored: Stored) -> Reviewed:
        certainty = _certainty(stored.item, self._proof)
        inclusion = Inclusion.INCLUDED if certainty is Certainty.EXACT else Inclusion.AWAITING
        if inclusion is Inclusion.AWAITING and _carries(stored.item, self._excluded):
            inclusion = Inclusion.LEFT_OUT
        item = _seen_by(stored.item, self._proof)
        reviewed = Reviewed(stored.number, stored.source, item, certainty, inclusion)
        decision = self._decision(reviewed)
        if decision is None:
            return reviewed
        said = Inclusion.INCLUDED if decision.accept else Inclusion.LEFT_OUT
        return replace(reviewed, inclusion=said, decided=True)

    def _decision(self, reviewed: Reviewed) -> Decision | None:
        named = self._named.get((reviewed.source, reviewed.item.key))
        if named is not None or reviewed.inclusion is Inclusion.LEFT_OUT:
            return named
        return next((rule for rule in reversed(self._rules) if rule.meets(reviewed)), None)


def _certainty(item: Item, proof: Collection[Identifier]) -> Certainty:
    certainty = Certainty.POSSIBLE
    for match in item.matches:
        if match.certainty is Certainty.EXACT and match.identifier in proof:
            return Certainty.EXACT
        if match.certainty is Certainty.MENTION and match.identifier in proof:
            certainty = Certainty.MENTION
    return certainty


def _seen_by(item: Item, proof: Collection[Identifier]) -> Item:
    """Return *item* without what a system took for sure and is none.

    By what several people have, no record is one person's as a whole; and where something else in it points at the person, what they share
    with others stays in it.
    """
    shared = {
        one
        for one in item.matches
        if one.certainty is Certainty.EXACT and one.identifier not in proof
    }
    if not shared:
        return item
    if any(one.identifier in proof for one in item.matches):
        return replace(item, matches=tuple(one for one in item.matches if one not in shared))
    possible = (
        replace(one, certainty=Certainty.POSSIBLE) if one in shared else one for one in item.matches
    )
    return replace(item, matches=tuple(possible))


def _carries(item: Item, excluded: Collection[Identifier]) -> bool:
    return any(revealed.identifier in excluded for revealed in item.reveals)
