"""Share the stretches out to threads or other processes, and lend processes a hand while their answers are awaited."""

import os
from collections import deque
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from overdracht_serverlogs.scanning import Answer, Task, run

DENSE = 50_000
"""Bytes for each record that is found, below which processes are quicker than threads."""


@dataclass(slots=True, eq=False)
class Pending:
    """A stretch that was given out."""

    task: Task
    future: Future[Answer] | None
    answer: Answer | None = None


class Workforce:
    """Gives tasks to an *executor*; *large* says that there is more to do than could be done before other processes begin.

    When its processes are this machine's own, threads are quicker where little is found: nearly all of the work is then done by libraries that
    let other threads go on meanwhile, and threads begin at once. Where much is found it goes to the processes; and what they have not begun with
    is done here by who would only wait, since it takes them half a second to be there at all.
    """

    def __init__(self, executor: Executor, *, large: bool) -> None:
        self._executor = executor
        self._large = large
        self._given: deque[Pending] = deque()
        self._own = isinstance(executor, ProcessPoolExecutor)
        self._threads = ThreadPoolExecutor(os.cpu_count() or 1) if self._own else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for one in self._given:
            if one.future is not None:
                one.future.cancel()
        if self._threads is not None:
            self._threads.shutdown()

    def noticed(self, records: int, size: int) -> None:
        """Take note that so many *records* were found in *size* bytes."""
        if self._large and records * DENSE > size and self._threads is not None:
            self._threads.shutdown(wait=False)
            self._threads = None

    def give(self, task: Task) -> Pending:
        """Give *task* out; the answers are to be asked for in the same order."""
        try:
            pending = Pending(task, (self._threads or self._executor).submit(run, task))
        except RuntimeError:  # its processes are gone
            pending = Pending(task, None)
        self._given.append(pending)
        return pending

    def answer(self, pending: Pending) -> Answer | None:
        """Return the answer to the oldest that is *pending*; None when it is to be searched here."""
        self._given.popleft()
        while self._own and pending.future is not None and not pending.future.done():
            if self._threads is not None:
                break
            if pending.future.cancel():
                return None
            other = self._unbegun()
            if other is None:
                break
            other.future, other.answer = None, run(other.task)
        return self._result(pending)

    def _result(self, pending: Pending) -> Answer | None:
        if pending.future is None:
            return pending.answer
        try:
            answer = pending.future.result()
        except Exception:  # noqa: BLE001 - whatever became of the process that searched it, it is searched again
            return None
        records = sum(len(group.sizes) for lot in answer.lots for group in lot.groups.values())
        self.noticed(records, answer.size)
        return answer

    def _unbegun(self) -> Pending | None:
        """Return the last that nobody has begun with, taken back."""
        for one in reversed(self._given):
            if one.future is not None and one.future.cancel():
                return one
        return None
