"""How many requests are still allowed, from what the answers say."""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


class Allowance:
    """What `X-Rate-Limit-*` said last. The limit is the account's: who else uses the account takes from it too. May be used by several threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._remaining: int | None = None
        self._reset = 0.0
        """When the window ends, on our clock."""

    def wait_needed(self) -> float:
        """Return how many seconds to wait before the next request; where that is none, the request is counted."""
        with self._lock:
            now = self._clock()
            if self._remaining is not None and self._remaining <= 0 and now < self._reset:
                return self._reset - now
            if self._remaining is not None:
                self._remaining -= 1
            return 0.0

    def note(self, headers: Mapping[str, str], *, spent: bool = False) -> None:
        """Take over what an answer's *headers* say; with *spent* it was refused for want of allowance, whatever they say."""
        remaining = 0 if spent else _number(headers, "x-rate-limit-remaining")
        ends = until_reset(headers, self._clock())
        if remaining is None or ends is None:
            return
        with self._lock:
            reset = self._clock() + ends
            same_window = abs(reset - self._reset) < 5
            if same_window and self._remaining is not None:
                remaining = min(remaining, self._remaining)  # answers overtake one another
            self._remaining, self._reset = remaining, reset


def until_reset(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds until the window ends, by the server's own clock where it says what time it is."""
    reset = _number(headers, "x-rate-limit-reset")
    if reset is None:
        return None
    return max(0.0, reset - (_date(headers) or now))


def reset_moment(headers: Mapping[str, str]) -> datetime | None:
    """Return when the window ends, if *headers* say so."""
    reset = _number(headers, "x-rate-limit-reset")
    return None if reset is None else datetime.fromtimestamp(reset, UTC)


def _date(headers: Mapping[str, str]) -> float | None:
    try:
        return parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, ValueError):
        return None


def _number(headers: Mapping[str, str], name: str) -> int | None:
    try:
        return int(headers[name])
    except (KeyError, ValueError):
        return None
