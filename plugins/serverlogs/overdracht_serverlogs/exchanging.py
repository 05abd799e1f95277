"""Let two files change names at one stroke: what came out is looked at, and when it is not what was expected they change back.

Logs are renamed by others at any moment. A rename over a name that another file got meanwhile would destroy that file.
"""

import ctypes
import errno
import os
from pathlib import Path

_HERE = -100  # AT_FDCWD
_EXCHANGE = 2  # RENAME_EXCHANGE
_UNKNOWN = {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP}


class Meanwhile(OSError):
    """Somebody else wrote to the file, or renamed it."""

    def __init__(self) -> None:
        super().__init__("the log was written or rotated meanwhile")


def put_in_place(new: Path, path: Path, old: int) -> None:
    """Give the file at *new* the name *path*, and the file that is open as *old*, which has that name, the name *new*.

    Raise Meanwhile when *path* is another file's name by now; then nothing changed.
    """
    if not _is(path, old):
        raise Meanwhile
    try:
        _exchange(new, path)
    except FileNotFoundError:
        raise Meanwhile from None
    except OSError as error:
        if error.errno not in _UNKNOWN:
            raise
        _one_by_one(new, path)
    if not _is(new, old):
        _exchange(new, path)
        raise Meanwhile
    sync(path.parent)


def _is(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.lstat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _exchange(one: Path, other: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.renameat2(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _one_by_one(new: Path, path: Path) -> None:
    """Do it on a file system that cannot do it at one stroke: *path* is never without a file."""
    aside = new.with_name(f"{new.name}-aside")
    aside.unlink(missing_ok=True)
    os.link(path, aside)
    new.replace(path)
    aside.replace(new)


def sync(directory: Path) -> None:
    """Make the names in *directory* durable."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
