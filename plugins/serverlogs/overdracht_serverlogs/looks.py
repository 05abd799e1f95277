"""What a look at the beginning of a log's file tells: its compression, its format, and in which years its times lie."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from overdracht_serverlogs import formats
from overdracht_serverlogs.contents import no_text
from overdracht_serverlogs.formats import Format
from overdracht_serverlogs.lineitems import digest
from overdracht_serverlogs.logs import Log, LogFile
from overdracht_serverlogs.moments import Dating, is_without_year
from overdracht_serverlogs.packed import Reader, Unreadable, opened

SAMPLE = 64 << 10
_LINES = 50
_EVERY_LINE = 256 << 10
"""Bytes of a file of which every line is asked for its month: a quiet log of years is short."""
_SAMPLES = 128
_SLACK = timedelta(days=1)
_DISORDER = timedelta(days=31)
"""So much earlier than the line before it a line may be, delivered late or by a clock that was wrong, and be of the same year."""
_NEAR = timedelta(days=7)
"""So near one another lines are between which a clock was wrong for a while; further apart they may be of other years."""
_LAST_DAY = date(2199, 12, 31)
_ROTATED = "it was rotated since it was listed"


@dataclass(frozen=True, slots=True)
class Spelt:
    """How the format of a file is called, as it travels to another process."""

    name: str
    log_format: str = ""
    regex: str = ""
    time_format: str = ""

    @property
    def form(self) -> Format:
        """The format itself."""
        return _form(self)


@lru_cache(maxsize=64)
def _form(spelt: Spelt) -> Format:
    if spelt.log_format:
        return formats.written(spelt.log_format)
    if spelt.regex:
        return formats.matching(spelt.regex, spelt.time_format)
    return formats.UNKNOWN if spelt.name == formats.UNKNOWN.name else formats.named(spelt.name)


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of a file."""

    method: str
    spelt: Spelt
    dating: Dating
    first: bytes
    """The digest of its first line: the same file under another name, or compressed, has the same."""
    sample: bytes
    stamp: bytes | None = None
    """The first time in it, as it is written."""

    @property
    def form(self) -> Format:
        """How its lines are written."""
        return self.spelt.form


@contextmanager
def listed(file: LogFile) -> Iterator[Reader]:
    """Open *file* for a while. Unreadable says why it cannot be, also when another file has its name by now.

    What that one looks like, the empty one that comes in the place of a log that is rotated, says nothing of the lines of this one.
    """
    with opened(file.path) as reader:
        if reader.identity != (file.device, file.inode):
            raise Unreadable(_ROTATED, missing=True)
        yield reader


@lru_cache(maxsize=32)
def look(log: Log, file: LogFile) -> Look:
    """Look at *file* of *log*. Unreadable says why it cannot be looked at."""
    with listed(file) as reader:
        sample = _start(reader)
        if reason := no_text(sample):
            raise Unreadable(reason)
        spelt = _spelt(log, sample)
        dating = Dating(log.zone, (_LAST_DAY,), strptime=spelt.time_format)
        first = next(_stamps(sample, 0, spelt.form), None)
        if first is not None and is_without_year(first[1]):
            latest = min(latest_day(file), _next_begins(log, file) + _DISORDER)
            dating = _dating(_marks(reader, file, sample, spelt.form), dating, latest)
        head = sample.lstrip(b"\0").partition(b"\n")[0]
        return Look(
            reader.method,
            spelt,
            dating,
            digest(head) if head else b"",
            sample,
            first[1] if first else None,
        )


def beginning(file: LogFile) -> bytes:
    """Return the first text of *file*. Unreadable says why it cannot be read."""
    with opened(file.path) as reader:
        return _start(reader)


def _next_begins(log: Log, file: LogFile) -> date:
    """Return the day of the first line in the file of *log* that follows on *file*."""
    newer = log.files[log.files.index(file) + 1 :]
    for number, one in enumerate(newer):
        first = None if one.problem else _begins(replace(log, files=newer[number:]), one)
        if first is not None:
            return first
    return _LAST_DAY


@lru_cache(maxsize=1024)
def _begins(log: Log, file: LogFile) -> date | None:
    """Return the day of the first line with a time in *file*, which is the oldest of *log*; None when there is none."""
    try:
        looked = look(log, file)
    except Unreadable:
        return None
    first = next(_stamps(looked.sample, 0, looked.form), None)
    return None if first is None else looked.dating.day(first[1], first[0])


def _start(reader: Reader) -> bytes:
    if reader.method == "plain":
        return os.pread(reader.descriptor, SAMPLE, 0)
    text = bytearray(_EVERY_LINE)
    filled = 0
    with memoryview(text) as view:
        while filled < len(text) and (read := reader.readinto(view[filled:])):
            filled += read
    return bytes(text[:filled])


def _spelt(log: Log, sample: bytes) -> Spelt:
    family = log.family
    if family.log_format or family.regex:
        return Spelt("", family.log_format, family.regex, family.time_format)
    if family.format != "auto":
        return Spelt(family.format)
    lines = sample.lstrip(b"\0").split(b"\n")[: _LINES + 1]
    form = formats.looks_like(lines[:-1] or lines)
    if form is formats.UNKNOWN and len(lines) > _LINES:
        # It may begin in the midst of what goes on with a record of the file before.
        form = formats.looks_like(sample.split(b"\n")[:-1])
    return Spelt(form.name)


def latest_day(file: LogFile) -> date:
    """Return the last day on which a line of *file* can have been written, by its own times."""
    today = datetime.now(UTC).date()
    modified = datetime.fromtimestamp(file.modified / 1e9, UTC).date()
    ends = [today, modified]
    if file.dated is not None:
        ends.append(file.dated)
    return min(ends) + _SLACK


def _stamps(text: bytes, base: int, form: Format) -> Iterator[tuple[int, bytes]]:
    """Yield where in the file the lines of *text* with a time are, and the time."""
    place = 0
    while place < len(text):
        end = text.find(b"\n", place) + 1 or len(text)
        stamp = form.stamp(text, place, end)
        if stamp is not None:
            yield base + place, stamp
        place = end


def _marks(
    reader: Reader, file: LogFile, sample: bytes, form: Format
) -> Sequence[tuple[int, bytes]]:
    """Return times in the file, in order, by which the turn of a year shows."""
    if reader.method != "plain":
        return list(_stamps(sample, 0, form))
    if file.size <= _EVERY_LINE:
        return list(_stamps(os.pread(reader.descriptor, file.size, 0), 0, form))
    marks = []
    step = max(SAMPLE, file.size // _SAMPLES)
    for place in range(0, file.size, step):
        text = os.pread(reader.descriptor, 4096, place)
        cut = text.find(b"\n") + 1 if place else 0
        mark = next(_stamps(text[cut:], place + cut, form), None)
        if mark is not None:
            marks.append(mark)
    return marks


def _dating(marks: Sequence[tuple[int, bytes]], dating: Dating, latest: date) -> Dating:
    """Return how times without a year are read: from the end on, each lies before the one behind it."""
    found: list[tuple[int, date]] = []
    newer: date | None = None
    backwards = marks[::-1]
    contradicted = 0
    for number, (place, stamp) in enumerate(backwards):
        reading = Dating(dating.zone, (latest,))
        day = reading.day(stamp)
        found.append((place, latest))
        if day is None or number < contradicted:
            continue
        if newer is not None and day + _DISORDER < newer:
            contradicted = _contradicted(backwards, number, reading, newer)
            if contradicted:
                continue
        newer = day
        latest = min(latest, day + _DISORDER)
    found.reverse()
    starts, ends = [0], [found[0][1] if found else latest]
    for place, end in found:
        if end.year != ends[-1].year or end.month != ends[-1].month:
            starts.append(place)
            ends.append(end)
        else:
            ends[-1] = max(ends[-1], end)
    return Dating(dating.zone, tuple(ends), tuple(starts), dating.strptime)


def _contradicted(
    backwards: Sequence[tuple[int, bytes]], number: int, reading: Dating, newer: date
) -> int:
    """Return behind which of the times *backwards* from *number* on a clock was right again that had been wrong; 0 when it was not wrong.

    A machine without a clock of its own begins with a day of long ago, until it is told the time: lines of one such day stand between lines that are
    near one another.
    """
    wrong = reading.day(backwards[number][1])
    for place in range(number + 1, len(backwards)):
        day = reading.day(backwards[place][1])
        if day is None or wrong is None or abs(day - wrong) <= _SLACK:
            continue
        return place if abs(newer - day) <= _NEAR else 0
    return 0
