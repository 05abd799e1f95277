"""Leave planned messages out of one mbox file, under the locks of a mail server."""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar

from overdracht import ApprovedStep, Outcome, Result, new_path
from overdracht_imap import mbox
from overdracht_imap.boundaries import IN_DOUBT
from overdracht_imap.maildir_erase import may_change, may_write, said
from overdracht_imap.mbox_lock import held, refuses
from overdracht_imap.mbox_rewrite import rewrite
from overdracht_imap.reading import opened

LOCKED = "another program holds the file locked"


class MboxErasure:
    """Erases in the mbox file at *path*."""

    most: ClassVar[int] = 5_000
    """Messages that are left out at a time: the whole file is copied each time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def obstacle(self) -> str:
        """Return what stands in the way of writing the file anew, empty when nothing does."""
        status = self._path.stat()
        if not may_write(self._path):
            return "the file cannot be written: no permission, or a read-only file system"
        if not may_change(self._path.parent):
            return "the file's directory cannot be written, so that it can neither be locked nor written anew"
        if status.st_nlink > 1:
            return "the file has a second name (a hard link), which would keep the messages"
        if os.geteuid() not in {0, status.st_uid}:
            return "the file is another user's and would become ours: run this as its owner"
        room = os.statvfs(self._path.parent)
        if room.f_bavail * room.f_frsize < status.st_size:
            return "there is no room on the disk for a second copy of the file while it is written anew"
        return LOCKED if refuses(self._path) else ""

    def changed(self, steps: Iterable[ApprovedStep]) -> Iterator[tuple[ApprovedStep, str]]:
        """Yield the steps of which there only is another message with the same header section, or one whose end is in doubt, and which it is."""
        with opened(str(self._path)) as descriptor:
            index = mbox.Index(descriptor)
            for one in steps:
                if isinstance(reason := index.find(one.item), str):
                    yield one, reason

    def erase(self, steps: tuple[ApprovedStep, ...]) -> Iterator[Outcome]:
        """Write the file anew without the messages of *steps*."""
        try:
            with held(self._path) as box:
                new_path(self._path).unlink(missing_ok=True)
                search = _Search(box.descriptor, steps)
                replaced = rewrite(box, search.stretches) if search.stretches else None
            if replaced is not None:
                replaced.take_along()
        except OSError as error:
            reason = f"the file stays as it is: {said(error)}"
            yield from (Outcome(one.item.key, Result.FAILED, reason) for one in steps)
        else:
            yield from map(search.outcome, steps)


class _Search:
    """Where in the open file the messages of *steps* are, each with its separator and what stands before the next."""

    def __init__(self, descriptor: int, steps: Iterable[ApprovedStep]) -> None:
        wanted: dict[str, set[str]] = defaultdict(set)
        for step in steps:
            wanted[mbox.digest_in(step.item.key, step.item.part)].add(step.item.fingerprint)
        self.stretches: list[tuple[int, int]] = []
        self._there: set[str] = set()
        self._others: dict[str, str] = {}
        """The digests of header sections behind which there is something else, and why that is not touched."""
        for place, stretch in mbox.messages(descriptor, os.fstat(descriptor).st_size):
            known = mbox.digest(mbox.header_of(descriptor, place))
            if known not in wanted:
                continue
            content = mbox.fingerprint(descriptor, place)
            if not stretch.is_one:
                self._others[known] = IN_DOUBT
            elif content in wanted[known]:
                self.stretches.append((place.separator, stretch.end))
                self._there.add(content)
            else:
                self._others.setdefault(known, mbox.CHANGED)

    def outcome(self, step: ApprovedStep) -> Outcome:
        """Return what becomes of *step* when the stretches are gone."""
        if step.item.fingerprint in self._there:
            return Outcome(step.item.key, Result.ERASED)
        reason = self._others.get(mbox.digest_in(step.item.key, step.item.part))
        if reason:
            return Outcome(step.item.key, Result.CHANGED, reason)
        return Outcome(step.item.key, Result.ALREADY_GONE)
