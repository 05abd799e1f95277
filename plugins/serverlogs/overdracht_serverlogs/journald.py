"""The connector to the journal of systemd, read by `journalctl`. Single entries cannot be erased there: what is old goes with its file."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from overdracht import (
    ApprovedStep,
    Check,
    ConfigPath,
    Disposition,
    Item,
    Objection,
    Outcome,
    Residue,
    Result,
    Ruling,
    Settings,
    Step,
    Text,
    Verdict,
    local_day,
)
from overdracht_serverlogs.entry_connector import EntryConnector

if TYPE_CHECKING:
    from overdracht_serverlogs.journal import Journal

VACUUM = "vacuum"
"""The action of a step: have the journal remove its files that are older than the term."""
_NEWER = "the file of the journal that holds it is still written, or begins within the term: it goes with a later vacuum"
_UNTOLD = "it cannot be told whether it is gone, since a file of the journal cannot be read"
_WAITING = Text(
    "Een regel is niet uit het journaal te wissen: hij gaat met zijn bestand weg, zodra dat ouder is dan de bewaartermijn.",
    "An entry cannot be erased from the journal: it goes with its file, once that is older than the term.",
)
_MOST = 3
"""Files that a check names."""
_WHOLE = 1
"""Days until a whole day is as old as its first moment: a vacuum goes by the first entry of a file."""


class JournaldSettings(Settings):
    """The keys of `[sources.NAME]` with `connector = "journald"`."""

    directory: ConfigPath | None = Field(
        None, description="The directory with the journal's files; by default this machine's own."
    )
    keep: int = Field(
        92, ge=1, description="Days after which a vacuum removes what is old; 92 are three months."
    )
    vacuum: tuple[str, ...] = Field(
        (),
        description='The command of the vacuum; by default ["journalctl", "--rotate", "--vacuum-time=92d"] with the days of `keep`.',
    )


class Journald(EntryConnector[JournaldSettings]):
    """Reads the journal."""

    name: ClassVar[str] = "journald"
    summary: ClassVar[str] = "The journal of systemd, read by journalctl."
    settings_type: ClassVar[type[Settings]] = JournaldSettings

    def store(self) -> "Journal":
        """Return the journal."""
        from overdracht_serverlogs.journal import Journal

        return Journal(self.settings.directory, self.source)

    def check(self) -> Iterator[Check]:
        """Look whether every file of every journal can be read, and say what is permitted: the whole journal, or some of it."""
        store, readable, closed = self.store(), [], False
        for part in store.parts():
            files, problems = store.look(part)
            if problems:
                told = "; ".join(problems[:_MOST])
                detail = (
                    f"{len(problems)} of {files} files cannot be read: {told}" if files else told
                )
                closed = True
            else:
                readable.append(part)
                detail = f"it can be read ({files} {'file' if files == 1 else 'files'})"
            yield Check(part, ok=not problems, detail=detail)
        yield _permitted(readable, closed=closed)

    def propose(self, item: Item, ruling: Ruling) -> Step:
        """Say on which day the entries go with their file."""
        ruled = ruling.disposition
        if ruled.verdict is not Verdict.ERASE:
            kept = ruled.verdict in {Verdict.RETAIN, Verdict.REVIEW}
            return Step(item, ruled if kept else replace(ruled, verdict=Verdict.REVIEW), "")
        day = None if item.when is None else local_day(item.when)
        goes = None if day is None else day + timedelta(days=self.settings.keep + _WHOLE)
        if goes is None or goes <= local_day(datetime.now(UTC)):
            return Step(item, ruled, VACUUM)
        return Step(item, Disposition(Verdict.RETAIN, _WAITING, ruled.article, goes), "")

    def prepare(self, steps: Iterable[ApprovedStep]) -> Iterator[Objection]:
        """Look whether the vacuum can be run."""
        from overdracht_serverlogs.journal import cannot_run

        reason = cannot_run(self._command())
        if next(iter(steps), None) is not None and reason:
            yield Objection(reason)

    def erase(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Run the vacuum, and look what is gone."""
        from overdracht_serverlogs.entries import Unreadable
        from overdracht_serverlogs.journal import vacuum

        items = [step.item for step in steps]
        if not items:
            return
        store = self.store()
        before, unread = _left(store, items)
        if any(before.values()):
            try:
                vacuum(self._command())
            except Unreadable as error:
                yield from (Outcome(one.key, Result.FAILED, str(error)) for one in items)
                return
        after, still_unread = _left(store, items)
        for one in items:
            if after[one.key]:
                yield Outcome(one.key, Result.FAILED, _NEWER)
            elif still_unread and (not before[one.key] or still_unread != unread):
                yield Outcome(one.key, Result.FAILED, f"{_UNTOLD}: {still_unread}")
            else:
                result = Result.ERASED if before[one.key] else Result.ALREADY_GONE
                yield Outcome(one.key, result)

    def _command(self) -> tuple[str, ...]:
        if self.settings.vacuum:
            return self.settings.vacuum
        where = self.settings.directory
        # Only journald itself can begin a new file; it does so for this machine's own.
        which = ("--rotate",) if where is None else (f"--directory={where}",)
        return ("journalctl", "--quiet", *which, f"--vacuum-time={self.settings.keep}d")

    def residue(self) -> Iterator[Residue]:
        """Say that the entries stay until their file goes."""
        from overdracht_serverlogs.residue import of_journal

        yield from of_journal()


def _permitted(readable: list[str], *, closed: bool) -> Check:
    if not closed:
        return Check("permitted", ok=True, detail="the whole journal can be read")
    parts = ", ".join(readable) or "nothing"
    return Check(
        "permitted",
        ok=False,
        detail=f"not the whole journal, only {parts}: run this as root, or as a member of the group systemd-journal",
    )


def _left(store: "Journal", items: list[Item]) -> tuple[dict[str, bool], str]:
    """Say of each of *items* whether any of its entries is there, and what of the journal could not be read."""
    from overdracht_serverlogs.entries import Unreadable
    from overdracht_serverlogs.entry_items import Planned

    planned = Planned(items)
    parts = {one.part for one in items}
    unread = []
    for part in store.parts():
        try:
            for entry in store.entries(part) if part in parts else ():
                planned.key_of(entry)
        except Unreadable as error:
            unread.append(str(error))
    return {one.key: planned.found[one.key] > 0 for one in items}, "; ".join(unread)
