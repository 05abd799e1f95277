"""The files that GnuCash leaves beside a book: logs in plain text, with every name and memo, and whole copies of the book."""

import gzip
import os
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, cast
from zoneinfo import ZoneInfo

from overdracht import (
    ApprovedStep,
    Category,
    Certainty,
    Finding,
    Gap,
    Identifier,
    Item,
    Match,
    Mentions,
    Objection,
    Outcome,
    Replacement,
    Result,
    Ruling,
    Searched,
    Step,
    Text,
    Verdict,
    local_day,
    one_line,
    write_all,
)
from overdracht_accounting.gnucash import FILES
from overdracht_accounting.gnucash_beside import DATED, known, unsure
from overdracht_accounting.items import origin_of
from overdracht_accounting.mapping import item_key
from overdracht_accounting.proposals import UNCANCELLED, review

GUID = "guid "
"""Begins the `where` of a match by the key of one of the person's own records."""
AGED = "the file is older than notes are kept and names everybody: remove it, or look at it first"
UNSURE = (
    "it looks like a copy or a log of a book and is not searched: remove it, or put it elsewhere"
)
DAMAGED = "it is damaged or cut off"
UNKNOWN = Text(
    "Welke regels van de persoon zijn, is niet meer bekend: zoek opnieuw.",
    "Which lines are the person's is not known any more: search again.",
)
REMOVE, REWRITE = "remove the file", "write the log anew without these lines"
CHUNK, OVERLAP = 1 << 20, 4096

_GUIDS = re.compile(r"[0-9a-f]{32}")
_RECORD = re.compile(rb"[A-Z]\t[0-9a-f]{32}\t")
"""How a record of a log begins: what was done, and with which transaction."""
_EDGE = re.compile(rb"===== (?:START|END)\s*$")
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Own:
    """The person's own records, and the identifiers that say so."""

    guids: frozenset[str]
    identifiers: tuple[Identifier, ...]


class BookFiles:
    """The files beside the *book*, and those in the directory *logs*."""

    def __init__(self, book: Path | None, logs: Path | None) -> None:
        self._book = book
        self._logs = logs

    def files(self) -> Iterator[Path]:
        """Yield the logs and copies."""
        yield from known(self._book, self._logs)

    def find(self, own: Own, mentions: Mentions) -> Iterator[Finding]:
        """Yield the files in which the person stands."""
        looked_at = 0
        try:
            for path in self.files():
                looked_at += 1
                try:
                    yield from self._in(path, own, mentions)
                except (OSError, EOFError, zlib.error) as error:
                    yield Gap(FILES, f"the file cannot be read: {_why(error)}", self._key(path))
            for path in unsure(self._book, self._logs):
                yield Gap(FILES, UNSURE, self._key(path))
        except OSError as error:
            yield Gap(FILES, f"the directory cannot be read: {error.strerror}")
            return
        yield Searched(FILES, looked_at)

    def _in(self, path: Path, own: Own, mentions: Mentions) -> Iterator[Item]:
        guids: set[str] = set()
        found: dict[Identifier, None] = {}
        status = path.stat()
        for text in _chunks(path):
            guids |= own.guids.intersection(_GUIDS.findall(text))
            found |= dict.fromkeys(mentions.found(text))
        matches = [
            Match(one, Certainty.EXACT, f"{GUID}{guid}")
            for guid in sorted(guids)
            for one in own.identifiers[:1]
        ]
        matches += [match for one in found for match in Mentions((one,)).matches(one.value, "text")]
        if matches:
            yield _item(self._key(path), path, status, tuple(matches))

    def aged(self, day: date) -> Iterator[Gap]:
        """Yield a gap for each file that is of before *day*."""
        try:
            for path in self.files():
                when = _when(path.name)
                if when is not None and local_day(when) < day:
                    yield Gap(FILES, AGED, self._key(path))
        except OSError as error:
            yield Gap(FILES, f"the directory cannot be read: {error.strerror}")

    def objections(self, steps: Iterable[ApprovedStep]) -> Iterator[Objection]:
        """Yield why files cannot be removed or written anew."""
        for step in steps:
            path = self._path(step.item)
            if path is None:
                continue
            if _fingerprint(path.stat()) != step.item.fingerprint:
                yield Objection("the file is no longer the one that was found", step.item.key)
            elif not os.access(path.parent, os.W_OK, effective_ids=True):
                yield Objection("its directory may not be written", step.item.key)

    def outcomes(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Remove the files, or write them anew, one by one."""
        for step in steps:
            try:
                yield self._carried_out(step)
            except OSError as error:
                reason = f"the file cannot be written: {error.strerror}"
                yield Outcome(step.item.key, Result.FAILED, reason)

    def _carried_out(self, step: ApprovedStep) -> Outcome:
        key, path = step.item.key, self._path(step.item)
        if path is None:
            return Outcome(key, Result.ALREADY_GONE)
        if _fingerprint(path.stat()) != step.item.fingerprint:
            if step.action == REWRITE and not any(passages(path, step.item)):
                return Outcome(key, Result.ALREADY_GONE)
            return Outcome(key, Result.CHANGED)
        if step.action == REWRITE:
            _rewrite(path, step.item)
        else:
            path.unlink()
            _sync(path.parent)
        return Outcome(key, Result.ERASED)

    def _path(self, item: Item) -> Path | None:
        return next((one for one in self.files() if self._key(one) == item.key), None)

    def _key(self, path: Path) -> str:
        beside = self._book is None or path.parent == self._book.parent
        return item_key(FILES, path.name if beside else f"logs/{path.name}")

    def lines(self, item: Item) -> list[str] | None:
        """Return the lines about the person in the file of *item*; None when it is not the one that was found, empty for a copy."""
        path = self._path(item)
        if path is None or _fingerprint(path.stat()) != item.fingerprint:
            return None
        return list(passages(path, item)) if path.suffix == ".log" else []


def propose(item: Item, ruling: Ruling) -> Step:
    """Say that the person's lines go out of a log, and a copy of the whole book goes as a whole."""
    verdict = ruling.disposition.verdict
    if verdict in {Verdict.ANONYMISE, Verdict.CANCEL}:
        return review(item, ruling, UNCANCELLED)
    if verdict is Verdict.ERASE and not item.matches:
        return review(item, ruling, UNKNOWN)
    action = REWRITE if item.key.endswith(".log") else REMOVE
    return Step(item, ruling.disposition, action if verdict is Verdict.ERASE else "")


def passages(path: Path, item: Item) -> Iterator[str]:
    """Yield the records of the log at *path* that are about the person."""
    about = _About(item)
    with path.open("rb") as file:
        for record in _records(file):
            text = record.decode("utf-8", "replace")
            if about(text):
                yield text.rstrip("\r\n")


def _records(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the records of a log: GnuCash writes the line ends in a memo as they are, so one may run over several *lines*."""
    record: list[bytes] = []
    for line in lines:
        begins = _RECORD.match(line)
        if begins or _EDGE.match(line):
            yield from _whole(record)
        if begins or record:
            record.append(line)
        else:
            yield line
    yield from _whole(record)


def _whole(record: list[bytes]) -> Iterator[bytes]:
    if record:
        yield b"".join(record)
        record.clear()


class _About:
    """Tells whether a record is about the person of *item*."""

    def __init__(self, item: Item) -> None:
        wheres = (one.where for one in item.matches)
        self._guids = {one.removeprefix(GUID) for one in wheres if one.startswith(GUID)}
        # Beside a key stands the customer's number, which may be a number of anything in the text.
        self._mentions = Mentions(
            one.identifier for one in item.matches if not one.where.startswith(GUID)
        )

    def __call__(self, record: str) -> bool:
        guids = _GUIDS.findall(record)
        return not self._guids.isdisjoint(guids) or any(self._mentions.found(record))


def _rewrite(path: Path, item: Item) -> None:
    about = _About(item)
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as old, Replacement(path, descriptor) as new:
        for record in _records(old):
            if not about(record.decode("utf-8", "replace")):
                write_all(new.descriptor, record)
        new.dress()
        new.commit()


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _item(key: str, path: Path, status: os.stat_result, matches: tuple[Match, ...]) -> Item:
    return Item(
        key=key,
        part=FILES,
        category=Category.NOTE,
        matches=matches,
        fingerprint=_fingerprint(status),
        title=one_line(path.name),
        when=_when(path.name),
        size=status.st_size,
        origin=origin_of(Category.NOTE),
    )


def _fingerprint(status: os.stat_result) -> str:
    return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ino}"


def _why(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or DAMAGED


def _when(name: str) -> datetime | None:
    written = DATED.fullmatch(name)
    try:
        moment = datetime.strptime(written[1] if written else "", "%Y%m%d%H%M%S")  # noqa: DTZ007 - the zone follows
    except ValueError:
        return None
    return moment.replace(tzinfo=ZoneInfo("Europe/Amsterdam"))


def _chunks(path: Path) -> Iterator[str]:
    """Yield the text of the file at *path*, unpacked, in stretches that overlap."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        packed = file.peek(2)[:2] == _GZIP
        source = cast("BinaryIO", gzip.GzipFile(fileobj=file)) if packed else file
        before = b""
        while chunk := source.read(CHUNK):
            yield (before + chunk).decode("utf-8", "replace")
            before = chunk[-OVERLAP:]
