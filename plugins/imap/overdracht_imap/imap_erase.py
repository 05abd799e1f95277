"""Take exactly the planned messages out of the folders of a mail server, and nothing that anybody else has flagged.

A message is flagged `\\Deleted` and expunged by its UID (UIDPLUS, RFC 4315). A plain EXPUNGE, or CLOSE, would take along what other clients
have flagged: it is never used, and a server that has nothing else is refused before anything is touched.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

from overdracht import ApprovedStep, Objection, Outcome, Refused, Result, SourceError
from overdracht_imap.answers import fingerprint, is_deleted, size_of
from overdracht_imap.download import uid_sets
from overdracht_imap.faults import refusal, translate
from overdracht_imap.folders import Folder, named, numbers_in
from overdracht_imap.session import State
from overdracht_imap.tokens import WireError
from overdracht_imap.wire import Done, Fetched
from overdracht_imap.writing import WritingArchive, WritingSession

SHORT_REST, LONGEST_REST = 5.0, 300.0
"""Seconds for which a conversation may rest: without a word, and at all."""

EXPUNGE = "expunge"
"""The action of a step: flag and expunge this message."""

BATCH = 2000
"""Messages in hand at a time: a look at what is there afterwards tells of each what happened."""

LINE = 8000
"""Bytes of message numbers in one command: every server takes a line of 8,192 (RFC 7162, 4)."""

NO_UIDPLUS = (
    "the server cannot expunge single messages (no UIDPLUS), and a plain EXPUNGE would take along what other programs have flagged as "
    "deleted"
)
NO_FOLDER = "the folder is not there any more, or is not searched any more"
RENUMBERED = "the folder was made anew or renumbered since (UIDVALIDITY)"
CHANGED = "the message is no longer the one that was found"

DELETED = b"(\\Deleted)"


def batches(
    steps: Iterable[ApprovedStep], most: int
) -> Iterator[tuple[str, tuple[ApprovedStep, ...]]]:
    """Yield *steps* by the part they are in, at most so many at a time, asking for no more than those."""
    for part, group in groupby(steps, key=lambda step: step.item.part):
        while batch := tuple(islice(group, most)):
            yield part, batch


class ImapErasure:
    """Erases over *archive*; raises SourceError when the server goes away, and can then be asked again."""

    def __init__(self, archive: WritingArchive) -> None:
        self._archive = archive
        self._known: dict[str, Folder] | None = None
        self._at: tuple[str, State, WritingSession] | None = None
        """The folder that is open, as which, and in which conversation."""
        self._rested = time.monotonic()

    def close(self, *, politely: bool = True) -> None:
        """End the conversation."""
        self._archive.close(politely=politely)

    def rest(self) -> None:
        """Take note that nothing is asked for a while."""
        self._rested = time.monotonic()

    def goes_on(self) -> bool:
        """Say whether the conversation can be gone on with; what folders there are is asked anew."""
        self._known = None
        rested = time.monotonic() - self._rested
        if rested > LONGEST_REST or self._at is None:
            return False
        try:
            if rested > SHORT_REST:
                self._archive.writing().stir()
        except SourceError:
            return False
        return True

    def objections(self, steps: Iterable[ApprovedStep]) -> Iterator[Objection]:
        """Yield why *steps* cannot be carried out; SELECT, which only tells by being done, is all that is done to a folder."""
        told: set[str] = set()
        for part, batch in batches(steps, BATCH):
            if not self._archive.writing().expunges_by_uid:
                yield Objection(NO_UIDPLUS)
                return
            opened = self._opened(part)
            if isinstance(opened, str):
                if part not in told:
                    told.add(part)
                    yield Objection(opened, batch[0].item.key)
                continue
            valid = [step for step in batch if numbers_in(step.item.key)[0] == opened.uidvalidity]
            if len(valid) < len(batch) and part not in told:
                told.add(part)
                yield Objection(RENUMBERED, batch[0].item.key)
            work = _Batch(self._archive.writing(), opened, valid, self._archive.settings.place)
            yield from (Objection(CHANGED, step.item.key) for step in work.changed())

    def outcomes(self, steps: Iterable[ApprovedStep]) -> Iterator[tuple[str, Outcome]]:
        """Carry out *steps* and yield the part and the outcome of each."""
        for part, batch in batches(steps, BATCH):
            yield from ((part, outcome) for outcome in self._batch(part, batch))

    def _batch(self, part: str, batch: Sequence[ApprovedStep]) -> Iterator[Outcome]:
        if not self._archive.writing().expunges_by_uid:
            yield from (Outcome(one.item.key, Result.FAILED, NO_UIDPLUS) for one in batch)
            return
        opened = self._opened(part)
        if isinstance(opened, str):
            result = Result.CHANGED if opened == NO_FOLDER else Result.FAILED
            yield from (Outcome(one.item.key, result, opened) for one in batch)
            return
        valid: list[ApprovedStep] = []
        for step in batch:
            if numbers_in(step.item.key)[0] == opened.uidvalidity:
                valid.append(step)
            else:
                yield Outcome(step.item.key, Result.CHANGED, RENUMBERED)
        work = _Batch(self._archive.writing(), opened, valid, self._archive.settings.place)
        yield from work.erase()

    def _opened(self, part: str) -> State | str:
        """Open the folder *part* for writing and return its state, or why it cannot be."""
        if self._at is not None and (self._at[0], self._at[2]) == (part, self._archive.writing()):
            return self._at[1]
        self._at = None
        if self._known is None:
            opened = self._opened_by_name(part)
            if opened is not None:
                return opened
            self._known = {folder.name: folder for folder in self._archive.folders()}
        folder = self._known.get(part)
        if folder is None:
            return NO_FOLDER
        try:
            return self._selected(folder)
        except Refused as error:
            # The server is there, and this folder it does not open: the others can be done all the same.
            return error.message

    def _opened_by_name(self, part: str) -> State | str | None:
        """Open *part* without asking which folders there are; None when that takes asking.

        In a folder of 100,000 messages Dovecot opens a tenth of a second later for having been asked.
        """
        folder = named(part)
        if folder is None:
            return None
        if not self._archive.chosen([folder]):
            return NO_FOLDER
        try:
            return self._selected(folder)
        except Refused:
            return None

    def _selected(self, folder: Folder) -> State | str:
        session = self._archive.writing()
        opened = session.select(folder)
        if opened.refusal:
            return opened.refusal
        self._at = folder.name, opened.state, session
        return opened.state


@dataclass(slots=True)
class _Seen:
    size: int
    deleted: bool
    """Somebody has flagged it already."""


class _Batch:
    """Some steps in the folder that is open in *session*."""

    def __init__(
        self, session: WritingSession, state: State, steps: Iterable[ApprovedStep], place: str
    ) -> None:
        self._session = session
        self._state = state
        self._steps = {numbers_in(step.item.key)[1]: step for step in steps}
        self._place = place
        self._refusals: dict[int, str] = {}

    def changed(self) -> Iterator[ApprovedStep]:
        """Yield the steps whose message is there and is another."""
        seen = self._look(sorted(self._steps))
        return (self._steps[uid] for uid, one in seen.items() if not self._is_planned(uid, one))

    def erase(self) -> Iterator[Outcome]:
        """Expunge the messages that are still the planned ones, look whether they are gone, and yield what became of each."""
        before = self._look(sorted(self._steps))
        planned = sorted(uid for uid, one in before.items() if self._is_planned(uid, one))
        left = self._expunge(planned)
        if self._refusals and len(planned) > 1:
            # One message that the server does not let go must not keep the others.
            left = [uid for uid in left if self._expunge([uid])]
        self._unflag([uid for uid in left if not before[uid].deleted])
        erased, stayed = set(planned).difference(left), set(left)
        for uid, step in self._steps.items():
            if uid in erased:
                yield Outcome(step.item.key, Result.ERASED)
            elif uid in stayed:
                reason = (
                    self._refusals.get(uid)
                    or "the server says nothing against it, and keeps the message"
                )
                yield Outcome(step.item.key, Result.FAILED, reason)
            elif uid in before:
                yield Outcome(step.item.key, Result.CHANGED, CHANGED)
            else:
                yield Outcome(step.item.key, Result.ALREADY_GONE)

    def _is_planned(self, uid: int, seen: _Seen) -> bool:
        found = fingerprint(self._state.uidvalidity, uid, seen.size)
        return found == self._steps[uid].item.fingerprint

    def _look(self, uids: Sequence[int]) -> dict[int, _Seen]:
        """Return which of *uids* are there now."""
        found: dict[int, _Seen] = {}
        asked = [b"UID FETCH %s (UID RFC822.SIZE FLAGS)" % some for some in uid_sets(uids, LINE)]
        for answer in self._ask(asked):
            if isinstance(answer, Done):
                if not answer.ok:
                    raise Refused(
                        refusal(answer.code, f"{self._place} does not tell what is there")
                    )
            elif answer.uid in self._steps and b"RFC822.SIZE" in answer.values:
                found[answer.uid] = _Seen(size_of(answer), is_deleted(answer))
        return found

    def _expunge(self, uids: Sequence[int]) -> list[int]:
        """Flag and expunge *uids*, and return which are there still."""
        if not uids:
            return []
        store, expunge = _commands(uids)
        # All of it is sent at once, and the server writes it down at once: an EXPUNGE takes no message that is not flagged.
        refused = self._told([*store, *expunge])
        left = sorted(self._look(uids))
        if left and not refused:
            # Dovecot 2.3 may look for what is flagged before it has seen the flags that it was just sent, and then says OK all the same.
            store, expunge = _commands(left)
            refused = self._told(store) or self._told(expunge)
            left = sorted(self._look(left))
        if refused:
            self._refusals |= dict.fromkeys(left, refused)
        return left

    def _told(self, commands: Sequence[bytes]) -> str:
        """Have *commands* carried out; return why one was refused, empty when none was."""
        refused = ""
        for answer in self._ask(commands):
            if isinstance(answer, Done) and not answer.ok:
                refused = refused or refusal(answer.code, "not to be expunged")
        return refused

    def _unflag(self, uids: Sequence[int]) -> None:
        """Take back the flag from what stayed: another program's EXPUNGE would take it some day."""
        self._told(
            [b"UID STORE %s -FLAGS.SILENT %s" % (some, DELETED) for some in uid_sets(uids, LINE)]
        )

    def _ask(self, commands: Sequence[bytes]) -> Iterator[Fetched | Done]:
        try:
            yield from self._session.wire.fetch(commands, limit=0, in_flight=len(commands))
        except (WireError, OSError) as error:
            raise translate(error, self._place) from error


def _commands(uids: Sequence[int]) -> tuple[list[bytes], list[bytes]]:
    """Return the commands that flag *uids*, and those that expunge them."""
    sets = tuple(uid_sets(uids, LINE))
    store = [b"UID STORE %s +FLAGS.SILENT %s" % (some, DELETED) for some in sets]
    return store, [b"UID EXPUNGE %s" % some for some in sets]
