"""Which days of which logs are older than a term: by the time of each line, for a file's own time says nothing about its first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from overdracht import Aged, Category, Gap, Item, Origin, Unreachable
from overdracht_serverlogs.lineitems import WHOLE_DAY, Key
from overdracht_serverlogs.logs import Log, logs
from overdracht_serverlogs.packed import Unreadable
from overdracht_serverlogs.records import days
from overdracht_serverlogs.settings import ServerLogsSettings


@dataclass(slots=True)
class _Day:
    size: int = 0
    runs: int = 0


def aged(settings: ServerLogsSettings, before: Mapping[Category, date]) -> Iterator[Aged | Gap]:
    """Yield each day of each log that lies before the day for traffic data; they go whomever they are about, so that nobody is named."""
    limit = before.get(Category.TRAFFIC)
    if limit is None:
        return
    there = tuple(logs(settings))
    if not there:
        raise Unreachable("no log is there", remedy="check `paths`")
    for log in there:
        found: dict[date, _Day] = {}
        problems = []
        for file in log.files:
            try:
                if file.problem:
                    raise Unreadable(file.problem)
                for start, end, day in days(log, file):
                    if day is not None and day < limit:
                        known = found.setdefault(day, _Day())
                        known.size += end - start
                        known.runs += 1
            except Unreadable as error:
                problems.append(f"{file.path.rpartition('/')[2]}: {error}")
        for day in sorted(found):
            yield Aged(_item(log, day, found[day]), ())
        if problems:
            yield Gap(log.part, "; ".join(problems[:3]))


def _item(log: Log, day: date, known: _Day) -> Item:
    name = "".join(one for one in log.part.rpartition("/")[2] if one.isprintable())[:200]
    return Item(
        key=str(Key(log.part, day, WHOLE_DAY)),
        part=log.part,
        category=Category.TRAFFIC,
        matches=(),
        fingerprint=f"bytes={known.size}",
        title=f"{name} {day}",
        when=datetime.combine(day, time(12), UTC),
        size=known.size,
        origin=Origin.OBSERVED,
    )
