"""Write an mbox file anew without some stretches of it, all the rest byte for byte, so that after a crash there is the old file or the new one."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from overdracht import Replacement, write_all
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


def rewrite(mbox: Held, without: Sequence[Stretch]) -> "Replaced":
    """Replace the held *mbox* by one *without* these stretches, which are in order and apart; return the file that was there.

    Owner, mode, attributes, access list and times are those of the old file. Raise OSError when it cannot be done; the old file stands then.
    """
    size = os.fstat(mbox.descriptor).st_size
    with Replacement(mbox.path, mbox.descriptor) as new:
        for start, end in _kept(without, size):
            for chunk in chunks(mbox.descriptor, start, end):
                new.write(chunk)
        new.dress()
        if not new.untouched:
            raise Grown
        new.commit()
    return Replaced(mbox.path, os.dup(mbox.descriptor), size)


def _kept(without: Sequence[Stretch], size: int) -> Iterator[Stretch]:
    start = 0
    for begin, end in without:
        if begin > start:
            yield start, begin
        start = end
    if size > start:
        yield start, size


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
                # A letter that is in no file that has a name would be lost if we died: it waits no longer than Dovecot takes to see the new one.
                stack.enter_context(held(self.path, urgent=True))
            new = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                write_all(new, late)
                os.fsync(new)
            finally:
                os.close(new)
