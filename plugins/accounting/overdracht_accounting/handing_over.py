"""Hand the records of an export to what writes them: still the ones that were found, and of somebody else's only the passage."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Protocol

from sqlalchemy import column, select

from overdracht import Gap, Item
from overdracht_accounting.holders import Holders
from overdracht_accounting.identities import fields
from overdracht_accounting.invoices import Party, Row
from overdracht_accounting.invoices import Record as Handed
from overdracht_accounting.keys import batches
from overdracht_accounting.loading import Loader
from overdracht_accounting.mapping import Record, row_key
from overdracht_accounting.masking import Mask
from overdracht_accounting.proposals import is_masked
from overdracht_accounting.rows import Loaded, Question, from_table
from overdracht_accounting.search import AT_ONCE
from overdracht_accounting.settings import DatabaseSettings
from overdracht_accounting.values import as_text

MENTIONS = "vermeldingen"
"""The table in which passages from somebody else's records leave."""


class Reader(Protocol):
    """Knows what the records of a program mean."""

    complete: bool
    """What it makes of a record holds all of it; otherwise its rows leave as well."""

    @abstractmethod
    def of(self, wanted: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], list[Handed]]:
        """Return, by part and key, what each of *wanted* is; what is only a row is left out."""


class HandingOver:
    """Reads by *loader* what leaves; *reader* knows more of it than that it is rows, and *beside* what stands outside the database."""

    def __init__(
        self,
        loader: Loader,
        settings: DatabaseSettings,
        reader: Reader | None,
        beside: Callable[[Item], list[Handed] | None] = lambda _: None,
    ) -> None:
        self._loader = loader
        self._beside = beside
        self._reader = reader
        self.seller = Party("") if settings.issuer is None else settings.issuer.party()
        self.mask = Mask(self._names(), ()) if settings.others == "mask" else None

    def records(self, items: Iterable[Item]) -> Iterator[tuple[Item, list[Handed]] | Gap]:
        """Yield what each of *items* is, in their order, or a gap."""
        for part, group in groupby(items, key=lambda one: one.part):
            record = self._loader.mapping.record(part)
            if record is None or part in self._loader.broken:
                yield from (self._outside(one) for one in group)
                continue
            for some in batches(group, AT_ONCE):
                yield from self._batch(record, some)

    def _outside(self, item: Item) -> tuple[Item, list[Handed]] | Gap:
        """Return what is not in the database, or cannot be asked of it."""
        told = None if item.part in self._loader.broken else self._beside(item)
        return (item, told) if told else Gap(item.part, self._loader.reason(item.part), item.key)

    def _batch(
        self, record: Record, items: Sequence[Item]
    ) -> Iterator[tuple[Item, list[Handed]] | Gap]:
        part = record.name
        loaded = self._loader.load(record, [row_key(part, one.key) for one in items])
        there = [one for one in items if _same(loaded.get(row_key(part, one.key)), one)]
        own = [row_key(part, one.key) for one in there if not is_masked(record, one)]
        known = {} if self._reader is None else self._reader.of([(part, key) for key in own])
        self._spare(record, own)
        for item in items:
            key = row_key(part, item.key)
            if item not in there:
                gone = key not in loaded
                yield Gap(part, "it is gone" if gone else "it changed since it was found", item.key)
            elif is_masked(record, item):
                yield item, [_passages(loaded[key], item)]
            else:
                told = list(known.get((part, key), ()))
                if not told or self._reader is None or not self._reader.complete:
                    told += _rows(loaded[key], item)
                yield item, told

    def _names(self) -> Iterator[str]:
        """Yield the names of everybody in the database."""
        for record in self._loader.mapping.records:
            columns = [one for names in record.identifies.get("name", ()) for one in names]
            if columns and record.name not in self._loader.broken:
                asked: Question = select(*map(column, columns)).select_from(
                    from_table(record.table)
                )
                for row in self._loader.connection.execute(asked):
                    yield from (as_text(one) for one in row if one)

    def _spare(self, record: Record, keys: Sequence[str]) -> None:
        """Let the names of whose records these are stand."""
        if self.mask is None:
            return
        owners = Holders(self._loader).owners(record, keys)
        for part in sorted({part for part, _ in owners}):
            above = self._loader.mapping.record(part)
            if above is not None:
                rows = self._loader.rows(above, [key for name, key in owners if name == part])
                told = (fields(above, values) for values in rows.values())
                self.mask.spare(text for one in told for kind, _, text in one if kind == "name")


def _same(loaded: Loaded | None, item: Item) -> bool:
    return loaded is not None and loaded.fingerprint() == item.fingerprint


def _passages(loaded: Loaded, item: Item) -> Row:
    """Return the fields that mention the person, and nothing else of somebody else's record."""
    found: dict[str, object] = {"soort": loaded.record.name, "datum": loaded.when}
    wanted = {one.where for one in item.matches}
    for row in loaded.rows():
        prefix = "" if row is loaded.row else f"{row.table.name}."
        for name_ in dict.fromkeys(one.name for one in row.table.columns):
            where = f"{prefix}{name_}"
            if where in wanted and row.values.get(name_):
                number = sum(name.startswith(f"{where} ") for name in found) + (where in found)
                found[f"{where} {number + 1}" if number else where] = row.text(name_)
    return Row(item.key, MENTIONS, found)


def _rows(loaded: Loaded, item: Item) -> Iterator[Row]:
    for row in loaded.rows():
        values = {
            name: value.hex() if isinstance(value, bytes) else value
            for name, value in row.values.items()
            if name not in row.table.hidden
        }
        yield Row(item.key, loaded.record.name if row is loaded.row else row.table.name, values)
