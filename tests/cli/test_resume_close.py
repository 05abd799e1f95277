"""`resume --close` tries nothing more, `resume` loses no reason, and one request that cannot go on stops no other."""

import json
from typing import Any

import pytest

from overdracht import Kinds, Unreachable
from overdracht.testing.memory import MemorySystem
from tests.cli.erasing import SHELVES, source
from tests.cli.provider import CONFIRM, Provider, provider
from tests.erasure.world import record

__all__ = ["provider"]

PARSE = Kinds().parse


def fails(provider: Provider, name: str, error: BaseException | None) -> None:
    """Let every act in the system *name* fail; none, without an *error*."""

    def watch(moment: str, _: str) -> None:
        if moment == "before" and error is not None:
            raise error

    provider.systems[name].watch = watch


def reasons(provider: Provider) -> dict[str, Any]:
    """Return what is known of each step that is not done."""
    with_steps = json.loads(provider.run("status", "--json").stdout)["plans"]
    (one,) = with_steps
    return {name: one[name] for name in ("phase", "failed", "open")}


@pytest.fixture
def failed(provider: Provider) -> Provider:
    """The registrar, outside the organisation, was away when all else was done."""
    fails(provider, "registrar", Unreachable("the registrar is away"))
    done = provider.erase()
    assert done.exit_code == 1
    assert "the registrar is away" in done.output
    assert provider.hers() == {"fact-1", "dom-1"}
    return provider


def acts(provider: Provider) -> list[str]:
    """Return the list in which every act from now on is written down."""
    seen: list[str] = []
    for system in provider.systems.values():
        system.watch = lambda _, key: seen.append(key)
    return seen


def test_what_has_an_effect_outside_and_failed_can_be_closed(failed: Provider) -> None:
    """Without confirming it: nothing is tried, the reason stands in the certificate, and the person is forgotten."""
    seen = acts(failed)
    closed = failed.run("resume", "2026-0001", "--close")
    assert closed.exit_code == 1
    assert "Closed: what was known of the person is destroyed." in closed.output
    assert "the registrar is away" in closed.output
    assert "it was searched again" not in closed.output
    assert seen == []
    assert "dom-1" in failed.records()
    facts = failed.facts()
    assert facts["complete"] is False
    (registrar,) = [one for one in facts["sources"] if one["source"] == "registrar"]
    assert registrar["results"] == {"failed": 1}
    assert not failed.traces()


def test_what_is_not_confirmed_loses_no_reason(failed: Provider) -> None:
    """`resume` without --confirm is refused, and what failed and why is still known; with it, it is done."""
    before = reasons(failed)
    assert before == {"phase": "executed", "failed": 1, "open": 1}
    refused = failed.run("resume", "2026-0001")
    assert refused.exit_code == 2
    assert "--confirm vanderberg.example" in refused.stderr
    assert reasons(failed) == before
    fails(failed, "registrar", None)
    done = failed.run("resume", "2026-0001", *CONFIRM)
    assert done.exit_code == 0, done.output


def test_what_was_interrupted_can_be_closed_as_it_is(provider: Provider) -> None:
    """In the middle of the letters: what was in doubt and what was not begun is named, what must stay is scheduled, and nothing is touched."""
    fails(provider, "registrar", KeyboardInterrupt())
    stopped = provider.run("erase", "--apply", provider.digest(), *CONFIRM)
    assert stopped.exit_code == 1 or stopped.exception is not None
    before = provider.records()
    seen = acts(provider)
    closed = provider.run("resume", "2026-0001", "--close")
    assert "Closed" in closed.output, closed.output
    assert "whether it was done is not known" in closed.output
    assert seen == []
    assert provider.records() == before
    scheduled = json.loads(provider.run("status", "--json").stdout)["scheduled"]
    assert [(one["source"], one["items"]) for one in scheduled] == [("boeken", 1)]
    assert not provider.traces()


def test_one_that_cannot_go_on_stops_no_other(failed: Provider) -> None:
    """The first wants a confirmation: the second is ended all the same, and the exit code says that something is left."""
    SHELVES["extra"] = MemorySystem([record("mail-x", PARSE("familie@dewit.example"))])
    failed.systems["extra"] = SHELVES["extra"]
    config = failed.home.config
    config.write_text(config.read_text() + source("extra"))
    fails(failed, "extra", Unreachable("away"))
    fails(failed, "registrar", None)
    second = json.loads(failed.run("plan", "familie@dewit.example", "--json").stdout)
    failed.run("erase", "--apply", second["digest"], "--confirm", "dewit.example")
    assert "mail-x" in failed.records()
    fails(failed, "extra", None)

    gone_on = failed.run("resume", "--json")
    assert gone_on.exit_code == 1
    first, other = json.loads(gone_on.stdout)
    assert first["reference"] == "2026-0001"
    assert "--confirm vanderberg.example" in first["error"]
    assert (other["reference"], other["closed"]) == ("2026-0002", True)
    assert "mail-x" not in failed.records()
    told = failed.run("resume")
    assert told.exit_code == 1
    assert "not gone on with" in told.output


def test_a_correction_is_closed_without_trying_too(provider: Provider) -> None:
    """What failed stays as it is."""
    fails(provider, "boeken", Unreachable("the books are away"))
    arguments = ("sanne@vanderberg.example", "--set", "phone=06-87654321", "--json")
    digest = json.loads(provider.run("rectify", *arguments).stdout)["digest"]
    assert provider.run("rectify", "--apply", digest).exit_code == 1
    seen = acts(provider)
    provider.run("resume", "2026-0001", "--close")
    assert seen == []
    assert json.loads(provider.run("status", "--json").stdout)["plans"] == []
