"""The command line in a process of its own, killed with SIGKILL at any moment at which a file or a database changes.

The moments are those at which the system can tell a difference: before each file that is opened for writing, synced, renamed, linked or removed,
before each transaction is made final, and those that the erasure names itself.
"""

import gc
import hashlib
import os
import signal
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from overdracht.cli.main import cli
from overdracht.cli.session import Session
from overdracht.erasure import Means, close, executing
from overdracht.registry import load
from overdracht.survey import Pool
from tests.erasure.disk_world import NOW
from tests.erasure.process import Death, fork

CHANGES = frozenset(
    {"os.remove", "os.rename", "os.link", "os.mkdir", "os.rmdir", "os.truncate", "os.chmod"}
)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
MOMENTS, OUTPUT, MODULES, TEMPORARY = "moments.txt", "output.txt", "modules.txt", "temporary"
"""Beside the world: what was come by, printed and imported, and where temporary files go."""


class Killer:
    """Writes down each moment in *log* as it comes, and kills its own process at the one with the number *at*; never, when that is 0."""

    def __init__(self, log: Path, at: int, watched: Path | None = None) -> None:
        self._watched = watched
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._left = at

    def __call__(self, moment: str) -> None:
        """Come by *moment*."""
        state = f" {_state(self._watched)}" if self._watched else ""
        os.write(self._log, f"{moment}{state}\n".encode())
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def audited(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Come by what the interpreter tells of."""
        if event in CHANGES or (event == "open" and _writes(arguments)):
            self(f"{event} {_kind(arguments[0])}")

    def stated(self, statement: str) -> None:
        """Come by what makes a transaction final."""
        word = statement.split(maxsplit=1)[0].upper()
        if word in {"COMMIT", "VACUUM"} or "wal_checkpoint" in statement:
            self(f"sql {word}")


def _writes(arguments: Sequence[Any]) -> bool:
    path, _, flags = arguments
    return (
        isinstance(flags, int) and bool(flags & WRITING) and not str(path).startswith("/dev/null")
    )


def _kind(path: object) -> str:
    """Return what sort of file *path* is, without what differs from run to run."""
    kind = Path(os.fsdecode(path)).suffix if isinstance(path, str | bytes | Path) else ""
    return kind if kind.strip(".-").isalpha() else "file"


def _state(world: Path) -> str:
    """Return a digest of all that is on the disk in *world* and would be found there by the next process."""
    digest = hashlib.sha256()
    for path in sorted(world.rglob("*")):
        if path.name.endswith("-shm"):
            continue  # made anew from the journal by the next process
        status = path.lstat()
        digest.update(f"{path} {status.st_mode} {status.st_mtime_ns} {status.st_size}\n".encode())
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def prepared() -> Iterator[None]:
    """Have the plugins found before the forking: they are the same for all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Session, "registry", load())
        yield
    gc.unfreeze()


def warm(world: Path) -> None:
    """Import what the last process in *world*, which was not killed, had imported, so that those after it need not."""
    for name in (world.parent / MODULES).read_text().splitlines():
        import_module(name)
    gc.freeze()  # a child that looks for garbage would copy all of it


def _live(world: Path, killer: Killer, arguments: Sequence[str]) -> int:
    """Run the command with *arguments* in *world*, with *killer* told of every moment; return its exit code."""
    output = os.open(world.parent / OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(output, stream)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", closefd=False)
    gc.disable()
    os.chdir(world)
    os.environ["HOME"] = str(world)
    tempfile.tempdir = str(world.parent / TEMPORARY)
    executing.BATCH = 3
    from overdracht.cli import carrying

    real = os.fsync

    def fsync(descriptor: int) -> None:
        killer("fsync")
        real(descriptor)

    setattr(Session, "now", lambda _: NOW)  # noqa: B010 - a method
    setattr(carrying, "Means", partial(Means, pauses=(), moment=killer))  # noqa: B010 - as the tests of the command line do
    setattr(carrying, "close", partial(close, moment=killer))  # noqa: B010 - likewise
    # Processes take a second to begin, and only read.
    setattr(Pool, "_processes", staticmethod(partial(ThreadPoolExecutor, 1)))  # noqa: B010 - likewise
    setattr(os, "fsync", fsync)  # noqa: B010 - likewise
    _trace(killer)
    sys.addaudithook(killer.audited)
    try:
        cli(arguments, prog_name="overdracht")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def _trace(killer: Killer) -> None:
    real = sqlite3.connect

    def connect(*arguments: Any, **named: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = real(*arguments, **named)
        connection.set_trace_callback(killer.stated)
        return connection

    for module in (sqlite3, sqlite3.dbapi2):
        setattr(module, "connect", connect)  # noqa: B010 - likewise


def run(world: Path, *arguments: str, at: int = 0, watch: bool = False) -> Death:
    """Run overdracht with *arguments* in *world*, and kill it at the moment with the number *at*, or *watch* how the disk is at each moment."""
    place = world.parent
    (place / TEMPORARY).mkdir(exist_ok=True)
    for name in (MOMENTS, OUTPUT):
        (place / name).unlink(missing_ok=True)

    def work() -> None:
        before = set(sys.modules)
        code = _live(world, Killer(place / MOMENTS, at, world if watch else None), arguments)
        (place / MODULES).write_text("\n".join(set(sys.modules) - before))
        os._exit(code)

    return fork(work)


def moments(world: Path) -> list[str]:
    """Return what the last process in *world* came by."""
    return (world.parent / MOMENTS).read_text().splitlines()


def output(world: Path) -> str:
    """Return what the last process in *world* printed."""
    return (world.parent / OUTPUT).read_text()
