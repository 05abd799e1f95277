"""Which values are wrong, and what is right: as somebody says it, and as a plan keeps it."""

from collections.abc import Iterable

from overdracht.identifiers import Identifier
from overdracht.state import PlanFile
from overdracht.state.plans import CHANGES
from overdracht.steps import Change
from overdracht.survey import Identity, Standing

REVEALED = "revealed"
"""Stands in the facts of such a plan: which of the wrong values records told."""

_THE_PERSONS = frozenset({Standing.GIVEN, Standing.REVEALED, Standing.WEAK})


def wrong_values(identity: Identity, kind: str, right: Identifier) -> tuple[Identifier, ...]:
    """Return what is known of the person that is of this *kind* and not what is *right*, in a fixed order."""
    return tuple(
        sorted(
            one.identifier
            for one in identity.known
            if one.standing in _THE_PERSONS
            and one.identifier.kind == kind
            and one.identifier != right
        )
    )


def packed(changes: Iterable[Change]) -> list[list[str]]:
    """Return *changes* as a plan keeps them among its facts."""
    return [[one.old.kind, one.old.value, one.new.value, one.written] for one in changes]


def revealed(identity: Identity, changes: Iterable[Change]) -> list[list[str]]:
    """Return, as a plan keeps them among its facts, the old values of *changes* that nobody gave: records told them."""
    told = {one.identifier for one in identity.known if one.standing is Standing.REVEALED}
    return [[one.old.kind, one.old.value] for one in changes if one.old in told]


def revealed_in(plan: PlanFile) -> frozenset[Identifier]:
    """Return the wrong values of *plan* that records told."""
    return frozenset(Identifier(kind, value) for kind, value in plan.facts[REVEALED])


def changes_of(plan: PlanFile) -> tuple[Change, ...]:
    """Return the changes that *plan* makes."""
    return tuple(
        Change(Identifier(kind, old), Identifier(kind, new), written)
        for kind, old, new, written in plan.facts[CHANGES]
    )
