"""Search a stretch of one log file: the work of one task, here or in another process."""

from array import array
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date

from overdracht import Certainty
from overdracht_serverlogs.formats import Format
from overdracht_serverlogs.fragments import Plan, finder
from overdracht_serverlogs.judging import Hit, Judge, Sign, Span
from overdracht_serverlogs.lineitems import digest
from overdracht_serverlogs.looks import Spelt
from overdracht_serverlogs.moments import Dating, seconds
from overdracht_serverlogs.packed import Unreadable, opened
from overdracht_serverlogs.records import BLOCK, Block, Times, blocks, bounds, stamp_of
from overdracht_serverlogs.spellings import Wanted

LOT = 10_000
"""Records of one lot."""
MOST_LOTS = 8
"""Lots in one answer: what comes after is searched where the answer is wanted, so that it never is large."""
MOVED = "it was moved or removed while the log was being searched"
_COUNTED_EACH = 16
"""Of each block one such part has its lines counted in a file of more blocks than that."""


@dataclass(slots=True)
class Records:
    """Records of one day and one certainty, in order, without their text."""

    digests: bytearray = field(default_factory=bytearray)
    sizes: "array[int]" = field(default_factory=lambda: array("L"))
    signs: "array[int]" = field(default_factory=lambda: array("H"))
    others: int = 0
    """How many others stand in fields that say whom a line is about."""
    stamps: list[bytes] | bytes = field(default_factory=list)
    """The times; joined by line ends while it travels."""


@dataclass(slots=True)
class Lot:
    """Some thousand records of one stretch."""

    groups: dict[tuple[date | None, Certainty], Records] = field(default_factory=dict)
    signs: list[Sign] = field(default_factory=list)


@dataclass(slots=True)
class Answer:
    """What one task gave."""

    lots: list[Lot] = field(default_factory=list)
    lines: int = 0
    size: int = 0
    """Bytes of text."""
    more: bool = False
    """There are more records than an answer holds."""
    problem: str = ""
    """Why the stretch could not be searched to its end."""
    moved: bool = False
    """The file was not there any more under its name."""


@dataclass(frozen=True, slots=True)
class Task:
    """A stretch of one file to search, from a record's start to another's or to the end."""

    path: str
    identity: tuple[int, int]
    """Device and inode: another file under the same name is not the one that was meant."""
    stretch: tuple[int, int | None]
    spelt: Spelt
    dating: Dating
    wanted: Wanted
    plan: Plan


def run(task: Task) -> Answer:
    """Search the stretch of *task*; a function, so that it can be sent to another process."""
    answer = Answer()
    for part in scan(task):
        if isinstance(part, Lot):
            if len(answer.lots) == MOST_LOTS:
                answer.more = True
                return answer
            _pack(part)
            answer.lots.append(part)
        else:
            part.lots, answer = answer.lots, part
    return answer


def _pack(lot: Lot) -> None:
    for group in lot.groups.values():
        group.stamps = b"\n".join(group.stamps) if isinstance(group.stamps, list) else group.stamps


def scan(task: Task) -> Iterator[Lot | Answer]:
    """Yield what the stretch of *task* holds, in lots, and at last an answer without any that says how it ended."""
    ended = Answer()
    try:
        with opened(task.path) as reader:
            if reader.identity != task.identity:
                ended.moved = True
                yield ended
                return
            sorter = Sorter(task.wanted, task.spelt.form, task.dating)
            find = finder(task.wanted, task.plan).find
            counter = _LineCount(few=reader.size <= _COUNTED_EACH * BLOCK)
            with closing(blocks(reader, task.spelt.form, *task.stretch)) as every:
                for block in every:
                    counter.add(block)
                    with block.view as view:
                        spans = find(view, block.text)
                    if spans:
                        for record in found_in(block, spans, task.spelt.form):
                            sorter.add(block, record)
                            if sorter.count == LOT:
                                yield sorter.taken()
                    sorter.times.passed(block)
            ended.lines, ended.size = counter.lines, counter.size
    except Unreadable as error:
        ended.problem, ended.moved = str(error), error.missing
    else:
        if sorter.count:
            yield sorter.taken()
    yield ended


class _LineCount:
    """Counts the lines of a stretch: of a long one about, since to count takes longer than to search, and lets no other thread go on meanwhile."""

    def __init__(self, *, few: bool) -> None:
        self._few = few
        self._counted = self._found = 0
        self.size = 0

    def add(self, block: Block) -> None:
        """Take *block* into account."""
        self.size += block.length
        if self._few:
            counted = block.length
            self._found += block.text[block.length - 1] != 10
        else:
            counted = -(-block.length // _COUNTED_EACH)
        self._counted += counted
        self._found += block.text.count(b"\n", 0, counted)

    @property
    def lines(self) -> int:
        """About how many there were."""
        if self._counted == self.size:
            return self._found
        return round(self._found * self.size / max(1, self._counted))


def found_in(block: Block, spans: list[Span], form: Format) -> Iterator[Hit]:
    """Yield the records of *block* in which *spans* lie, with theirs."""
    place = 0
    while place < len(spans):
        start, end, _ = spans[place]
        first, behind = bounds(block.text, start, end, block.length, form)
        inside = [spans[place]]
        place += 1
        while place < len(spans) and spans[place][0] < behind:
            inside.append(spans[place])
            place += 1
        yield Hit(first, behind, inside)


class Sorter:
    """Sorts records by their day and by how sure it is that they are the subject's."""

    def __init__(self, wanted: Wanted, form: Format, dating: Dating) -> None:
        self._judge = Judge(wanted, form)
        self._form = form
        self._dating = dating
        self.times = Times(form)
        self._minute: tuple[int, int, tuple[bytes, bytes] | None] = 0, 0, None
        self._today: date | None = None
        self._changing = len(dating.starts) > 1
        """The day of a time may depend on where it stands."""
        self._renew()

    def _renew(self) -> None:
        self.count = 0
        self._lot = Lot()
        self._numbers: dict[int, int] = {}
        """Of the lot's signs, by identity: equal ones mostly are the same object."""
        self._into: tuple[date | None, Certainty, Records] | None = None

    def taken(self) -> Lot:
        """Return what was added since the last time."""
        lot = self._lot
        self._renew()
        return lot

    def add(self, block: Block, hit: Hit) -> None:
        """Take the record *hit* of *block*, if it is the subject's."""
        text, start = block.text, hit.start
        stamp = stamp_of(text, start, hit.end, self._form)
        if stamp is None:
            stamp = self.times.before(block, start)
        day = None if stamp is None else self._day(stamp, block.base + start)
        raw = bytes(text[start : hit.end])
        judged = self._judge.judge(raw, hit, day)
        if judged is None:
            return
        certainty, sign, others = judged
        group = self._group(day, certainty)
        group.digests += digest(raw)
        group.sizes.append(len(raw))
        number = self._numbers.get(id(sign))
        if number is None:
            number = self._numbers[id(sign)] = len(self._lot.signs)
            self._lot.signs.append(sign)
        group.signs.append(number)
        group.others += others
        group.stamps.append(stamp or b"")  # type: ignore[union-attr]
        self.count += 1

    def _day(self, stamp: bytes, place: int) -> date | None:
        """Return the day of *stamp*; records that follow one another mostly lie in the same minute."""
        front, behind, minute = self._minute
        if minute is None or (stamp[:front], stamp[behind:]) != minute:
            self._today = self._dating.day(stamp, place)
            if not self._changing:
                front, behind = seconds(stamp)
                self._minute = front, behind, (stamp[:front], stamp[behind:])
        return self._today

    def _group(self, day: date | None, certainty: Certainty) -> Records:
        last = self._into
        if last is not None and last[0] == day and last[1] is certainty:
            return last[2]
        group = self._lot.groups.get((day, certainty))
        if group is None:
            group = self._lot.groups[day, certainty] = Records()
        self._into = day, certainty, group
        return group
