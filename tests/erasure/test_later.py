"""What was kept for later: when its day comes the sweep takes it, by a plan of its own, and the last key goes with it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from overdracht import Category, Identifier, Step, Verdict
from overdracht.erasure import Sweep, Whom, close, execute, settle_schedule, sweep, verify_gone
from overdracht.erasure.reapply import Returned, returned
from overdracht.errors import StateError
from overdracht.retention import local_day
from overdracht.state import Given, Store
from overdracht.testing.memory import MemoryConnector, MemoryRecord
from tests.erasure.world import AT_ONCE, CUSTOMER, KINDS, PHONE, PIET, SANNE, WHOLE, World, record

THEN = datetime(2034, 1, 1, 12, tzinfo=UTC)


def swept(world: World, now: datetime) -> Sweep:
    """Draw the plan of what is due on the day of *now*; Piet's things are no part of these tests."""
    for name in world.systems:
        for key in [key for source, key in world.of_others() if source == name]:
            world.systems[name].remove(key)
    return sweep(world.store, world.connectors, world.rules, lambda _: False, now, limits=WHOLE)


def steps(due: Sweep, *verdicts: Verdict) -> list[Step]:
    """Return what is to be done; nothing when there is no plan."""
    return [] if due.plan is None else [one.step for one in due.plan.steps(*verdicts)]


def done(world: World, due: Sweep, now: datetime) -> int:
    """Carry out what is due and end it as the command does; return how much scheduled work is done with it."""
    if due.plan is None or due.request is None:
        return 0
    execute(due.plan, world.connectors, confirmed=("vanderberg.example", "dom-1"), means=AT_ONCE)
    assert verify_gone(due.plan, world.connectors).holds
    count = settle_schedule(world.store, due.plan, local_day(now))
    close(world.store, due.request.reference, [due.plan], Whom(), {}, now)
    return count


def test_an_invoice_that_was_blanked_goes_on_its_day(world: World) -> None:
    """Its contact data went in 2026 by our own hand: that is no change that keeps the sweep from it in 2034, and not a day before."""
    world.close(world.execute(world.plan()))
    before = swept(world, datetime(2033, 12, 31, 12, tzinfo=UTC))
    assert {one.item.key for one in steps(before, Verdict.ERASE)} == {"dom-1"}
    due = swept(world, THEN)
    assert {one.item.key for one in steps(due)} == {"dom-1", "fact-1"}
    assert done(world, due, THEN) == 2
    assert world.keys("books") == set()
    assert world.keys("hosting") == set()
    with pytest.raises(StateError, match="gone"):
        world.store.schedule_cipher(world.reference)
    assert world.store.audit.verify() == 2


def test_what_was_changed_by_somebody_else_meanwhile_is_not_taken_blindly(world: World) -> None:
    """An invoice that was booked anew since, with a term of its own, is left to people; what else is due goes, and no item stops it."""
    world.close(world.execute(world.plan()))
    new = datetime(2030, 5, 1, tzinfo=UTC)
    world.systems["books"].add(replace(world.get("books", "fact-1"), title="Nota", when=new))
    due = swept(world, THEN)
    assert {one.item.key: one.disposition.verdict for one in steps(due)} == {
        "dom-1": "erase",
        "fact-1": "review",
    }
    assert due.uncomputable == 1
    assert done(world, due, THEN) == 1
    assert "fact-1" in world.keys("books")
    assert world.keys("hosting") == set()


def test_what_changed_and_outlived_its_term_as_it_is_goes_as_it_is(world: World) -> None:
    """By what it is now, not by the old reference."""
    world.close(world.execute(world.plan()))
    world.systems["books"].add(replace(world.get("books", "fact-1"), title="Creditnota"))
    due = swept(world, THEN)
    assert done(world, due, THEN) == 2
    assert world.keys("books") == set()


def test_a_source_that_is_away_keeps_nothing_else_from_going(world: World) -> None:
    """What is due there stays due, and it is said; the day after it goes."""
    world.close(world.execute(world.plan()))
    world.systems["hosting"].away = True
    due = swept(world, THEN)
    assert {source for source, _ in due.gaps} == {"hosting"}
    assert {one.item.key for one in steps(due)} == {"fact-1"}
    done(world, due, THEN)
    world.systems["hosting"].away = False
    later = datetime(2034, 1, 2, 12, tzinfo=UTC)
    assert done(world, swept(world, later), later) == 1
    assert world.keys("hosting") == set()


def test_what_was_blanked_is_not_planned_day_after_day(world: World) -> None:
    """An invoice whose contact data went is kept, and nothing is planned about it until something about it changes."""
    world.systems["hosting"].remove("dom-1")
    world.close(world.execute(world.plan()))
    day = datetime(2032, 6, 1, 12, tzinfo=UTC)
    assert steps(swept(world, day)) == []

    again = replace(world.get("books", "fact-1"), fields=(CUSTOMER, PHONE), text="weer ingevuld")
    world.systems["books"].add(again)
    due = swept(world, day)
    assert {one.item.key: one.disposition.verdict for one in steps(due)} == {"fact-1": "anonymise"}
    done(world, due, day)
    for later in range(2, 5):
        assert swept(world, datetime(2032, 6, later, 12, tzinfo=UTC)).plan is None


def test_traffic_ends_although_a_subscription_runs(world: World) -> None:
    """Its term counts from itself; that of letters has not begun while she is a customer."""
    world.systems["mail"].add(record("log-1", SANNE, part="logs", category=Category.TRAFFIC))
    day = datetime(2032, 6, 1, 12, tzinfo=UTC)
    due = sweep(world.store, world.connectors, world.rules, lambda _: False, day, limits=WHOLE)
    verdicts = {one.item.key: one.disposition.verdict for one in steps(due)}
    assert verdicts["log-1"] == "erase"
    assert not {"mail-s0", "klant-1"} & verdicts.keys()


def test_a_sweep_schedules_nothing_anew(world: World) -> None:
    """What a sweep keeps the next one meets again by itself: the list of what is to be done later does not grow by looking at it."""
    world.close(world.execute(world.plan()))
    for day in range(1, 4):
        now = datetime(2033, 6, day, 12, tzinfo=UTC)
        done(world, swept(world, now), now)
    due = world.store.schedule.references(THEN.date())
    assert due == (world.reference,)
    assert world.store.schedule.open(world.reference) == 1


OLD = KINDS.parse("oud@devries.example")
NEW = KINDS.parse("nieuw@devries.example")


def silent(world: World, *more: MemoryRecord, mail: Sequence[MemoryRecord] = ()) -> Sweep:
    """Draw the plan of June 2032 for a letter of 2026, one of 2031 from another address, and what *more* stands in the books and in the *mail*."""
    for system in world.systems.values():
        for key in [key for part in system.parts.values() for key in part]:
            system.remove(key)
    world.systems["mail"].add(record("mail-old", OLD, is_contact=True))
    world.systems["mail"].add(
        record("mail-new", NEW, when=datetime(2031, 5, 1, tzinfo=UTC), is_contact=True)
    )
    for one in more:
        world.systems["books"].add(one)
    for one in mail:
        world.systems["mail"].add(one)
    now = datetime(2032, 6, 1, 12, tzinfo=UTC)
    return sweep(world.store, world.connectors, world.rules, lambda _: False, now, limits=WHOLE)


def test_a_letter_goes_when_its_writer_was_silent_for_the_term(world: World) -> None:
    """Five years after the last contact with whom it is from; a stranger's letter of last year does not count for it."""
    assert [one.item.key for one in steps(silent(world), Verdict.ERASE)] == ["mail-old"]


def automatic(key: str, *, year: int, to: Identifier = OLD) -> MemoryRecord:
    """Return a newsletter of that *year*."""
    return record(key, to, when=datetime(year, 5, 1, tzinfo=UTC))


def verdicts(due: Sweep) -> dict[str, str]:
    """Return what is to become of what, by its key."""
    return {one.item.key: one.disposition.verdict for one in steps(due)}


def test_a_newsletter_keeps_nobody_a_customer(world: World) -> None:
    """The last letter is of January 2026, and its term over in January 2031: the newsletter of 2029 goes with it."""
    due = silent(world, mail=[automatic("nieuws", year=2029)])
    assert verdicts(due) == {"mail-old": "erase", "nieuws": "erase"}


def test_what_came_when_the_term_was_over_is_a_finding(world: World) -> None:
    """A newsletter of May 2031 to the same: it is not kept in silence, and not taken either, for somebody may be a customer again."""
    due = silent(world, mail=[automatic("nieuws", year=2031)])
    assert verdicts(due) == {"mail-old": "erase", "nieuws": "review"}
    assert due.uncomputable == 1
    (one,) = steps(due, Verdict.REVIEW)
    assert "after the term was over" in one.disposition.ground.en


def test_where_there_never_was_contact_a_thing_goes_by_its_own_day(world: World) -> None:
    """To somebody who never wrote: of two newsletters the one that is older than the term goes, the other is kept, and nobody has to look."""
    stranger = KINDS.parse("nooit@elders.example")
    letters = [automatic(f"nieuws-{year}", year=year, to=stranger) for year in (2026, 2029)]
    assert verdicts(silent(world, mail=letters)) == {"mail-old": "erase", "nieuws-2026": "erase"}


def test_who_writes_from_another_address_is_not_silent(world: World) -> None:
    """The record that holds both addresses says that they are one customer's: nothing of a customer of today goes."""
    both = record("klant-3", OLD, NEW, part="klanten", category=Category.CONTACT)
    assert steps(silent(world, both)) == []


def test_where_a_source_could_not_be_asked_no_silence_is_assumed(world: World) -> None:
    """A later contact may stand there: the letter is left to people, and the source is named. What is younger than the term is no finding."""
    world.systems["hosting"].away = True
    due = silent(world)
    assert {source for source, _ in due.gaps} == {"hosting"}
    assert verdicts(due) == {"mail-old": "review"}


def test_the_latest_contact_counts_in_whatever_order_they_are_told(world: World) -> None:
    """An invoice of last year, and one of years ago after it: the customer is not silent."""
    told = [
        record(key, OLD, part="facturen", when=datetime(year, 5, 1, tzinfo=UTC), is_contact=True)
        for key, year in (("fact-8", 2031), ("fact-9", 2020))
    ]
    assert "mail-old" not in {one.item.key for one in steps(silent(world, *told))}


def test_a_subscription_runs_whatever_ended_beside_it(world: World) -> None:
    """One that runs, and then a contact that is none: the term of their letters has not begun."""
    runs = record("dom-8", OLD, part="domeinen", ends=datetime(2032, 9, 1, tzinfo=UTC))
    other = record("fact-9", OLD, part="facturen", is_contact=True)
    assert "mail-old" not in {one.item.key for one in steps(silent(world, runs, other))}


def back(world: World, since: datetime) -> tuple[Returned, ...]:
    """Return who came back with a backup of the day of *since*."""
    return returned(world.connectors, world.store.ledger, lambda _: False, local_day(since)).people


def test_a_backup_of_the_day_of_the_erasure_may_hold_the_person(world: World) -> None:
    """It may have been made in the morning: who was erased on that day is looked for, and who was erased the day before is not."""
    world.close(world.execute(world.plan()))
    world.systems["mail"].add(record("mail-s0", SANNE))
    (person,) = back(world, world.now)
    assert (person.reference, person.sources["mail"]) == (world.reference, 1)
    assert back(world, world.now + timedelta(days=1)) == ()


def test_who_wrote_after_the_erasure_did_not_come_back(world: World) -> None:
    """That is a new relation: nobody is told to have returned, and no request is opened for it; on the day itself it may be the old one."""
    for name in world.systems:
        for key in [key for source, key in world.of_others() if source == name]:
            world.systems[name].remove(key)
    world.close(world.execute(world.plan()))
    for name in ("books", "hosting"):
        for key in world.keys(name):
            world.systems[name].remove(key)
    world.systems["mail"].add(record("mail-s9", SANNE, when=world.now + timedelta(days=1)))
    assert back(world, world.now) == ()
    world.systems["mail"].add(record("mail-s8", SANNE, when=world.now))
    (person,) = back(world, world.now)
    assert person.sources == {"mail": 1}


def test_others_write_in_the_state_while_a_sweep_asks_its_sources(world: World) -> None:
    """A source may take an hour to answer: nobody waits for it who keeps something about somebody else, and the plan is as it would be."""
    asked: list[str] = []
    with Store(world.directory) as second:
        second._connection.execute("PRAGMA busy_timeout=0")

        real = MemoryConnector.propose

        def proposing(self: MemoryConnector, *arguments: Any) -> Any:
            asked.append(self.source)
            second.new_request([Given(PIET)], world.now)
            return real(self, *arguments)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(MemoryConnector, "propose", proposing)
            due = silent(world, *(record(f"brief-{number}", OLD) for number in range(3)))
    assert set(asked) == {"books", "mail"}
    assert {one.item.key for one in steps(due, Verdict.ERASE)} == {
        "mail-old",
        *(f"brief-{number}" for number in range(3)),
    }
