"""Whose a record is: the customer, by number, and everybody's identifiers."""

from collections.abc import Collection

from overdracht import Identifier
from overdracht_accounting.identities import identities, numbers, strong
from overdracht_accounting.loading import Loader
from overdracht_accounting.mapping import Record, item_key

Owner = tuple[str, str]
"""A part and a key."""


class Holders:
    """Tells whose records are."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def of(self, record: Record, keys: Collection[str]) -> dict[str, tuple[Identifier | None, int]]:
        """Return, by key, the customer whose it is, and how many others it is of too."""
        owners = self._loader.owners(record, keys)
        numbered = self._numbers({one for owned in owners.values() for one in owned})
        return {
            key: (min(numbered[one] for one in owned), len({numbered[one] for one in owned}) - 1)
            for key, owned in owners.items()
            if owned
        }

    def owners(self, record: Record, keys: Collection[str]) -> set[Owner]:
        """Return the records that say whose the records of these *keys* are."""
        return {one for owned in self._loader.owners(record, keys).values() for one in owned}

    def parties(self, record: Record, keys: Collection[str]) -> dict[str, tuple[Identifier, ...]]:
        """Return, by key, the strong identifiers of whom it is about."""
        owners = self._loader.owners(record, keys)
        known = self._identities({one for owned in owners.values() for one in owned})
        return {
            key: tuple(
                dict.fromkeys(found for one in sorted(owned) for found in known.get(one, ()))
            )
            for key, owned in owners.items()
        }

    def _identities(self, owners: Collection[Owner]) -> dict[Owner, list[Identifier]]:
        return {
            owner: [one for one, _ in found if strong(one)]
            for owner, found in self._found(owners).items()
        }

    def _numbers(self, owners: Collection[Owner]) -> dict[Owner, Identifier]:
        return {
            (part, key): numbers(found) or Identifier("customer", item_key(part, key))
            for (part, key), found in self._found(owners).items()
        }

    def _found(self, owners: Collection[Owner]) -> dict[Owner, tuple[tuple[Identifier, str], ...]]:
        found: dict[Owner, tuple[tuple[Identifier, str], ...]] = {}
        for part in sorted({part for part, _ in owners}):
            record = self._loader.mapping.record(part)
            if record is None:
                continue
            keys = [key for name, key in owners if name == part]
            for key, values in self._loader.rows(record, keys).items():
                found[part, key] = identities(record, values)
        return found
