"""The bundles that are written, kept track of so that they do not outlive their use."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedRandom
from pathlib import Path

from overdracht.cli.session import Session
from overdracht.retention import local_day
from overdracht.state import Store
from overdracht.state.afterlife import Copy


@contextmanager
def registering(
    session: Session, store: Store, reference: str, path: Path
) -> Iterator[Callable[[BufferedRandom], None]]:
    """Give what is to be told of the whole bundle before it appears at *path*: it keeps that it was written for *reference*, and when it is
    to be deleted, so that a process that dies at that moment leaves no bundle that nobody knows of.
    """
    entered: list[int] = []

    def appearing(file: BufferedRandom) -> None:
        status = os.fstat(file.fileno())
        entered.append(_enter(session, store, reference, path, status))
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        store.audit.append("bundle written", reference, {"sha256": digest}, session.now())

    try:
        yield appearing
    except BaseException:
        for number in entered:
            store.copies.withdraw(number)
        raise


def standing(store: Store, reference: str) -> tuple[Copy, ...]:
    """Return the bundles of *reference* at whose place something stands."""
    copies = (one for one in store.copies.all() if one.stands_for(reference))
    return tuple(one for one in copies if os.path.lexists(one.path))


def unpacked(session: Session, store: Store, reference: str, folder: Path) -> None:
    """Keep that a bundle of *reference* was unpacked into *folder*, and when that is to be deleted."""
    _enter(session, store, reference, folder, folder.stat())
    store.audit.append("bundle opened", reference, {}, session.now())


def _enter(
    session: Session, store: Store, reference: str, path: Path, status: os.stat_result
) -> int:
    now = session.now()
    deletes = session.config.bundles.keep.after(local_day(now))
    return store.copies.enter(reference, path, now, deletes, status)
