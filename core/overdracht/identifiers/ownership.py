"""Whose an identifier is, when the owner is known by a few: its addresses, its numbers, its domains."""

from collections.abc import Collection

from overdracht.identifiers.model import Identifier


def belongs(identifier: Identifier, known: Collection[Identifier]) -> bool:
    """Say whether *identifier* is among the *known*, or is an address or domain below a domain that is."""
    if identifier in known:
        return True
    if identifier.kind not in {"email", "domain"}:
        return False
    labels = identifier.value.rpartition("@")[2].split(".")
    return any(
        Identifier("domain", ".".join(labels[count:])) in known for count in range(len(labels))
    )
