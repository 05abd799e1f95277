"""The command line itself, killed with SIGKILL at any moment over real files: what was planned goes, once, and nothing else ever does.

Each process is a real one, forked, that runs `overdracht erase`, `retention` or `reapply` over a Maildir, mbox files, cards, notes, logs and a
book. It is killed before each thing it does that leaves the disk different. What a killed process leaves is what is on the disk and nothing else:
moments between which nothing there changed are one, and are died at once. Then comes what an administrator would do: `overdracht resume`, and the
same command again while the request is open.
"""

import gzip
import hashlib
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from overdracht.cli.certificates import check
from overdracht.seal import SigningKey, generate_identity
from overdracht.state import Store
from tests.erasure.disk_world import SANNE, build, build_outdated
from tests.erasure.killing import TEMPORARY, moments, output, prepared, run, warm
from tests.erasure.process import quick_directory

BETWEEN = ("-wal", "-shm", "audit.new")
"""What the next process that writes to the state ends; none of it says anything about anybody."""

EXIT_1 = 1 << 8
REFERENCE = re.compile(r"20\d\d-\d{4}")
"""Who was killed when a request was opened has used one up."""

Left = dict[str, tuple[object, int, int]]
Words = tuple[str, ...]
WORLD, STATE, BUNDLE = "world", "state", "uit.age"


@dataclass
class Scene:
    """A world in which *words* is about to be run, what an undisturbed run leaves of it, and the moments at which it may die."""

    directory: Path
    words: Words
    planning: Words = ()
    """The plan whose digest is added to the words, made anew each time: where a file is known by its inode, a copy of it is another."""
    only_acting: bool = False
    """Whether it dies from the first intent to the last outcome only: before and after that it is as any other erasure."""
    before: Left = field(init=False)
    after: Left = field(init=False)
    certified: Any = field(init=False)
    points: list[int] = field(init=False)
    """The numbers of the moments at which the disk is not as it was at the moment before."""
    visited: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.before = left(self.directory / WORLD)
        put(self.directory / WORLD, self.directory / "untouched")
        world = self.world()
        died = run(world, *self.command, watch=True)
        assert died.status == 0, output(world)
        warm(world)
        self.points = different(world)
        self.names = [one.rsplit(" ", 1)[0] for one in moments(world)]
        self.after = left(world)
        self.certified = certificate(world)
        (path,) = certificates(world)
        assert run(world, "verify", str(path)).status == 0, output(world)

    def world(self) -> Path:
        """Return the world as it was."""
        world = self.directory / WORLD
        shutil.rmtree(world)
        put(self.directory / "untouched", world)
        if self.planning:
            self.digest = digest(world, *self.planning)
        return world

    @property
    def begun(self) -> int:
        """The number of the moment at which the plan is begun."""
        return self.names.index("begin") + 1

    @property
    def ended(self) -> int:
        """The number of the moment at which all of it is done."""
        return self.names.index("executed") + 1

    @property
    def command(self) -> Words:
        """What is run now."""
        return (*self.words, self.digest) if self.planning else self.words

    def die_everywhere(self) -> None:
        """Die at every point in turn, go on, and check what there is then."""
        for at in self.points:
            if self.only_acting and not self.begun <= at <= self.ended:
                continue
            world = self.world()
            died = run(world, *self.command, at=at)
            assert died.killed, (
                f"moment {at}, {self.names[at - 1]}, was not reached: {output(world)}"
            )
            where = f"after moment {at}, {self.names[at - 1]}"
            assert moments(world) == self.names[:at], where
            self.visited.append(self.names[at - 1])
            self.touched_no_other(world, where)
            self.go_on(world, where)
            self.is_whole(world, where)

    def touched_no_other(self, world: Path, where: str) -> None:
        """Check that each file in *world* is as it was, or as it will be, or is one that is to go."""
        for path, found in left(world).items():
            if path in self.before and self.before[path] == self.after.get(path):
                assert found == self.before[path], f"{path} {where}"

    def go_on(self, world: Path, where: str) -> None:
        """Do what an administrator does who finds the machine rebooted."""
        resumed = run(world, "resume")
        assert resumed.status == 0, f"{where}: {output(world)}"
        again = self.command
        for _ in range(2):
            with Store(world / STATE) as state:
                if not state.references() and any(
                    one.event == "closed" for one in state.audit.entries()
                ):
                    return
            done = run(world, *again)
            if f"{BUNDLE} exists already" in output(world):
                again = tuple(f"2-{word}" if word == BUNDLE else word for word in again)
            else:
                assert done.status == 0, f"{where}: {output(world)}"

    def is_whole(self, world: Path, where: str) -> None:
        """Check that *world* is what an undisturbed run leaves, that every act is accounted for, and that no half file is left."""
        found = left(world)
        assert set(found) == set(self.after), where
        for name, after in self.after.items():
            assert found[name] == after, f"{name} {where}"
        assert certificate(world) == self.certified, where
        with Store(world / STATE) as state:
            assert state.references() == (), where
            assert state.audit.verify(), where
            events = [one.event for one in state.audit.entries()]
            for one in state.audit.entries():
                key = world / STATE / "keys" / f"{one.reference}.key"
                assert one.event != "closed" or not key.exists(), where
            noted = [events.count(one) for one in ("erased", "closed")]
            assert "erase begun" in events, where
            assert noted == [1, 1], f"{where}: {events}"
            bundles = [one.path for one in state.copies.all() if one.path.exists()]
        assert sorted(bundles) == sorted(world.glob("*.age")), where
        assert not list((world.parent / TEMPORARY).iterdir()), where


def different(world: Path) -> list[int]:
    """Return the numbers of the moments at which the disk was not as it was at the moment before, for the process that was watched."""
    states = ["", *(one.rsplit(" ", 1)[1] for one in moments(world))]
    return [number for number in range(1, len(states)) if states[number] != states[number - 1]]


def put(world: Path, to: Path) -> None:
    """Copy *world*, with the times of its files."""
    shutil.copytree(world, to, copy_function=shutil.copy2)


def left(world: Path) -> Left:
    """Return what there is in the systems of *world*, and of ours beside them by its name: content, time and mode.

    A rotated log in which nothing is left is as none: who was killed before it was removed leaves it, empty.
    """
    return {
        REFERENCE.sub("REFERENCE", str(path.relative_to(world))): _seen(
            path, ours=STATE in path.parts
        )
        for path in sorted(world.rglob("*"))
        if path.is_file()
        and path.parent.name != "keys"
        and path.suffix != ".age"
        and not path.name.endswith(BETWEEN)
        and not _is_emptied(path)
    }


def _is_emptied(path: Path) -> bool:
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes()) == b""
    return path.parent.name == "logs" and path.stat().st_size == 0


def _seen(path: Path, *, ours: bool) -> tuple[object, int, int]:
    status = path.stat()
    if ours:
        return None, 0, status.st_mode
    if path.suffix == ".gnucash":
        with closing(sqlite3.connect(path)) as book:
            return hashlib.sha256("\n".join(book.iterdump()).encode()).digest(), 0, status.st_mode
    return path.read_bytes(), status.st_mtime_ns, status.st_mode


def certificates(world: Path) -> list[Path]:
    """Return the certificates in *world*."""
    return sorted((world / STATE / "certificates").glob("*.json"))


def certificate(world: Path) -> Any:
    """Return what the one certificate in *world*, whose signature is checked, says, without what differs from run to run."""
    (path,) = certificates(world)
    checked = check(path, SigningKey.load(world / STATE / "signing.key").public_text)
    assert checked.problem == "", checked.problem
    facts = json.loads(path.read_bytes())
    assert facts["complete"] is True, facts
    return {name: facts[name] for name in ("sources", "verification", "residue")}


def report(capsys: pytest.CaptureFixture[str], scene: Scene) -> None:
    """Check that every point was visited, and say how many there are."""
    wanted = [
        one for one in scene.points if not scene.only_acting or scene.begun <= one <= scene.ended
    ]
    assert len(scene.visited) == len(wanted) > 5
    with capsys.disabled():
        told = f"{len(wanted)} fault points at {len(scene.names)} moments"
        print(f"\n{scene.words[0]}: {told}, all survived")  # noqa: T201 - a figure for who runs it


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    with quick_directory() as directory, prepared(), pytest.MonkeyPatch.context() as patch:
        # A full disk in another test may have taught Python that there are no nameless files here.
        patch.setattr("tempfile._O_TMPFILE_WORKS", True)
        yield directory


def _planned(place: Path, name: str, sources: Words) -> Path:
    world = place / name / WORLD
    world.mkdir(parents=True)
    build(world, sources)
    run(world, "plan", SANNE)
    run(world, "review", "2026-0001", "--reject", "all")
    return world.parent


def digest(world: Path, *words: str) -> str:
    """Make the plan that *words* ask for, and return its digest."""
    run(world, *words, "--json")
    return str(
        json.loads(output(world).partition("{")[1] + output(world).partition("{")[2])["digest"]
    )


def test_an_erasure_with_its_bundle(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From the first block of the bundle to the last key that is destroyed: it ends as if nothing had happened, and no bundle is forgotten."""
    directory = _planned(place, "bundled", ("mail", "cards"))
    plan = digest(directory / WORLD, "plan", "2026-0001", "--no-find")
    to = generate_identity().recipient
    scene = Scene(
        directory, ("erase", "--apply", plan, "--bundle-first", BUNDLE, "--recipient", to)
    )
    scene.die_everywhere()
    assert {"begin", "intent", "act", "outcome", "executed", "closed", "shredded"} <= set(
        scene.names
    )
    report(capsys, scene)


def test_an_erasure_from_the_books(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A book of which the old goes, the person is blanked, and the rest is kept and scheduled."""
    directory = _planned(place, "books", ("books",))
    plan = digest(directory / WORLD, "plan", "2026-0001")
    scene = Scene(directory, ("erase", "--apply", plan), only_acting=True)
    scene.die_everywhere()
    report(capsys, scene)


@pytest.mark.parametrize("unattended", [True, False])
def test_a_retention_round(
    place: Path, capsys: pytest.CaptureFixture[str], unattended: bool
) -> None:
    """A timer's round, which plans and applies at once, and one that somebody approved: what is too old goes, and nothing newer."""
    world = place / f"round-{unattended}" / WORLD
    world.mkdir(parents=True)
    build_outdated(world)
    scene = (
        Scene(world.parent, ("retention", "--unattended"))
        if unattended
        else Scene(
            world.parent, ("retention", "--apply"), planning=("retention",), only_acting=True
        )
    )
    scene.die_everywhere()
    assert not {one for one in scene.after if one.startswith("post/cur/") and "M9P9" not in one}
    report(capsys, scene)


def test_who_came_back_with_a_backup(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`reapply` killed while it makes its plans: the next one makes the same, and applied it takes what came back and nothing else."""
    directory = _planned(place, "returned", ("mail",))
    world = directory / WORLD
    put(world / "post", directory / "backup")
    run(world, "erase", "--apply", digest(world, "plan", "2026-0001"))
    (world / STATE / "certificates" / "2026-0001.json").rename(directory / "first.json")
    gone = left(world)
    shutil.rmtree(world / "post")
    put(directory / "backup", world / "post")
    since = ("reapply", "--since", "2026-11-01")
    put(world, directory / "restored")
    run(world, *since, watch=True)
    warm(world)
    points = different(world)
    for at in points:
        shutil.rmtree(world)
        put(directory / "restored", world)
        assert run(world, *since, at=at).killed
        assert run(world, *since, "--json").status == EXIT_1  # somebody is back
        (back,) = json.loads(output(world))["returned"]
        assert back["erased_by"] == "2026-0001", at
        assert run(world, "erase", "--apply", back["digest"]).status == 0, output(world)
        found = left(world)
        assert {name: one for name, one in found.items() if not name.startswith(STATE)} == {
            name: one for name, one in gone.items() if not name.startswith(STATE)
        }, at
        assert run(world, *since).status == 0, output(world)
        with Store(world / STATE) as state:
            assert state.references() == (), at
            assert state.audit.verify(), at
    with capsys.disabled():
        print(f"\nreapply: {len(points)} fault points, all survived")  # noqa: T201 - a figure for who runs it
