"""Write logs, and ask who stands in them."""

from collections.abc import Iterable
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from overdracht import Gap, Identifier, Item, Kinds, Question, Searched, Subject
from overdracht.testing.watching import Found
from overdracht_serverlogs.connector import ServerLogs
from overdracht_serverlogs.fragments import Finder
from overdracht_serverlogs.lineitems import unpack
from overdracht_serverlogs.planning import plan
from overdracht_serverlogs.settings import Family, ServerLogsSettings
from overdracht_serverlogs.spellings import Wanted

KINDS = Kinds()


def identified(*texts: str) -> tuple[Identifier, ...]:
    """Return the identifiers that an administrator would type as *texts*."""
    return tuple(KINDS.parse(text) for text in texts)


def logs_in(folder: Path, **family: Any) -> ServerLogs:
    """Return a connector to all that is in *folder*."""
    paths = family.pop("paths", (folder / "*",))
    zone = family.pop("source_zone", "Europe/Amsterdam")
    return ServerLogs("logs", ServerLogsSettings(logs=(Family(paths=paths, **family),), zone=zone))


def find(
    connector: ServerLogs,
    *texts: str,
    excluded: Iterable[str] = (),
    cursors: dict[str, str] | None = None,
    pool: Executor | None = None,
) -> Found:
    """Return what *connector* finds of whom *texts* identify."""
    subject = Subject("test", identified(*texts), identified(*excluded))
    question = Question(subject, cursors=cursors or {}, pool=None if pool is None else lambda: pool)
    return Found(list(connector.find(question)))


def count(items: Iterable[Item]) -> int:
    """Return how many records the *items* hold."""
    return sum(len(unpack(one.fingerprint)) for one in items)


def searched(found: Found) -> Searched:
    """Return the only part that was searched."""
    (one,) = found.searched.values()
    return one


def gap(found: Found) -> Gap:
    """Return the only gap."""
    (one,) = found.gaps
    return one


def spans(text: bytes, *texts: str) -> list[bytes]:
    """Return where in *text* those stand whom *texts* identify."""
    wanted = Wanted(identified(*texts))
    buffer = bytearray(text + b"\n")
    with memoryview(buffer) as view:
        found = Finder(wanted, plan(wanted, text)).find(view, buffer)
    return [bytes(buffer[start:end]) for start, end, _ in found]
