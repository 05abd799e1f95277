"""Fetch the content of a file whole before it is passed on, without holding more than a little of it in memory."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from tempfile import SpooledTemporaryFile

from overdracht.export.room import no_room

_IN_MEMORY = 1 << 20
_BLOCK = 1 << 18

Content = bytes | Iterable[bytes | memoryview]


@contextmanager
def fetched(content: Iterable[bytes | memoryview]) -> Iterator[tuple[Content, Exception | None]]:
    """Give *content* once all of it was read, or the fault that reading met.

    What does not fit in memory goes to a temporary file without a name, which nobody else can read and which no crash leaves behind.
    """
    spool = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - `_closing` closes it
    with _closing(spool):
        chunks = iter(content)
        while True:
            try:
                chunk = next(chunks, None)
            except Exception as error:  # noqa: BLE001 - whatever a connector raises is its own fault, and isolated
                yield b"", error
                return
            if chunk is None:
                break
            with _held():
                spool.write(chunk)
        with _held():
            spool.seek(0)
        yield iter(lambda: spool.read(_BLOCK), b""), None


@contextmanager
def _closing(spool: "SpooledTemporaryFile[bytes]") -> Iterator[None]:
    try:
        yield
    finally:
        # A full disk shows here again, when the last bytes are thrown away.
        with suppress(OSError):
            spool.close()


@contextmanager
def _held() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise no_room(error.strerror) from error
