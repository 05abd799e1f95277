"""Files that a command writes: whole or not at all, for their owner only, and never over what is there."""

import os
from collections.abc import Iterable
from pathlib import Path

from overdracht.errors import OverdrachtError, UsageError


def check_free(path: Path | None) -> None:
    """Raise UsageError when *path* is taken or has no folder: what would fail at the end is refused before the work."""
    if path is None:
        return
    if os.path.lexists(path):
        raise UsageError(f"{path} exists already", remedy="choose another name")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"there is no folder {path.absolute().parent}", remedy="make it first")


def write(path: Path, chunks: Iterable[bytes]) -> None:
    """Write *chunks* to *path*, in place of what was there when that is ours."""
    temporary = path.with_name(f".{path.name}.new")
    try:
        temporary.unlink(missing_ok=True)  # what a crash left behind
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.writelines(chunks)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OverdrachtError(f"{path} cannot be written: {error.strerror}") from error
