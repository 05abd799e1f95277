"""Two administrators, or one and a timer: what runs is what was approved, whatever another process does meanwhile."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from overdracht.cli.session import Session
from tests.cli import other
from tests.cli.erasing import SHELVES, Journal, Shelf, source
from tests.cli.provider import CONFIRM, Provider, provider

__all__ = ["provider"]

TRAFFIC = "[retention.traffic]\nunattended = true\n"
BUNDLE = ("--bundle-first", "uit.age", "--passphrase-file", "w", "--incomplete-bundle")
MOMENTS = {
    "checked": "overdracht.cli.erase_command.check_place",
    "true": "overdracht.cli.erase_command.still_true",
    "read back": "overdracht.bundle.verify",
    "asked": "overdracht.cli.carrying.execute",
    "searched": "overdracht.cli.carrying.ask",
}


def meanwhile(
    patch: pytest.MonkeyPatch, where: str, act: Callable[[], None], owner: type | None = None
) -> None:
    """Let *act* happen once, when *where* is come to, before that goes on."""
    import importlib

    module, _, name = where.rpartition(".")
    place: Any = owner or importlib.import_module(module)
    real = getattr(place, name)
    acted: list[bool] = []

    def late(*arguments: Any, **named: Any) -> Any:
        if not acted:
            acted.append(True)
            act()
        return real(*arguments, **named)

    patch.setattr(place, name, late)


@pytest.fixture
def shared(provider: Provider) -> Provider:
    """The systems as the other process knows them too."""
    other.fill()
    provider.systems.update({name: SHELVES[name] for name in provider.systems})
    passphrase = provider.home.path / "w"
    passphrase.write_text("paard-batterij-niet-juist\n")
    passphrase.chmod(0o600)
    return provider


def events(provider: Provider, event: str) -> list[Any]:
    """Return the details of each such entry in the trail."""
    trail = json.loads(provider.run("audit", "--json").stdout)
    return [one["details"] for one in trail if one["event"] == event]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_plan_made_while_another_is_carried_out(
    shared: Provider, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Somebody accepts a letter and draws a larger plan, at any moment: neither is taken, and what was approved is what goes."""
    digest = shared.digest()
    others: list[Any] = []

    def interfere() -> None:
        home = shared.home.path
        accept = ("review", "2026-0001", "--accept", "certainty=mention")
        others.append(other.start(home, *accept))
        others.append(other.start(home, "plan", "2026-0001", "--no-find", "--json"))

    meanwhile(monkeypatch, MOMENTS[moment], interfere)
    done = shared.run("erase", "--apply", digest, *CONFIRM, *BUNDLE)
    for one in others:
        assert one.returncode == 1, one.stdout
        assert "another overdracht is working on request 2026-0001" in one.stderr
    assert len(others) == 2
    assert "mail-m0" in shared.records()
    assert shared.hers() == {"fact-1", "dom-1"}, done.output
    facts = shared.facts()
    assert facts["plans"] == [digest]
    (erased,) = events(shared, "erased")
    assert (erased["digest"], erased["erased"]) == (digest, 4)


def test_a_plan_made_between_being_named_and_being_held(
    shared: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other was first: what was approved is not there any more, in one line, and nothing has been touched."""
    from overdracht.state import Store

    digest = shared.digest()
    before = shared.records()
    drawn: list[Any] = []

    def interfere() -> None:
        home = shared.home.path
        other.start(home, "review", "2026-0001", "--accept", "certainty=mention")
        drawn.append(other.start(home, "plan", "2026-0001", "--no-find", "--json"))

    meanwhile(monkeypatch, "Store.working_on", interfere, Store)
    refused = shared.run("erase", "--apply", digest, *CONFIRM)
    (one,) = drawn
    assert other.digest_of(one) not in {None, digest}, one.stderr
    assert refused.exit_code == 2
    assert f"there is no plan with the digest {digest}" in refused.stderr
    assert shared.records() == before


def test_of_two_that_apply_one_plan_one_does(
    shared: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other is refused while the one is at it, and finds nothing to apply after."""
    digest = shared.digest()
    others: list[Any] = []

    def interfere() -> None:
        others.append(other.start(shared.home.path, "erase", "--apply", digest, *CONFIRM))
        others.append(other.start(shared.home.path, "resume"))

    meanwhile(monkeypatch, MOMENTS["searched"], interfere)
    shared.run("erase", "--apply", digest, *CONFIRM)
    assert [one.returncode for one in others] == [1, 1]
    assert all("working on request 2026-0001" in one.stdout + one.stderr for one in others)
    assert len(events(shared, "erased")) == 1


def test_a_correction_is_held_to_its_plan_too(
    shared: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan to erase that is drawn meanwhile is not taken."""
    arguments = ("2026-0001", "--set", "phone=06-87654321")
    shared.run("find", "sanne@vanderberg.example")
    digest = json.loads(shared.run("rectify", *arguments, "--json").stdout)["digest"]
    others: list[Any] = []

    def interfere() -> None:
        others.append(other.start(shared.home.path, "plan", "2026-0001", "--no-find", "--json"))

    meanwhile(monkeypatch, "overdracht.cli.rectify_command.check_place", interfere)
    shared.run("rectify", "--apply", digest)
    (one,) = others
    assert one.returncode == 1
    assert "working on request 2026-0001" in one.stderr
    (corrected,) = events(shared, "corrected")
    assert corrected["digest"] == digest
    assert shared.hers() >= {"klant-1", "mail-s0", "mail-s1", "mail-s2"}


class TestUnattended:
    """A timer that erases traffic only, and somebody who looks at everything meanwhile."""

    @pytest.fixture
    def night(self, shared: Provider, monkeypatch: pytest.MonkeyPatch) -> Provider:
        """All mail has outlived its term too, and nobody has a subscription; the log is as old as it is every night."""
        monkeypatch.setattr("overdracht.erasure.clock.FAR", timedelta(days=36500))
        moment = datetime(2032, 1, 1, 12, tzinfo=UTC)
        monkeypatch.setattr(Session, "now", lambda _: moment)
        sources = (source("post"), source("boeken"), source("logs", "journal"))
        shared.home.configure("[erasure]\nmost = 1.0\n", *sources, TRAFFIC)
        return shared

    @pytest.mark.parametrize(
        ("owner", "name"), [(Journal, "prepare"), (Journal, "aged"), (Shelf, "identifiers")]
    )
    def test_only_what_may_go_unattended_goes(
        self, night: Provider, monkeypatch: pytest.MonkeyPatch, owner: type, name: str
    ) -> None:
        """The round of the other waits its turn: nothing of what it would take goes under the timer's name."""
        others: list[Any] = []

        def interfere() -> None:
            others.append(other.start(night.home.path, "retention", "--json", day="2032-01-01"))

        config = night.home.config
        if name == "identifiers":  # asked only where a term counts from the last contact
            also = TRAFFIC + "[retention.note]\nunattended = true\n"
            config.write_text(config.read_text().replace(TRAFFIC, also))
        meanwhile(monkeypatch, f"{owner.__name__}.{name}", interfere, owner)
        done = night.run("retention", "--unattended")
        assert done.exit_code == 0, done.output
        (one,) = others
        assert one.returncode == 1, one.stdout
        assert "another overdracht is working on a retention round" in one.stderr
        assert SHELVES["logs"].parts["access.log"] == {}
        assert len([key for key in night.records() if key.startswith("mail-")]) == 13
        (erased,) = events(night, "erased")
        assert erased["erased"] == 12

    def test_the_other_has_its_turn_after(self, night: Provider) -> None:
        """Nothing is kept from it: all that is left and old stands in its plan."""
        assert night.run("retention", "--unattended").exit_code == 0
        later = other.start(night.home.path, "retention", "--json", day="2032-01-01")
        assert other.digest_of(later) is not None, later.stderr
