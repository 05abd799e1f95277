"""Which days of which logs are older than a term: by the time of each line, for a file's own time says nothing about its first."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time

from overdracht import Aged, Category, Gap, Item, Origin, Unreachable, one_line
from overdracht_serverlogs.lineitems import WHOLE_DAY, Key
from overdracht_serverlogs.logs import Log, LogFile, logs
from overdracht_serverlogs.packed import Unreadable
from overdracht_serverlogs.records import days
from overdracht_serverlogs.settings import ServerLogsSettings

_UNDATED = "no time can be told in it, so that its lines have no term: give `format`, `log_format` or `regex`"


def aged(settings: ServerLogsSettings, before: Mapping[Category, date]) -> Iterator[Aged | Gap]:
    """Yield each day of each log that lies before the day for traffic data; they go whomever they are about, so that nobody is named."""
    limit = before.get(Category.TRAFFIC)
    if limit is None:
        return
    there = tuple(logs(settings))
    if not there:
        raise Unreachable("no log is there", remedy="check `paths`")
    for log in there:
        found: Counter[date] = Counter()
        problems = [
            f"{file.path.rpartition('/')[2]}: {reason}"
            for file in log.files
            if (reason := _counted(log, file, limit, found))
        ]
        for day in sorted(found):
            yield Aged(_item(log, day, found[day]), ())
        if problems:
            yield Gap(log.part, "; ".join(problems[:3]))


def _counted(log: Log, file: LogFile, limit: date, found: Counter[date]) -> str:
    """Add up the bytes of each day before *limit* in *file*; return why it cannot be told which, empty when it can."""
    if file.problem:
        return file.problem
    dated = undated = 0
    try:
        for start, end, day in days(log, file):
            dated, undated = dated + (day is not None), undated + (day is None)
            if day is not None and day < limit:
                found[day] += end - start
    except Unreadable as error:
        return str(error)
    return _UNDATED if undated and not dated else ""


def _item(log: Log, day: date, size: int) -> Item:
    name = one_line(log.part.rpartition("/")[2])
    return Item(
        key=str(Key(log.part, day, WHOLE_DAY)),
        part=log.part,
        category=Category.TRAFFIC,
        matches=(),
        fingerprint=f"bytes={size}",
        title=f"{name} {day}",
        when=datetime.combine(day, time(12), UTC),
        size=size,
        origin=Origin.OBSERVED,
    )
