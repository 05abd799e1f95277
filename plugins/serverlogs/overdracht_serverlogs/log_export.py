"""Export the lines of items: as they stand in the log but for what points at others, and with their fields as JSON lines."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby, islice

from overdracht import File, Gap, Item, Line, Piece, SafeNames
from overdracht_serverlogs.lineitems import WHOLE_DAY, Key, unpack
from overdracht_serverlogs.locating import Located, Sought, locate
from overdracht_serverlogs.logs import Log, LogFile, log_of
from overdracht_serverlogs.looks import look
from overdracht_serverlogs.masking import masked
from overdracht_serverlogs.packed import Unreadable
from overdracht_serverlogs.records import records
from overdracht_serverlogs.settings import ServerLogsSettings
from overdracht_serverlogs.stems import Stems

_MOST_ITEMS = 400
"""Items whose lines are sought at a time."""
_GONE = "the lines are not there any more"
_CHANGED = "the lines are no longer those that were found"


def export(settings: ServerLogsSettings, items: Iterable[Item]) -> Iterator[Piece]:
    """Yield a file with the lines of each log and a table with their fields, or gaps for the *items* that cannot be had."""
    names, stems = SafeNames(), Stems()
    for part, group in groupby(items, key=lambda one: one.part):
        number = 0
        while batch := tuple(islice(group, _MOST_ITEMS)):
            number += 1
            log = log_of(settings, part)
            if log is None:
                yield from (Gap(part, _GONE, one.key) for one in batch)
                continue
            stem = stems(part) + (f" {number}" if number > 1 else "")
            yield from _Lines(log, batch, names(f"{stem}.log"), names(f"{stem}.jsonl")).pieces()


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of some items of one log."""

    log: Log
    items: tuple[Item, ...]
    path: str
    table: str

    def pieces(self) -> Iterator[Piece]:
        """Yield what there is of them."""
        try:
            there = self._there()
        except Unreadable as error:
            reason = f"the log cannot be read: {error}"
            yield from (Gap(self.log.part, reason, one.key) for one in self.items)
            return
        whole = [one for one in self.items if _is_whole(one, there[one.key])]
        if whole:
            keys = tuple(one.key for one in whole)
            yield File(self.path, self._text(whole), "text/plain", keys)
            yield from self._records(whole)
        kept = {one.key for one in whole}
        for one in self.items:
            if one.key not in kept:
                yield Gap(self.log.part, _CHANGED if there[one.key] else _GONE, one.key)

    def _there(self) -> Counter[str]:
        return Counter(one.key for _, one in self._located(self.items))

    def _located(self, items: Collection[Item]) -> Iterator[tuple[LogFile, Located]]:
        keys = {one.key: Key.parse(one.key) for one in items}
        days = {key.day: text for text, key in keys.items() if key.sort == WHOLE_DAY}
        sought = Sought(one for one in items if keys[one.key].sort != WHOLE_DAY)
        for file in self.log.files:
            if days:
                yield from ((file, one) for one in _of_days(self.log, file, days))
            if len(days) < len(keys):
                yield from ((file, one) for one in locate(self.log, file, sought))

    def _text(self, items: Collection[Item]) -> Iterator[bytes]:
        for file, one in self._located(items):
            form = look(self.log, file).form
            text, _ = masked(one.raw, form, one.spans)
            yield text if text.endswith(b"\n") else text + b"\n"

    def _records(self, items: Collection[Item]) -> Iterator[Line]:
        for file, one in self._located(items):
            form = look(self.log, file).form
            text, gone = masked(one.raw, form, one.spans)
            record: dict[str, object] = {
                "log": self.log.part,
                "file": file.path.rpartition("/")[2].encode("utf-8", "replace").decode(),
                "offset": one.start,
                "time": one.moment,
                "fields": form.fields(text),
                "line": text.rstrip(b"\r\n").decode("utf-8", "replace"),
            }
            if gone:
                record["masked"] = dict(sorted(gone.items()))
            yield Line(self.table, record, (one.key,))


def _of_days(log: Log, file: LogFile, days: Mapping[date | None, str]) -> Iterator[Located]:
    """Yield every record of the *days*, each of which is an item as a whole."""
    for one in records(log, file, kindly=True):
        if one.day in days:
            yield Located(one.start, one.end, one.raw, one.moment, days[one.day])


def _is_whole(item: Item, there: int) -> bool:
    if Key.parse(item.key).sort == WHOLE_DAY:
        return there > 0
    return there == len(unpack(item.fingerprint)) > 0
