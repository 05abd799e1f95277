"""How far the search of one log is, and whether the log is still what it was at an earlier one."""

import time
from dataclasses import dataclass, field
from hashlib import blake2b

from overdracht_serverlogs.grouping import Grouping
from overdracht_serverlogs.logs import Log
from overdracht_serverlogs.looks import Look
from overdracht_serverlogs.scanning import Task

SETTLED_NS = 2_000_000_000
"""A file that was changed more recently may change again without another time of change."""


@dataclass(slots=True)
class LogState:
    """How far one log is."""

    log: Log
    cursor: str
    grouping: Grouping
    looks: dict[str, Look] = field(default_factory=dict)
    lines: int = 0
    done: int = 0
    problems: list[str] = field(default_factory=list)
    moved: list[Task] = field(default_factory=list)
    known: int | None = None
    """How many lines there were, when nothing changed since."""

    def problem(self, path: str, reason: str) -> None:
        """Take note that the file at *path* was not searched to its end."""
        text = f"{path.rpartition('/')[2]}: {reason}"
        if text not in self.problems:
            self.problems.append(text)


def cursor_of(log: Log) -> str:
    """Return what differs as soon as any file of *log* does; the number of lines follows it."""
    told = [(one.path, one.device, one.inode, one.size, one.modified) for one in log.files]
    return blake2b(repr(told).encode(errors="surrogateescape"), digest_size=16).hexdigest() + ":"


def lines_if_unchanged(state: LogState, cursor: str) -> int | None:
    """Return how many lines the log held at *cursor*, when its files are still the same."""
    if not cursor.startswith(state.cursor):
        return None
    lines = cursor[len(state.cursor) :]
    return int(lines) if lines.isascii() and lines.isdigit() and len(lines) < 20 else None


def is_settled(log: Log) -> bool:
    return time.time_ns() - max((one.modified for one in log.files), default=0) > SETTLED_NS
