"""What happens after an erasure: scheduled work, terms that end without anybody asking, and people who come back with a backup."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from overdracht import Category, Item, Kinds, Ruling, Step
from overdracht.cli.session import Session
from overdracht.testing.memory import MemorySystem
from tests.cli.erasing import SHELVES, Shelf, source
from tests.cli.provider import CONFIRM, SANNE, Provider, provider
from tests.erasure.world import record

__all__ = ["provider"]

PARSE = Kinds().parse
Clock = Callable[[int, int, int], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets the day it is; that it can jump by years is looked at in `test_retention_guards`."""
    monkeypatch.setattr("overdracht.erasure.clock.FAR", timedelta(days=36500))

    def put(year: int, month: int, day: int) -> None:
        moment = datetime(year, month, day, 12, tzinfo=UTC)
        monkeypatch.setattr(Session, "now", lambda _: moment)

    put(2026, 11, 24)
    return put


def all_may_go(provider: Provider) -> None:
    """Guard no source: all of the mail has outlived its term."""
    config = provider.home.config
    config.write_text(config.read_text().replace("most = 0.5", "most = 1.0"))


class TestRetention:
    """`retention`."""

    @pytest.fixture
    def ended(self, provider: Provider) -> Provider:
        """Nobody has a subscription that runs, which would stop every clock."""
        for key in ("dom-1", "dom-2"):
            provider.systems["registrar"].remove(key)
        all_may_go(provider)
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
        assert "the letter" not in done.output  # nobody asked for it: there is nobody to write to
        assert {"fact-1", "fact-2"} <= ended.records().keys()
        (path,) = ended.certificate.parent.glob("*.json")
        checked = ended.run("verify", str(path))
        assert checked.exit_code == 0, checked.output
        assert not ended.traces()

    def test_what_was_scheduled_goes_in_its_time(self, provider: Provider, clock: Clock) -> None:
        """An invoice of 2026 is kept through 2033, and goes in 2034 although the person was forgotten long ago."""
        all_may_go(provider)
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


class TestTraffic:
    """`retention --unattended` over everybody's traffic."""

    TRAFFIC = "[retention.traffic]\nunattended = true\n"

    @pytest.fixture
    def logs(self, provider: Provider) -> MemorySystem:
        """A log with one entry a month, and nothing else but what the configuration lets go."""
        system = MemorySystem(
            record(
                f"log-{month:02}",
                part="access.log",
                category=Category.TRAFFIC,
                title=f"203.0.113.{month}",
                when=datetime(2026, month, 15, 12, tzinfo=UTC),
            )
            for month in range(1, 13)
        )
        SHELVES["logs"] = system
        sources = (source("logs", "journal"), source("registrar"), self.TRAFFIC)
        provider.home.configure(*sources)
        return system

    @staticmethod
    def months(logs: MemorySystem) -> list[str]:
        """Return which entries are there."""
        return sorted(logs.parts["access.log"])

    def test_three_months_and_no_day_less(
        self, provider: Provider, logs: MemorySystem, clock: Clock
    ) -> None:
        """Each night what is three months old goes, whoever is a customer still; it is certified, and nothing of it is kept."""
        clock(2026, 8, 15)
        done = provider.run("retention", "--unattended")
        assert done.exit_code == 0, done.output
        assert self.months(logs) == [f"log-{month:02}" for month in range(5, 13)]
        clock(2026, 8, 16)
        done = provider.run("retention", "--unattended")
        assert done.exit_code == 0, done.output
        assert self.months(logs) == [f"log-{month:02}" for month in range(6, 13)]
        assert provider.run("verify", str(self._certificate(provider))).exit_code == 0
        again = provider.run("retention", "--unattended")
        assert again.exit_code == 0
        assert "nothing" in again.output
        state = provider.home.path / "state"
        for path in (one for one in state.rglob("*") if one.is_file()):
            assert b"203.0.113" not in path.read_bytes(), path

    @staticmethod
    def _certificate(provider: Provider) -> Path:
        return max((provider.home.path / "state" / "certificates").glob("*.json"))

    def test_a_log_that_objects_keeps_no_other_from_going(
        self, provider: Provider, logs: MemorySystem, clock: Clock
    ) -> None:
        """Locked, it is left as it is and named, and the exit code is 1; the other log is done."""
        SHELVES["oud"] = MemorySystem(
            [record("oud-1", part="oud.log", category=Category.TRAFFIC, title="203.0.113.99")]
        )
        provider.home.configure(source("logs", "journal"), source("oud", "journal"), self.TRAFFIC)
        logs.locked.add("access.log")
        clock(2026, 8, 16)
        done = provider.run("retention", "--unattended")
        assert done.exit_code == 1
        assert "not looked at: logs" in done.output
        assert len(self.months(logs)) == 12
        assert SHELVES["oud"].parts["oud.log"] == {}


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
        path = max(provider.certificate.parent.glob("*.json"))
        facts = json.loads(path.read_bytes())
        assert facts["reference"] != "2026-0001"
        assert facts["complete"] is True
        assert facts["left_alone"] == []
        kept = {one["ground"]["en"]: one["items"] for one in facts["retained"]}
        assert kept["This came after the erasure: it did not come back with the backup."] == 1
        assert "Complete: erased, verified and certified." in done.output
        assert provider.run("verify", str(path)).exit_code == 0

    def test_an_address_that_others_have_too_brings_nobody_back(self, provider: Provider) -> None:
        """Who still writes from an address that the erased person shared, and who has the number that was put right, is nobody who came back."""
        provider.systems["post"].add(record("mail-c1", PARSE("bestuur@dorpshuis.example")))
        provider.systems["boeken"].add(
            record("klant-9", PARSE("bestuur@dorpshuis.example"), part="klanten")
        )
        provider.run("find", SANNE, "--shared", "bestuur@dorpshuis.example")
        provider.erase()
        back = provider.run("reapply", "--since", "2026-11-01")
        assert back.exit_code == 0, back.output
        assert provider.run("status").output.count("bestuur") == 0

    def test_what_was_left_out_is_left_out_again(self, provider: Provider, clock: Clock) -> None:
        """A letter of which somebody said that it is not hers stays when she herself is erased once more."""
        hers = PARSE(SANNE)
        provider.systems["post"].add(record("mail-other", hers, title="Van een naamgenoot"))
        provider.run("find", SANNE)
        listed = json.loads(provider.run("review", "2026-0001", "--all", "--json").stdout)
        (number,) = [one["number"] for one in listed if "naamgenoot" in one["title"]]
        provider.run("review", "2026-0001", "--reject", str(number))
        provider.erase()
        assert "mail-other" in provider.records()
        clock(2026, 12, 10)
        assert provider.run("reapply", "--since", "2026-11-01").exit_code == 0
        provider.systems["post"].add(record("mail-s0", hers))
        back = provider.run("reapply", "--since", "2026-11-01", "--json")
        (one,) = json.loads(back.stdout)["returned"]
        provider.run("erase", "--apply", one["digest"], *CONFIRM)
        assert "mail-other" in provider.records()
        assert "mail-s0" not in provider.records()

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


class TestSweep:
    """What a sweep leaves behind in the state, and what it says of what it could not do."""

    ALLOWED = "[retention.correspondence]\nunattended = true\n"

    @pytest.fixture
    def old(self, provider: Provider, clock: Clock) -> Provider:
        """All mail has outlived its term, in two archives."""
        for key in ("dom-1", "dom-2"):
            provider.systems["registrar"].remove(key)
        SHELVES["oud"] = MemorySystem(
            record(f"oud-{number}", PARSE("familie@dewit.example")) for number in range(3)
        )
        all_may_go(provider)
        config = provider.home.config
        config.write_text(config.read_text() + source("oud") + self.ALLOWED)
        clock(2032, 1, 1)
        return provider

    @staticmethod
    def certificate(provider: Provider) -> dict[str, Any]:
        """Return what the last certificate says."""
        path = max(provider.certificate.parent.glob("*.json"))
        return dict(json.loads(path.read_bytes()))

    @pytest.mark.parametrize("command", ["find", "plan", "export", "rectify"])
    def test_its_request_is_about_nobody(self, old: Provider, command: str) -> None:
        """Who takes it for a person's is told in one line what it is, and its plan stands."""
        digest = json.loads(old.run("retention", "--json").stdout)["digest"]
        more = {"export": ("--to", "x.age"), "rectify": ("--set", "phone=06-87654321")}
        refused = old.run(command, "2032-0001", *more.get(command, ()))
        assert refused.exit_code == 2
        assert "request 2032-0001 is a retention round" in refused.stderr
        assert "overdracht retention" in refused.stderr
        assert old.run("review", "2032-0001", "--all").exit_code == 0
        assert old.run("retention", "--apply", digest).exit_code == 0

    def test_nothing_due_leaves_nothing(self, provider: Provider, clock: Clock) -> None:
        """Night after night: no request, no plan, no entry in the trail, no reference used up."""
        config = provider.home.config
        config.write_text(config.read_text() + self.ALLOWED)
        for arguments in ((), ("--unattended",), ("--json",)):
            assert provider.run("retention", *arguments).exit_code == 0
        assert json.loads(provider.run("requests", "--json").stdout) == []
        assert json.loads(provider.run("audit", "--json").stdout) == []
        assert provider.plan()["reference"] == "2026-0001"

    def test_a_plan_of_which_nothing_is_left_goes(self, old: Provider, clock: Clock) -> None:
        """It was seen and not applied, and nothing is due any more: the request goes with it."""
        assert json.loads(old.run("retention", "--json").stdout)["digest"]
        clock(2026, 11, 24)
        assert json.loads(old.run("retention", "--json").stdout)["digest"] is None
        assert json.loads(old.run("requests", "--json").stdout) == []

    def test_a_nightly_run_leaves_the_administrators_plan(self, old: Provider) -> None:
        """Nothing is due of what may go unattended: the plan for the rest, which was made in the evening, is applied in the morning."""
        digest = json.loads(old.run("retention", "--json").stdout)["digest"]
        config = old.home.config
        config.write_text(
            config.read_text().replace(self.ALLOWED, "[retention.traffic]\nunattended = true\n")
        )
        assert old.run("retention", "--unattended").exit_code == 0
        done = old.run("retention", "--apply", digest)
        assert "Closed" in done.output, done.output

    @pytest.mark.parametrize("unattended", [True, False])
    def test_what_was_not_looked_at_is_in_the_certificate(
        self, old: Provider, *, unattended: bool
    ) -> None:
        """The certificate says incomplete and which source, and so does the exit code, whichever way it is applied."""
        old.systems["boeken"].broken.add("facturen")
        # What counts from the last contact cannot be computed while a source cannot be asked: what a log says of itself can.
        SHELVES["logs"] = MemorySystem(
            [record("log-1", part="access.log", category=Category.TRAFFIC, title="203.0.113.9")]
        )
        config = old.home.config
        allowed = "[retention.traffic]\nunattended = true\n"
        config.write_text(config.read_text() + source("logs", "journal") + allowed)
        if unattended:
            done = old.run("retention", "--unattended")
        else:
            digest = json.loads(old.run("retention", "--json").stdout)["digest"]
            done = old.run("retention", "--apply", digest)
        assert done.exit_code == 1
        assert SHELVES["logs"].parts["access.log"] == {}
        facts = self.certificate(old)
        assert facts["complete"] is False
        gaps = {one["source"]: one["gaps"] for one in facts["sources"]}
        assert gaps["boeken"] > 0
        assert gaps["logs"] == 0
        page = max(old.certificate.parent.glob("*.en.html")).read_text()
        assert "not looked at" in page

    @pytest.mark.parametrize("unattended", [True, False])
    def test_a_source_that_objects_is_left_out_and_named(
        self, old: Provider, *, unattended: bool
    ) -> None:
        """The others go on, whichever way it is applied, and the exit code is 1."""
        digest = json.loads(old.run("retention", "--json").stdout)["digest"]
        SHELVES["oud"].locked.add("INBOX")
        arguments = ("--unattended",) if unattended else ("--apply", digest)
        done = old.run("retention", *arguments)
        assert done.exit_code == 1
        assert "oud" in done.output
        assert "locked" in done.output
        assert len(SHELVES["oud"].parts["INBOX"]) == 3
        assert not [key for key in old.records() if key.startswith("mail-")]
        assert self.certificate(old)["complete"] is False
        SHELVES["oud"].locked.clear()
        if unattended:
            assert old.run("retention", "--unattended").exit_code == 0
        else:
            (reference,) = (
                one["reference"] for one in json.loads(old.run("requests", "--json").stdout)
            )
            assert old.run("resume", reference).exit_code == 0
        assert SHELVES["oud"].parts["INBOX"] == {}

    def test_where_all_object_nothing_is_begun(self, old: Provider) -> None:
        """There is nothing to go on with: the plan stays as it was made."""
        digest = json.loads(old.run("retention", "--json").stdout)["digest"]
        for name in ("post", "oud", "boeken"):
            for part in SHELVES[name].parts:
                SHELVES[name].locked.add(part)
        before = old.records()
        refused = old.run("retention", "--apply", digest)
        assert refused.exit_code == 1
        assert "nothing has been touched" in refused.stderr
        assert old.records() == before

    def test_a_connector_that_fails_at_an_item_is_named_once(
        self, old: Provider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its source is a gap, named once, and the others go on."""

        def propose(self: Shelf, item: Item, ruling: Ruling) -> Step:
            if self.source == "oud":
                raise RuntimeError("kapot")
            return real(self, item, ruling)

        real = Shelf.propose
        monkeypatch.setattr(Shelf, "propose", propose)
        swept = old.run("retention")
        assert swept.exit_code == 1
        (line,) = (one for one in swept.output.splitlines() if "not looked at" in one)
        assert line.strip().startswith("not looked at: oud: the connector failed")
        assert "retention --apply" in swept.output
