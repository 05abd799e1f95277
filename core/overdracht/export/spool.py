"""Fetch the content of a file whole before it is passed on, without holding more than a little of it in memory."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile

from overdracht.errors import BundleError

_IN_MEMORY = 1 << 20
_BLOCK = 1 << 18

Content = bytes | Iterable[bytes | memoryview]


@contextmanager
def fetched(content: Iterable[bytes | memoryview]) -> Iterator[tuple[Content, Exception | None]]:
    """Give *content* once all of it was read, or the fault that reading met.

    What does not fit in memory goes to a temporary file without a name, which nobody else can read and which no crash leaves behind.
    """
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
        chunks = iter(content)
        while True:
            try:
                chunk = next(chunks, None)
            except Exception as error:  # noqa: BLE001 - whatever a connector raises is its own fault, and isolated
                yield b"", error
                return
            if chunk is None:
                break
            _keep(spool, chunk)
        spool.seek(0)
        yield iter(lambda: spool.read(_BLOCK), b""), None


def _keep(spool: "SpooledTemporaryFile[bytes]", chunk: bytes | memoryview) -> None:
    try:
        spool.write(chunk)
    except OSError as error:
        raise BundleError(
            f"a file cannot be held temporarily: {error.strerror}",
            remedy="make room in the temporary directory, or point TMPDIR elsewhere",
        ) from error
