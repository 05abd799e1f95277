"""The whole way through the core: found, cancelled, closed, looked for when the day comes, and erased when TransIP has it no more."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from overdracht import Category, Connector, Gap, Identifier, Kinds, Result, Sighting
from overdracht.erasure import Whom, close, execute, returned, settle_schedule, sweep, verify_gone
from overdracht.erasure.contacts import Contacts
from overdracht.errors import StateError
from overdracht.people import PIET, SANNE
from overdracht.retention import day_of, local_day
from overdracht.state.afterlife import Ledger
from tests.erasure.world import AT_ONCE, NOW, WHOLE, World, results
from tests.transip.account_harness import LOGIN, Account, contacts_of

ENDS = datetime(2027, 1, 1, tzinfo=UTC)


@dataclass
class TransipWorld(World):
    """A provider that has nothing but an account at TransIP."""

    account: Account = None  # type: ignore[assignment]  # always given

    @property
    def connectors(self) -> Mapping[str, Connector[Any]]:
        return {"transip": self.account.connector()}

    def at(self, now: datetime) -> None:
        """Let it be *now*, at TransIP too."""
        self.account.world.set_clock(now, stands_still=True)
        self.now = now


@pytest.fixture
def world(tmp_path: Path) -> Iterator[TransipWorld]:
    account = Account(tmp_path)
    renewal = {"renewalDate": f"{ENDS:%Y-%m-%d}"}
    for person in (SANNE, PIET):
        name = person.domains[0]
        account.world.add_domain(LOGIN, name, contacts=contacts_of(person), **renewal)
    account.world.add_mail(LOGIN, SANNE.domains[0], mailboxes=[{"localPart": "sanne"}])
    made = TransipWorld(tmp_path / "state", systems={}, account=account)
    made.at(NOW)
    yield made
    made.store.close()
    account.close()


def swept(world: TransipWorld) -> dict[str, str]:
    """Look for what is due now, carry it out, and return what it came to; what is done is forgotten."""
    due = sweep(
        world.store, world.connectors, world.rules, lambda _: False, world.now, limits=WHOLE
    )
    if due.plan is None or due.request is None:
        return {}
    execute(due.plan, world.connectors, means=AT_ONCE)
    assert verify_gone(due.plan, world.connectors).holds
    settle_schedule(world.store, due.plan, local_day(world.now))
    told = results(due.plan)
    close(world.store, due.request.reference, [due.plan], Whom(), {}, world.now)
    return told


def test_a_domain_is_given_up_in_the_open_and_erased_when_it_is_gone(world: TransipWorld) -> None:
    """Cancelled behind its name; certified as scheduled; on its day still in quarantine, and so looked for again; erased in the end,
    and then nothing is left of the request, not even its key."""
    plan = world.execute(world.plan(), confirmed=(SANNE.domains[0], SANNE.email))
    domain, mailbox = f"domain/{SANNE.domains[0]}", f"mailbox/{SANNE.domains[0]}/{SANNE.email}"
    assert results(plan) == {domain: Result.SCHEDULED, mailbox: Result.SCHEDULED}
    assert world.verify(plan).holds
    assert world.close(plan) == 2
    world.at(NOW + timedelta(days=2))
    assert swept(world) == {mailbox: Result.ERASED}
    world.at(ENDS + timedelta(minutes=10))
    assert swept(world) == {domain: Result.SCHEDULED}
    assert world.store.schedule.open(world.reference) == 1
    world.at(ENDS + timedelta(days=3))
    assert swept(world) == {domain: Result.ERASED}
    with pytest.raises(StateError, match="gone"):
        world.store.schedule_cipher(world.reference)
    assert world.account.objects["domains"][PIET.domains[0]]["status"] == "registered"
    assert len(world.account.sent("DELETE", "/domains/")) == 1


def told_of(world: TransipWorld, name: str) -> list[tuple[str, bool, bool, date | None]]:
    """Return what the account tells of whoever has the domain *name*: the key, whether it runs, whether it is contact, and when."""
    wanted = Kinds().identifier("domain", name)
    return [
        (one.key, one.running, one.is_contact, day_of(one.when))
        for one in world.account.connector().identifiers()
        if isinstance(one, Sighting) and one.identifier == wanted
    ]


def test_the_end_of_a_domain_is_contact_on_that_day(world: TransipWorld) -> None:
    """It runs until its cancellation's date; then that day is the last contact, also when the domain has left the account: no term
    begins before, nobody is said to be back because of it, and nothing of it is old or found any more."""
    name, key = "weg.example", "domain/weg.example"
    world.account.world.add_domain(
        LOGIN,
        name,
        contacts=contacts_of(PIET),
        registrationDate="2015-03-01",
        cancellationDate=f"{ENDS:%Y-%m-%d} 00:00:00",
        cancellationStatus="signed",
    )
    world.at(NOW)
    assert told_of(world, name) == [(key, True, False, date(2015, 3, 1))]
    world.at(ENDS + timedelta(minutes=10))
    assert told_of(world, name) == [(key, False, True, ENDS.date())]
    world.at(ENDS + timedelta(days=3))
    assert told_of(world, name) == [("", False, True, ENDS.date())]
    with Contacts() as contacts:
        contacts.gather(world.connectors, lambda _: False)
        assert contacts.last([Kinds().identifier("domain", name)]) == (ENDS.date(), False)
    old = world.account.connector().aged(dict.fromkeys(Category, date(2100, 1, 1)))
    assert not [one for one in old if isinstance(one, Gap) or name in one.item.title]
    everybody = Erased()
    returned(world.connectors, cast("Ledger", everybody), lambda _: False, date(2020, 1, 1))
    assert Kinds().parse(PIET.email) in everybody.asked
    assert Kinds().identifier("domain", name) not in everybody.asked


class Erased:
    """A ledger of nobody that notes who is looked for in it."""

    def __init__(self) -> None:
        self.asked: set[Identifier] = set()

    def erased(self, identifier: Identifier) -> None:
        """Note *identifier*."""
        self.asked.add(identifier)


def test_who_has_a_running_domain_is_known_to_be_a_customer(world: TransipWorld) -> None:
    """Every domain is a subscription that runs: no term counts for its registrant meanwhile, and nothing of it is old."""
    sightings = list(world.account.connector().identifiers())
    running = {one.identifier for one in sightings if isinstance(one, Sighting) and one.running}
    assert Kinds().parse(PIET.email) in running
    world.at(NOW + timedelta(days=365 * 20))
    assert swept(world) == {}
