"""Take exactly the planned lines out of logs: closed files are written anew, and the one that is being written so that no line is lost."""

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, islice
from pathlib import Path
from shutil import which

from overdracht import (
    ApprovedStep,
    Disposition,
    Item,
    Objection,
    Outcome,
    Result,
    Ruling,
    Step,
    Text,
    Unreachable,
    Verdict,
    local_day,
    new_path,
)
from overdracht_serverlogs import live
from overdracht_serverlogs.cuts import Cuts
from overdracht_serverlogs.exchanging import Meanwhile
from overdracht_serverlogs.line_cuts import Cutting, LinePlaces, whole
from overdracht_serverlogs.lineitems import Key
from overdracht_serverlogs.locating import Located, Standing
from overdracht_serverlogs.logs import Log, LogFile, base_of, log_of, logs
from overdracht_serverlogs.looks import look
from overdracht_serverlogs.obstacles import in_the_way
from overdracht_serverlogs.packed import DAMAGED, Unreadable
from overdracht_serverlogs.pseudonyms import Pseudonyms
from overdracht_serverlogs.rewriting import held, rewrite
from overdracht_serverlogs.settings import ServerLogsSettings

DROP, PSEUDONYMISE = "drop", "pseudonymise"
"""The actions of a step."""
MOST_STEPS = 400
"""Steps whose lines are sought, and cut, at a time."""
_PATIENCE = 60.0
"""Seconds to wait until a log that is being rotated, or compressed, has been."""
_PAUSE = 0.2
_PACKED = frozenset({"gz", "zst", "zstd", "xz", "bz2", "lzma"})

_CHANGED = "lines of it were changed or added since the plan"
_WRITTEN = "the log is still being written: set `reopen` for it, or go on with `overdracht resume` once it was rotated"
_NO_PARTS = Text(
    "Een regel kan niet voor een deel worden gewist: dit moet iemand bekijken.",
    "A line cannot be erased in part: somebody has to look at this.",
)
_WAITING = Text(
    "Staat in het log dat de server nu schrijft; wordt gewist zodra dat gewisseld is.",
    "It stands in the log that the server is writing now; it is erased once that was rotated.",
)


@dataclass
class LineErasure:
    """Erases in the logs of *settings*, of the source called *source*."""

    settings: ServerLogsSettings
    source: str
    _written: dict[str, date | None] = field(default_factory=dict)
    """Part → the first day of the file that a server is writing; None when none is."""

    def propose(self, item: Item, ruling: Ruling) -> Step:
        """Return how the *ruling* is carried out on *item*."""
        ruled = ruling.disposition
        if ruled.verdict in {Verdict.ANONYMISE, Verdict.CANCEL}:
            return Step(item, replace(ruled, verdict=Verdict.REVIEW, ground=_NO_PARTS), "")
        if ruled.verdict is not Verdict.ERASE:
            return Step(item, ruled, "")
        log = log_of(self.settings, item.part)
        until = None if log is None else self._waits_until(log, Key.parse(item.key).day)
        if until is not None:
            return Step(item, Disposition(Verdict.RETAIN, _WAITING, ruled.article, until), "")
        # What was scheduled has lost the identifiers that a pseudonym would take the place of.
        if log is not None and log.family.on_erase == PSEUDONYMISE and item.matches:
            return Step(item, replace(ruled, verdict=Verdict.ANONYMISE), PSEUDONYMISE)
        return Step(item, ruled, DROP)

    def _waits_until(self, log: Log, day: date | None) -> date | None:
        """Return the day on which the log will have been rotated that holds lines of *day*, when it is the one being written."""
        if log.family.reopen or day is None:
            return None
        if log.part not in self._written:
            self._written[log.part] = _first_written(log)
        first = self._written[log.part]
        until = day + timedelta(days=log.family.rotates_within)
        waits = first is not None and day >= first and until > local_day(datetime.now(UTC))
        return until if waits else None

    def objections(self, steps: Iterable[ApprovedStep]) -> Iterator[Objection]:
        """Yield why *steps* cannot be carried out; changes nothing."""
        self._require()
        for part, group in groupby(steps, key=lambda one: one.item.part):
            while batch := [one.item for one in islice(group, MOST_STEPS)]:
                yield from self._objections(part, batch)

    def _objections(self, part: str, items: list[Item]) -> Iterator[Objection]:
        try:
            log = self._log(part)
            if log is None:
                return
            places = LinePlaces(log, items)
            for file, _ in places.files():
                if reason := _obstacle(log, file):
                    yield Objection(reason, items[0].key)
        except (Unreadable, OSError) as error:
            yield Objection(f"the log cannot be read: {_why(error)}", items[0].key)
            return
        for one in items:
            if places.standing(one.key) is Standing.CHANGED:
                yield Objection(_CHANGED, one.key)

    def outcomes(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Carry out *steps* and yield the outcome of each."""
        self._require()
        pseudonyms: Pseudonyms | None = None
        for (part, action), group in groupby(steps, key=lambda one: (one.item.part, one.action)):
            if action == PSEUDONYMISE and pseudonyms is None:
                key = self.settings.pseudonym_key
                pseudonyms = Pseudonyms(key.get().reveal() if key else "")
            cutting = _pseudonymising(pseudonyms) if action == PSEUDONYMISE and pseudonyms else whole
            done = Result.ANONYMISED if action == PSEUDONYMISE else Result.ERASED
            while batch := [one.item for one in islice(group, MOST_STEPS)]:
                yield from self._outcomes(part, batch, cutting, done)

    def _outcomes(
        self, part: str, items: list[Item], cutting: Cutting, done: Result
    ) -> Iterator[Outcome]:
        results = {
            Standing.PLANNED: done,
            Standing.GONE: Result.ALREADY_GONE,
            Standing.CHANGED: Result.CHANGED,
        }
        try:
            standing, failed = self._erased(part, items, cutting)
        except (Unreadable, OSError) as error:
            reason = f"the log stays as it is: {_why(error)}"
            yield from (Outcome(one.key, Result.FAILED, reason) for one in items)
            return
        for one in items:
            if one.key in failed:
                yield Outcome(one.key, Result.FAILED, failed[one.key])
            else:
                changed = standing[one.key] is Standing.CHANGED
                yield Outcome(one.key, results[standing[one.key]], _CHANGED if changed else "")

    def _erased(
        self, part: str, items: list[Item], cutting: Cutting
    ) -> tuple[dict[str, Standing], dict[str, str]]:
        """Cut the lines of *items*; return how they stood, and why those of some could not be cut."""
        standing: dict[str, Standing] = {}
        deadline = time.monotonic() + _PATIENCE
        while True:
            log = self._log(part)
            if log is None:
                return {one.key: standing.get(one.key, Standing.GONE) for one in items}, {}
            try:
                return standing, _cut_in(log, items, cutting, standing)
            except (Meanwhile, Unreadable) as error:
                passing = not isinstance(error, Unreadable) or error.missing or str(error) == DAMAGED
                if not passing or time.monotonic() > deadline:
                    raise
            time.sleep(_PAUSE)

    def _log(self, part: str) -> Log | None:
        """Return the log called *part*, None when there is none any more; raise OSError when that cannot be told."""
        log = log_of(self.settings, part)
        if log is None:
            os.stat(os.path.dirname(part))  # noqa: PTH116, PTH120 - a disk that is not there is no log that went
        return log

    def _require(self) -> None:
        if next(logs(self.settings), None) is None:
            raise Unreachable(
                "no log is there", remedy=f"check the `paths` of source {self.source}"
            )


def _first_written(log: Log) -> date | None:
    """Return the first day of the file of *log* that somebody is writing; None when nobody is."""
    for file in log.files:
        if file.live and file.size and not file.problem:
            try:
                with held(Path(file.path)) as (descriptor, _):
                    if live.is_written(descriptor):
                        return _first_day(log, file) or date.min
            except (OSError, Unreadable):
                return None
    return None


def _first_day(log: Log, file: LogFile) -> date | None:
    looked = look(log, file)
    return None if looked.stamp is None else looked.dating.day(looked.stamp, 0)


def _pseudonymising(pseudonyms: Pseudonyms) -> Cutting:
    return lambda one: pseudonyms.cuts(one.start, one.spans)


def _obstacle(log: Log, file: LogFile) -> str:
    """Return what stands in the way of writing *file* anew; empty when nothing does."""
    reason = in_the_way(Path(file.path))
    if reason or not file.live:
        return reason
    with held(Path(file.path)) as (descriptor, _):
        if not live.is_written(descriptor):
            return ""
    if not log.family.reopen:
        return _WRITTEN
    program = log.family.reopen[0]
    return "" if which(program) else f"there is no program {program} here, which `reopen` names"


def _tidy(log: Log) -> None:
    """End what somebody began who died while files of *log* were written anew."""
    path = Path(log.part)
    live.recover(path, live.command(log.family.reopen) if log.family.reopen else None)
    ending = new_path(Path("x")).name.partition("x")[2]
    for name in os.listdir(path.parent):  # noqa: PTH208 - names are all that is wanted
        was = name.removeprefix(".").removesuffix(ending)
        if name == f".{was}{ending}" and base_of(str(path.with_name(was)))[0] == log.part:
            path.with_name(name).unlink(missing_ok=True)


def _cut_in(
    log: Log, items: list[Item], cutting: Cutting, standing: dict[str, Standing]
) -> dict[str, str]:
    """Cut the lines of *items* in the files of *log* and take note how they stood; return why those of some could not be cut.

    Raise Meanwhile when the log is being rotated.
    """
    bare = [_unpacked(one.path) for one in log.files]
    if len(set(bare)) < len(bare):
        raise Meanwhile  # the same lines stand in two files: one of them is being compressed
    _tidy(log)
    places = LinePlaces(log, items, cutting)
    for one in items:
        # What an earlier try has cut already is not there any more, and was as planned.
        if standing.get(one.key) is not Standing.PLANNED:
            standing[one.key] = places.standing(one.key)
    return _cut_all(log, places)


def _unpacked(path: str) -> str:
    """Return the name that a compressed file had before."""
    name, dot, ending = path.rpartition(".")
    return name if dot and ending.lower() in _PACKED else path


def _cut_all(log: Log, places: LinePlaces) -> dict[str, str]:
    """Write the files anew; return by key why some could not be."""
    failed: dict[str, str] = {}
    for file, cuts in places.files():
        try:
            _cut(log, file, cuts)
        except Meanwhile:
            raise
        except (OSError, Unreadable) as error:
            reason = f"the log stays as it is: {_why(error)}"
            failed |= dict.fromkeys(places.keys_in(file.path), reason)
    return failed


def _cut(log: Log, file: LogFile, cuts: Cuts) -> None:
    path = Path(file.path)
    if reason := in_the_way(path):
        raise OSError(reason)
    with held(path) as (descriptor, method):
        status = os.fstat(descriptor)
        is_live = file.live and method == "plain"
        same = (status.st_dev, status.st_ino) == (file.device, file.inode)
        if not same or (not is_live and status.st_mtime_ns != file.modified):
            raise Meanwhile
        if not is_live:
            rewrite(path, descriptor, cuts, method)
        elif not live.is_written(descriptor):
            live.rewrite_live(path, descriptor, cuts, None)
        elif log.family.reopen:
            live.rewrite_live(path, descriptor, cuts, live.command(log.family.reopen))
        else:
            raise OSError(_WRITTEN)


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else "") or str(error)
