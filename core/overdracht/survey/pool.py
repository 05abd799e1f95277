"""One executor for the heavy work of all sources, made when the first of them asks."""

import os
import signal
from threading import Lock
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from concurrent.futures import Executor


class Pool:
    """Gives an executor on demand: a process pool on this machine, or the *executor* it was given (Dask's, for instance)."""

    def __init__(self, executor: "Executor | None" = None) -> None:
        self._executor = executor
        self._ours = executor is None
        self._lock = Lock()

    def __call__(self) -> "Executor":
        """Return the executor."""
        with self._lock:
            if self._executor is None:
                import multiprocessing
                from concurrent.futures import ProcessPoolExecutor

                # Not `fork`: the sources run in threads, and a fork copies their locks but not them.
                context = multiprocessing.get_context("forkserver")
                self._executor = ProcessPoolExecutor(
                    os.cpu_count() or 1,
                    mp_context=context,
                    # Ctrl-C reaches the whole group: the parent ends the work, and each worker would print a traceback.
                    initializer=signal.signal,
                    initargs=(signal.SIGINT, signal.SIG_IGN),
                )
            return self._executor

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._ours and self._executor is not None:
            self._executor.shutdown(cancel_futures=True)
            self._executor = None
