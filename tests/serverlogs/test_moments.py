"""The time of a line: the right zone, the right year, the right Dutch day."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overdracht import local_day
from overdracht_serverlogs.moments import Dating, seconds, written

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SOON = (date(2026, 11, 24),)


@pytest.mark.parametrize(
    ("stamp", "zone", "moment"),
    [
        (b"03/May/2026:23:30:00 +0000", None, "2026-05-03T23:30:00+00:00"),
        (b"03/May/2026:23:30:00 -0330", None, "2026-05-03T23:30:00-03:30"),
        (b"2026-05-03T10:11:12.123456789Z", None, "2026-05-03T10:11:12.123456+00:00"),
        (b"2026-05-03 10:11:12,5+02:00", None, "2026-05-03T10:11:12.500000+02:00"),
        (b"2026-05-03 10:11:12", AMSTERDAM, "2026-05-03T10:11:12+02:00"),
        (b"2026-12-03 10:11", AMSTERDAM, "2026-12-03T10:11:00+01:00"),
        (b"2026/05/03 10:11:12", AMSTERDAM, "2026-05-03T10:11:12+02:00"),
        (b"Sun May 03 10:11:12.123456 2026", AMSTERDAM, "2026-05-03T10:11:12.123456+02:00"),
        (b"May  3 10:11:12", AMSTERDAM, "2026-05-03T10:11:12+02:00"),
        (b"Dec 31 23:59:60", AMSTERDAM, "2025-12-31T23:59:59+01:00"),
        (b"Feb 29 10:11:12", UTC, "2024-02-29T10:11:12+00:00"),
        (b"1777802472.123", None, "2026-05-03T10:01:12.123000+00:00"),
        (b"1777802472123", None, "2026-05-03T10:01:12.123000+00:00"),
    ],
)
def test_every_usual_time_is_read(stamp: bytes, zone: ZoneInfo | None, moment: str) -> None:
    """With the zone that stands in it, or the source's with its summer time, and the latest year that can be."""
    assert Dating(zone, SOON).moment(stamp) == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    "stamp",
    [
        b"99/Foo/2026:99:99:99 +0000",
        b"2026-02-30 10:00:00",
        b"",
        b"0000-01-01T00:00:00Z",
        b"Xxx  1 10:00:00",
    ],
)
def test_what_is_no_time_is_none(stamp: bytes) -> None:
    """A time that cannot be makes a line undated, and no error."""
    dating = Dating(AMSTERDAM, SOON)
    assert dating.moment(stamp) is None
    assert dating.day(stamp) is None


MOMENTS = st.datetimes(datetime(1995, 1, 1), datetime(2150, 1, 1))  # noqa: DTZ001 - hypothesis wants naive ones
OFFSETS = st.integers(-14 * 4, 14 * 4).map(
    lambda quarters: timezone(timedelta(minutes=15 * quarters))
)


@given(MOMENTS, OFFSETS)
def test_a_time_with_a_zone_comes_back(naive: datetime, zone: timezone) -> None:
    """In the format of web servers and in ISO 8601, written and read is the same moment; and the quick day is its Dutch day."""
    moment = naive.replace(microsecond=0, tzinfo=zone)
    dating = Dating(None, SOON)
    for stamp in (
        moment.strftime("%d/%b/%Y:%H:%M:%S %z").encode(),
        moment.isoformat().encode(),
        moment.isoformat(" ").encode(),
    ):
        assert dating.moment(stamp) == moment
        assert dating.day(stamp) == local_day(moment)
        assert any(text in stamp for text in written(local_day(moment), stamp))


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 364))
def test_a_time_without_a_year_lies_in_the_latest_that_can_be(latest: date, ago: int) -> None:
    """Within the year before the last possible day, the year is right, whatever the day: leap years too."""
    day = latest - timedelta(days=ago)
    stamp = f"{day:%b} {day.day:2} 12:00:00".encode()
    assert Dating(UTC, (latest,)).day(stamp) == day


def test_each_stretch_has_its_own_year() -> None:
    """A file that spans the turn of a year says of each line the year of its stretch."""
    dating = Dating(UTC, (date(2025, 1, 3), date(2026, 1, 3)), (0, 1000))
    assert dating.day(b"Jan  2 12:00:00", 0) == date(2025, 1, 2)
    assert dating.day(b"Jan  2 12:00:00", 999) == date(2025, 1, 2)
    assert dating.day(b"Jan  2 12:00:00", 1000) == date(2026, 1, 2)


@given(st.binary(max_size=40))
def test_no_bytes_are_an_error(stamp: bytes) -> None:
    """Whatever stands where a time should, the answer is a time or none."""
    dating = Dating(AMSTERDAM, SOON)
    moment = dating.moment(stamp)
    assert moment is None or moment.utcoffset() is not None


def test_the_seconds_are_cut_out_where_they_stand() -> None:
    """Two times that differ in nothing else are of one minute; where it is not known where they stand nothing is cut out."""
    for stamp, cut in (
        (b"03/May/2026:10:11:12 +0200", b"03/May/2026:10:11 +0200"),
        (b"May  3 10:11:12", b"May  3 10:11"),
        (b"2026-05-03T10:11:12.123+02:00", b"2026-05-03T10:11+02:00"),
        (b"2026/05/03 10:11:12", b"2026/05/03 10:11"),
        (b"1777802400.123", b"1777802400.123"),
    ):
        front, behind = seconds(stamp)
        assert stamp[:front] + stamp[behind:] == cut
