"""Take items out of the audit files again, in the order in which they were found."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, islice
from pathlib import Path

import orjson

from overdracht import Certainty, Gap, Item
from overdracht_accounting.invoices import Record, Row
from overdracht_accounting.masking import Mask
from overdracht_accounting.xaf_file import Entry, OpenFile, Unreadable, digest, opened
from overdracht_accounting.xaf_people import Matcher, texts
from overdracht_accounting.xaf_records import Records
from overdracht_accounting.xaf_search import CUSTOMER, customer_key, entry_key

BATCH = 200
GONE, CHANGED = "it is gone", "it changed since it was found"
MENTIONS = "vermeldingen"
"""The table in which passages from somebody else's transactions leave."""

Handed = tuple[Item, list[Record]] | Gap


def handed(
    items: Iterable[Item], files: Mapping[str, Path], mask: Mask | None = None
) -> Iterator[Handed]:
    """Yield what each of *items* is, by the audit file among *files* that it is a part of; *mask* learns whose they are."""
    for part, group in groupby(items, key=lambda one: one.part):
        path = files.get(part)
        if path is None:
            yield from (Gap(part, "the file is gone", one.key) for one in group)
            continue
        yield from _part(part, path, group, mask)


def _part(part: str, path: Path, items: Iterator[Item], mask: Mask | None) -> Iterator[Handed]:
    batch: list[Item] = []
    try:
        with opened(path) as file:
            reading = _Reading(part, file, mask)
            while batch := list(islice(items, BATCH)):
                for one in reading.batch(batch):
                    yield one
                    batch = _without(batch, one)
    except Unreadable as error:
        rest = (*batch, *items)
        yield from (Gap(part, str(error), one.key) for one in rest)


def _without(batch: list[Item], one: Handed) -> list[Item]:
    key = one.key if isinstance(one, Gap) else one[0].key
    return [item for item in batch if item.key != key]


class _Reading:
    """Goes through one file as often as it must: once, when the items come in the file's order."""

    def __init__(self, part: str, file: OpenFile, mask: Mask | None) -> None:
        self._part = part
        self._file = file
        self._mask = mask
        self._records = Records(file)
        self._entries = file.entries()

    def batch(self, items: list[Item]) -> Iterator[Handed]:
        """Yield what each of *items* is, or a gap."""
        waiting = {one.key: one for one in items}
        for number in _customers(items):
            item = waiting.pop(customer_key(self._part, number))
            relation = self._file.relations.get(number)
            if relation is None:
                yield Gap(self._part, GONE, item.key)
            elif digest(relation.raw) != item.fingerprint:
                yield Gap(self._part, CHANGED, item.key)
            else:
                self._spare([number])
                yield item, [self._records.customer(item.key, relation)]
        # The second time from the beginning: what comes out of order is before where the first one began.
        for again in (False, True):
            if waiting and again:
                self._entries = self._file.entries()
            yield from self._through(waiting)
        for item in waiting.values():
            yield Gap(self._part, GONE, item.key)

    def _through(self, waiting: dict[str, Item]) -> Iterator[Handed]:
        if not waiting:
            return
        for entry in self._entries:
            item = waiting.pop(entry_key(self._part, entry), None)
            if item is None:
                continue
            if digest(entry.transaction.raw) == item.fingerprint:
                yield item, self._transaction(item, entry)
            else:
                yield Gap(self._part, CHANGED, item.key)
            if not waiting:
                return

    def _transaction(self, item: Item, entry: Entry) -> list[Record]:
        if all(one.certainty is not Certainty.EXACT for one in item.matches) and not any(
            one.where == "custSupID" for one in item.matches
        ):
            return [_passages(item, entry)]
        theirs = self._theirs(item, entry)
        self._spare(theirs)
        return list(self._records.entry(item.key, entry, theirs))

    def _spare(self, numbers: Iterable[str]) -> None:
        """Let the names of the customers *numbers* stand."""
        if self._mask is not None:
            for relation in filter(None, map(self._file.relations.get, numbers)):
                self._mask.spare(filter(None, (relation.name, relation.contact)))

    def _theirs(self, item: Item, entry: Entry) -> frozenset[str]:
        """Return the customers in the transaction that the item's matches are about."""
        numbers = {line.relation_id for line in entry.transaction.lines if line.relation_id}
        relations = {n: self._file.relations[n] for n in numbers if n in self._file.relations}
        matcher = Matcher((one.identifier for one in item.matches), (), relations)
        found = {*matcher.customers, *(n for n in numbers if matcher.is_wanted(n))}
        return frozenset(found)


def _customers(items: Iterable[Item]) -> Iterator[str]:
    for item in items:
        _, kind, number, *_ = orjson.loads(item.key)
        if kind == CUSTOMER:
            yield number


def _passages(item: Item, entry: Entry) -> Row:
    """Return the texts that mention the person, and nothing else of somebody else's transaction."""
    wanted = {one.where for one in item.matches}
    matcher = Matcher((one.identifier for one in item.matches), (), {})
    found: dict[str, object] = {"date": entry.transaction.date, "journal": entry.journal}
    for where, text in texts(entry.transaction):
        if where in wanted and text and matcher.is_mentioned(text):
            number = sum(name == where or name.startswith(f"{where} ") for name in found)
            found[f"{where} {number + 1}" if number else where] = text
    return Row(item.key, MENTIONS, found)
