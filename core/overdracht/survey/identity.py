"""Work out which identifiers are the subject's, and from where each is known.

A pure function over what the administrator gave and what exact items revealed. It reaches from the given identifiers along the
clues until nothing new appears, and stops at what must not expand: the organisation's own identifiers, those that several customers
share, those that are somebody else's, and kinds that point at nobody in particular.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from overdracht.identifiers import Identifier
from overdracht.state import Clue, Given, Role


class Standing(StrEnum):
    """What an identifier is to the subject."""

    GIVEN = "given"
    REVEALED = "revealed"
    """Exact items say it is the subject's: it is looked for everywhere."""
    SHARED = "shared"
    """Several customers have it: it is looked for, but is no proof and leads no further."""
    OWN = "own"
    """The organisation's own: it is not looked for."""
    EXCLUDED = "excluded"
    """Somebody else's, the administrator said: it is not looked for."""
    WEAK = "weak"
    """Of a kind that points at nobody in particular: it is looked for when the administrator gives it."""


_SOUGHT = frozenset({Standing.GIVEN, Standing.REVEALED, Standing.SHARED})
_PROOF = frozenset({Standing.GIVEN, Standing.REVEALED})


@dataclass(frozen=True, slots=True)
class Known:
    """One identifier with its standing and, when it was revealed, the clue that first led to it."""

    identifier: Identifier
    standing: Standing
    clue: Clue | None = None
    parent: Identifier | None = None
    """The identifier by which the clue's item was reached."""


@dataclass(frozen=True, slots=True)
class Identity:
    """All that is known about who the subject is, in the order in which it was learned."""

    known: tuple[Known, ...]

    @property
    def sought(self) -> tuple[Identifier, ...]:
        """The identifiers to look for, in a fixed order."""
        return tuple(sorted(one.identifier for one in self.known if one.standing in _SOUGHT))

    @property
    def proof(self) -> frozenset[Identifier]:
        """The identifiers that make an item exact."""
        return frozenset(one.identifier for one in self.known if one.standing in _PROOF)

    @property
    def excluded(self) -> tuple[Identifier, ...]:
        """The identifiers that are known to be somebody else's."""
        return tuple(
            sorted(one.identifier for one in self.known if one.standing is Standing.EXCLUDED)
        )


@dataclass(frozen=True, slots=True)
class Judge:
    """What decides an identifier's standing, apart from how it was reached."""

    strong: Callable[[str], bool]
    """Whether a kind points at one person or customer."""
    own: Callable[[Identifier], bool]
    shared: Collection[Identifier]

    def standing(self, identifier: Identifier, said: Role | None) -> Standing:
        """Return the standing of *identifier*, about which the administrator *said* something or nothing."""
        if said is Role.EXCLUDED:
            return Standing.EXCLUDED
        if self.own(identifier):
            return Standing.OWN
        if said is Role.SHARED or identifier in self.shared:
            return Standing.SHARED
        if said is Role.SUBJECT:
            return Standing.GIVEN
        return Standing.REVEALED if self.strong(identifier.kind) else Standing.WEAK

    def leads_on(self, known: Known | None) -> bool:
        """Say whether what an item reveals beside *known* is the subject's too."""
        return known is not None and known.standing in _PROOF and self.strong(known.identifier.kind)


def resolve(given: Iterable[Given], clues: Sequence[Clue], judge: Judge) -> Identity:
    """Return the identity that follows from what was *given* and the *clues*, as the *judge* sees each identifier."""
    known = {
        one.identifier: Known(one.identifier, judge.standing(one.identifier, one.role))
        for one in given
    }
    grown = True
    while grown:
        grown = False
        for clue in clues:
            if clue.target in known:
                continue
            parent = next((one for one in clue.via if judge.leads_on(known.get(one))), None)
            if parent is not None:
                known[clue.target] = Known(
                    clue.target, judge.standing(clue.target, None), clue, parent
                )
                grown = True
    return Identity(tuple(known.values()))
