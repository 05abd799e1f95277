"""Find a person's records in all logs, the big ones by several processes."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import replace

from overdracht import Extent, Finding, Gap, Item, Progress, Question, Searched
from overdracht_serverlogs.fragments import Plan, finder
from overdracht_serverlogs.grouping import Grouping
from overdracht_serverlogs.logs import Listing, Log, LogFile, log_of, logs
from overdracht_serverlogs.logstate import LogState, cursor_of, is_settled, lines_if_unchanged
from overdracht_serverlogs.looks import beginning, look
from overdracht_serverlogs.packed import Unreadable
from overdracht_serverlogs.planning import SAMPLE, plan
from overdracht_serverlogs.scanning import MOVED, Answer, Lot, Task, scan
from overdracht_serverlogs.settings import ServerLogsSettings
from overdracht_serverlogs.spellings import Wanted
from overdracht_serverlogs.stretches import stretches
from overdracht_serverlogs.workforce import Pending, Workforce

QUICK = 4 << 20
"""Bytes that are searched in no time."""
ALONE = 48 << 20
"""Bytes that are searched before other processes would have begun."""
IN_FLIGHT = 8
"""How many stretches wait or run at a time: enough to keep every process busy, few enough to hold little."""
_SAMPLED = 16
_NO_MATCH = "no file matches this pattern"


def find(settings: ServerLogsSettings, question: Question) -> Iterator[Finding]:
    """Yield the records that name the subject of *question*, log by log, and how each log's search ended."""
    subject = question.subject
    listing = Listing()
    found = list(logs(settings, listing))
    for pattern in listing.unmatched:
        yield Gap(pattern, _NO_MATCH)
    for folder, reason in listing.refused:
        yield Gap(folder, f"it cannot be listed: {reason}")
    wanted = Wanted(subject.identifiers, subject.excluded)
    if found:
        yield from Search(settings, wanted, question.pool).through(found, question.cursors)


class Search:
    """Searches logs for *wanted*; *pool* gives the executor when there is much to search."""

    def __init__(
        self,
        settings: ServerLogsSettings,
        wanted: Wanted,
        pool: Callable[[], Executor] | None,
    ) -> None:
        self._settings = settings
        self._wanted = wanted
        self._pool = pool
        self._plan: Plan = ()

    def through(self, found: list[Log], cursors: Mapping[str, str]) -> Iterator[Finding]:
        """Yield what the logs that were *found* hold, each in turn."""
        sample = _sample(found)
        self._plan = plan(self._wanted, sample)
        states = [LogState(one, cursor_of(one), Grouping(one, self._wanted)) for one in found]
        for state in states:
            state.known = lines_if_unchanged(state, cursors.get(state.log.part, ""))
        todo = sum(one.log.size for one in states if one.known is None)
        with self._workforce(todo, sample) as force:
            for state, task, lots in self._answered(self._tasks(states), force):
                if task is None:
                    yield from self._ended(state)
                    continue
                for lot in lots:
                    yield from state.grouping.add(lot, task.spelt.time_format)
                yield Progress(state.log.part, state.done, state.log.size)

    @contextmanager
    def _workforce(self, todo: int, sample: bytes) -> Iterator[Workforce | None]:
        """Give who searches *todo* bytes of text like *sample* side by side; None when this thread does it alone."""
        if self._pool is None or todo < QUICK:
            yield None
            return
        text = bytearray(sample + b"\n")
        with memoryview(text) as view:
            found = finder(self._wanted, self._plan).find(view, text)
        with Workforce(self._pool(), large=todo > ALONE) as force:
            force.noticed(len(found), len(sample))
            yield force

    def _tasks(self, states: Iterable[LogState]) -> Iterator[tuple[LogState, Task | None]]:
        """Yield the stretches to search, and after those of each log none."""
        for state in states:
            if state.known is None:
                yield from ((state, task) for task in self._of_log(state))
            yield state, None

    def _of_log(self, state: LogState) -> Iterator[Task]:
        if not self._looked(state):
            # It was rotated since it was listed.
            now = log_of(self._settings, state.log.part)
            if now is not None:
                state.log, state.cursor = now, cursor_of(now)
                state.looks, state.problems = {}, []
                self._looked(state)
        for file in state.log.files:
            looked = state.looks.get(file.path)
            if looked is None:
                continue
            try:
                cut = list(stretches(file, looked))
            except Unreadable as error:
                state.problem(file.path, MOVED if error.missing else str(error))
                continue
            identity = (file.device, file.inode)
            for stretch in cut:
                yield Task(
                    file.path,
                    identity,
                    stretch,
                    looked.spelt,
                    looked.dating,
                    self._wanted,
                    self._plan,
                )

    @staticmethod
    def _looked(state: LogState) -> bool:
        """Look at every file of the log; say whether all of them were where they were listed."""
        there = True
        for file in state.log.files:
            if file.problem:
                state.problem(file.path, file.problem)
                continue
            try:
                state.looks[file.path] = look(state.log, file)
            except Unreadable as error:
                there = there and not error.missing
                state.problem(file.path, MOVED if error.missing else str(error))
        return there

    def _answered(
        self, tasks: Iterator[tuple[LogState, Task | None]], force: Workforce | None
    ) -> Iterator[tuple[LogState, Task | None, Iterable[Lot]]]:
        """Yield the *tasks* in order, each with what it gave."""
        if force is None:
            for state, task in tasks:
                yield state, task, () if task is None else self._streamed(state, task, 0)
            return
        waiting: deque[tuple[LogState, Pending | None]] = deque()
        for state, task in tasks:
            waiting.append((state, None if task is None else force.give(task)))
            if len(waiting) > IN_FLIGHT:
                yield self._awaited(force, *waiting.popleft())
        while waiting:
            yield self._awaited(force, *waiting.popleft())

    def _awaited(
        self, force: Workforce, state: LogState, pending: Pending | None
    ) -> tuple[LogState, Task | None, Iterable[Lot]]:
        if pending is None:
            return state, None, ()
        return state, pending.task, self._sent(state, pending.task, force.answer(pending))

    def _sent(self, state: LogState, task: Task, answer: Answer | None) -> Iterator[Lot]:
        if answer is None:
            yield from self._streamed(state, task, 0)
            return
        yield from answer.lots
        if answer.more:
            # Too many for one answer: here they are held one lot at a time.
            yield from self._streamed(state, task, len(answer.lots))
        else:
            self._take(state, task, answer)

    def _streamed(self, state: LogState, task: Task, passed: int) -> Iterator[Lot]:
        for number, part in enumerate(scan(task)):
            if isinstance(part, Answer):
                self._take(state, task, part)
            elif number >= passed:
                yield part

    def _take(self, state: LogState, task: Task, answer: Answer) -> None:
        state.lines += answer.lines
        if answer.moved:
            state.moved.append(task)
        elif answer.problem:
            state.problem(task.path, answer.problem)
        start, end = task.stretch
        state.done += (end or start) - start

    def _ended(self, state: LogState) -> Iterator[Finding]:
        log = state.log
        if state.known is not None:
            yield Searched(log.part, state.known, state.cursor + str(state.known), Extent.UNCHANGED)
            return
        yield from self._moved(state)
        yield from state.grouping.rest()
        if state.problems:
            more = len(state.problems) - 3
            said = "; ".join(state.problems[:3]) + (f"; and {more} more" if more > 0 else "")
            yield Gap(log.part, said)
        else:
            settled = is_settled(log)
            yield Searched(
                log.part, state.lines, state.cursor + str(state.lines) if settled else ""
            )

    def _moved(self, state: LogState) -> Iterator[Item]:
        """Look for files that were rotated meanwhile under the names they have now."""
        if not state.moved:
            return
        now = log_of(self._settings, state.log.part)
        tasks, state.moved = state.moved, []
        for task in tasks:
            other = None if now is None else _elsewhere(state, task, now)
            if other is None:
                state.problem(task.path, MOVED)
                continue
            there = replace(task, path=other.path, identity=(other.device, other.inode))
            for lot in self._streamed(state, there, 0):
                yield from state.grouping.add(lot, task.spelt.time_format)
        for task in state.moved:
            state.problem(task.path, MOVED)


def _elsewhere(state: LogState, task: Task, now: Log) -> LogFile | None:
    """Return the file that the one of *task* is *now*: renamed, or compressed under another name."""
    for file in now.files:
        if (file.device, file.inode) == task.identity:
            return file
    before = {(one.device, one.inode) for one in state.log.files}
    first = state.looks[task.path].first
    for file in now.files:
        if (file.device, file.inode) in before or file.problem:
            continue
        try:
            if look(now, file).first == first:
                return file
        except Unreadable:
            continue
    return None


def _sample(found: list[Log]) -> bytes:
    """Return some text of the logs, by which the plan is made."""
    files = [file for log in found for file in log.files if not file.problem]
    files = files[:: max(1, len(files) // _SAMPLED)][:_SAMPLED]
    pieces = []
    for file in files:
        try:
            pieces.append(beginning(file)[: SAMPLE // len(files)])
        except Unreadable:
            continue
    return b"\n".join(pieces)
