"""Share the stretches out to other processes, and lend them a hand while their answers are awaited."""

from collections import deque
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass

from overdracht_serverlogs.scanning import Answer, Task, run


@dataclass(slots=True, eq=False)
class Pending:
    """A stretch that was given out."""

    task: Task
    future: Future[Answer] | None
    answer: Answer | None = None


class Workforce:
    """Gives tasks to an *executor*. When its processes are this machine's own, what they have not begun with is done here by who would only wait:
    it takes them half a second to be there at all."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._lends = isinstance(executor, ProcessPoolExecutor)
        self._given: deque[Pending] = deque()

    def give(self, task: Task) -> Pending:
        """Give *task* out; the answers are to be asked for in the same order."""
        try:
            pending = Pending(task, self._executor.submit(run, task))
        except RuntimeError:  # its processes are gone
            pending = Pending(task, None)
        self._given.append(pending)
        return pending

    def answer(self, pending: Pending) -> Answer | None:
        """Return the answer to the oldest that is *pending*; None when it is to be searched here."""
        self._given.popleft()
        while self._lends and pending.future is not None and not pending.future.done():
            if pending.future.cancel():
                return None
            other = self._unbegun()
            if other is None:
                break
            other.future, other.answer = None, run(other.task)
        if pending.future is None:
            return pending.answer
        try:
            return pending.future.result()
        except Exception:  # noqa: BLE001 - whatever became of the process that searched it, it is searched again
            return None

    def dismiss(self) -> None:
        """Take back what was given out."""
        for one in self._given:
            if one.future is not None:
                one.future.cancel()

    def _unbegun(self) -> Pending | None:
        """Return the last that nobody has begun with, taken back."""
        for one in reversed(self._given):
            if one.future is not None and one.future.cancel():
                return one
        return None
