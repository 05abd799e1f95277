"""Write an mbox file anew without some stretches of it, all the rest byte for byte, so that after a crash there is the old file or the new one."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from overdracht_imap.mbox_lock import Busy, Held, held, lock
from overdracht_imap.reading import chunks

LATECOMERS = 2.5
"""Seconds to wait for programs that had opened the old file and may still append to it."""
_STEP = 0.05

Stretch = tuple[int, int]


class Grown(OSError):
    """The file was changed by a program that heeds no lock."""

    def __init__(self) -> None:
        super().__init__("another program changed the file in spite of the lock")


def new_path(path: Path) -> Path:
    """Return where the new file is written before it takes the place of the mbox at *path*."""
    return path.with_name(f".{path.name}.overdracht-new")


def rewrite(mbox: Held, without: Sequence[Stretch]) -> "Replaced":
    """Replace the held *mbox* by one *without* these stretches, which are in order and apart; return the file that was there.

    Owner, mode, attributes, access list and times are those of the old file. Raise OSError when it cannot be done; the old file stands then.
    """
    before = os.fstat(mbox.descriptor)
    target = new_path(mbox.path)
    with _directory(mbox.path.parent) as directory:
        target.unlink(missing_ok=True)  # what a crash left behind: we hold the lock
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
        new = os.open(target.name, flags, 0o600, dir_fd=directory)
        try:
            _copy(mbox.descriptor, new, _kept(without, before.st_size))
            _dress(mbox.descriptor, new, before)
            os.fsync(new)
            now = os.fstat(mbox.descriptor)
            if (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
                raise Grown  # noqa: TRY301 - the new file is to be removed
            os.replace(target.name, mbox.path.name, src_dir_fd=directory, dst_dir_fd=directory)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        finally:
            os.close(new)
        os.fsync(directory)
    return Replaced(mbox.path, os.dup(mbox.descriptor), before.st_size)


@contextmanager
def _directory(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _kept(without: Sequence[Stretch], size: int) -> Iterator[Stretch]:
    start = 0
    for begin, end in without:
        if begin > start:
            yield start, begin
        start = end
    if size > start:
        yield start, size


def _copy(source: int, target: int, stretches: Iterator[Stretch]) -> None:
    for start, end in stretches:
        for chunk in chunks(source, start, end):
            _write(target, chunk)


def _write(target: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(target, view) :]


def _dress(old: int, new: int, status: os.stat_result) -> None:
    """Give the file *new* what *old* has besides its content."""
    made = os.fstat(new)
    if (made.st_uid, made.st_gid) != (status.st_uid, status.st_gid):
        os.fchown(new, status.st_uid, status.st_gid)
    os.fchmod(new, status.st_mode & 0o7777)
    for name in _attributes(old):
        # Some are the system's own, and it sets them itself; an access list that cannot be kept is no reason to keep the mail.
        with contextlib.suppress(OSError):
            os.setxattr(new, name, os.getxattr(old, name))
    os.utime(new, ns=(status.st_atime_ns, status.st_mtime_ns))


def _attributes(descriptor: int) -> list[str]:
    try:
        return os.listxattr(descriptor)
    except OSError:
        return []


@dataclass(slots=True)
class Replaced:
    """The file that was replaced. Nobody finds it by name any more, but who had opened it before may still write to it.

    Dovecot does: it opens the file, waits for the lock, and does not look whether the file is still the same.
    """

    path: Path
    descriptor: int
    size: int

    def take_along(self) -> None:
        """Append to the new file what others still write to this one: no letter that arrives is lost. To be called without the locks."""
        deadline = time.monotonic() + LATECOMERS
        try:
            while True:
                alone = self._is_ours_alone() or time.monotonic() >= deadline
                if lock(self.descriptor, time.monotonic()):
                    late = self._added()
                    fcntl.lockf(self.descriptor, fcntl.LOCK_UN)
                    if late:
                        self._append(late)
                if alone:
                    return
                time.sleep(_STEP)
        finally:
            os.close(self.descriptor)

    def _is_ours_alone(self) -> bool:
        """Say whether nobody else has it open: only then does the system grant a lease for writing."""
        try:
            fcntl.fcntl(self.descriptor, fcntl.F_SETLEASE, fcntl.F_WRLCK)
            fcntl.fcntl(self.descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        except OSError:
            return False
        return True

    def _added(self) -> bytes:
        """Return what came behind its end since."""
        found = b"".join(chunks(self.descriptor, self.size, os.fstat(self.descriptor).st_size))
        self.size += len(found)
        return found

    def _append(self, late: bytes) -> None:
        # When the lock cannot be had, a letter that may be torn is better than one that is lost.
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(Busy):
                stack.enter_context(held(self.path))
            new = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                _write(new, late)
                os.fsync(new)
            finally:
                os.close(new)
