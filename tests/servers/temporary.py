"""What the servers of the tests have in common: a folder of their own, and an end."""

import shutil
import tempfile
from pathlib import Path
from typing import Self


class Temporary:
    """A server in a folder of its own; use it as a context manager, and both are gone afterwards."""

    base: Path

    def begin(self) -> None:
        """Configure and start the server in `base`, and wait until it answers."""
        raise NotImplementedError

    def stop(self) -> None:
        """Stop the server, if it runs."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        self.base = Path(tempfile.mkdtemp(prefix="ovd"))  # short: it holds Unix sockets
        try:
            self.begin()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.base, ignore_errors=True)
