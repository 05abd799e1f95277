"""A world on disk, and processes that erase a person from it and may be killed at any moment."""

import json
import os
import shutil
import signal
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from pydantic import TypeAdapter

from overdracht.erasure import (
    Whom,
    close,
    execute,
    executing,
    facts,
    hold,
    plan_erasure,
    verify,
    write,
)
from overdracht.ruling import Rules
from overdracht.seal import SigningKey
from overdracht.state import Given, Phase, PlanFile, Store, afterlife, audit, database, plans, store
from overdracht.survey import Organisation, Pool, identity_of, survey
from overdracht.testing.memory import MemoryConnector, MemoryRecord, MemorySettings, MemorySystem
from tests.erasure.world import AT_ONCE, KINDS, NOW, SANNE, WHOLE, Source, books, hosting, mail

SYSTEMS = {"books": books, "hosting": hosting, "mail": mail}
ORGANISATION = Organisation()
_RECORD = TypeAdapter(MemoryRecord)

Tick = Callable[[str], None]
"""Called at every moment at which the process can die."""


class Folder(MemorySystem):
    """Records of which each is a file of its own, so that they outlive the process; every change of one is noted beside them."""

    def __init__(self, directory: Path, tick: Tick = lambda _: None) -> None:
        super().__init__()
        self._directory = directory
        self.watch = lambda moment, _: tick(f"{moment} the act")
        for path in sorted(directory.glob("*/*.json")):
            content = path.read_bytes()
            super().add(_RECORD.validate_json(content))
            # What was changed by a process before this one is changed, too.
            self.changes[path.parent.name] += zlib.crc32(content)

    def add(self, record: MemoryRecord) -> None:
        super().add(record)
        path = self._path(record.part, record.key)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".new")
        temporary.write_bytes(orjson.dumps(record))
        temporary.replace(path)
        self._note(record.key)

    def remove(self, key: str) -> None:
        for part, records in self.parts.items():
            if key in records:
                self._path(part, key).unlink()
                self._note(key)
        super().remove(key)

    def _path(self, part: str, key: str) -> Path:
        return self._directory / part / f"{key}.json"

    def _note(self, key: str) -> None:
        with (self._directory / "acts").open("a") as acts:
            acts.write(f"{key}\n")


def build(directory: Path) -> None:
    """Make the world's systems below *directory*."""
    for name, make in SYSTEMS.items():
        folder = Folder(directory / name)
        for part in make().parts.values():
            for one in part.values():
                folder.add(one)
        (directory / name / "acts").unlink()


def run_to_the_end(directory: Path, tick: Tick, now: datetime = NOW) -> None:
    """Erase Sanne from the world in *directory*, from wherever an earlier process left off."""
    folders = {name: Folder(directory / name, tick) for name in SYSTEMS}
    connectors: dict[str, Any] = {
        name: MemoryConnector(name, MemorySettings(system=folder))
        for name, folder in folders.items()
    }
    with Store(directory / "state") as state, Pool() as pool:
        dying_before_each_write(state, tick)
        if any(one.event == "closed" for one in state.audit.entries()):
            return
        if not state.references():
            state.new_request([Given(SANNE)], now)
        tick("requested")
        (reference,) = state.references()
        request = state.request(reference)
        if not request.given():
            request.give([Given(SANNE)])

        def find() -> Any:
            sources: list[Any] = [Source(name, one) for name, one in connectors.items()]
            return survey(request, sources, ORGANISATION, KINDS, thorough=True, pool=pool)

        def identity() -> Any:
            return identity_of(request, ORGANISATION, KINDS)

        with state.working_on(reference):
            plan: PlanFile
            if any(one.phase is not Phase.PROPOSED for one in request.plans().all()):
                (plan,) = request.plans().all()
            else:
                find()
                tick("found")
                plan = plan_erasure(request, identity(), connectors, Rules(), WHOLE, now)
                tick("planned")
                hold(request, identity())
                tick("held")
            execute(
                plan,
                connectors,
                late=("books",),
                confirmed=("vanderberg.example",),
                means=executing.Means(sleep=AT_ONCE.sleep, moment=tick),
            )
            found = find()
            tick("found again")
            verification = verify(request, found.identity, plan, found.coverage, connectors)
            organisation = {"name": "Voorbeeld ICT"}
            certificate = facts(
                reference, organisation, [plan], found.coverage, verification, connectors, now
            )
            signer = SigningKey.load_or_create(directory / "signing.key")
            tick("verified")
            write(certificate, directory / "certificate.json", signer)
            tick("certified")
            close(state, reference, [plan], Whom(found.identity.proof), {}, now, tick)


def dying_before_each_write(state: Store, tick: Tick) -> None:
    """Let the process die before each thing is made final, too: what is written in a transaction is not there yet."""
    state._connection.set_trace_callback(lambda statement: _write(statement, tick))


def _write(statement: str, tick: Tick) -> None:
    word = statement.split(maxsplit=1)[0]
    if word in {"COMMIT", "VACUUM"} or "wal_checkpoint" in statement:
        tick(f"before {word}")


@dataclass(frozen=True)
class Death:
    """How a process ended."""

    killed: bool
    status: int


def fork(work: Callable[[], None]) -> Death:
    """Do *work* in a process of its own, which may be killed, and wait for its end."""
    with warnings.catch_warnings():
        # A thread of the test runner's is no thread that holds a lock of ours.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        status = 70
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    return Death(os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, status)


class Killer:
    """Counts the moments and kills its own process at the one with the number *at*; never, when that is 0."""

    def __init__(self, at: int = 0) -> None:
        self.at = at
        self.moments: list[str] = []

    def __call__(self, moment: str) -> None:
        self.moments.append(moment)
        if len(self.moments) == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


def files(directory: Path, but: Iterable[str] = ()) -> dict[str, tuple[bytes, int]]:
    """Return the records below *directory* as they lie there, content and time, except those with the keys *but*."""
    skipped = set(but)
    return {
        str(path.relative_to(directory)): (path.read_bytes(), path.stat().st_mtime_ns)
        for name in SYSTEMS
        for path in sorted((directory / name).glob("*/*.json"))
        if path.stem not in skipped
    }


def acts(directory: Path) -> list[str]:
    """Return the keys of the records that were changed or removed, once for each time."""
    noted = (directory / name / "acts" for name in SYSTEMS)
    return sorted(line for path in noted if path.exists() for line in path.read_text().split())


def copied(world: Path, to: Path) -> Path:
    """Copy *world*, with the times of its files."""
    shutil.copytree(world, to, copy_function=shutil.copy2)
    return to


@contextmanager
def small_batches(size: int = 2) -> Iterator[None]:
    """Make the engine write down a few steps at a time, so that there are many moments between."""
    before = executing.BATCH
    executing.BATCH = size
    try:
        yield
    finally:
        executing.BATCH = before


def at_each_sync(directory: Path, snapshot: Callable[[int, int], None]) -> None:
    """Have *snapshot* called after each durable transaction, with the length of the journal that was safe before it and its length now."""
    real = database.durable
    journal = directory / "state" / "overdracht.sqlite-wal"
    safe = 0

    @contextmanager
    def durable(connection: Any) -> Iterator[Any]:
        nonlocal safe
        with real(connection) as inner:
            assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
            yield inner
        now = journal.stat().st_size
        if now >= safe:
            snapshot(safe, now)
        safe = now

    for module in (plans, store, audit, afterlife):
        module.durable = durable  # type: ignore[attr-defined]


def certified(world: Path) -> object:
    """Return the certificate in *world* without what differs from run to run, its signature checked."""
    content = (world / "certificate.json").read_bytes()
    signer = SigningKey.load(world / "signing.key")
    signer.public.verify(content, (world / "certificate.json.minisig").read_text())
    told = json.loads(content)
    assert told["complete"] is True, told
    return {name: value for name, value in told.items() if name not in {"plans", "reference"}}


@contextmanager
def quick_directory() -> Iterator[Path]:
    """Give a directory in memory where there is such a place: what is tested is the order of things, and a disk takes a minute to sync it all."""
    memory = Path("/dev/shm")  # noqa: S108 - the directory in it is made for this process alone
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as directory:
        yield Path(directory)
