"""What is not old is kept, and what could not be erased is never called erased: whatever others do to the logs meanwhile."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from overdracht import Aged, Category
from tests.serverlogs.asking import find, logs_in

TODAY = datetime.now(UTC).date()


def _syslog(*days_ago: int) -> str:
    days = [TODAY - timedelta(days=one) for one in days_ago]
    return "".join(
        f"{day:%b} {day.day:2} 10:00:00 host app[1]: sanne@vanderberg.example\n" for day in days
    )


def _old(folder: Path, limit: date = TODAY - timedelta(days=90)) -> list[str]:
    told = list(logs_in(folder).aged({Category.TRAFFIC: limit}))
    return [one.item.title for one in told if isinstance(one, Aged)]


def test_a_late_line_makes_no_other_a_year_older(tmp_path: Path) -> None:
    """A line of days ago that a relay delivers late, in the same file or first in the next: last week's syslog stays last week's."""
    (tmp_path / "syslog.1").write_text(_syslog(6, 5, 4, 3, 2, 1))
    (tmp_path / "syslog").write_text(_syslog(5, 1, 4, 0))
    assert _old(tmp_path) == []
    items = find(logs_in(tmp_path), "sanne@vanderberg.example").items
    assert items
    assert all(one.when and one.when.date() > TODAY - timedelta(days=8) for one in items)


def test_a_clock_that_was_reset_makes_nothing_old(tmp_path: Path) -> None:
    """A machine that starts without a clock writes a day of months ago between two of this week: those before it are not deleted for it."""
    reset = TODAY - timedelta(days=80)
    booted = f"{reset:%b} {reset.day:2} 00:00:12 host kernel: booted\n"
    (tmp_path / "syslog").write_text(_syslog(3, 2, 1) + booted + _syslog(0))
    assert _old(tmp_path) == []
