"""Whose a domain or server is, where its tags or the configuration say so."""

from collections.abc import Iterable, Sequence

from overdracht import Identifier, Kinds
from overdracht_transip.matching import identifier
from overdracht_transip.settings import TransipSettings

EVIDENCE = "overdracht-"
"""How the tags begin that we set ourselves: a server shows nowhere else that it was cancelled."""

KINDS = Kinds()


def alike(name: str) -> str:
    """Return *name* as it is compared: in lower case, a domain as its A-labels."""
    found = identifier("domain", name)
    return found.value if found else name.strip().lower()


class Ownership:
    """Says whose things are, by the *settings*."""

    def __init__(self, settings: TransipSettings) -> None:
        before, _, after = (settings.customer_tag or "").partition("{}")
        self._tag = None if settings.customer_tag is None else (before.lower(), after.lower())
        self._owners = {
            alike(name): tuple(KINDS.parse(one) for one in owners)
            for name, owners in settings.owners.items()
        }
        self.stays = frozenset(alike(name) for name in settings.stays)
        """The domains that another holder has taken over."""

    def of(self, names: Iterable[str], tags: Sequence[str]) -> tuple[tuple[Identifier, str], ...]:
        """Return the identifiers of the customer of what is called *names* and carries *tags*, and where that stands."""
        found = [
            (one, "configuration") for name in names for one in self._owners.get(alike(name), ())
        ]
        found += [(one, "tag") for tag in tags if (one := self._customer(tag))]
        return tuple(dict.fromkeys(found))

    def free(self, tags: Sequence[str]) -> tuple[str, ...]:
        """Return those of *tags* that are free text."""
        return tuple(
            tag for tag in tags if not self._customer(tag) and not tag.startswith(EVIDENCE)
        )

    def _customer(self, tag: str) -> Identifier | None:
        if self._tag is None or tag.startswith(EVIDENCE):
            return None
        before, after = self._tag
        text = tag.strip()
        bare = text[len(before) : len(text) - len(after)]
        if not bare or text.lower() != f"{before}{bare.lower()}{after}":
            return None
        return identifier("customer", bare)
