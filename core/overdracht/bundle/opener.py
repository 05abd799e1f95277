"""Unpack a bundle into a folder that is there when everything in it was checked."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from overdracht.bundle.reader import opened
from overdracht.bundle.verification import Sink, Verification, inspect
from overdracht.errors import BundleError
from overdracht.manifest import is_safe_path
from overdracht.seal import PublicKey, Unlock


def open_bundle(path: Path, key: Unlock, destination: Path, *, trusted: str = "") -> Verification:
    """Unpack the bundle *path*, opened with *key*, so that *destination* is the bag; it must not exist yet, or be an empty folder.

    Everything is checked on the way, also against the public key *trusted* if given; anything wrong raises BundleError and leaves nothing. Files
    become 0600 and folders 0700, only below *destination*, and none replaces another.
    """
    wanted = PublicKey.parse(trusted) if trusted else None
    if path.is_dir():
        raise BundleError(f"{path} is a folder: it is open already", remedy="verify it instead")
    _check_free(destination)
    try:
        folder = Path(
            tempfile.mkdtemp(
                prefix=f".{destination.name[:200]}.", dir=destination.absolute().parent
            )
        )
    except OSError as error:
        raise _failed(destination, error) from error
    try:
        with opened(path, key, room=folder) as contents:
            found = inspect(contents, wanted, _Unpacked(folder).file)
        if not found.ok:
            more = f" (and {len(found.problems) - 1} more)" if len(found.problems) > 1 else ""
            raise BundleError(f"{path.name} is not as it was made: {found.problems[0]}{more}")
        folder.rename(destination)
    except OSError as error:
        raise _failed(destination, error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return found


def _check_free(destination: Path) -> None:
    if not os.path.lexists(destination):
        return
    if destination.is_symlink() or not destination.is_dir() or any(destination.iterdir()):
        raise BundleError(
            f"{destination} exists and is no empty folder",
            remedy="choose another name, or move it away",
        )


class _Unpacked:
    """Makes the files below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: set[str] = {""}

    @contextmanager
    def file(self, path: str) -> Iterator[Sink]:
        """Give a new file at *path*."""
        if not is_safe_path(path):
            raise BundleError(f"{path!r}: a path that leads elsewhere")
        self._make(path.rpartition("/")[0])
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        descriptor = os.open(self._folder / path, flags, 0o600)
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor, no path
            yield file

    def _make(self, folder: str) -> None:
        # One by one: what `mkdir(parents=True)` makes on the way is open to others.
        if folder not in self._made:
            self._make(folder.rpartition("/")[0])
            (self._folder / folder).mkdir(mode=0o700)
            self._made.add(folder)


def _failed(destination: Path, error: OSError) -> BundleError:
    return BundleError(f"{destination} cannot be written: {error.strerror or error}")
