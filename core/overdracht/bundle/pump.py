"""A thread that takes blocks of bytes and hands them on as a stream, so that two processors share the work.

What encrypts wants to pull, what writes a bag wants to push; the bounded queue between them keeps both busy and the memory flat.
"""

import io
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BLOCK = 1 << 18
_DEPTH = 4


class _Aborted(Exception):
    """Ends the thread when the writing side gives up."""


class Blocks(io.RawIOBase):
    """The blocks that were sent and not yet read, as a stream, or one by one as they are."""

    def __init__(self) -> None:
        self._blocks: deque[bytes | bytearray] = deque()
        self._changed = threading.Condition()
        self._current = memoryview(b"")
        self._ended = self._aborted = self.abandoned = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        if not self._current:
            self._current = self._next()
        room = memoryview(buffer)
        size = min(len(room), len(self._current))
        room[:size] = self._current[:size]
        self._current = self._current[size:]
        return size

    def __iter__(self) -> Iterator[memoryview]:  # type: ignore[override]  # blocks, where a file has lines
        while block := self._next():
            yield block

    def _next(self) -> memoryview:
        with self._changed:
            self._changed.wait_for(lambda: self._blocks or self._ended)
            if self._aborted:
                raise _Aborted
            block = self._blocks.popleft() if self._blocks else b""
            self._changed.notify_all()
        return memoryview(block)

    def send(self, block: bytes | bytearray) -> bool:
        """Wait for room and take *block*, which must not change any more; False when nobody reads any longer."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._blocks) < _DEPTH or self.abandoned)
            if self.abandoned:
                return False
            self._blocks.append(block)
            self._changed.notify_all()
        return True

    def end(self, *, aborted: bool = False) -> None:
        with self._changed:
            self._ended = True
            self._aborted = aborted
            self._changed.notify_all()

    def abandon(self) -> None:
        with self._changed:
            self.abandoned = True
            self._changed.notify_all()


class Pump:
    """Runs *drain* in a thread of its own on what is sent."""

    def __init__(self, drain: Callable[[Blocks], None]) -> None:
        self._queue = Blocks()
        self._drain = drain
        self.failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="overdracht-seal", daemon=True)
        self._thread.start()

    def send(self, block: bytes | bytearray) -> None:
        """Hand *block* on; it must not change any more. Raises what ended the drain, if something did."""
        if block and not self._queue.send(block):
            self._thread.join()
            self._raise()

    def finish(self) -> None:
        """Wait until all is drained; raise what went wrong, if something did."""
        self._queue.end()
        self._thread.join()
        self._raise()

    def abort(self) -> None:
        """End the thread, whatever it was at."""
        self._queue.end(aborted=True)
        self._thread.join()

    def _run(self) -> None:
        try:
            self._drain(self._queue)
        except BaseException as error:  # noqa: BLE001 - carried over to the writing side, and raised there
            self.failure = error
        finally:
            self._queue.abandon()

    def _raise(self) -> None:
        if self.failure is not None:
            raise self.failure
