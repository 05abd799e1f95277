"""Subscriptions are given up once, in the right order, and never on a guess."""

import os
import pickle
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from overdracht import (
    ApprovedStep,
    Item,
    Kinds,
    Misbehaving,
    Outcome,
    Result,
    SourceError,
    Subject,
    Verdict,
)
from overdracht.people import SANNE
from overdracht.testing.acting import approved, ruling
from overdracht.testing.watching import find
from overdracht_transip.cancelling import Cancelling, next_term
from overdracht_transip.sandbox import Fault, Kind
from tests.transip.account_harness import LOGIN, Account, contacts_of

CANCEL, ERASE = ruling(Verdict.CANCEL), ruling(Verdict.ERASE)
DOMAIN, SERVER, DISK = "vanderberg.example", "voorbeeldict-vps", "voorbeeldict-disk"
LOST = [
    Fault(Kind.CUT_AFTER, method="DELETE"),
    Fault(Kind.STATUS_AFTER, method="DELETE", status=500),
    Fault(Kind.STATUS_AFTER, method="DELETE", status=408, text="Request timeout"),
    Fault(Kind.HTML_AFTER, method="DELETE", status=502),
]
"""What happens to an answer after the cancellation took effect."""
NEVER = [Fault(Kind.CUT, method="DELETE"), Fault(Kind.STATUS, method="DELETE", status=500)]
"""The same for who asked, but nothing took effect."""
COLLECTIONS = {f"domain/{DOMAIN}": "domains", f"server/{SERVER}": "vps", f"disk/{DISK}": "storages"}
"""Where in the account the thing of each key stands."""


@pytest.fixture
def transip(tmp_path: Path) -> Iterator[Account]:
    """Sanne's domain, server and disk, and somebody else's."""
    account = Account(tmp_path, timeout=2)
    tags = [f"klant-{SANNE.customer}"]
    account.world.add_domain(LOGIN, DOMAIN, contacts=contacts_of(SANNE), tags=tags)
    account.world.add_domain(LOGIN, "jansen.example")
    account.world.add_server(LOGIN, SERVER, tags=tags, createdAt="2024-01-20 10:00:00")
    account.world.add_server(LOGIN, "voorbeeldict-vps2")
    account.world.add_storage(LOGIN, DISK, vpsName=SERVER)
    yield account
    account.close()


def items(account: Account, **settings: Any) -> dict[str, Item]:
    """Return what is Sanne's, by key."""
    asked = [Kinds().parse(one) for one in (*SANNE.emails, f"customer:{SANNE.customer}")]
    found = find(account.connector(**settings), Subject("test", tuple(asked)), thorough=True)
    assert found.gaps == []
    return {one.key: one for one in found.items}


def step(account: Account, key: str, **settings: Any) -> ApprovedStep:
    """Return the approved step that cancels the thing of this *key*."""
    item = items(account, **settings)[key]
    return approved(account.connector(**settings).propose(item, CANCEL))


def carried_out(account: Account, *steps: ApprovedStep, **settings: Any) -> list[Outcome]:
    """Have *steps* carried out by a new connector."""
    return list(account.connector(**settings).erase(iter(steps)))


def objections(account: Account, *steps: ApprovedStep, **settings: Any) -> list[str]:
    """Return what stands in the way of *steps*, and see that asking changed nothing."""
    before = account.objects, account.world.changes()
    reasons = [one.reason for one in account.connector(**settings).prepare(iter(steps))]
    assert (account.objects, account.world.changes()) == before
    return reasons


def test_the_end_of_the_term_is_the_rule(transip: Account) -> None:
    """A running domain and server are cancelled at the end of the term, behind their names, and are scheduled and not erased."""
    domain, server = step(transip, f"domain/{DOMAIN}"), step(transip, f"server/{SERVER}")
    assert (domain.external, server.external) == (DOMAIN, SERVER)
    assert objections(transip, domain, server) == []
    told = carried_out(transip, domain, server)
    assert [one.result for one in told] == [Result.SCHEDULED] * 2
    assert told[0].on == date(2027, 1, 1)
    assert transip.objects["domains"][DOMAIN]["cancellationDate"].startswith("2027-01-01")
    assert transip.objects["domains"]["jansen.example"]["cancellationDate"] == ""
    assert transip.objects["vps"]["voorbeeldict-vps2"]["_cancelledFor"] == ""


def test_immediately_only_what_is_named(transip: Account) -> None:
    """What the settings name is cancelled at once, behind a name of its own that says so; all else at the end of its term."""
    now = {"immediately": [DOMAIN.upper()]}
    domain = step(transip, f"domain/{DOMAIN}", **now)
    assert domain.external == f"{DOMAIN}/immediately"
    assert step(transip, f"server/{SERVER}", **now).external == SERVER
    (told,) = carried_out(transip, domain, **now)
    assert told.result is Result.SCHEDULED
    assert transip.objects["domains"][DOMAIN]["status"] == "dropinprogress"


@pytest.mark.parametrize("key", [f"domain/{DOMAIN}", f"server/{SERVER}", f"disk/{DISK}"])
@pytest.mark.parametrize("fault", LOST, ids=lambda fault: f"{fault.kind}-{fault.status}")
def test_a_lost_answer_is_looked_up_and_never_asked_for_again(
    transip: Account, fault: Fault, key: str
) -> None:
    """Where the cancellation took effect and its answer was lost, the account is asked whether it did: one request in earnest, and
    scheduled; the same steps again change nothing and say the same."""
    cancel = step(transip, key)
    with transip.failing(fault):
        (told,) = carried_out(transip, cancel)
    assert told.result is Result.SCHEDULED
    assert len(transip.sent("DELETE")) == 1
    before = transip.objects
    (again,) = carried_out(transip, cancel)
    assert again.result is Result.SCHEDULED
    assert len(transip.sent("DELETE")) == 1
    assert transip.objects == before


@pytest.mark.parametrize("fault", NEVER, ids=lambda fault: str(fault.kind))
def test_a_domain_that_was_not_cancelled_after_all_is_failed(
    transip: Account, fault: Fault
) -> None:
    """No answer and no cancellation to be seen: failed and never called done; tried again when asked to, it is cancelled."""
    cancel = step(transip, f"domain/{DOMAIN}")
    with transip.failing(fault):
        (told,) = carried_out(transip, cancel)
    assert told.result is Result.FAILED
    assert told.reason.startswith("nothing was cancelled")
    assert carried_out(transip, cancel)[0].result is Result.SCHEDULED


def test_a_server_in_doubt_is_left_to_a_person(transip: Account) -> None:
    """A server shows no cancellation. Where the answer was lost and nothing proves it, it is refused, now and later, with one request
    in all: what was begun stands in a tag on the server itself."""
    cancel = step(transip, f"server/{SERVER}")
    with transip.failing(Fault(Kind.CUT, method="DELETE", path=f"/v6/vps/{SERVER}", skip=1)):
        (told,) = carried_out(transip, cancel)
    assert told.result is Result.REFUSED
    assert "overdracht-cancelling" in told.reason
    assert "overdracht-cancelling" in transip.objects["vps"][SERVER]["tags"]
    (again,) = carried_out(transip, cancel)
    assert again.result is Result.REFUSED
    assert items(transip)[f"server/{SERVER}"].fingerprint == cancel.item.fingerprint


def test_a_server_that_was_surely_not_cancelled_keeps_no_mark(transip: Account) -> None:
    """Refused for want of allowance after the first tag was put on: the tag comes off, and the next try is no doubt."""
    cancel = step(transip, f"server/{SERVER}")
    fault = Fault(Kind.STATUS, method="DELETE", path="/v6/vps/*", skip=1, times=-1, status=429, text="Too many requests")  # fmt: skip
    with transip.failing(fault), pytest.raises(SourceError, match="quarter of an hour"):
        carried_out(transip, cancel)
    assert transip.objects["vps"][SERVER]["tags"] == [f"klant-{SANNE.customer}"]
    assert carried_out(transip, cancel)[0].result is Result.SCHEDULED


def test_what_was_cancelled_in_the_control_panel_is_scheduled(transip: Account) -> None:
    """A cancellation that is pending already is success once it was looked up, and is not asked for."""
    cancel = step(transip, f"domain/{DOMAIN}"), step(transip, f"server/{SERVER}")
    with transip.sandbox.state() as state:
        mine = state["objects"][LOGIN]
        mine["domains"][DOMAIN] |= {
            "cancellationDate": "2027-01-01 00:00:00",
            "cancellationStatus": "signed",
        }
        mine["vps"][SERVER]["_cancelledFor"] = "2027-01-01 00:00:00"
    assert objections(transip, *cancel) == []
    assert [one.result for one in carried_out(transip, *cancel)] == [Result.SCHEDULED] * 2
    assert transip.sent("DELETE") == []


def test_another_holder_keeps_the_domain(transip: Account) -> None:
    """A domain that somebody else has taken over since the plan is an objection, and is not touched."""
    cancel = step(transip, f"domain/{DOMAIN}")
    with transip.sandbox.state() as state:
        state["objects"][LOGIN]["domains"][DOMAIN]["_contacts"][0]["email"] = "koper@x.example"
    before = transip.objects
    assert len(objections(transip, cancel)) == 1
    assert carried_out(transip, cancel)[0].result is Result.CHANGED
    assert transip.objects == before


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"_products": True}, "hosting or mail is attached"),
        ({"status": "inprogress"}, "registered or transferred"),
    ],
)
def test_a_domain_that_cannot_be_cancelled_is_an_objection(
    transip: Account, changes: dict[str, Any], reason: str
) -> None:
    """Hosting attached, or a transfer under way: `prepare` says so and what to do by hand, `erase` refuses."""
    cancel = step(transip, f"domain/{DOMAIN}")
    with transip.sandbox.state() as state:
        state["objects"][LOGIN]["domains"][DOMAIN] |= changes
    (told,) = objections(transip, cancel)
    assert reason in told
    (outcome,) = carried_out(transip, cancel)
    assert outcome.result is Result.REFUSED
    assert reason in outcome.reason
    assert transip.objects["domains"][DOMAIN]["cancellationDate"] == ""


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"isCustomerLocked": True}, "locked the server on purpose"),
        ({"isBlocked": True}, "blocked"),
    ],
)
def test_a_locked_server_is_an_objection(
    transip: Account, changes: dict[str, Any], reason: str
) -> None:
    """What a person locked is never unlocked by us."""
    cancel = step(transip, f"server/{SERVER}")
    with transip.sandbox.state() as state:
        state["objects"][LOGIN]["vps"][SERVER] |= changes
    before = transip.objects
    (told,) = objections(transip, cancel)
    assert reason in told
    assert carried_out(transip, cancel)[0].result is Result.REFUSED
    assert transip.objects == before


def test_a_domain_that_was_offered_to_another_account_is_waited_for(transip: Account) -> None:
    """Cancelled before the other accepts, it would be lost for that one: objected to and refused."""
    cancel = step(transip, f"domain/{DOMAIN}")
    with transip.sandbox.state() as state:
        state["objects"][LOGIN]["domains"][DOMAIN]["_handover"] = "ander"
    (told,) = objections(transip, cancel)
    assert "hand-over" in told
    assert carried_out(transip, cancel)[0].result is Result.REFUSED
    assert transip.sent("DELETE") == []


def test_a_running_action_is_waited_for(transip: Account) -> None:
    """An action that ends while we wait does not stand in the way; one that goes on does, in words."""
    cancel = step(transip, f"domain/{DOMAIN}")
    transip.world.keep_busy(f"domains/{DOMAIN}", times=-1)
    (told,) = objections(transip, cancel)
    assert "wait until" in told
    assert carried_out(transip, cancel)[0].result is Result.REFUSED
    transip.world.keep_busy(f"domains/{DOMAIN}", times=2)
    assert carried_out(transip, cancel)[0].result is Result.SCHEDULED


def test_what_was_scheduled_is_looked_for_until_it_has_ended(transip: Account) -> None:
    """On its day a cancelled domain may still be in quarantine, and is scheduled anew; it is erased when TransIP has it no more."""
    transip.world.set_clock(datetime(2026, 11, 24, 12, tzinfo=UTC), stands_still=True)
    for key in (f"domain/{DOMAIN}", f"server/{SERVER}"):
        cancel = step(transip, key)
        (scheduled,) = carried_out(transip, cancel)
        # What the core keeps of it: enough to find it again, and no more.
        kept = replace(cancel.item, matches=(), reveals=(), title="", holder=None, running=False)
        kept = replace(kept, fingerprint=scheduled.fingerprint)
        again = approved(transip.connector().propose(kept, ERASE))
        assert (again.disposition.verdict, again.external) == (Verdict.CANCEL, "")
        assert objections(transip, again) == []
        (early,) = carried_out(transip, again)
        assert early.result is Result.SCHEDULED
        assert early.on is not None
        assert early.on > date.today()  # noqa: DTZ011 - the connector's own today
        with (
            transip.sandbox.state() as state
        ):  # the new provider was quick, and nothing is to be destroyed here
            state["objects"][LOGIN]["domains"][DOMAIN]["_nameservers"] = []
        assert carried_out(transip, again)[0].result is Result.SCHEDULED
        transip.world.pass_by(days=60)
        (late,) = carried_out(transip, again)
        assert late.result is Result.ERASED
        assert objections(transip, again) == []
        transip.world.set_clock(datetime(2026, 11, 24, 12, tzinfo=UTC), stands_still=True)


def test_a_withdrawn_cancellation_is_not_called_erased(transip: Account) -> None:
    """Somebody had the cancellation withdrawn: the domain is there and runs, which is refused in words."""
    cancel = step(transip, f"domain/{DOMAIN}")
    carried_out(transip, cancel)
    with transip.sandbox.state() as state:
        domain = state["objects"][LOGIN]["domains"][DOMAIN]
        domain |= {"cancellationDate": "", "cancellationStatus": ""}
    item = replace(cancel.item, running=False)
    again = approved(transip.connector().propose(item, ERASE))
    (told,) = carried_out(transip, again)
    assert told.result is Result.REFUSED
    assert "withdrawn" in told.reason
    assert len(transip.sent("DELETE")) == 1


@pytest.mark.parametrize("key", [f"server/{SERVER}", f"disk/{DISK}"])
def test_a_withdrawn_cancellation_is_not_called_scheduled(transip: Account, key: str) -> None:
    """A server and a disk do not show that a cancellation was withdrawn, not even where our tag says that there was one: it is refused
    in words when it is looked for, and a new erasure asks for it anew, once."""
    cancel = step(transip, key)
    carried_out(transip, cancel)
    with transip.sandbox.state() as state:
        for one in state["objects"][LOGIN][COLLECTIONS[key]].values():
            one["_cancelledFor"] = ""
    item = replace(cancel.item, running=False)
    (told,) = carried_out(transip, approved(transip.connector().propose(item, ERASE)))
    assert told.result is Result.REFUSED
    assert "withdrawn" in told.reason
    assert len(transip.sent("DELETE")) == 1
    for _ in range(2):
        assert carried_out(transip, step(transip, key))[0].result is Result.SCHEDULED
    assert len(transip.sent("DELETE")) == 2
    assert transip.objects[COLLECTIONS[key]][key.partition("/")[2]]["_cancelledFor"]


def test_a_server_that_is_asked_for_anew_can_be_in_doubt(transip: Account) -> None:
    """After a withdrawal the old tag is no evidence any more: where the new answer was lost, it is left to a person."""
    carried_out(transip, step(transip, f"server/{SERVER}"))
    with transip.sandbox.state() as state:
        state["objects"][LOGIN]["vps"][SERVER]["_cancelledFor"] = ""
    cancel = step(transip, f"server/{SERVER}")
    with transip.failing(Fault(Kind.CUT, method="DELETE", path=f"/v6/vps/{SERVER}", skip=1)):
        assert carried_out(transip, cancel)[0].result is Result.REFUSED
    assert carried_out(transip, cancel)[0].result is Result.REFUSED
    tags = transip.objects["vps"][SERVER]["tags"]
    assert tags == [f"klant-{SANNE.customer}", "overdracht-cancelling"]


@pytest.mark.parametrize("action", ["cancel", "await"])
def test_what_cannot_be_rehearsed_stays_scheduled(transip: Account, action: str) -> None:
    """Where TransIP refuses in test mode for another reason, what was cancelled before is not said to be withdrawn."""
    cancel = step(transip, f"server/{SERVER}")
    carried_out(transip, cancel)
    if action == "await":
        item = replace(cancel.item, running=False)
        cancel = approved(transip.connector().propose(item, ERASE))
    with transip.sandbox.state() as state:
        state["objects"][LOGIN]["vps"][SERVER]["isBlocked"] = True
    assert carried_out(transip, cancel)[0].result is Result.SCHEDULED
    assert len(transip.sent("DELETE")) == 1


@pytest.mark.parametrize("key", COLLECTIONS)
def test_what_is_not_found_and_still_there_is_not_cancelled(transip: Account, key: str) -> None:
    """TransIP answers that it does not know what it lists: nothing was cancelled, which is said, and no mark of ours stays on it."""
    cancel = step(transip, key)
    skip = 0 if key.startswith("domain") else 1
    before = transip.objects
    with transip.failing(Fault(Kind.STATUS, "DELETE", skip=skip, status=404, text="Not found")):
        (told,) = carried_out(transip, cancel)
    assert told.result in {Result.REFUSED, Result.FAILED}
    assert "404" in told.reason
    assert transip.objects == before
    assert carried_out(transip, cancel)[0].result is Result.SCHEDULED


@pytest.mark.parametrize("key", COLLECTIONS)
@pytest.mark.parametrize("earlier", [0, 1], ids=["in the rehearsal", "in earnest"])
def test_what_went_away_meanwhile_is_erased(
    transip: Account, monkeypatch: pytest.MonkeyPatch, key: str, earlier: int
) -> None:
    """What TransIP does not find because it went away after it was looked at is erased."""
    kind, _, name = key.partition("/")
    cancel = step(transip, key)
    calls: list[ApprovedStep] = []
    ask = Cancelling.ask

    def late(self: Cancelling, asked: ApprovedStep) -> None:
        if len(calls) >= earlier or kind == "domain":
            with transip.sandbox.state() as state:
                state["objects"][LOGIN][COLLECTIONS[key]].pop(name, None)
        calls.append(asked)
        ask(self, asked)

    monkeypatch.setattr(Cancelling, "ask", late)
    assert carried_out(transip, cancel)[0].result is Result.ERASED


def test_in_quarantine_it_is_scheduled(transip: Account) -> None:
    """A domain that the registry is dropping is not cancelled again."""
    cancel = step(transip, f"domain/{DOMAIN}", immediately=[DOMAIN])
    carried_out(transip, cancel)
    assert transip.objects["domains"][DOMAIN]["status"] == "dropinprogress"
    assert objections(transip, cancel) == []
    assert carried_out(transip, cancel)[0].result is Result.SCHEDULED
    assert len(transip.sent("DELETE")) == 1


@pytest.mark.parametrize("key", [f"domain/{DOMAIN}", f"server/{SERVER}"])
def test_a_rehearsal_that_was_none_stops_everything(
    transip: Account, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    """Where TransIP does in earnest what it was to validate, `prepare` says so in its own words and goes no further."""
    cancel = step(transip, key), step(transip, "disk/voorbeeldict-disk")
    monkeypatch.setattr("overdracht_transip.sandbox.core._is_test", lambda *_: False)
    with pytest.raises(Misbehaving, match="test mode"):
        list(transip.connector().prepare(iter(cancel)))
    assert transip.objects["storages"][DISK]["_cancelledFor"] == ""


def test_a_name_in_stays_is_never_cancelled(transip: Account) -> None:
    """A domain that went over to another holder is no item to cancel, and a plan of before is objected to."""
    cancel = step(transip, f"domain/{DOMAIN}")
    stays = {"stays": [DOMAIN]}
    assert f"domain/{DOMAIN}" not in items(transip, **stays)
    (told,) = objections(transip, cancel, **stays)
    assert "stays" in told


def test_a_killed_process_leaves_one_cancellation(transip: Account, tmp_path: Path) -> None:
    """A process that is killed while it waits for the answer to a cancellation that took effect: who comes after finds it done."""
    script = textwrap.dedent(
        """
        import pickle, sys
        from overdracht_transip.connector import TransipConnector
        settings, steps = pickle.load(open(sys.argv[1], "rb"))
        list(TransipConnector("transip", settings).erase(iter(steps)))
        """
    )
    for key, path in ((f"domain/{DOMAIN}", "domains"), (f"server/{SERVER}", "vps")):
        cancel = step(transip, key)
        handed = tmp_path / "handed"
        _hand_over(handed, transip, cancel)
        fault = Fault(Kind.SILENCE_AFTER, method="DELETE", path=f"/v6/{path}/*", skip=path == "vps")
        with transip.failing(fault):
            process = subprocess.Popen([sys.executable, "-c", script, str(handed)])
            end = time.monotonic() + 20
            while not transip.sent("DELETE", path) and time.monotonic() < end:
                time.sleep(0.02)
            os.kill(process.pid, signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL
        (told,) = carried_out(transip, cancel)
        assert told.result is Result.SCHEDULED
        assert len(transip.sent("DELETE", path)) == 1


def _hand_over(path: Path, account: Account, cancel: ApprovedStep) -> None:
    connector = account.connector(timeout=60)
    path.write_bytes(pickle.dumps((connector.settings, [cancel])))


@pytest.mark.parametrize(
    ("begun", "today", "months", "ends"),
    [
        (date(2024, 1, 20), date(2026, 11, 24), 1, date(2026, 12, 20)),
        (date(2024, 1, 31), date(2026, 2, 1), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), date(2026, 2, 28), 1, date(2026, 3, 31)),
        (date(2024, 1, 20), date(2026, 11, 24), 12, date(2027, 1, 20)),
        (None, date(2026, 11, 24), 1, date(2026, 12, 24)),
        (date(2026, 12, 30), date(2026, 11, 24), 1, date(2027, 1, 30)),
    ],
)
def test_a_term_ends_on_the_day_it_began(
    begun: date | None, today: date, months: int, ends: date
) -> None:
    """A server's term counts in months from its first day, and a day that a month lacks is its last."""
    assert next_term(begun, today, months) == ends
    if begun:
        assert next_term(begun, ends - timedelta(days=1), months) == ends
