"""Somebody who keeps a server busy while a test erases."""

import threading
from typing import Self


class Busy:
    """Does `work` in a thread of its own, which looks at `ended`; use it as a context manager."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.work)

    def work(self) -> None:
        """Go on until `ended`."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join()
