"""The data subject: a request's reference and a set of identifiers."""

from dataclasses import dataclass

from overdracht.identifiers import Identifier


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a request is about.

    *identifiers* are looked for. *excluded* are known to be somebody else's (a namesake's address): an item that matches only
    weakly and carries one is not the subject's.
    """

    reference: str
    identifiers: tuple[Identifier, ...]
    excluded: tuple[Identifier, ...] = ()

    def __repr__(self) -> str:
        # A subject ends up in logs and tracebacks; its identifiers must not.
        return f"Subject({self.reference!r}, {len(self.identifiers)} identifiers)"

    def of_kind(self, kind: str) -> tuple[Identifier, ...]:
        """Return the identifiers of *kind*."""
        return tuple(one for one in self.identifiers if one.kind == kind)
