"""Which logs there are: each with all its rotations, `access.log`, `access.log.1`, `access.log.2.gz`, `access.log-20260503.zst`."""

import fnmatch
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path

from overdracht_serverlogs.patterns import matching
from overdracht_serverlogs.settings import Family, ServerLogsSettings

_PACKED = re.compile(r"\.(?:gz|zst|zstd|xz|bz2|lzma|Z)\Z", re.IGNORECASE)
_ROTATED = re.compile(
    r"[.-](?P<date>(?:19|20)\d\d-?[01]\d-?[0-3]\d)(?:[-._T]?\d{2,6})?\Z|\.(?P<number>\d{1,4})\Z|-(?P<epoch>1\d{9})\Z|\.(?P<old>old|prev)\Z",
    re.IGNORECASE,
)
_NOWHERE = "the link leads to nothing that is there"
NEW_SUFFIX = ".overdracht-new"
"""What a file that is being written anew is called meanwhile."""


@dataclass(frozen=True, slots=True)
class LogFile:
    """One file of a log, as it was when it was listed."""

    path: str
    live: bool
    """It has the log's own name: the server is writing to it."""
    device: int
    inode: int
    size: int
    modified: int
    """Nanoseconds."""
    dated: date | None = None
    """The day in its name."""
    problem: str = ""
    """Why it cannot be looked at."""


@dataclass(frozen=True, slots=True)
class Log:
    """One log with its rotations."""

    part: str
    """Its path without what rotation adds to it."""
    family: Family
    zone: tzinfo | None
    files: tuple[LogFile, ...] = field(default=())
    """The oldest first, the live one last."""

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(one.size for one in self.files)


def base_of(path: str) -> tuple[str, str]:
    """Return *path* without what rotation and compression add, and what rotation added."""
    bare = _PACKED.sub("", path)
    found = _ROTATED.search(bare)
    if found is None or found.start() <= bare.rfind("/") + 1:
        return bare, "" if bare == path else "packed"
    return bare[: found.start()], found[0]


def _order(path: str) -> tuple[int, str, int]:
    found = _ROTATED.search(_PACKED.sub("", path))
    if found is None:
        return (3, "", 0) if not _PACKED.search(path) else (2, "", 1)
    if found["number"]:
        return 1, "", -int(found["number"])
    return (0, re.sub(r"\D", "", found[0]), 0) if not found["old"] else (2, "", 0)


def _dated(path: str) -> date | None:
    found = _ROTATED.search(_PACKED.sub("", path))
    if found is None or not (found["date"] or found["epoch"]):
        return None
    try:
        if found["epoch"]:
            return datetime.fromtimestamp(int(found["epoch"]), UTC).date() + timedelta(days=1)
        digits = found["date"].replace("-", "")
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except (ValueError, OverflowError):
        return None


def logs(settings: ServerLogsSettings, listing: "Listing | None" = None) -> Iterator[Log]:
    """Yield every log of the *settings*, in the order of their names; a file belongs to the first family that names it.

    *listing* is told what could not be listed.
    """
    listing = Listing() if listing is None else listing
    taken: set[str] = set()
    known: set[tuple[int, int]] = set()
    for family in settings.logs:
        groups: dict[str, list[LogFile]] = {}
        for path in _paths(family, listing):
            if path in taken:
                continue
            taken.add(path)
            listed = _listed(path)
            if listed is None and os.path.islink(path) and not os.path.exists(path):  # noqa: PTH110, PTH114 - a text is all there is
                listing.refused.append((path, _NOWHERE))
            # A second name of a file that is there already (a link) holds nothing new.
            if listed is None or (listed.inode and (listed.device, listed.inode) in known):
                continue
            known.add((listed.device, listed.inode))
            groups.setdefault(base_of(path)[0], []).append(listed)
        for part in sorted(groups):
            files = sorted(groups[part], key=lambda one: (_order(one.path), one.path))
            yield Log(part, family, zone_of(settings, family), tuple(files))


def log_of(settings: ServerLogsSettings, part: str) -> Log | None:
    """Return the log that is called *part* as it is now; None when there is no file of it."""
    return next((one for one in logs(settings) if one.part == part), None)


def zone_of(settings: ServerLogsSettings, family: Family) -> tzinfo | None:
    """Return the zone of times without one; None is this machine's."""
    name = family.zone or settings.zone
    if not name:
        return None
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


@dataclass(slots=True)
class Listing:
    """What kept itself from being listed."""

    unmatched: list[str] = field(default_factory=list)
    """Patterns that no file matches."""
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Folders that cannot be listed, and links that cannot be followed, and why."""

    def refuse(self, folder: str, error: OSError) -> None:
        """Take note of a *folder* that cannot be listed."""
        said = (folder, os.strerror(error.errno or 0).lower())
        if said not in self.refused:
            self.refused.append(said)


def _paths(family: Family, listing: Listing) -> Iterator[str]:
    for pattern in map(str, family.paths):
        nothing = True
        for path in matching(pattern, listing.refuse):
            nothing = False
            if not path.endswith(NEW_SUFFIX) and not _excluded(path, family.exclude):
                yield path
        if nothing:
            listing.unmatched.append(pattern)


def _excluded(path: str, patterns: tuple[str, ...]) -> bool:
    name = path.rpartition("/")[2]
    return any(fnmatch.fnmatchcase(name, one) or fnmatch.fnmatchcase(path, one) for one in patterns)


def _listed(path: str) -> LogFile | None:
    """Return what there is to know of the file at *path*; None for what is no file."""
    live = not base_of(path)[1]
    try:
        status = Path(path).stat()
    except FileNotFoundError:
        return None  # it went since the folder was listed, or a link leads nowhere
    except OSError as error:
        return LogFile(path, live, 0, 0, 0, 0, None, os.strerror(error.errno or 0).lower())
    if stat.S_ISDIR(status.st_mode):
        return None
    problem = "" if stat.S_ISREG(status.st_mode) else "it is no regular file"
    return LogFile(
        path,
        live,
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        _dated(path),
        problem,
    )
