"""Whether the clock can be believed: one that jumped ahead makes everything old at once."""

from datetime import date, datetime, timedelta

from overdracht.errors import OverdrachtError, UsageError
from overdracht.retention import local_day
from overdracht.state import Store

FAR = timedelta(days=400)
"""More than this after the last sign of life, the day must be confirmed; who makes a yearly round never meets it."""


class ClockJumped(OverdrachtError):
    """It is much later than it can be expected to be."""


def check_clock(store: Store, now: datetime, said: date | None = None) -> None:
    """Raise ClockJumped when *now* is far ahead of what is known of the last use, unless the administrator *said* that it is that day.

    What is known is the last entry of the audit trail and the last day that passed here, which is kept.
    """
    today, last = local_day(now), store.last_day
    if said is not None and said != today:
        raise UsageError(
            f"by the clock of this machine it is {today}, and not {said}",
            remedy="set the clock right",
        )
    if said is None and last is not None and today - last > FAR:
        raise ClockJumped(
            f"by the clock of this machine it is {today}, and overdracht was last used on {last}:"
            " if the clock jumped ahead, what is not old would go; nothing has been touched",
            remedy=f"if it is that day, say so once: overdracht retention --today {today}",
        )
    store.note_day(today)
