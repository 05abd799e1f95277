"""Killed at any moment, cut off from power at any moment: what was planned is done once, and nothing else ever is.

Each process is a real one, forked, and killed with SIGKILL at one of its moments: before, between and after each intent, act and outcome, and
between the steps of finding, planning, verifying, certifying and forgetting. A power cut is simulated as the loss of whatever SQLite had
not been told to sync: the journal is cut where the last durable transaction began, in the middle of what it wrote, or a byte before its end, while
the systems keep what was done to them. Not simulated: a disk that says it has synced and has not.
"""

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from overdracht.errors import StateError
from overdracht.state import Given, Store
from tests.erasure.process import (
    Killer,
    acts,
    at_each_sync,
    build,
    certified,
    copied,
    files,
    fork,
    quick_directory,
    run_to_the_end,
    small_batches,
)
from tests.erasure.test_closing import spilled
from tests.erasure.world import CUSTOMER, NOW, PHONE, SANNE

PLANNED = ("dom-1", "fact-1", "klant-1", "mail-s0", "mail-s1", "mail-s2")
GONE = frozenset(PLANNED) - {"dom-1", "fact-1"}


class Scene:
    """A world, what it is before, and what its certificate says after an erasure that nothing disturbed."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.untouched = directory / "untouched"
        build(self.untouched)
        self.before = files(self.untouched)
        self.of_others = files(self.untouched, but=PLANNED)
        self._made = 0
        first = self.world()
        assert fork(lambda: _run(first, log=directory / "moments")).status == 0
        self.certificate = certified(first)
        self.moments = (directory / "moments").read_text().splitlines()

    def world(self, of: Path | None = None) -> Path:
        """Return a fresh copy of the world, or of another."""
        self._made += 1
        return copied(of or self.untouched, self.directory / f"world-{self._made}")

    def is_whole(self, world: Path) -> None:
        """Check that *world* is what an undisturbed erasure leaves, and that nothing was done twice."""
        assert files(world, but=PLANNED) == self.of_others
        assert GONE.isdisjoint(Path(one).stem for one in files(world))
        (invoice,) = (world / "books" / "facturen").glob("fact-1.json")
        assert json.loads(invoice.read_bytes())["text"] == ""
        (domain,) = (world / "hosting" / "domeinen").glob("dom-1.json")
        assert json.loads(domain.read_bytes())["cancelled"] is True
        assert acts(world) == sorted(PLANNED)
        assert certified(world) == self.certificate
        with Store(world / "state") as state:
            assert state.references() == ()
            assert [one.event for one in state.audit.entries()] == ["closed"]
            assert state.audit.verify() == 1
            assert all(state.ledger.erased(one) for one in (SANNE, CUSTOMER, PHONE))
            (reference,) = state.schedule.references(NOW.date() + timedelta(days=9000))
            assert state.schedule.open(reference) == 2
            assert state.schedule_cipher(reference)
        assert spilled(world / "state", {SANNE.value, "Storing", "mail-s0", "fact-1"}) == set()


def _run(world: Path, at: int = 0, log: Path | None = None) -> None:
    killer = Killer(at)
    with small_batches():
        run_to_the_end(world, killer)
    if log is not None:
        log.write_text("\n".join(killer.moments))


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with quick_directory() as directory:
        yield Scene(directory)


def test_killed_at_every_moment_and_resumed(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    """For every moment there is: a process is killed there, the next one ends the work, and all is as if nothing had happened."""
    for at, moment in enumerate(scene.moments, 1):
        world = scene.world()
        assert fork(lambda: _run(world, at)).killed, f"moment {at}, {moment}, was not reached"  # noqa: B023 - used at once
        assert files(world, but=PLANNED) == scene.of_others
        assert fork(lambda: _run(world)).status == 0, f"not resumed after {at}, {moment}"  # noqa: B023 - used at once
        scene.is_whole(world)
    assert {"intent", "act", "outcome", "closed", "shredded"} <= set(scene.moments)
    with capsys.disabled():
        print(f"\n{len(scene.moments)} fault points, all survived")  # noqa: T201 - a figure for who runs it


def test_killed_again_while_resuming(scene: Scene) -> None:
    """A process that is killed a little later each time it starts gets there in the end, and does nothing twice."""
    for step in (2, 3, 7):
        world, deaths = scene.world(), 0
        while fork(lambda: _run(world, 3 + step * deaths)).killed:  # noqa: B023 - used at once
            deaths += 1
        assert deaths > 2
        scene.is_whole(world)


def test_a_power_cut_between_writing_and_syncing(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was not synced is lost, wholly or in part: the next process ends the work from what is left."""
    world, taken = scene.world(), scene.directory / "cuts"

    def work() -> None:
        count = 0

        def snapshot(safe: int, written: int) -> None:
            nonlocal count
            for cut in sorted({safe, (safe + written) // 2, written - 1}):
                count += 1
                copy = copied(world, taken / f"{count}")
                (copy / "state" / "overdracht.sqlite-shm").unlink()
                os.truncate(copy / "state" / "overdracht.sqlite-wal", cut)

        at_each_sync(world, snapshot)
        _run(world)

    assert fork(work).status == 0
    cuts = sorted(taken.iterdir())
    assert len(cuts) > 30
    for cut in cuts:
        assert fork(lambda: _run(cut)).status == 0, f"not resumed after {cut.name}"  # noqa: B023 - used at once
        assert files(cut, but=PLANNED) == scene.of_others
        assert GONE.isdisjoint(Path(one).stem for one in files(cut))
        assert acts(cut) == sorted(PLANNED)
        with Store(cut / "state") as state:
            assert state.references() == ()
            assert state.audit.verify() == 1
    with capsys.disabled():
        print(f"\n{len(cuts)} power cuts, all survived")  # noqa: T201 - a figure for who runs it


def test_a_second_process_is_refused_and_the_first_killed_frees_the_way(scene: Scene) -> None:
    """While one process works on the request no other may; its lock dies with it."""
    world = scene.world()
    ready, begin = os.pipe()
    hold, let_go = os.pipe()

    def waits(moment: str) -> None:
        if moment == "begin":
            os.write(begin, b"x")
            os.read(hold, 1)

    def second() -> None:
        os.read(ready, 1)
        try:
            run_to_the_end(world, lambda _: None)
        except StateError as refused:
            assert "another overdracht" in str(refused)
            os.write(let_go, b"x")
            return
        raise AssertionError("two at once")

    def both() -> None:
        child = os.fork()
        if child == 0:
            run_to_the_end(world, waits)
            os._exit(0)
        second()
        assert os.waitpid(child, 0)[1] == 0

    assert fork(both).status == 0
    scene.is_whole(world)
    for descriptor in (ready, begin, hold, let_go):
        os.close(descriptor)


@pytest.mark.parametrize("days", [-4000, -1, 1, 4000])
def test_a_clock_that_jumps_between_the_plan_and_the_rest(scene: Scene, days: int) -> None:
    """Years back or forward between approval and execution: what was approved is what is done."""
    world = scene.world()
    at = scene.moments.index("planned") + 1
    assert fork(lambda: _run(world, at + 1)).killed

    def later() -> None:
        run_to_the_end(world, lambda _: None, NOW + timedelta(days=days))

    # Killed before it was begun: the plan of today is drawn anew, and that is what the law says today.
    begun = scene.world()
    assert fork(lambda: _run(begun, scene.moments.index("begin") + 1)).killed

    def resumed() -> None:
        run_to_the_end(begun, lambda _: None, NOW + timedelta(days=days))

    assert fork(later).status == 0
    assert fork(resumed).status == 0
    assert acts(begun) == sorted(PLANNED)
    assert files(begun, but=PLANNED) == files(world, but=PLANNED) == scene.of_others
    with Store(begun / "state") as state:
        assert state.audit.verify() == 1
        assert state.schedule.open("2026-0001") == 2


def test_a_state_that_was_never_closed_keeps_its_request(tmp_path: Path) -> None:
    """Opening the state shreds what was closed and nothing else, however often."""
    for _ in range(3):
        with Store(tmp_path / "state") as state:
            if not state.references():
                state.new_request([Given(SANNE)], NOW)
            (reference,) = state.references()
            assert [one.identifier for one in state.request(reference).given()] == [SANNE]
