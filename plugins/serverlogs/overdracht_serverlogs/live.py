"""Write anew the log that a server is writing, so that no line is lost that it writes meanwhile.

The new file takes the name of the old one at one stroke. The server goes on with the old one until it is told to open its log anew; what it
wrote to the old one since is added to the new one when nobody has the old one open for writing any more. Until then the old file stands beside
it, under a name that says which it is and how much of it was copied, so that whoever comes after a crash can end it.
"""

import errno
import fcntl
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from overdracht import Replacement, new_path, write_all
from overdracht_serverlogs.cuts import Cuts
from overdracht_serverlogs.exchanging import Meanwhile, put_in_place, sync
from overdracht_serverlogs.rewriting import copy, write

PATIENCE = 20.0
"""Seconds that a server may take to open its log anew, unless something else is said."""
COMMAND_TIMEOUT = 60.0
_STEP = 0.02
_LONGEST_TORN = 1 << 20
_ASIDE = re.compile(r"\.(?P<name>.+)\.overdracht-old\.(?P<copied>\d+)\.(?P<inode>\d+)", re.DOTALL)


class NotReopened(OSError):
    """The server did not open its log anew."""

    def __init__(self) -> None:
        super().__init__("the server did not open its log anew, so that the log stays as it is")


Reopen = Callable[[], None]


def command(words: tuple[str, ...]) -> Reopen:
    """Return what runs the command *words*, which makes the server open its log anew."""

    def run() -> None:
        try:
            done = subprocess.run(  # noqa: S603 - the administrator's own command, without a shell
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=COMMAND_TIMEOUT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise OSError(f"`{words[0]}` took longer than {COMMAND_TIMEOUT:.0f} seconds") from None
        except OSError as error:
            raise OSError(error.errno, f"`{words[0]}` cannot be run: {error.strerror}") from error
        if done.returncode:
            raise OSError(f"`{words[0]}` failed with exit code {done.returncode}")

    return run


def is_written(descriptor: int) -> bool:
    """Say whether anybody has the file open for writing; True when that cannot be seen."""
    return _refusal(descriptor) is not None


def is_seen_written(descriptor: int) -> bool:
    """Say whether somebody is seen to have the file open for writing; False when that cannot be seen."""
    return _refusal(descriptor) == errno.EAGAIN


def _refusal(descriptor: int) -> int | None:
    """Return why the system gives no lease on the file, which is EAGAIN when somebody has it open for writing; None when it does."""
    try:
        # Who opens it at this very moment waits until the lease is given back; the signal that asks for it is one that is ignored.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno or errno.EIO
    return None


def rewrite_live(
    path: Path,
    old: int,
    cuts: Cuts,
    reopen: Reopen | None,
    *,
    unit: int = 0,
    patience: float | None = None,
) -> None:
    """Put in the place of the plain log at *path*, open as *old*, one with the *cuts*; *reopen* makes whoever writes it open it anew, within
    *patience* seconds.

    Without *reopen* nobody may be writing it. What was half written is a line, or a record of *unit* bytes. Raise OSError when it cannot be
    done; the old file stands then.
    """
    if reopen is None and is_written(old):
        raise NotReopened
    with Replacement(path, old) as new:
        write(old, new.descriptor, cuts, "plain")
        copied = _caught_up(old, new.descriptor, cuts, unit)
        new.dress()
        made = os.fstat(new.descriptor)
        aside = _aside(path, old, copied)
        new_path(path).rename(aside)
    try:
        put_in_place(aside, path, old)
    except OSError:
        aside.unlink()
        raise
    try:
        _take_along(path, aside, old, copied, reopen, patience)
    except OSError:
        _put_back(path, aside, made, reopen, patience)
        raise


def _caught_up(old: int, new: int, cuts: Cuts, unit: int) -> int:
    """Copy what was added while the rest was copied; return how much of the old file is in the new one."""
    gone = sum(end - start - len(put) for start, end, put in cuts)
    copied = os.lseek(new, 0, os.SEEK_CUR) + gone
    while copied != (size := os.fstat(old).st_size):
        if size < copied:
            raise Meanwhile  # it was truncated
        copy(old, new, copied, size)
        copied = size
    torn = copied % unit if unit else copied - _line_end(old, copied)
    if torn and cuts.last <= copied - torn:
        os.ftruncate(new, os.lseek(new, -torn, os.SEEK_CUR))
        copied -= torn
    return copied


def _line_end(descriptor: int, end: int) -> int:
    """Return where the last line ends that is whole before *end*."""
    start = max(0, end - _LONGEST_TORN)
    return start + os.pread(descriptor, end - start, start).rfind(b"\n") + 1


def _aside(path: Path, descriptor: int, copied: int) -> Path:
    """Return the name for a file that had the name *path* and of which so much was *copied*."""
    return path.with_name(f".{path.name}.overdracht-old.{copied}.{os.fstat(descriptor).st_ino}")


def _take_along(
    path: Path,
    aside: Path,
    old: int,
    copied: int,
    reopen: Reopen | None,
    patience: float | None,
    *,
    again: bool = False,
) -> None:
    """Have the server let go of the *old* file, which stands *aside*, and add to *path* what it wrote to it since."""
    _let_go(old, reopen, PATIENCE if patience is None else patience)
    late = _late(old, copied)
    if late and not (again and _holds(path, late)):
        _append(path, late)
    aside.unlink()
    sync(path.parent)


def _let_go(old: int, reopen: Reopen | None, patience: float) -> None:
    """Wait until nobody has the *old* file open for writing any more; raise NotReopened after *patience* seconds.

    The server is told twice: an Apache that is still busy with an earlier graceful restart does not hear of another.
    """
    begun = time.monotonic()
    for part in (0.5, 1.0):
        if reopen is not None and (part < 1 or is_written(old)):
            reopen()
        while is_written(old):
            if time.monotonic() > begun + patience * part:
                break
            time.sleep(_STEP)
        else:
            return
    raise NotReopened


def _put_back(
    path: Path,
    aside: Path,
    made: os.stat_result,
    reopen: Reopen | None,
    patience: float | None,
) -> None:
    """Give the old file, which stands *aside*, its name back, with what was written to the new one behind what was *made*.

    When the new one was rotated by now, the old one stays aside: the next erasure takes along what is in it.
    """
    new = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if not os.path.samestat(os.fstat(new), made):
            return
        kept = _aside(path, new, made.st_size)
        os.link(path, kept)
        put_in_place(aside, path, new)
        aside.unlink()
        # Who did open the new file has to find the old one again.
        reopen = reopen if is_written(new) else None
        _take_along(path, kept, new, made.st_size, reopen, patience)
    finally:
        os.close(new)


def _late(descriptor: int, start: int) -> bytes:
    """Return what stands in the file from *start* on: what was written in the moments that a server takes to open its log.

    Of a file that was truncated meanwhile everything was written since.
    """
    size = os.fstat(descriptor).st_size
    start = start if start <= size else 0
    return os.pread(descriptor, size - start, start)


def _holds(path: Path, late: bytes) -> bool:
    """Say whether the log holds these very lines already: who died between adding them and saying so had added them."""
    import mmap

    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return False
        with mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as text:
            return text.find(late) >= 0


def _append(path: Path, late: bytes) -> None:
    log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        write_all(log, late)
        os.fsync(log)
    finally:
        os.close(log)


def left_over(directory: Path) -> Iterator[tuple[Path, Path]]:
    """Yield what was left aside in *directory* by who died, each with the log that it had the name of."""
    for name in os.listdir(directory):  # noqa: PTH208 - names are all that is wanted
        match = _ASIDE.fullmatch(name)
        if match is not None:
            yield directory / name, directory / match["name"]


def recover(path: Path, reopen: Reopen | None, patience: float | None = None) -> None:
    """End what somebody began who died while the log at *path* was written anew."""
    for aside, log in sorted(left_over(path.parent)):
        if log == path:
            _recover(aside, path, reopen, patience)


def _recover(aside: Path, path: Path, reopen: Reopen | None, patience: float | None) -> None:
    match = _ASIDE.fullmatch(aside.name)
    assert match is not None  # noqa: S101 - that is how it was found
    old = os.open(aside, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        inode = os.fstat(old).st_ino
        if inode != int(match["inode"]) or inode == path.stat().st_ino:
            aside.unlink()  # it had not taken the name yet, or has it again
        else:
            copied = int(match["copied"])
            _take_along(path, aside, old, copied, reopen, patience, again=True)
    finally:
        os.close(old)
