"""Take exactly the planned lines out of logs: closed files are written anew, and the one that is being written so that no line is lost."""

import os
import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, islice
from pathlib import Path

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
)
from overdracht_serverlogs.exchanging import Meanwhile
from overdracht_serverlogs.file_erase import (
    cut,
    first_written,
    is_being_packed,
    obstacle,
    remove_if_empty,
    tidy,
)
from overdracht_serverlogs.line_cuts import Cutting, LinePlaces, whole
from overdracht_serverlogs.lineitems import Key
from overdracht_serverlogs.locating import Standing
from overdracht_serverlogs.logs import Log, base_of, log_of, logs
from overdracht_serverlogs.masking import logged_in_from
from overdracht_serverlogs.packed import DAMAGED, Unreadable
from overdracht_serverlogs.pseudonyms import Pseudonyms
from overdracht_serverlogs.records import SHRUNK
from overdracht_serverlogs.settings import ServerLogsSettings

DROP, PSEUDONYMISE = "drop", "pseudonymise"
"""The actions of a step."""
MOST_STEPS = 400
"""Steps whose lines are sought, and cut, at a time."""
_PATIENCE = 60.0
"""Seconds to wait until a log that is being rotated, or compressed, has been, unless its server takes longer."""
_PAUSE = 0.2
_TRIES = 5
"""So often a log is looked at again before it is an objection that it is being rotated."""

Identities = dict[str, tuple[int, int]]
"""By path, which file has it: device and inode."""

_CHANGED = "lines of it were changed or added since the plan"
_UNLISTED = "it is there, and not in `paths` any more"
_NO_PARTS = Text(
    "Een regel kan niet voor een deel worden gewist: dit moet iemand bekijken.",
    "A line cannot be erased in part: somebody has to look at this.",
)
_WAITING = Text(
    "Staat in het log dat de server nu schrijft; wordt gewist zodra dat gewisseld is.",
    "It stands in the log that the server is writing now; it is erased once that was rotated.",
)

_NOT_ROTATED = Text(
    "Staat in een log dat nog wordt geschreven en niet op tijd is gewisseld: laat het wisselen, of stel `reopen` in.",
    "It stands in a log that is still being written and was not rotated in time: have it rotated, or set `reopen`.",
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
        waiting = None if log is None else self._waiting(log, Key.parse(item.key).day, ruled)
        if waiting is not None:
            return Step(item, waiting, "")
        # What was scheduled has lost the identifiers that a pseudonym would take the place of.
        if log is not None and log.family.on_erase == PSEUDONYMISE and item.matches:
            return Step(item, replace(ruled, verdict=Verdict.ANONYMISE), PSEUDONYMISE)
        return Step(item, ruled, DROP)

    def _waiting(self, log: Log, day: date | None, ruled: Disposition) -> Disposition | None:
        """Return what holds for lines of *day* while a server is writing the file they are in, and cannot be told to open it anew.

        They wait for the rotation; when that is overdue, somebody has to look.
        """
        if log.family.reopen or day is None:
            return None
        if log.part not in self._written:
            self._written[log.part] = first_written(log)
        first = self._written[log.part]
        if first is None or day < first:
            return None
        until = day + timedelta(days=log.family.rotates_within)
        if until > local_day(datetime.now(UTC)):
            return Disposition(Verdict.RETAIN, _WAITING, ruled.article, until)
        return Disposition(Verdict.REVIEW, _NOT_ROTATED, ruled.article)

    def objections(self, steps: Iterable[ApprovedStep]) -> Iterator[Objection]:
        """Yield why *steps* cannot be carried out; changes nothing."""
        self._require()
        for part, group in groupby(steps, key=lambda one: one.item.part):
            while batch := [one.item for one in islice(group, MOST_STEPS)]:
                yield from self._objections(part, batch)

    def _objections(self, part: str, items: list[Item], tries: int = _TRIES) -> Iterator[Objection]:
        try:
            log = self._log(part)
            if log is None:
                return
            places = LinePlaces(log, items)
            for file, _ in places.files():
                if reason := obstacle(log, file):
                    yield Objection(reason, items[0].key)
        except (Unreadable, OSError) as error:
            if tries and _passes(error):
                time.sleep(_PAUSE)
                yield from self._objections(part, items, tries - 1)
            else:
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
            cutting = (
                _pseudonymising(pseudonyms) if action == PSEUDONYMISE and pseudonyms else whole
            )
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
        begun = time.monotonic()
        while True:
            log = self._log(part)
            if log is None:
                return {one.key: standing.get(one.key, Standing.GONE) for one in items}, {}
            patience = max(_PATIENCE, log.family.lets_go_within)
            try:
                places = _sought(log, items, cutting, standing)
                known = {one.path: (one.device, one.inode) for one in log.files}
                planned = {key for key, one in standing.items() if one is Standing.PLANNED}
                failed = _cut_all(log, places, planned, known)
                self._require_no_other(part, known)
            except (Meanwhile, Unreadable) as error:
                if not _passes(error) or time.monotonic() > begun + patience:
                    raise
            else:
                return standing, failed
            time.sleep(_PAUSE)

    def _require_no_other(self, part: str, known: Identities) -> None:
        """Raise Meanwhile when a file is there that is not *known*: who began to compress one before it was written anew puts its old lines there."""
        log = self._log(part)
        files = log.files if log else ()
        if any(known.get(one.path) != (one.device, one.inode) for one in files):
            raise Meanwhile

    def _log(self, part: str) -> Log | None:
        """Return the log called *part*, None when there is none any more; raise OSError when that cannot be told."""
        log = log_of(self.settings, part)
        if log is None:
            # A disk that is not there, or a log that is not to be searched any more, is no log that went.
            folder = Path(part).parent
            if any(base_of(str(folder / one))[0] == part for one in os.listdir(folder)):  # noqa: PTH208 - names are all that is wanted
                raise OSError(_UNLISTED)
        return log

    def _require(self) -> None:
        if next(logs(self.settings), None) is None:
            raise Unreachable(
                "no log is there", remedy=f"check the `paths` of source {self.source}"
            )


def _passes(error: Exception) -> bool:
    """Say whether *error* is gone once a log that is being rotated, or compressed, has been."""
    if isinstance(error, Unreadable):
        return error.missing or str(error) in {DAMAGED, SHRUNK}
    return isinstance(error, Meanwhile)


def _pseudonymising(pseudonyms: Pseudonyms) -> Cutting:
    return lambda one: pseudonyms.cuts(
        one.start, [*one.spans, *logged_in_from(one.raw, one.form, one.spans)]
    )


def _sought(
    log: Log, items: list[Item], cutting: Cutting, standing: dict[str, Standing]
) -> LinePlaces:
    """Look for the lines of *items* in the files of *log* and take note how they stood; raise Meanwhile when the log is being rotated."""
    if is_being_packed(log):
        raise Meanwhile
    try:
        tidy(log)
    except FileNotFoundError as error:
        raise Meanwhile from error  # renamed just now; the server has not made its new one yet
    places = LinePlaces(log, items, cutting)
    for one in items:
        # What an earlier try has cut already is not there any more, and was as planned.
        if standing.get(one.key) is not Standing.PLANNED:
            standing[one.key] = places.standing(one.key)
    return places


def _cut_all(
    log: Log, places: LinePlaces, planned: Collection[str], known: Identities
) -> dict[str, str]:
    """Write the files anew, for what changed too if it is *planned*, and take note which they are then; return by key why some could not be."""
    failed: dict[str, str] = {}
    for file, cuts in places.files(planned):
        try:
            cut(log, file, cuts)
            known[file.path] = _identity(file.path)
            if places.are_days and not file.live:
                remove_if_empty(file)
        except FileNotFoundError as error:
            raise Meanwhile from error  # renamed just now; the server has not made its new one yet
        except (OSError, Unreadable) as error:
            if _passes(error):
                raise
            reason = f"the log stays as it is: {_why(error)}"
            failed |= dict.fromkeys(places.keys_in(file.path), reason)
    return failed


def _identity(path: str) -> tuple[int, int]:
    try:
        status = Path(path).stat()
    except FileNotFoundError:
        raise Meanwhile from None
    return status.st_dev, status.st_ino


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else "") or str(error)
