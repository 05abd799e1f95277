"""The bundles that are written, kept track of so that they do not outlive their use."""

import hashlib
from pathlib import Path

from overdracht.cli.session import Session
from overdracht.retention import local_day
from overdracht.state import Store


def register(session: Session, store: Store, reference: str, path: Path) -> None:
    """Keep that the finished bundle at *path* was written for *reference*, and when it is to be deleted."""
    _enter(session, store, reference, path)
    store.audit.append("bundle written", reference, {"sha256": sha256(path)}, session.now())


def unpacked(session: Session, store: Store, reference: str, folder: Path) -> None:
    """Keep that a bundle of *reference* was unpacked into *folder*, and when that is to be deleted."""
    _enter(session, store, reference, folder)
    store.audit.append("bundle opened", reference, {}, session.now())


def _enter(session: Session, store: Store, reference: str, path: Path) -> None:
    now = session.now()
    store.copies.enter(reference, path, now, session.config.bundles.keep.after(local_day(now)))


def sha256(path: Path) -> str:
    """Return the digest of the file at *path*."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
