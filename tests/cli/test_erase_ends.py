"""What an erasure is refused for before it begins, and what its end says: what is left, for whom, and by which command."""

import json
import re
from pathlib import Path

import pytest

from overdracht import Kinds
from tests.cli.provider import CONFIRM, SANNE, Provider, provider
from tests.erasure.world import record

__all__ = ["provider"]

PARSE = Kinds().parse


@pytest.fixture
def mentioned(provider: Provider) -> Provider:
    """Somebody else's letter mentions her: it waits for review, and the plan leaves it alone."""
    letter = record("mail-m", PARSE("buurman@elders.example"), text=f"zie {SANNE}")
    provider.systems["post"].add(letter)
    return provider


@pytest.fixture
def password(provider: Provider) -> tuple[str, str]:
    """What a bundle is encrypted with."""
    passphrase = provider.home.path / "w"
    passphrase.write_text("paard-batterij-niet-juist\n")
    passphrase.chmod(0o600)
    return "--passphrase-file", "w"


class TestOutOfDate:
    """A plan that does not say what is known any more."""

    def test_what_was_found_since_is_in_no_plan(self, provider: Provider) -> None:
        """A later search found a letter: in one line, with the remedy, and nothing is touched."""
        digest = provider.digest()
        provider.systems["post"].add(record("mail-s9", PARSE(SANNE)))
        provider.run("find", SANNE)
        before = provider.records()
        refused = provider.run("erase", "--apply", digest, *CONFIRM)
        assert refused.exit_code == 2
        assert "out of date: 1 found since it was made" in refused.stderr
        assert "overdracht plan 2026-0001" in refused.stderr
        assert refused.stderr.count("\n") == 1
        assert provider.records() == before

    def test_what_was_decided_since_counts(self, provider: Provider) -> None:
        """She said that a letter is not hers after the plan was made, which would take it."""
        digest = provider.digest()
        listed = json.loads(provider.run("review", "2026-0001", "--all", "--json").stdout)
        number = next(str(one["number"]) for one in listed if one["source"] == "post")
        assert provider.run("review", "2026-0001", "--reject", number).exit_code == 0
        before = provider.records()
        refused = provider.run("erase", "--apply", digest, *CONFIRM)
        assert refused.exit_code == 2
        assert "1 decided otherwise since it was made" in refused.stderr
        assert provider.records() == before

    def test_what_was_accepted_since_counts_too(self, mentioned: Provider) -> None:
        """A letter that was taken as hers meanwhile would stay, and whoever said so expects it to go."""
        digest = mentioned.plan("--thorough")["digest"]
        mentioned.run("review", "2026-0001", "--accept", "all")
        refused = mentioned.run("erase", "--apply", digest, *CONFIRM)
        assert refused.exit_code == 2
        assert "1 decided otherwise since it was made" in refused.stderr

    def test_a_search_that_finds_the_same_changes_nothing(self, mentioned: Provider) -> None:
        """The plan still says what is known, what waits included: it is carried out."""
        digest = mentioned.plan("--thorough")["digest"]
        mentioned.run("find", SANNE)
        done = mentioned.run("erase", "--apply", digest, *CONFIRM)
        assert "Searched again" in done.output


class TestWaiting:
    """What is left to people."""

    def test_the_end_names_it_and_the_way_on(self, mentioned: Provider) -> None:
        """How many items, and which commands; `resume` is not named as if it could do anything."""
        digest = mentioned.plan("--thorough")["digest"]
        done = mentioned.run("erase", "--apply", digest, *CONFIRM)
        assert done.exit_code == 1
        assert "post: 1 item left alone: Not yet decided" in done.output
        assert re.search("1 item to review: .*overdracht review 2026-0001", done.output)
        assert re.search("when that is decided and done: .*overdracht plan 2026-0001", done.output)
        assert "`resume` has nothing left to do" in done.output
        assert "go on with" not in done.output

    def test_resume_says_that_there_is_nothing_for_it(self, mentioned: Provider) -> None:
        """Not the same again and again: nothing was interrupted, what remains and for whom; exit code 1 until it is closed."""
        digest = mentioned.plan("--thorough")["digest"]
        mentioned.run("erase", "--apply", digest, *CONFIRM)
        again = mentioned.run("resume", "2026-0001")
        assert again.exit_code == 1
        assert "Nothing of request 2026-0001 was interrupted or failed" in again.output
        assert re.search("1 item to review: .*overdracht review 2026-0001", again.output)
        told = json.loads(mentioned.run("resume", "2026-0001", "--json").stdout)[0]
        assert (told["resumable"], told["to_review"]) == (False, 1)
        status = mentioned.run("status")
        assert status.exit_code == 1
        assert re.search("waits for you: 2026-0001: .*overdracht review 2026-0001", status.output)
        assert "begun and not closed" not in status.output

    def test_deciding_and_planning_again_ends_it(self, mentioned: Provider) -> None:
        """The commands that were named lead to the end."""
        digest = mentioned.plan("--thorough")["digest"]
        mentioned.run("erase", "--apply", digest, *CONFIRM)
        mentioned.run("review", "2026-0001", "--reject", "all")
        digest = json.loads(mentioned.run("plan", "2026-0001", "--json").stdout)["digest"]
        ended = mentioned.run("erase", "--apply", digest, *CONFIRM)
        assert ended.exit_code == 0, ended.output
        assert "Closed" in ended.output
        assert "mail-m" in mentioned.records()

    def test_what_failed_is_for_resume(self, provider: Provider) -> None:
        """There it is named, and it says itself that something was tried."""

        def watch(moment: str, _: str) -> None:
            if moment == "before":
                raise RuntimeError("kapot")

        provider.systems["post"].watch = watch
        done = provider.erase()
        assert re.search("go on with .*overdracht resume 2026-0001", done.output)
        again = provider.run("resume", "2026-0001")
        assert "was interrupted or failed" not in again.output
        assert "begun and not closed: 2026-0001" in provider.run("status").output


class TestBundleFirst:
    """A bundle that is INCOMPLETE."""

    def test_a_source_that_was_not_searched_stops_all(
        self, provider: Provider, password: tuple[str, str]
    ) -> None:
        """Nothing is written and nothing goes, unless that is accepted by name."""
        provider.systems["boeken"].away = True
        digest = provider.digest()
        before = provider.records()
        order = ("erase", "--apply", digest, *CONFIRM, "--bundle-first", "uit.age", *password)
        refused = provider.run(*order)
        assert refused.exit_code == 1
        assert "INCOMPLETE (boeken was not searched whole)" in refused.stderr
        assert "nothing has been touched" in refused.stderr
        assert not Path("uit.age").exists()
        assert provider.records() == before
        accepted = provider.run(*order, "--incomplete-bundle")
        assert Path("uit.age").exists()
        assert "mail-s1" not in provider.hers()
        assert accepted.exit_code == 1

    def test_what_waits_for_review_stops_all(
        self, mentioned: Provider, password: tuple[str, str]
    ) -> None:
        """It would not be in the bundle."""
        digest = mentioned.plan("--thorough")["digest"]
        refused = mentioned.run(
            "erase", "--apply", digest, *CONFIRM, "--bundle-first", "uit.age", *password
        )
        assert refused.exit_code == 1
        assert "INCOMPLETE (1 item to review)" in refused.stderr
        assert "mail-s1" in mentioned.hers()

    def test_it_is_for_a_bundle_only(self, provider: Provider) -> None:
        """There is nothing else that could be incomplete."""
        refused = provider.erase("--incomplete-bundle")
        assert refused.exit_code == 2
        assert "--bundle-first" in refused.stderr


class TestCopies:
    """The bundles of whoever was erased."""

    @pytest.fixture
    def erased(self, provider: Provider, password: tuple[str, str]) -> Provider:
        """An export that was opened, and then an erasure with another bundle first."""
        provider.run("export", SANNE, "--to", "eerder.age", *password)
        assert provider.run("open", "eerder.age", "--to", "uitgepakt", *password).exit_code == 0
        self.done = provider.erase("--bundle-first", "uit.age", *password)
        return provider

    def test_those_that_stand_are_named_at_the_end(self, erased: Provider) -> None:
        """Where, from when on they are deleted, and how to do it now; the folder that one was unpacked into too."""
        said = self.done.output
        for name, what in (("eerder.age", "bundle"), ("uit.age", "bundle")):
            assert f"{Path(name).absolute()} ({what}, to be deleted from 20" in said
        assert f"{Path('uitgepakt').absolute()} (unpacked bundle, to be deleted from" in said
        assert re.search("delete now: .*overdracht bundles --delete 2026-0001", said)
        assert self.done.exit_code == 0

    def test_they_are_deleted_at_once(self, erased: Provider) -> None:
        """All of that request, the folder with everything in it; another request's stays."""
        erased.run("export", "familie@dewit.example", "--to", "piet.age", "--passphrase-file", "w")
        done = erased.run("bundles", "--delete", "2026-0001")
        assert done.exit_code == 0, done.output
        assert not Path("eerder.age").exists()
        assert not Path("uit.age").exists()
        assert not Path("uitgepakt").exists()
        assert Path("piet.age").exists()
        gone = json.loads(erased.run("bundles", "--json").stdout)
        assert [one["deleted"] is None for one in gone] == [False, False, False, True]

    def test_what_somebody_put_beside_it_stays(self, erased: Provider) -> None:
        """Everything that was unpacked goes, a note beside it does not, and that is said; a link is not followed."""
        note, elsewhere = Path("uitgepakt/notitie.txt"), Path("elders")
        note.write_text("van mij")
        elsewhere.mkdir()
        (elsewhere / "index.html").write_text("ook van mij")
        Path("uitgepakt/data-elders").symlink_to(elsewhere.absolute())
        left = erased.run("bundles", "--delete", "2026-0001")
        assert left.exit_code == 1
        assert "holds something else too" in left.output
        assert sorted(one.name for one in Path("uitgepakt").rglob("*")) == [
            "data-elders",
            "notitie.txt",
        ]
        assert (elsewhere / "index.html").exists()

    def test_a_receiver_keeps_no_record(
        self, erased: Provider, password: tuple[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Who has no configuration here opens it all the same."""
        monkeypatch.chdir(erased.home.path.parent)
        opened = erased.run("open", str(erased.home.path / "uit.age"), "--to", "x", password[0], str(erased.home.path / "w"))  # fmt: skip
        assert opened.exit_code == 0, opened.output
