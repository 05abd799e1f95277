"""What runs is the plan that was approved and no other, whatever happens to the state meanwhile."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from overdracht import ApprovedStep, Objection, Outcome, Result, Verdict
from overdracht.erasure import retry
from overdracht.errors import StateError, UsageError
from overdracht.state import Given, Phase, PlanFile, Store
from overdracht.testing.memory import MemoryConnector
from tests.erasure.world import SANNE, World, record, results


def another(world: World) -> PlanFile:
    """Draw a plan that takes more than the last one."""
    count = len(world.keys("mail"))
    world.systems["mail"].add(record(f"mail-later-{count}", SANNE))
    return world.plan()


Use = Callable[[PlanFile], object]
USES: dict[str, Use] = {
    "phase": lambda plan: plan.phase,
    "begin": lambda plan: plan.advance(Phase.EXECUTING),
    "intend": lambda plan: plan.intend([1, 2]),
    "settle": lambda plan: plan.settle([(1, Outcome("mail-s0", Result.ERASED))]),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_plan_that_was_replaced_never_speaks_of_the_other(world: World, use: Use) -> None:
    """Who holds it is refused, and the plan that took its place is as it was drawn."""
    old = world.plan()
    new = another(world)
    with pytest.raises(StateError, match="not there any more"):
        use(old)
    assert list(old.steps()) == []
    assert old.counts() == ()
    assert new.phase is Phase.PROPOSED
    assert set(results(new).values()) == {""}


def test_a_number_is_never_used_again(world: World) -> None:
    """Not that of a plan that was replaced, nor after a whole request went, nor in a state file of before they were counted."""
    seen = set[int]()
    for _ in range(3):
        number = another(world)._number
        assert number not in seen
        seen.add(number)
    world.store.shred(world.reference)
    world.reference = world.store.new_request((Given(SANNE),), world.now).reference
    assert world.plan()._number not in seen
    world.store._connection.execute("DELETE FROM counter WHERE name='plan'")
    last = world.request.plans().all()[-1]
    last.advance(Phase.EXECUTING)
    last.advance(Phase.EXECUTED)
    assert another(world)._number == last._number + 1


@pytest.mark.parametrize(
    ("come_to", "phase"),
    [
        ((), Phase.EXECUTED),
        ((), Phase.CLOSED),
        ((Phase.EXECUTING,), Phase.EXECUTING),
        ((Phase.EXECUTING,), Phase.CLOSED),
        ((Phase.EXECUTING, Phase.EXECUTED), Phase.EXECUTING),
        ((Phase.EXECUTING, Phase.EXECUTED, Phase.CLOSED), Phase.EXECUTED),
    ],
)
def test_a_plan_takes_its_phases_one_by_one(
    world: World, come_to: tuple[Phase, ...], phase: Phase
) -> None:
    """None is left out and none is taken twice: it is as it was."""
    plan = world.plan()
    for one in come_to:
        plan.advance(one)
    before = plan.phase
    with pytest.raises(StateError, match=f"is {before} by now"):
        plan.advance(phase)
    assert plan.phase is before


def test_of_two_that_begin_one_plan_one_begins_it(world: World) -> None:
    """Two connections to the state, at the same moment, again and again."""
    barrier = Barrier(2)

    def begin(digest: str) -> bool:
        with Store(world.directory) as store:
            _, plan = store.plan(digest)
            barrier.wait(20)
            try:
                plan.advance(Phase.EXECUTING)
            except StateError:
                return False
            return True

    with ThreadPoolExecutor(2) as threads:
        for _ in range(8):
            plan = another(world)
            assert sorted(threads.map(begin, [plan.digest] * 2)) == [False, True]
            plan.advance(Phase.EXECUTED)


@pytest.mark.parametrize("source", ["books", "mail"])
def test_a_plan_that_is_replaced_while_the_sources_are_asked_is_not_carried_out(
    world: World, source: str
) -> None:
    """The other takes what nobody approved: neither runs, and nothing has been touched."""
    drawn: list[PlanFile] = []

    class Slow(MemoryConnector):
        def prepare(self, steps: Iterable[ApprovedStep]) -> Iterator[Objection]:
            yield from super().prepare(steps)
            drawn.append(another(world))

    plan = world.plan()
    world.makes[source] = Slow
    with pytest.raises(StateError, match="not there any more"):
        world.execute(plan)
    (new,) = drawn
    assert new.phase is Phase.PROPOSED
    assert world.keys("mail") >= {"mail-s0", "mail-s1", "mail-s2", "mail-later-12"}
    assert "klant-1" in world.keys("books")


def test_a_plan_that_goes_while_it_is_carried_out_stops_the_work(world: World) -> None:
    """The journal takes no outcome that it has no step for, and nothing is intended any more."""
    plan = world.plan()

    def vanish(moment: str, key: str) -> None:
        if (moment, key) == ("after", "mail-s0"):
            world.store._connection.execute("DELETE FROM plan")

    world.systems["mail"].watch = vanish
    with pytest.raises(StateError, match="not there any more"):
        world.execute(plan)
    assert "klant-1" in world.keys("books")


def test_what_failed_is_not_opened_in_a_plan_that_goes_on_elsewhere(world: World) -> None:
    """Another process opened it first: what it has in hand stays."""
    plan = world.plan()
    plan.advance(Phase.EXECUTING)
    first = next(plan.steps(Verdict.ERASE))
    plan.settle([(first.number, Outcome(first.step.item.key, Result.FAILED, "weg"))])
    with pytest.raises(StateError, match="executing by now"):
        plan.reopen(Result.FAILED)
    assert results(plan)[first.step.item.key] == "failed"
    assert retry(plan) == 0


class TestLocks:
    """One process at a time works on a request, or makes a retention round."""

    @pytest.fixture
    def other(self, world: World) -> Iterator[Store]:
        """The state as another process has it."""
        with Store(world.directory) as store:
            yield store

    def test_within_itself_a_process_may_go_on(self, world: World, other: Store) -> None:
        """What it calls may take what it holds, and gives it back when it gives it back itself."""
        with world.store.working_on(world.reference):
            with world.store.working_on(world.reference):
                pass
            with (
                pytest.raises(StateError, match=f"working on request {world.reference}"),
                other.working_on(world.reference),
            ):
                pass
        with other.working_on(world.reference):
            pass

    def test_a_retention_round_is_made_by_one(self, world: World, other: Store) -> None:
        """Also before there is a request for it."""
        with (
            world.store.sweeping(),
            world.store.sweeping(),
            pytest.raises(StateError, match="working on a retention round"),
            other.sweeping(),
        ):
            pass
        with other.sweeping():
            pass

    def test_an_approved_plan_is_read_when_nobody_else_can_change_it(
        self, world: World, other: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is replaced between being named and being held: it is refused."""
        digest = world.plan().digest
        real = other.working_on

        def late(reference: str) -> Any:
            another(world)
            return real(reference)

        monkeypatch.setattr(other, "working_on", late)
        with pytest.raises(UsageError, match="no plan with the digest"), other.approved(digest):
            pass

    def test_what_was_closed_meanwhile_is_not_held(self, world: World, other: Store) -> None:
        """Its key was opened before it was destroyed: the lock on it keeps nobody from anything."""
        import fcntl

        with pytest.MonkeyPatch.context() as patch:
            real = fcntl.flock

            def late(descriptor: int, operation: int) -> None:
                world.store.shred(world.reference)
                real(descriptor, operation)

            patch.setattr(fcntl, "flock", late)
            with (
                pytest.raises(StateError, match="closed meanwhile"),
                other.working_on(world.reference),
            ):
                pass


def test_an_older_program_on_the_same_state_leaves_no_number_to_be_used_again(world: World) -> None:
    """It counts for itself, past what was counted: the next number is beyond both."""
    plan = world.plan()
    state: sqlite3.Connection = world.store._connection
    row = state.execute("SELECT request FROM plan").fetchone()
    state.execute(
        "INSERT INTO plan (id, request, digest, made, phase, payload) SELECT 70, ?, 'ouder', made, 'executed', payload FROM plan",
        row,
    )
    assert another(world)._number == 71
    assert plan._number < 70
