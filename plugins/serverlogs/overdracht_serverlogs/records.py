"""Cut a log's text into records: one line each, or in some formats a line with a time and those that go on with it.

The text comes in blocks of whole records. A line without an end grows its block up to `LONGEST`; beyond that it is cut where no word is, and each piece counts as
a record. The same text gives the same records, wherever reading began.
"""

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from overdracht_serverlogs.formats import Format
from overdracht_serverlogs.logs import Log, LogFile
from overdracht_serverlogs.looks import Look, latest_day, listed, look
from overdracht_serverlogs.moments import Dating
from overdracht_serverlogs.packed import Reader, Unreadable

BLOCK = 1 << 20
PACKED_BLOCK = 1 << 18
LONGEST = 16 << 20
"""Bytes of a line that are looked at as a whole."""
MOST_CONTINUED = 256 << 10
"""Bytes behind the start of a record within which lines without a time still belong to it."""
SHRUNK = "it was truncated while it was being read"
_NO_WORD = b"\0 \t\"'<>,;[](){}|"


@dataclass(slots=True)
class Block:
    """Whole records of a text: the first *length* bytes of *text*, which stand at *base* in the uncompressed file."""

    text: bytearray
    length: int
    base: int

    @property
    def view(self) -> memoryview:
        """The records' bytes, not copied."""
        return memoryview(self.text)[: self.length]


class Record(NamedTuple):
    """One record, with its day."""

    start: int
    """Where in the uncompressed file."""
    end: int
    raw: bytes
    stamp: bytes | None
    """The time that stands in it, or in the record before when it has none."""
    moment: datetime | None
    day: date | None


def blocks(
    reader: Reader, form: Format, start: int = 0, end: int | None = None
) -> Generator[Block, None, None]:
    """Yield the text from *start*, where a record begins, to *end*; the buffer is used again for the next block."""
    size = BLOCK if reader.method == "plain" else PACKED_BLOCK
    if end is not None:
        size = max(4096, min(size, end - start))
    text = bytearray(size + 1)
    kept, base = 0, start
    reader.seek(start)
    while True:
        room = len(text) - 1
        if end is not None:
            room = min(room, end - base)
        read = reader.readinto(memoryview(text)[kept:room]) if room > kept else 0
        if not read:
            if end is not None and base + kept < end:
                raise Unreadable(SHRUNK)
            if kept:
                text[kept] = 10
                yield Block(text, kept, base)
            return
        filled = kept + read
        cut = _cut(text, kept, filled, form)
        if not cut and filled >= len(text) - 1:
            if filled < LONGEST:
                text = text[:filled] + bytearray(min(filled, LONGEST - filled) + 1)
            else:
                cut = _piece(text, filled)
        if cut:
            yield Block(text, cut, base)
            text[: filled - cut] = text[cut:filled]
            base += cut
        kept = filled - cut


def _cut(text: bytearray, kept: int, filled: int, form: Format) -> int:
    """Return where the last whole record ends; 0 when there is none."""
    if not form.multiline:
        return text.rfind(b"\n", kept, filled) + 1
    last = text.rfind(b"\n", 0, filled) + 1
    place = last
    while place > 0 and last - place < MOST_CONTINUED:
        line = text.rfind(b"\n", 0, place - 1) + 1
        if form.stamp(text, line, place) is not None:
            return line or (last if last - line >= MOST_CONTINUED else 0)
        place = line
    return last


def _piece(text: bytearray, filled: int) -> int:
    """Return where a line that is too long is cut."""
    end = min(filled, LONGEST)
    at = max(text.rfind(one, end - 65536, end) for one in (bytes([byte]) for byte in _NO_WORD))
    return at + 1 if at >= 0 else end


def bounds(text: bytearray, start: int, end: int, length: int, form: Format) -> tuple[int, int]:
    """Return where the record begins and ends in which *start* to *end* of a block's *text* stands."""
    line = text.rfind(b"\n", 0, start) + 1
    behind = text.find(b"\n", end, length) + 1 or length
    if not form.multiline:
        return line, behind
    head = _head(text, line, form)
    if head is None or behind - head > MOST_CONTINUED:
        return line, behind
    while behind < length:
        following = text.find(b"\n", behind, length) + 1 or length
        if following - head > MOST_CONTINUED or form.stamp(text, behind, following) is not None:
            break
        behind = following
    return head, behind


def _head(text: bytearray, line: int, form: Format) -> int | None:
    """Return where the record begins to which the line at *line* belongs."""
    place, least = line, line - MOST_CONTINUED
    while form.stamp(text, place, len(text)) is None:
        if place <= 0 or place < least:
            return None
        place = text.rfind(b"\n", 0, place - 1) + 1
    return place


def stamp_of(text: bytearray, line: int, end: int, form: Format) -> bytes | None:
    """Return the time in the record from *line* to *end*."""
    if text[line] == 0:
        # What was a hole in the file, left when it was cut off while the server went on writing.
        line = end - len(text[line:end].lstrip(b"\0"))
    return form.stamp(text, line, end)


class Times:
    """Knows what time stood last before a place in the text, for lines without one."""

    def __init__(self, form: Format) -> None:
        self._form = form
        self._last: bytes | None = None

    def before(self, block: Block, line: int) -> bytes | None:
        """Return the time that stands last before *line* in *block*, or in an earlier one."""
        place, least = line, line - MOST_CONTINUED
        while place > 0 and place > least:
            end = place
            place = block.text.rfind(b"\n", 0, place - 1) + 1
            stamp = stamp_of(block.text, place, end, self._form)
            if stamp is not None:
                return stamp
        return self._last if place <= 0 else None

    def passed(self, block: Block) -> None:
        """Take leave of *block*."""
        self._last = self.before(block, block.length)


def lines(block: Block, form: Format) -> Iterator[tuple[int, int]]:
    """Yield from where to where each record of *block* is."""
    place = 0
    while place < block.length:
        end = block.text.find(b"\n", place, block.length) + 1 or block.length
        if form.multiline:
            _, end = bounds(block.text, place, end - 1, block.length, form)
        yield place, end
        place = end


def records(log: Log, file: LogFile, *, kindly: bool = False) -> Iterator[Record]:
    """Yield every record of *file* in *log*, in order, dated *kindly* as `days` does. Unreadable says why it cannot be read, or not on."""
    with listed(file) as reader:
        looked = look(log, file)
        if kindly:
            looked = replace(looked, dating=_kindly(looked, file))
        end = file.size if looked.method == "plain" else None
        yield from records_of(reader, looked, end)


def _kindly(looked: Look, file: LogFile) -> Dating:
    """Return what takes a time without a year for the latest that it can be, whatever stands around it."""
    return Dating(looked.dating.zone, (latest_day(file),), strptime=looked.dating.strptime)


def records_of(reader: Reader, looked: Look, end: int | None) -> Iterator[Record]:
    """Yield every record that *reader* gives."""
    form, dating = looked.form, looked.dating
    stamp: bytes | None = None
    with closing(blocks(reader, form, 0, end)) as every:
        for block in every:
            for start, behind in lines(block, form):
                raw = bytes(block.text[start:behind])
                own = stamp_of(block.text, start, behind, form)
                stamp = own or stamp
                yield _record(raw, block.base + start, block.base + behind, stamp, dating)


def _record(raw: bytes, start: int, end: int, stamp: bytes | None, dating: Dating) -> Record:
    moment = None if stamp is None else dating.moment(stamp, start)
    day = None if stamp is None else dating.day(stamp, start)
    return Record(start, end, raw, stamp, moment, day)


def days(log: Log, file: LogFile) -> Iterator[tuple[int, int, date | None]]:
    """Yield runs of records of one day: from where to where in the uncompressed file, and the day.

    Whole days are deleted by it, so that it errs towards keeping: one line by a clock that was wrong must not make those before it a
    year older. A line without a time stays with the one before; the first ones, with the one behind, which is not older.
    """
    run: tuple[int, int, date | None] | None = None
    with listed(file) as reader:
        looked = look(log, file)
        end = file.size if looked.method == "plain" else None
        form = looked.form
        dating = _kindly(looked, file)
        day: date | None = None
        for block in blocks(reader, form, 0, end):
            for start, behind in lines(block, form):
                stamp = stamp_of(block.text, start, behind, form)
                if stamp is not None:
                    day = dating.day(stamp, block.base + start) or day
                if run is not None and run[2] in {day, None}:
                    run = (run[0], block.base + behind, day)
                else:
                    if run is not None:
                        yield run
                    run = (block.base + start, block.base + behind, day)
    if run is not None:
        yield run
