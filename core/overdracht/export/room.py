"""Tell that the machine has no room for temporary files from a fault of the connector in whose code that showed."""

import errno
import sqlite3
from collections.abc import Iterator

from overdracht.errors import BundleError

_FULL = {errno.ENOSPC, errno.EDQUOT}
REMEDY = "make room in the temporary directory, or point TMPDIR elsewhere"


def full_disk(error: BaseException) -> str:
    """Return how the system says that the disk is full, when *error* is that or comes from it; else nothing."""
    for one in _chain(error):
        if isinstance(one, OSError) and one.errno in _FULL:
            return one.strerror or "the disk is full"
        code = getattr(one, "sqlite_errorcode", None)
        if isinstance(one, sqlite3.Error) and code == sqlite3.SQLITE_FULL:
            return str(one)
    return ""


def check_room(error: BaseException) -> None:
    """Raise BundleError when *error* is of a full disk: an export only reads its sources, so the disk is our own."""
    if reason := full_disk(error):
        raise no_room(reason) from error


def no_room(reason: str | None) -> BundleError:
    """Return the error that says why what was fetched cannot be held."""
    return BundleError(f"a file cannot be held temporarily: {reason}", remedy=REMEDY)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
