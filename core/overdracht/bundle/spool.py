"""Text that must wait until the end of a bundle, in a file without a name, so that memory does not grow with it."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from overdracht.errors import BundleError

_BLOCK = 1 << 20


class Spool:
    """Takes bytes and gives them back once, in order. It is on the disk of *folder*, 0600, and gone when it is closed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.size = 0
        try:
            self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - lives as long as the spool; `close` closes it
        except OSError as error:
            raise self._failed(error) from error

    def write(self, data: bytes) -> None:
        """Take *data*."""
        try:
            self._file.write(data)
        except OSError as error:
            raise self._failed(error) from error
        self.size += len(data)

    def blocks(self) -> Iterator[bytes]:
        """Yield all that was taken."""
        try:
            self._file.seek(0)
            while block := self._file.read(_BLOCK):
                yield block
        except OSError as error:
            raise self._failed(error) from error

    def close(self) -> None:
        """Give up what is kept."""
        # A full disk shows here again, when the last bytes are thrown away.
        with contextlib.suppress(OSError):
            self._file.close()

    def _failed(self, error: OSError) -> BundleError:
        return BundleError(f"{self._folder} has no room for temporary files: {error.strerror}")
