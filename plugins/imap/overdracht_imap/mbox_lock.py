"""Hold an mbox file as mail servers hold it: a dotlock beside it, and a lock by `fcntl` on it, as Dovecot and Postfix do by default.

Somebody else's lock is waited for, for a while, and never taken away. Our own dotlock names its process as Dovecot's do (`PID:HOST`), so that either
program knows one that a crash left behind; what follows behind a NUL is ours, and a dotlock without that is not ours to remove.
"""

import contextlib
import fcntl
import os
import socket
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from overdracht_imap.reading import NO_TRACE

PATIENCE = 30.0
"""Seconds to wait for somebody else's lock before giving up."""
HEADWAY = 0.6
"""Seconds that others have at least before we hold the same file again: Dovecot, Postfix and procmail look every 0.1 to 0.5 s whether it is free."""
_STEP = 0.05
_SECOND_LOCK = 2.0
"""Seconds to wait for the second lock while holding the first: who takes them in the other order waits for us meanwhile."""
_MARK = b"\0overdracht "


class Busy(OSError):
    """Another program holds the file."""

    def __init__(self) -> None:
        super().__init__("another program holds the file locked")


@dataclass(frozen=True, slots=True)
class Held:
    """An mbox file that nobody else may change now: *descriptor* is open for reading and writing.

    Whatever else in this process opens the same file and closes it again gives up the lock: that is how `fcntl` works.
    """

    path: Path
    descriptor: int


def dotlock(path: Path) -> Path:
    """Return where the dotlock of the mbox at *path* lies."""
    return path.with_name(f"{path.name}.lock")


@dataclass(slots=True)
class _Turns:
    """When we let go which file, and for how long we had held it: others have it as long before we hold it again."""

    let_go: dict[Path, tuple[float, float]] = field(default_factory=dict)

    def give_way(self, path: Path, *, urgent: bool) -> None:
        """Wait until whoever waits for *path* has had a chance to get it since we let it go; what is *urgent* waits for HEADWAY only."""
        at, held_for = self.let_go.get(path, (0.0, 0.0))
        pause = HEADWAY if urgent else max(HEADWAY, held_for)
        time.sleep(max(0.0, at + pause - time.monotonic()))

    def note(self, path: Path, since: float) -> None:
        """Note that *path* is free now, and was held *since* then."""
        now = time.monotonic()
        if len(self.let_go) >= _MOST_FILES:
            self.let_go = {one: last for one, last in self.let_go.items() if sum(last) > now}
        self.let_go[path] = now, now - since


_MOST_FILES = 100
_TURNS = _Turns()


@contextmanager
def held(path: Path, patience: float | None = None, *, urgent: bool = False) -> Iterator[Held]:
    """Hold the mbox at *path*; raise Busy when it cannot be had in time, OSError when it cannot be opened.

    Who holds one file time and again leaves others room in between, as long as it was held and never less than HEADWAY: they only look now
    and then whether it is free. What is *urgent*, and done in a moment, leaves them HEADWAY and no more.
    """
    _TURNS.give_way(path, urgent=urgent)
    deadline = time.monotonic() + (PATIENCE if patience is None else patience)
    while True:
        _take_dotlock(path, deadline)
        since = time.monotonic()
        try:
            descriptor = _locked(path, min(deadline, time.monotonic() + _SECOND_LOCK))
            if descriptor is not None:
                try:
                    yield Held(path, descriptor)
                finally:
                    os.close(descriptor)
                return
        finally:
            dotlock(path).unlink(missing_ok=True)
            _TURNS.note(path, since)
        if time.monotonic() >= deadline:
            raise Busy
        _TURNS.give_way(path, urgent=urgent)


def refuses(path: Path, patience: float = 2.0) -> bool:
    """Say whether somebody else holds the mbox at *path* for longer than *patience* seconds; leaves no trace."""
    deadline = time.monotonic() + patience
    while True:
        theirs = dotlock(path).exists() and not is_left_behind(dotlock(path))
        if not theirs:
            descriptor = _locked(path, time.monotonic())
            if descriptor is not None:
                os.close(descriptor)
                return False
        if time.monotonic() >= deadline:
            return True
        time.sleep(_STEP)


def _locked(path: Path, deadline: float) -> int | None:
    """Return the file, open and locked; None when somebody else holds it until *deadline*."""
    while True:
        descriptor = _opened(path)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise OSError("it is no regular file")
            if lock(descriptor, deadline):
                now = path.stat()
                if (now.st_dev, now.st_ino) == (status.st_dev, status.st_ino):
                    kept, descriptor = descriptor, -1
                    return kept
            elif time.monotonic() >= deadline:
                return None
        finally:
            if descriptor >= 0:
                os.close(descriptor)


def _opened(path: Path) -> int:
    """Open the file for reading and writing; its access time, by which programs tell new mail, stays where that is permitted."""
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        return os.open(path, flags | NO_TRACE)
    except PermissionError:
        return os.open(path, flags)


def lock(descriptor: int, deadline: float) -> bool:
    """Lock the open file by `fcntl`, waiting until *deadline*; say whether it worked."""
    while True:
        with contextlib.suppress(BlockingIOError, PermissionError):
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(_STEP)


def _take_dotlock(path: Path, deadline: float) -> None:
    target = dotlock(path)
    while not _made(target):
        if is_left_behind(target):
            _remove_left_behind(path)
        elif time.monotonic() >= deadline:
            raise Busy
        else:
            time.sleep(_STEP)


def _made(target: Path) -> bool:
    """Make the dotlock *target*, whole from its first moment on; False when there is one."""
    directory = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            # Without a name until it holds ours: a crash leaves nothing behind that cannot be told.
            file = os.open(".", os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o600, dir_fd=directory)
        except OSError:
            return _made_by_name(target)
        try:
            os.write(file, _content())
            os.link(
                f"/proc/self/fd/{file}",
                target.name,
                src_dir_fd=directory,
                dst_dir_fd=directory,
                follow_symlinks=True,
            )
        finally:
            os.close(file)
    except FileExistsError:
        return False
    finally:
        os.close(directory)
    return True


def _made_by_name(target: Path) -> bool:
    """Make the dotlock on a file system that has no nameless files."""
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    file = os.open(target, flags, 0o600)
    try:
        os.write(file, _content())
    finally:
        os.close(file)
    return True


def _content() -> bytes:
    pid = os.getpid()
    return b"%d:%s%s%s\n" % (pid, socket.gethostname().encode(), _MARK, _started(pid))


def _started(pid: int) -> bytes:
    """Return when process *pid* was started, by which it is told from a later one of the same number; empty when there is none."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - a file of the kernel's
            return file.read().rpartition(b")")[2].split()[19]
    except (OSError, IndexError):
        return b""


def is_left_behind(target: Path) -> bool:
    """Say whether the dotlock *target* is ours and its process is gone from this machine."""
    try:
        descriptor = os.open(target, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        content = os.read(descriptor, 512)
    finally:
        os.close(descriptor)
    owner, mark, started = content.rstrip(b"\n").partition(_MARK)
    pid, _, host = owner.partition(b":")
    if not mark or not pid.isdigit() or host != socket.gethostname().encode():
        return False
    return not _started(int(pid)) or _started(int(pid)) != started


def _remove_left_behind(path: Path) -> None:
    """Remove our own dotlock of a process that is gone; only who holds the other lock does so, and so no two of us at once."""
    descriptor = _locked(path, time.monotonic() + _SECOND_LOCK)
    if descriptor is None:
        raise Busy
    try:
        if is_left_behind(dotlock(path)):
            dotlock(path).unlink(missing_ok=True)
    finally:
        os.close(descriptor)
