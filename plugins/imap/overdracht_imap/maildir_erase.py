"""Remove the files of planned messages from one Maildir folder."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar

from overdracht import ApprovedStep, Outcome, Result
from overdracht_imap.maildir import SUBDIRECTORIES, Listing, Maildir, fingerprint, key_name

CHANGED = "the message is no longer the one that was found"
RESTLESS = "the folder changes all the time: stop what moves its messages and try again"
_TRIES = 20


def said(error: OSError) -> str:
    """Return in one line what went wrong, without a file's name."""
    return os.strerror(error.errno) if error.errno else str(error)


def may_change(directory: Path) -> bool:
    """Say whether files in *directory* can be made and removed: it is writable, and its file system is."""
    return may_write(directory, os.W_OK | os.X_OK)


def may_write(path: Path, how: int = os.W_OK) -> bool:
    """Say whether this process may write to *path*, as it runs now."""
    return os.access(path, how, effective_ids=os.access in os.supports_effective_ids)


class MaildirErasure:
    """Erases in the Maildir folder at *path*."""

    most: ClassVar[int] = 200
    """Files that are removed between two syncs of their directory."""

    def __init__(self, path: Path) -> None:
        self._folder = Maildir(path)
        self._known: Listing | None = None

    def obstacle(self) -> str:
        """Return what stands in the way of removing files, empty when nothing does."""
        for name in SUBDIRECTORIES:
            directory = self._folder.path / name
            if directory.exists() and not may_change(directory):
                return "the folder's files cannot be removed: no permission, or a read-only file system"
        return ""

    def changed(self, steps: Iterable[ApprovedStep]) -> Iterator[tuple[ApprovedStep, str]]:
        """Yield the steps whose message is there and is another, and that it is."""
        listing = Listing(self._folder)
        for step in steps:
            if any(not _is(step, file) for file in listing.all(key_name(step.item))):
                yield step, CHANGED

    def erase(self, steps: tuple[ApprovedStep, ...]) -> Iterator[Outcome]:
        """Remove the files of *steps* and sync their directories, then tell."""
        touched: set[str] = set()
        outcomes: dict[str, Outcome] = {}
        try:
            self._try(steps, touched, outcomes)
        except OSError as error:
            self._known = None
            for step in steps:
                outcomes.setdefault(step.item.key, _failed(step, error))
        for directory in touched:
            _sync(directory)
        yield from outcomes.values()

    def _try(
        self, steps: tuple[ApprovedStep, ...], touched: set[str], outcomes: dict[str, Outcome]
    ) -> None:
        if self._known is None:
            self._known = self._listing()
        missed = self._remove(steps, self._known, touched, outcomes)
        for _ in range(_TRIES):
            if not missed:
                break
            # Its flags may have changed, and its name with them; it is gone when a whole and undisturbed listing lacks it.
            before = self._folder.state()[0]
            self._known = self._listing()
            undisturbed = self._folder.state()[0] == before
            missed = self._remove(missed, self._known, touched, outcomes)
            if undisturbed:
                outcomes |= {
                    step.item.key: _outcome(step, Result.ALREADY_GONE)
                    for step in missed
                    if not any(self._known.all(key_name(step.item)))
                }
                missed = tuple(step for step in missed if step.item.key not in outcomes)
        for step in missed:
            outcomes[step.item.key] = _outcome(step, Result.FAILED, RESTLESS)

    def _listing(self) -> Listing:
        """List the folder; OSError when it is not there: an archive that was moved or unmounted holds its messages still."""
        listing = Listing(self._folder)
        (self._folder.path / SUBDIRECTORIES[0]).stat()
        return listing

    def _remove(
        self,
        steps: Iterable[ApprovedStep],
        listing: Listing,
        touched: set[str],
        outcomes: dict[str, Outcome],
    ) -> tuple[ApprovedStep, ...]:
        """Remove what *listing* has of *steps*, and return the steps whose file is not there by that name."""
        missed: list[ApprovedStep] = []
        for step in steps:
            files = tuple(listing.all(key_name(step.item)))
            try:
                outcome = _removed(step, files)
            except FileNotFoundError:
                outcome = None
            except OSError as error:
                outcome = _failed(step, error)
            touched.update(directory for directory, _ in files)
            if outcome is None:
                missed.append(step)
            else:
                outcomes[step.item.key] = outcome
        return tuple(missed)


def _removed(step: ApprovedStep, files: tuple[tuple[str, str], ...]) -> Outcome | None:
    """Remove the *files* of a message, all of them; None when there is none."""
    if not files:
        return None
    if not all(_is(step, file) for file in files):
        return _outcome(step, Result.CHANGED, CHANGED)
    for directory, name in files:
        os.unlink(f"{directory}/{name}")  # noqa: PTH108 - a path a message is too slow
    return _outcome(step, Result.ERASED)


def _is(step: ApprovedStep, file: tuple[str, str]) -> bool:
    """Say whether *file* is the message of *step*; FileNotFoundError when it is not there any more."""
    directory, name = file
    status = os.lstat(f"{directory}/{name}")
    return (
        stat.S_ISREG(status.st_mode) and fingerprint(name, status.st_size) == step.item.fingerprint
    )


def _failed(step: ApprovedStep, error: OSError) -> Outcome:
    return _outcome(step, Result.FAILED, f"the file stays: {said(error)}")


def _outcome(step: ApprovedStep, result: Result, reason: str = "") -> Outcome:
    return Outcome(step.item.key, result, reason)


def _sync(directory: str) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
