"""What happens after an erasure: scheduled work, terms that end without anybody asking, and people who come back with a backup."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from overdracht import Kinds
from overdracht.cli.session import Session
from tests.cli.provider import CONFIRM, Provider, provider
from tests.erasure.world import record

__all__ = ["provider"]

PARSE = Kinds().parse
Clock = Callable[[int, int, int], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets the day it is."""

    def put(year: int, month: int, day: int) -> None:
        moment = datetime(year, month, day, 12, tzinfo=UTC)
        monkeypatch.setattr(Session, "now", lambda _: moment)

    put(2026, 11, 24)
    return put


class TestRetention:
    """`retention`."""

    @pytest.fixture
    def ended(self, provider: Provider) -> Provider:
        """Nobody has a subscription that runs, which would stop every clock."""
        for key in ("dom-1", "dom-2"):
            provider.systems["registrar"].remove(key)
        return provider

    def test_no_term_runs_while_a_subscription_does(self, provider: Provider, clock: Clock) -> None:
        """Both customers have a domain here: their mail stays, however old."""
        clock(2032, 1, 1)
        swept = json.loads(provider.run("retention", "--json").stdout)
        assert not [one for one in swept["totals"] if one["source"] == "post"]

    def test_it_looks_and_touches_nothing(self, ended: Provider, clock: Clock) -> None:
        """Five years after the last letter the mail may go, whoever wrote it; the books may not."""
        before = ended.records()
        assert json.loads(ended.run("retention", "--json").stdout)["totals"] == []
        clock(2032, 1, 1)
        swept = json.loads(ended.run("retention", "--json").stdout)
        totals = {
            (one["source"], one["category"]): one["items"]
            for one in swept["totals"]
            if one["verdict"] == "erase"
        }
        assert totals["post", "correspondence"] == 12
        assert ("boeken", "invoice") not in totals
        assert ended.records() == before

    def test_a_plan_is_applied_by_its_digest(self, ended: Provider, clock: Clock) -> None:
        """As for a person: what was seen is what runs, it is certified, and then forgotten."""
        clock(2032, 1, 1)
        digest = json.loads(ended.run("retention", "--json").stdout)["digest"]
        done = ended.run("retention", "--apply", digest)
        assert "Closed" in done.output, done.output
        assert not [key for key in ended.records() if key.startswith("mail-")]
        assert {"fact-1", "fact-2"} <= ended.records().keys()
        (path,) = ended.certificate.parent.glob("*.json")
        checked = ended.run("verify", str(path))
        assert checked.exit_code == 0, checked.output
        assert not ended.traces()

    def test_what_was_scheduled_goes_in_its_time(self, provider: Provider, clock: Clock) -> None:
        """An invoice of 2026 is kept through 2033, and goes in 2034 although the person was forgotten long ago."""
        provider.erase()
        clock(2033, 12, 31)
        swept = json.loads(provider.run("retention", "--json").stdout)
        whole = [one for one in swept["totals"] if one["verdict"] == "erase"]
        assert not [one for one in whole if one["category"] == "invoice"]
        clock(2034, 1, 1)
        digest = json.loads(provider.run("retention", "--json").stdout)["digest"]
        done = provider.run("retention", "--apply", digest)
        assert "Closed" in done.output, done.output
        assert "fact-1" not in provider.records()
        scheduled = json.loads(provider.run("status", "--json").stdout)["scheduled"]
        assert not [one for one in scheduled if one["category"] == "invoice"]

    def test_unattended_does_what_the_configuration_allows(
        self, ended: Provider, clock: Clock
    ) -> None:
        """One category and no other, without a digest; without any that is allowed it refuses."""
        clock(2032, 1, 1)
        refused = ended.run("retention", "--unattended")
        assert refused.exit_code == 2
        assert "unattended = true in [retention.CATEGORY]" in refused.stderr
        config = ended.home.config
        config.write_text(config.read_text() + "[retention.correspondence]\nunattended = true\n")
        done = ended.run("retention", "--unattended")
        assert done.exit_code == 0, done.output
        left = ended.records()
        assert not [key for key in left if key.startswith("mail-")]
        assert {"klant-1", "klant-2"} <= left.keys()
        again = ended.run("retention", "--unattended")
        assert again.exit_code == 0
        assert "nothing" in again.output

    def test_a_source_that_cannot_be_asked_is_a_gap(self, provider: Provider, clock: Clock) -> None:
        """It is named, and the exit code is 1."""
        clock(2032, 1, 1)
        provider.systems["boeken"].away = True
        swept = provider.run("retention")
        assert swept.exit_code == 1
        assert "not looked at: boeken" in swept.output


class TestReapply:
    """`reapply`."""

    def test_who_came_back_is_erased_again(self, provider: Provider, clock: Clock) -> None:
        """By keyed hashes alone: the letters that a backup brought back are planned, and a new one is not."""
        provider.erase()
        assert provider.run("reapply", "--since", "2026-11-01").exit_code == 0
        clock(2026, 12, 10)
        hers = PARSE("sanne@vanderberg.example")
        for number in range(2):
            provider.systems["post"].add(record(f"mail-s{number}", hers))
        new = datetime(2026, 12, 5, tzinfo=UTC)
        provider.systems["post"].add(record("mail-s7", hers, when=new))

        back = provider.run("reapply", "--since", "2026-11-01", "--json")
        assert back.exit_code == 1
        (one,) = json.loads(back.stdout)["returned"]
        assert (one["erased_by"], one["erased"]) == ("2026-0001", "2026-11-24")
        done = provider.run("erase", "--apply", one["digest"], *CONFIRM)
        assert "Closed" in done.output, done.output
        assert {key for key in provider.records() if key.startswith("mail-s")} == {"mail-s7"}

    def test_a_backup_after_the_erasure_brings_nobody_back(
        self, provider: Provider, clock: Clock
    ) -> None:
        """Who was erased before the day of the backup is not in it."""
        provider.erase()
        clock(2026, 12, 10)
        provider.systems["post"].add(record("mail-s0", PARSE("sanne@vanderberg.example")))
        assert provider.run("reapply", "--since", "2026-12-01").exit_code == 0

    def test_a_source_that_cannot_be_asked_is_named(self, provider: Provider, clock: Clock) -> None:
        """Nobody says that all is well who could not look."""
        provider.erase()
        provider.systems["boeken"].away = True
        back = provider.run("reapply", "--since", "2026-11-01")
        assert back.exit_code == 1
        assert "not asked: boeken" in back.output
