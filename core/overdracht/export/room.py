"""Tell that the machine has no room for temporary files from a fault of the connector in whose code that showed."""

import errno
import sqlite3
from collections.abc import Iterator

from overdracht.errors import BundleError

_FULL = {errno.ENOSPC, errno.EDQUOT}
REMEDY = "make room in the temporary directory, or point TMPDIR elsewhere"


def check_room(error: BaseException) -> None:
    """Raise BundleError when *error* is, or comes from, a full disk: an export only reads its sources, so the disk is our own."""
    for one in _chain(error):
        if isinstance(one, OSError) and one.errno in _FULL:
            raise no_room(one.strerror) from error
        code = getattr(one, "sqlite_errorcode", None)
        if isinstance(one, sqlite3.Error) and code == sqlite3.SQLITE_FULL:
            raise no_room(str(one)) from error


def no_room(reason: str | None) -> BundleError:
    """Return the error that says why what was fetched cannot be held."""
    return BundleError(f"a file cannot be held temporarily: {reason}", remedy=REMEDY)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
