"""Waiting for what another process does in its own time."""

import time
from collections.abc import Callable

PATIENCE = 20.0


def wait_until(ready: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Return once *ready* says so; an AssertionError after *patience* seconds."""
    end = time.monotonic() + patience
    while not ready():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
