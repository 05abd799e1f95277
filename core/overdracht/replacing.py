"""Put a new file in the place of an old one, so that after a crash there is the old file or the new one, and never half of either."""

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self


def new_path(path: Path) -> Path:
    """Return where the new file is written before it takes the place of the one at *path*."""
    return path.with_name(f".{path.name}.overdracht-new")


class Replacement:
    """The file that is to take the place of the one at *path*, which the caller has open as *old*.

    `commit` gives it the old file's owner, mode, attributes, access list and times, and puts it there; without `commit` nothing changes. The
    caller sees to it that no second one is made of the same path at the same time. All methods raise OSError.
    """

    def __init__(self, path: Path, old: int) -> None:
        self._path = path
        self._old = old
        self._before = os.fstat(old)
        self._target = new_path(path)
        self._stack = contextlib.ExitStack()
        self.descriptor = -1
        """The new file, open for writing."""

    def __enter__(self) -> Self:
        self._directory = self._stack.enter_context(_opened_directory(self._path.parent))
        self._target.unlink(missing_ok=True)  # what a crash left behind
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            self.descriptor = os.open(self._target.name, flags, 0o600, dir_fd=self._directory)
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)
        self._target.unlink(missing_ok=True)  # gone already when it was committed
        self._stack.close()

    def write(self, content: bytes | memoryview) -> None:
        """Append *content* to the new file."""
        write_all(self.descriptor, content)

    @property
    def untouched(self) -> bool:
        """Say whether the old file is as it was when this began."""
        now = os.fstat(self._old)
        return (now.st_size, now.st_mtime_ns) == (self._before.st_size, self._before.st_mtime_ns)

    def dress(self) -> None:
        """Give the new file what the old one has besides its content, and make it durable."""
        dress(self._old, self.descriptor, self._before)
        os.fsync(self.descriptor)

    def commit(self) -> None:
        """Put the new file in the place of the old one, durably; to be called after `dress`."""
        place = self._directory
        os.replace(self._target.name, self._path.name, src_dir_fd=place, dst_dir_fd=place)
        os.fsync(place)


@contextmanager
def _opened_directory(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def sync_directory(path: Path) -> None:
    """Have the disk hold what stands in the directory *path* now; raise OSError."""
    with _opened_directory(path) as descriptor:
        os.fsync(descriptor)


def write_new(path: Path, content: bytes) -> None:
    """Write the new file *path*, 0600, durably: whole or not at all, and never over another. Raise OSError.

    Where the file system can, it has no name until it is whole, so that a process that is killed leaves nothing.
    """
    with _opened_directory(path.parent) as directory:
        if not _written_nameless(path, content, directory):
            _write_named(path, content)
        os.fsync(directory)


def _written_nameless(path: Path, content: bytes, directory: int) -> bool:
    """Write *path* by way of a file without a name, and say so; False where there is no such thing."""
    try:
        flags = os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC
        descriptor = os.open(path.parent, flags, 0o600)
    except (OSError, AttributeError):
        return False
    try:
        source = f"/proc/self/fd/{descriptor}"
        if not os.path.exists(source):  # noqa: PTH110 - a descriptor, not a path of ours
            return False
        write_all(descriptor, content)
        os.fsync(descriptor)
        # With a descriptor for the directory, Python calls linkat, which follows this link to the file without a name.
        os.link(source, path.name, dst_dir_fd=directory, follow_symlinks=True)
    finally:
        os.close(descriptor)
    return True


def _write_named(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        try:
            write_all(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        path.hardlink_to(temporary)
    finally:
        temporary.unlink()


def write_all(descriptor: int, content: bytes | memoryview) -> None:
    """Write the whole of *content* to *descriptor*."""
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def dress(old: int, new: int, status: os.stat_result) -> None:
    """Give the file *new* the owner, mode, attributes and access list of the file *old*, and the times in its *status*."""
    made = os.fstat(new)
    if (made.st_uid, made.st_gid) != (status.st_uid, status.st_gid):
        os.fchown(new, status.st_uid, status.st_gid)
    os.fchmod(new, status.st_mode & 0o7777)
    for name in _attributes(old):
        # Some are the system's own, and it sets them itself; an access list that cannot be kept is no reason to keep the data.
        with contextlib.suppress(OSError):
            os.setxattr(new, name, os.getxattr(old, name))
    os.utime(new, ns=(status.st_atime_ns, status.st_mtime_ns))


def _attributes(descriptor: int) -> list[str]:
    try:
        return os.listxattr(descriptor)
    except OSError:
        return []
