"""What happens between the plan and its execution, and disks that are full: nothing is lost, nothing foreign goes, nothing is called done."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from overdracht.erasure import Means, NotReady, unfinished
from overdracht.errors import StateError
from overdracht.state import Phase, Store
from overdracht.testing.memory import MemorySystem
from tests.erasure.process import small_batches
from tests.erasure.world import NOW, PIET, SANNE, World, record, results


def test_a_changed_item_stops_it_and_a_new_plan_takes_it(world: World) -> None:
    """Changed before anything was done: nothing has been touched, and what is approved next is what is there now."""
    old = world.plan()
    world.systems["mail"].add(replace(world.get("mail", "mail-s1"), text="nagekomen regel"))
    with pytest.raises(NotReady):
        world.execute(old)
    assert world.keys("mail") >= {"mail-s0", "mail-s1", "mail-s2"}
    new = world.plan()
    assert new.digest != old.digest
    world.execute(new)
    assert world.verify(new).clean


def test_a_moved_item_is_not_called_erased(world: World) -> None:
    """Somebody filed a letter under another folder after the plan: it is gone from where it was, found where it is, and a new plan
    takes it."""
    plan = world.plan()
    mail = world.systems["mail"]
    letter = world.get("mail", "mail-s1")
    mail.remove("mail-s1")
    mail.add(replace(letter, part="Archief", key="archief-1"))
    world.execute(plan)
    assert results(plan)["mail-s1"] == "already gone"
    verification = world.verify(plan)
    assert verification.new == {"mail": 1}
    assert not verification.clean
    again = world.execute(world.plan())
    assert world.verify(again).clean
    assert "archief-1" not in world.keys("mail")


def test_an_item_moved_under_its_own_key_is_left(world: World) -> None:
    """The same key in another part: what was said to be gone is still there, and it does not hold."""
    plan = world.plan()
    mail = world.systems["mail"]
    letter = world.get("mail", "mail-s1")
    mail.remove("mail-s1")
    mail.add(replace(letter, part="Archief"))
    world.execute(plan)
    assert world.verify(plan).left == {"mail": 1}


def test_a_letter_delivered_again_is_another_letter(world: World) -> None:
    """The same text under a new key after the plan stays, is new, and is no reason to distrust what was done."""
    plan = world.plan()
    letter = world.get("mail", "mail-s1")
    world.systems["mail"].add(replace(letter, key="mail-s1-again"))
    world.execute(plan)
    assert "mail-s1-again" in world.keys("mail")
    verification = world.verify(plan)
    assert verification.new == {"mail": 1}
    assert verification.holds


def test_a_key_that_somebody_elses_record_has_now_is_no_licence(world: World) -> None:
    """The key was given to another's letter after the plan: that is a change, and the letter is not touched."""
    plan = world.plan()
    mail = world.systems["mail"]
    theirs = record("mail-s1", PIET, title="Van Piet")

    def swap(moment: str, key: str) -> None:
        if (moment, key) == ("after", "mail-s0"):
            mail.add(theirs)

    mail.watch = swap
    world.execute(plan)
    assert results(plan)["mail-s1"] == "changed since the plan"
    assert world.get("mail", "mail-s1") == theirs


@pytest.mark.parametrize("days", [-9000, -1, 1, 9000])
def test_a_clock_that_jumps_changes_nothing_that_was_approved(world: World, days: int) -> None:
    """Back or forward by years between the plan and the rest: the invoice is still kept until 2034, and all is remembered."""
    plan = world.plan()
    world.now = NOW + timedelta(days=days)
    world.execute(plan)
    assert world.verify(plan).clean
    (kept,) = [one for one in world.certificate(plan)["retained"] if one["source"] == "books"]
    assert kept["until"] == "2034-01-01"
    assert world.close(plan) == 2
    erased = world.store.ledger.erased(SANNE)
    assert erased is not None
    assert erased[1] == (NOW + timedelta(days=days)).date()


@pytest.fixture
def large(world: World) -> Iterator[World]:
    """Many letters, so that the journal needs more pages while the plan is carried out, in several batches."""
    letters = [record(f"mail-{number}", SANNE) for number in range(900)]
    others = [record(f"piet-{number}", PIET) for number in range(50)]
    world.systems = {"mail": MemorySystem([*letters, *others])}
    with small_batches(500):
        yield world


@pytest.mark.parametrize("moment", ["begin", "intent", "act", "outcome"])
def test_a_disk_that_is_full_at_any_moment(large: World, moment: str) -> None:
    """SQLite gets no further page: the work stops with an error that says so; whatever was done by then is found and ended later,
    and nothing is put down to the source."""
    plan = large.plan()
    database = large.store._connection
    others = large.of_others()

    def fill(now: str) -> None:
        if now == moment:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            pages = database.execute("PRAGMA page_count").fetchone()[0]
            database.execute(f"PRAGMA max_page_count={pages}")

    with pytest.raises(StateError, match="full"):
        large.execute(plan, means=Means(sleep=lambda _: None, moment=fill))
    assert plan.phase is Phase.EXECUTING
    assert large.of_others() == others
    settled = results(plan)
    for key, result in settled.items():
        assert result in {"", "erased"}
        assert not result or key not in large.keys("mail")

    database.execute("PRAGMA max_page_count=1000000")
    large.execute(plan)
    assert set(results(plan).values()) == {"erased"}
    assert unfinished(plan) == 0
    assert large.verify(plan).clean
    assert large.of_others() == others


def test_a_disk_that_is_full_at_the_closing(world: World) -> None:
    """It is closed whole or not at all, and later it is."""
    plan = world.execute(world.plan())
    world.verify(plan)
    database = world.store._connection
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.execute(
        "CREATE TEMP TRIGGER full BEFORE INSERT ON main.audit BEGIN SELECT raise(ABORT, 'full'); END"
    )
    with pytest.raises(StateError, match="full"):
        world.close(plan)
    database.execute("DROP TRIGGER full")
    world.store.close()
    with Store(world.directory) as store:
        world.store = store
        (again,) = world.request.plans().all()
        assert world.close(again) == 2
        assert store.references() == ()
