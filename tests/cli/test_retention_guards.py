"""What a retention round refuses: more of a source than its share, and a clock that jumped ahead."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

import pytest

from overdracht import Aged, Category, Gap
from overdracht.cli.session import Session
from overdracht.testing.memory import MemorySystem
from tests.cli.erasing import SHELVES, Journal, source
from tests.cli.provider import Provider, provider
from tests.erasure.world import record

__all__ = ["provider"]

TRAFFIC = "[retention.traffic]\nunattended = true\n"
TODAY = date(2026, 11, 24)
Clock = Callable[[date], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets the day it is."""

    def put(day: date) -> None:
        moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        monkeypatch.setattr(Session, "now", lambda _: moment)

    put(TODAY)
    return put


def log(old: int, new: int) -> MemorySystem:
    """Return a log with so many *old* days, which have outlived their term, and so many *new* ones."""
    days = [TODAY - timedelta(days=200 + number) for number in range(old)]
    days += [TODAY - timedelta(days=number) for number in range(new)]
    return MemorySystem(
        record(
            f"log-{day}",
            part="access.log",
            category=Category.TRAFFIC,
            title="203.0.113.9",
            when=datetime(day.year, day.month, day.day, 9, tzinfo=UTC),
        )
        for day in days
    )


@pytest.fixture
def logs(provider: Provider, clock: Clock) -> Provider:
    """A log of which ten days in thirty are old, beside one that is as it should be; 30% is the most."""
    SHELVES.update(logs=log(10, 20), other=log(1, 20))
    provider.home.configure(source("logs", "journal"), source("other", "journal"), TRAFFIC)
    return provider


def days(name: str) -> int:
    """Return how many days the log *name* holds."""
    return len(SHELVES[name].parts["access.log"])


class TestShare:
    """More of a source than `most` says."""

    REFUSED = "[logs] the plan would take 33% of it (10 of 30), and 30% is the most"

    @pytest.mark.parametrize("arguments", [(), ("--unattended",), ("--json",)])
    def test_it_is_refused(self, logs: Provider, arguments: tuple[str, ...]) -> None:
        """In one line, with the remedy; nothing goes, not from the other source either, and nothing is left behind in the state."""
        refused = logs.run("retention", *arguments)
        assert refused.exit_code == 1
        assert self.REFUSED in refused.stderr
        assert "most_of" in refused.stderr
        assert "retention --most" in refused.stderr
        assert (days("logs"), days("other")) == (30, 21)
        assert json.loads(logs.run("requests", "--json").stdout) == []
        assert logs.run("status").exit_code == 0

    def test_a_plan_that_was_made_before_stays(self, logs: Provider, clock: Clock) -> None:
        """What somebody saw can still be applied: the refused one did not take its place."""
        digest = json.loads(logs.run("retention", "--most", "1", "--json").stdout)["digest"]
        assert logs.run("retention").exit_code == 1
        done = logs.run("retention", "--apply", digest)
        assert done.exit_code == 0, done.output
        assert (days("logs"), days("other")) == (20, 20)

    def test_exactly_the_share_is_not_more(self, logs: Provider) -> None:
        """Nine of thirty is 30%."""
        SHELVES["logs"] = log(9, 21)
        assert logs.run("retention", "--unattended").exit_code == 0
        assert (days("logs"), days("other")) == (21, 20)

    def test_a_small_source_is_not_guarded(self, logs: Provider) -> None:
        """Of fewer than ten things a few are most: all nine go."""
        SHELVES["logs"] = log(9, 0)
        assert logs.run("retention", "--unattended").exit_code == 0
        assert days("logs") == 0

    def test_the_configuration_may_allow_it(self, logs: Provider) -> None:
        """For that source alone."""
        config = logs.home.config
        config.write_text(config.read_text() + "[erasure]\nmost_of = { logs = 0.5 }\n")
        assert logs.run("retention", "--unattended").exit_code == 0
        assert days("logs") == 20

    @pytest.mark.parametrize("other", [("--unattended",), ("--apply", "0" * 32)])
    @pytest.mark.parametrize("option", [("--most", "1"), ("--today", "2026-11-24")])
    def test_nobody_is_there_to_allow_it(
        self, logs: Provider, option: tuple[str, ...], other: tuple[str, ...]
    ) -> None:
        """What allows it on the command line is for a plan that somebody looks at."""
        refused = logs.run("retention", *option, *other)
        assert refused.exit_code == 2
        assert days("logs") == 30

    def test_no_more_is_counted_than_it_takes(
        self, logs: Provider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One of many goes: whether that is too much is known long before the end."""
        SHELVES["logs"] = log(1, 80)
        counted: list[list[Aged | Gap]] = []
        real = Journal.aged

        def aged(self: Journal, before: Mapping[Category, date]) -> Iterator[Aged | Gap]:
            told: list[Aged | Gap] = []
            if self.source == "logs":
                counted.append(told)
            for one in real(self, before):
                told.append(one)
                yield one

        monkeypatch.setattr(Journal, "aged", aged)
        assert logs.run("retention").exit_code == 0
        _, again = counted
        assert len(again) == 10

    def test_a_source_that_cannot_be_counted_is_not_erased_from(
        self, logs: Provider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It went away in between: named, and nothing goes."""
        real = Journal.aged
        asked: list[str] = []

        def aged(self: Journal, before: Mapping[Category, date]) -> Iterator[Aged | Gap]:
            asked.append(self.source)
            if asked.count("other") > 1:
                raise RuntimeError("weg")
            yield from real(self, before)

        monkeypatch.setattr(Journal, "aged", aged)
        SHELVES["logs"] = log(1, 20)
        refused = logs.run("retention", "--unattended")
        assert refused.exit_code == 1
        assert "[other] what it holds cannot be counted" in refused.stderr
        assert (days("logs"), days("other")) == (21, 21)


class TestClock:
    """A clock that is far ahead."""

    FUTURE = date(2060, 1, 1)

    @pytest.fixture
    def used(self, logs: Provider) -> Provider:
        """Only what it says stands between the clock and the log: overdracht was used today, and no share is guarded."""
        config = logs.home.config
        config.write_text(config.read_text() + "[erasure]\nmost = 1.0\n")
        SHELVES["logs"] = log(0, 30)
        logs.run("find", "sanne@vanderberg.example")
        assert logs.run("retention", "--unattended").exit_code == 0
        return logs

    @pytest.mark.parametrize("arguments", [(), ("--unattended",), ("--most", "1")])
    def test_it_is_not_believed(
        self, used: Provider, clock: Clock, arguments: tuple[str, ...]
    ) -> None:
        """In one line with the two days and the remedy; again the next night; nothing goes."""
        clock(self.FUTURE)
        for _ in range(2):
            refused = used.run("retention", *arguments)
            assert refused.exit_code == 1
            assert "it is 2060-01-01, and overdracht was last used on 2026-11-24" in refused.stderr
            assert "overdracht retention --today 2060-01-01" in refused.stderr
        assert days("logs") == 30
        clock(TODAY)
        assert used.run("retention", "--unattended").exit_code == 0
        assert days("logs") == 30

    def test_the_administrator_may_say_that_it_is_right(self, used: Provider, clock: Clock) -> None:
        """Once, by its name; from then on it is known, also to the timer."""
        clock(self.FUTURE)
        wrong = used.run("retention", "--today", "2059-01-01")
        assert wrong.exit_code == 2
        assert "it is 2060-01-01, and not 2059-01-01" in wrong.stderr
        said = used.run("retention", "--today", "2060-01-01", "--json")
        assert json.loads(said.stdout)["totals"]
        clock(self.FUTURE + timedelta(days=1))
        assert used.run("retention", "--unattended").exit_code == 0
        assert days("logs") == 0

    @pytest.mark.parametrize(("ahead", "code"), [(400, 0), (401, 1)])
    def test_how_far_is_far(self, used: Provider, clock: Clock, ahead: int, code: int) -> None:
        """Who makes a round a year is not stopped."""
        clock(TODAY + timedelta(days=ahead))
        assert used.run("retention", "--unattended").exit_code == code
        assert days("logs") == (30 if code else 0)

    def test_a_timer_with_nothing_to_do_keeps_the_days(self, used: Provider, clock: Clock) -> None:
        """Years of nights in which nothing was due leave no entry, and yet the clock is known to be right."""
        SHELVES.update(logs=MemorySystem(), other=MemorySystem())
        entries = used.run("audit", "--json").stdout
        for ahead in range(0, 1200, 300):
            clock(TODAY + timedelta(days=ahead))
            assert used.run("retention", "--unattended").exit_code == 0
        assert used.run("audit", "--json").stdout == entries

    def test_what_else_was_done_counts(self, used: Provider, clock: Clock) -> None:
        """No round for years, and a request a while ago: the day of that is known."""
        clock(TODAY + timedelta(days=390))
        used.run("plan", "sanne@vanderberg.example")
        clock(TODAY + timedelta(days=780))
        assert used.run("retention", "--unattended").exit_code == 0

    def test_a_clock_that_was_put_right_is_what_counts(self, used: Provider, clock: Clock) -> None:
        """Said to be right in error and then put back: the next jump is seen again."""
        clock(self.FUTURE)
        used.run("retention", "--today", "2060-01-01")
        clock(TODAY)
        assert used.run("retention").exit_code == 0
        used.run("plan", "sanne@vanderberg.example")
        clock(self.FUTURE)
        assert used.run("retention", "--unattended").exit_code == 1
        assert days("logs") == 30

    def test_where_nothing_is_known_it_is_believed(self, logs: Provider, clock: Clock) -> None:
        """The first use of all: what guards then is the share."""
        clock(self.FUTURE)
        refused = logs.run("retention", "--unattended")
        assert refused.exit_code == 1
        assert "[logs] the plan would take 100% of it (30 of 30)" in refused.stderr
        assert days("logs") == 30


@pytest.mark.parametrize("unattended", [True, False])
def test_what_the_end_says_is_named_is_named(
    logs: Provider, monkeypatch: pytest.MonkeyPatch, unattended: bool
) -> None:
    """A round that could not look at all of a source names that source before it says so."""
    real = Journal.aged

    def aged(self: Journal, before: Mapping[Category, date]) -> Iterator[Aged | Gap]:
        yield from real(self, before)
        if self.source == "other":
            yield Gap("access.log", "some things here have no date")

    monkeypatch.setattr(Journal, "aged", aged)
    SHELVES["logs"] = log(5, 20)
    if unattended:
        done = logs.run("retention", "--unattended")
    else:
        digest = json.loads(logs.run("retention", "--json").stdout)["digest"]
        done = logs.run("retention", "--apply", digest)
    assert done.exit_code == 1
    end = done.output.index("INCOMPLETE: what is left is named above")
    assert "other: 1 part not looked at whole" in done.output[:end]
    assert ("some things here have no date" in done.output[:end]) is unattended
