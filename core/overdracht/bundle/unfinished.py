"""A file that does not exist until it is finished."""

import errno
import io
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from overdracht.errors import BundleError

_BUFFER = 256 * 1024
_WRITE_BACK = 16 << 20
_NO_ANONYMOUS = {errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL, errno.ENOSYS}
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


Appearing = Callable[[io.BufferedRandom], None]
"""Given a file that is whole and on the disk, just before it has its name."""


class _Target(io.FileIO):
    """A file that remembers why a write failed: a library in between may tell it in its own words."""

    failure: OSError | None = None
    _asked = 0

    def write(self, data: object) -> int:
        try:
            self._start_writing_back()
            return super().write(data)  # type: ignore[arg-type]  # whatever the buffer above gives
        except OSError as error:
            self.failure = error
            raise

    def _start_writing_back(self) -> None:
        # Or else a gigabyte waits in memory for the disk until the end, and then all wait for it.
        position = self.tell()
        if position - self._asked >= _WRITE_BACK and hasattr(os, "posix_fadvise"):
            os.posix_fadvise(
                self.fileno(), self._asked, position - self._asked, os.POSIX_FADV_DONTNEED
            )
            self._asked = position


class Unfinished:
    """Room for the file *destination*, which appears with its whole content at `commit`, on the disk, 0600, or never.

    Where the file system can, the room has no name, so that even a process that is killed leaves nothing. Elsewhere it is a hidden
    file in the same folder.
    """

    def __init__(self, destination: Path) -> None:
        self.destination = destination
        if os.path.lexists(destination):
            raise _exists(destination)
        self._temporary: Path | None = None
        try:
            self._folder = os.open(destination.parent, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise self.failed(error) from error
        try:
            self._target = _Target(self._room(), "r+b")
        except OSError as error:
            os.close(self._folder)
            raise self.failed(error) from error
        self.file = io.BufferedRandom(self._target, _BUFFER)

    @property
    def failure(self) -> OSError | None:
        """Why a write failed, if one did."""
        return self._target.failure

    def failed(self, error: OSError) -> BundleError:
        """Return what to tell when *error* stopped the writing."""
        return BundleError(f"{self.destination} cannot be written: {error.strerror or error}")

    def commit(self, appearing: Appearing = lambda _: None) -> None:
        """Let the file be: its content on the disk first, then *appearing* is told of it, its name after."""
        try:
            self.file.flush()
            os.fsync(self._target.fileno())
            appearing(self.file)
            self._name_it()
            os.fsync(self._folder)
        except FileExistsError as error:
            raise _exists(self.destination) from error
        except OSError as error:
            raise self.failed(error) from error

    def close(self) -> None:
        """Give back what is held; what was not committed is gone."""
        try:
            self._target.close()
        finally:
            os.close(self._folder)
            if self._temporary is not None:
                self._temporary.unlink(missing_ok=True)

    def _room(self) -> int:
        anonymous = getattr(os, "O_TMPFILE", 0)
        if anonymous:
            try:
                descriptor = os.open(self.destination.parent, anonymous | os.O_RDWR, 0o600)
            except OSError as error:
                if error.errno not in _NO_ANONYMOUS:
                    raise
            else:
                if os.path.exists(f"/proc/self/fd/{descriptor}"):  # noqa: PTH110 - a descriptor, not a path of ours
                    return descriptor
                os.close(descriptor)
        name = f".{self.destination.name[:200]}.{secrets.token_hex(4)}.partial"
        self._temporary = self.destination.with_name(name)
        return os.open(self._temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)

    def _name_it(self) -> None:
        name, folder = self.destination.name, self._folder
        if self._temporary is None:
            # With a descriptor for the folder, Python calls linkat, which follows this link to the file without a name.
            source = f"/proc/self/fd/{self._target.fileno()}"
            os.link(source, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=True)
            return
        try:
            os.link(self._temporary.name, name, src_dir_fd=folder, dst_dir_fd=folder)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            # A memory stick knows no links; renaming would replace a file that appeared meanwhile, so look again.
            if os.path.lexists(self.destination):
                raise FileExistsError from error
            self._temporary.rename(self.destination)


def _exists(destination: Path) -> BundleError:
    return BundleError(f"{destination} exists", remedy="choose another name, or move it away")
