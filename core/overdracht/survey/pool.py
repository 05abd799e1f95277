"""One executor for the heavy work of all sources, made when the first of them asks."""

import os
import signal
from contextlib import ExitStack
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, Any, Self

from overdracht.errors import ConfigError, Unreachable

if TYPE_CHECKING:
    from concurrent.futures import Executor

_PATIENCE = "10s"
"""How long a scheduler may take to answer."""


class Pool:
    """Gives an executor on demand: processes on this machine, or the Dask scheduler at *address*."""

    def __init__(self, address: str = "") -> None:
        self._address = address
        self._executor: Executor | None = None
        self._stack = ExitStack()
        self._lock = Lock()

    def __call__(self) -> "Executor":
        """Return the executor."""
        with self._lock:
            if self._executor is None:
                self._executor = self._dask() if self._address else self._processes()
            return self._executor

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._executor is not None and not self._address:
            self._executor.shutdown(cancel_futures=True)
        self._executor = None
        # Dask's goes with its client, which forgets what it had asked for.
        self._stack.close()

    @staticmethod
    def _processes() -> "Executor":
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        # Not `fork`: the sources run in threads, and a fork copies their locks but not them.
        context = multiprocessing.get_context("forkserver")
        return ProcessPoolExecutor(
            os.cpu_count() or 1,
            mp_context=context,
            # Ctrl-C reaches the whole group: the parent ends the work, and each worker would print a traceback.
            initializer=signal.signal,
            initargs=(signal.SIGINT, signal.SIG_IGN),
        )

    def _dask(self) -> "Executor":
        try:
            distributed: Any = import_module("distributed")
        except ImportError as error:
            raise ConfigError(
                "engine.executor names a Dask scheduler, and Dask is not installed",
                remedy="pip install 'overdracht[dask]'",
            ) from error
        scheme = "tls" if self._address.startswith("dask+tls:") else "tcp"
        place = f"{scheme}://{self._address.partition('://')[2]}"
        try:
            client = distributed.Client(place, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            raise Unreachable(
                f"the Dask scheduler at {self._address} does not answer",
                remedy="check engine.executor, and that it runs",
            ) from error
        self._stack.enter_context(client)
        executor: Executor = client.get_executor(pure=False, retries=2)
        return executor
