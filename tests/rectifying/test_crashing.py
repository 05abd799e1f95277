"""Killed at any moment of a correction over several systems: each wrong value is corrected once, and nothing else is ever touched.

Each process is a real one, forked, and killed with SIGKILL before, between and after each intent, act and outcome, before each transaction of the state,
and between the steps of finding, planning, looking again and certifying.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from overdracht.state import Phase, Store
from tests.erasure.process import (
    Killer,
    acts,
    certified,
    copied,
    files,
    fork,
    quick_directory,
    small_batches,
)
from tests.erasure.world import PHONE
from tests.rectifying.process import CORRECTED, NEW, build, run_to_the_end


class Scene:
    """A world, what it is before, and what a correction that nothing disturbed makes of it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.untouched = directory / "untouched"
        build(self.untouched)
        self.of_others = files(self.untouched, but=CORRECTED)
        self._made = 0
        first = self.world()
        assert fork(lambda: _run(first, log=directory / "moments")).status == 0
        self.moments = (directory / "moments").read_text().splitlines()
        self.corrected = {name: content for name, (content, _) in files(first).items()}
        self.statement = certified(first)

    def world(self) -> Path:
        """Return a fresh copy of the world."""
        self._made += 1
        return copied(self.untouched, self.directory / f"world-{self._made}")

    def is_whole(self, world: Path) -> None:
        """Check that *world* is what an undisturbed correction leaves, and that nothing was done twice."""
        assert files(world, but=CORRECTED) == self.of_others
        assert {name: content for name, (content, _) in files(world).items()} == self.corrected
        assert acts(world) == sorted(CORRECTED)
        assert certified(world) == self.statement
        with Store(world / "state") as state:
            (reference,) = state.references()
            (plan,) = state.request(reference).plans().all()
            assert plan.phase is Phase.CLOSED
            told = {one.step.item.key: one.outcome for one in plan.steps()}
            results = {key: one.result for key, one in told.items() if one is not None}
            assert results == dict.fromkeys(CORRECTED, "rectified") | {"fact-1": "retained"}


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


def test_the_world_is_what_it_is_said_to_be(scene: Scene) -> None:
    """Undisturbed, her number is right in all three systems, stays in the invoice that was sent, and nobody else's record is touched."""
    scene.is_whole(scene.directory / "world-1")
    for name, content in scene.corrected.items():
        holds = {value for value in (PHONE.value, NEW.value) if value.encode() in content}
        key = Path(name).stem
        assert holds == (
            {NEW.value} if key in CORRECTED else {PHONE.value} if key == "fact-1" else set()
        )


def test_killed_at_every_moment_and_resumed(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    """For every moment there is: a process is killed there, the next one ends the work, and all is as if nothing had happened."""
    for at, moment in enumerate(scene.moments, 1):
        world = scene.world()
        assert fork(lambda: _run(world, at)).killed, f"moment {at}, {moment}, was not reached"  # noqa: B023 - used at once
        assert files(world, but=CORRECTED) == scene.of_others
        assert fork(lambda: _run(world)).status == 0, f"not resumed after {at}, {moment}"  # noqa: B023 - used at once
        scene.is_whole(world)
    assert {"intent", "act", "outcome", "told", "certified", "closed"} <= set(scene.moments)
    assert scene.moments.count("act") == len(CORRECTED)
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
