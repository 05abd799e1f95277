"""Search the mail folders on disk, the big ones by several processes, and know the unchanged ones again."""

import itertools
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field

from overdracht import Extent, Finding, Gap, Item, Progress, Searched, Text
from overdracht_imap import maildir, mbox
from overdracht_imap.boundaries import Doubts, Stretch, stretches
from overdracht_imap.disk import Place
from overdracht_imap.maildir import Maildir, MaildirTask
from overdracht_imap.mailitems import NOT_SEEN
from overdracht_imap.mbox import MboxTask, State
from overdracht_imap.reading import opened, why
from overdracht_imap.searching import Answer, Task, Wanted, run

HEADERS_ONLY = Text(
    "alleen afzender, ontvangers en onderwerp zijn doorzocht, niet de berichten zelf en hun bijlagen",
    "only the header fields of the mail were searched, not the bodies and attachments: --thorough does",
)
_OF_MAILDIR, _OF_MBOX = "maildir-3", "mbox-3"
"""What cursors begin with. A new number where a folder that has not changed must be searched again, for it is read otherwise now."""
_IN_FLIGHT = 4
"""How many batches wait or run at a time: enough to keep every process busy, few enough to hold little."""


class _Seen:
    """Knows which messages were told of already: one that is moved while it is searched may be met twice."""

    def __init__(self) -> None:
        self._marks = array("q")
        self._known: set[int] = set()
        self.recheck = False
        """What comes may have been met before; until then marks are only noted, in a tenth of the space."""

    def new(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield those of *items* that were not yielded before."""
        if self.recheck:
            self._known.update(self._marks)
            del self._marks[:]
        for item in items:
            mark = hash(item.key)
            if not self.recheck:
                self._marks.append(mark)
            elif mark in self._known:
                continue
            else:
                self._known.add(mark)
            yield item


@dataclass(slots=True)
class _Tally:
    """What the batches of one folder gave so far."""

    looked_at: int = 0
    gaps: list[Gap] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)
    seen: _Seen = field(default_factory=_Seen)
    once: set[int] | None = None
    """Of an mbox the hashes of the keys that were yielded."""


class FolderSearch:
    """Searches folders for *wanted*; *pool* gives the executor for the big ones."""

    def __init__(self, wanted: Wanted, pool: Callable[[], Executor] | None) -> None:
        self._wanted = wanted
        self._pool = pool
        self._note = NOT_SEEN if wanted.thorough else HEADERS_ONLY

    def folder(self, part: str, place: Place, cursor: str) -> Iterator[Finding]:
        """Yield what the folder at *place* holds, and that it was searched."""
        search = self._maildir if place.form == "maildir" else self._mbox
        try:
            yield from search(part, place, cursor)
        except OSError as error:
            yield Gap(part, f"the folder {why(error)}")

    def _maildir(self, part: str, place: Place, cursor: str) -> Iterator[Finding]:
        folder = Maildir(place.path)
        state, settled = folder.state()
        if cursor and (count := _unchanged(cursor, state)) is not None:
            yield Searched(part, count, cursor, Extent.UNCHANGED, self._note)
            return
        tally = _Tally()
        yield from self._run(self._maildir_tasks(part, folder.names()), part, tally)
        if tally.vanished or folder.state()[0] != state:
            # Messages were moved or renamed while the folder was listed, and a listing may miss such.
            settled = False
            tally.looked_at, tally.vanished, tally.seen.recheck = 0, [], True
            yield from self._run(self._maildir_tasks(part, folder.names()), part, tally)
        after = " ".join(map(str, (_OF_MAILDIR, *state, tally.looked_at))) if settled else ""
        yield from self._ended(part, tally, after)

    def _maildir_tasks(self, part: str, names: Iterable[tuple[str, str]]) -> Iterator[Task]:
        for directory, group in itertools.groupby(names, key=lambda pair: pair[0]):
            while batch := tuple(name for _, name in itertools.islice(group, maildir.BATCH)):
                yield MaildirTask(directory, part, batch, self._wanted)

    def _mbox(self, part: str, place: Place, cursor: str) -> Iterator[Finding]:
        with opened(str(place.path)) as descriptor:
            state = State.of(descriptor)
            start, count = 0, 0
            if cursor.startswith(f"{_OF_MBOX} ") and (known := _state(cursor)):
                if (known.inode, known.size, known.changed, known.tail) == (
                    state.inode,
                    state.size,
                    state.changed,
                    state.tail,
                ):
                    yield Searched(part, known.count, cursor, Extent.UNCHANGED, self._note)
                    return
                grown = known.inode == state.inode and known.size < state.size
                if grown and State.of(descriptor, known.size).tail == known.tail:
                    start, count = known.size, known.count
            first = next(stretches(descriptor, start, state.size), None)
            if start and (first is None or first.start != start):
                start, count = 0, 0  # what was added goes on with the last message
            tally, doubts = _Tally(looked_at=count, once=set()), Doubts()
            found = doubts.sure(stretches(descriptor, start, state.size))
            yield from self._run(self._mbox_tasks(part, place, found), part, tally)
            if doubts.reason:
                tally.gaps.append(Gap(part, doubts.reason))
            settled = state.settled and State.of(descriptor) == state
        numbers = (state.inode, state.size, state.changed, state.tail, tally.looked_at)
        after = " ".join(map(str, (_OF_MBOX, *numbers))) if settled else ""
        yield from self._ended(part, tally, after, Extent.ADDED if start else Extent.WHOLE)

    def _mbox_tasks(self, part: str, place: Place, found: Iterator[Stretch]) -> Iterator[Task]:
        while batch := tuple(itertools.islice(found, mbox.BATCH)):
            yield MboxTask(str(place.path), part, batch, self._wanted)

    def _ended(
        self, part: str, tally: _Tally, cursor: str, extent: Extent = Extent.WHOLE
    ) -> Iterator[Finding]:
        yield from tally.gaps
        if tally.gaps:
            # A message that could not be read now is not gone.
            cursor, extent = "", Extent.ADDED
        yield Searched(part, tally.looked_at, cursor, extent, self._note)

    def _run(self, tasks: Iterator[Task], part: str, tally: _Tally) -> Iterator[Finding]:
        tally.gaps = []
        for answer in self._answers(tasks):
            tally.looked_at += answer.looked_at
            tally.gaps += answer.gaps
            tally.vanished += answer.vanished
            if tally.once is not None:
                yield from once(answer.items, tally.once)
            else:
                tally.seen.recheck = tally.seen.recheck or answer.recheck
                yield from tally.seen.new(answer.items)
            yield Progress(part, tally.looked_at)

    def _answers(self, tasks: Iterator[Task]) -> Iterator[Answer]:
        first = list(itertools.islice(tasks, 2))
        if self._pool is None or len(first) < 2:
            # One batch is searched before another process would have begun.
            yield from map(run, itertools.chain(first, tasks))
            return
        executor = self._pool()
        waiting: deque[Future[Answer]] = deque()
        begun = False
        for task in itertools.chain(first, tasks):
            if len(waiting) < _IN_FLIGHT:
                waiting.append(executor.submit(run, task))
                continue
            begun = begun or waiting[0].done()
            if begun:
                yield waiting.popleft().result()
                waiting.append(executor.submit(run, task))
            else:
                yield run(task)  # rather than wait for processes that are still starting
        while waiting:
            yield waiting.popleft().result()


def once(items: Iterable[Item], seen: set[int]) -> Iterator[Item]:
    """Yield those of *items* of whose keys no hash is in *seen*: of a message that stands in an mbox twice, the first."""
    for item in items:
        if hash(item.key) not in seen:
            seen.add(hash(item.key))
            yield item


def _unchanged(cursor: str, state: tuple[int, ...]) -> int | None:
    """Return how many messages the folder held at *cursor*, when it still is in that *state*."""
    numbers = cursor.split(" ")
    if numbers[:-1] != [_OF_MAILDIR, *map(str, state)]:
        return None
    return int(numbers[-1])


def _state(cursor: str) -> State | None:
    try:
        _, inode, size, changed, tail, count = cursor.split(" ")
        return State(int(inode), int(size), int(changed), tail, int(count))
    except ValueError:
        return None
