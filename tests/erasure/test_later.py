"""What was kept for later: when its day comes the sweep takes it, by a plan of its own, and the last key goes with it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from overdracht import Verdict
from overdracht.erasure import Sweep, close, execute, settle_schedule, sweep, verify_gone
from overdracht.errors import StateError
from overdracht.retention import local_day
from tests.erasure.world import AT_ONCE, WHOLE, World

THEN = datetime(2034, 1, 1, 12, tzinfo=UTC)


def swept(world: World, now: datetime) -> Sweep:
    """Draw the plan of what is due on the day of *now*; Piet's things are no part of these tests."""
    for name in world.systems:
        for key in [key for source, key in world.of_others() if source == name]:
            world.systems[name].remove(key)
    return sweep(world.store, world.connectors, world.rules, lambda _: False, now, limits=WHOLE)


def done(world: World, due: Sweep, now: datetime) -> int:
    """Carry out what is due and end it as the command does; return how much scheduled work is done with it."""
    execute(due.plan, world.connectors, confirmed=("vanderberg.example", "dom-1"), means=AT_ONCE)
    assert verify_gone(due.plan, world.connectors).holds
    count = settle_schedule(world.store, due.plan, local_day(now))
    close(world.store, due.request.reference, [due.plan], (), {}, now)
    return count


def test_an_invoice_that_was_blanked_goes_on_its_day(world: World) -> None:
    """Its contact data went in 2026 by our own hand: that is no change that keeps the sweep from it in 2034, and not a day before."""
    world.close(world.execute(world.plan()))
    before = swept(world, datetime(2033, 12, 31, 12, tzinfo=UTC))
    assert {one.step.item.key for one in before.plan.steps(Verdict.ERASE)} == {"dom-1"}
    due = swept(world, THEN)
    assert {one.step.item.key for one in due.plan.steps()} == {"dom-1", "fact-1"}
    assert done(world, due, THEN) == 2
    assert world.keys("books") == set()
    assert world.keys("hosting") == set()
    with pytest.raises(StateError, match="gone"):
        world.store.schedule_cipher(world.reference)
    assert world.store.audit.verify() == 2


def test_what_was_changed_by_somebody_else_meanwhile_is_not_taken_blindly(world: World) -> None:
    """An invoice that was booked anew since is another than the one that was scheduled: it is not erased by the old reference."""
    world.close(world.execute(world.plan()))
    world.systems["books"].add(replace(world.get("books", "fact-1"), title="Creditnota"))
    due = swept(world, THEN)
    with pytest.raises(Exception, match="changed"):
        done(world, due, THEN)
    assert "fact-1" in world.keys("books")


def test_a_sweep_schedules_nothing_anew(world: World) -> None:
    """What a sweep keeps the next one meets again by itself: the list of what is to be done later does not grow by looking at it."""
    world.close(world.execute(world.plan()))
    for day in range(1, 4):
        now = datetime(2033, 6, day, 12, tzinfo=UTC)
        done(world, swept(world, now), now)
    due = world.store.schedule.references(THEN.date())
    assert due == (world.reference,)
    assert world.store.schedule.open(world.reference) == 1
