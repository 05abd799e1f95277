"""Fetch messages by UID, whatever happens to the connection meanwhile: each one comes, or is reported lost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from overdracht import Misbehaving, SourceError, Unreachable
from overdracht_imap.answers import body, is_asked, is_gone
from overdracht_imap.archive import Archive, Patience
from overdracht_imap.faults import refusal, translate
from overdracht_imap.folders import Folder
from overdracht_imap.session import State
from overdracht_imap.tokens import WireError
from overdracht_imap.wire import Done, Fetched, Wire

BATCH = 500
ROUND = 5000
"""So many UIDs are kept track of at a time."""
SMALL = 4 << 20
"""A message up to this many bytes is held whole; a larger one comes in parts of this size."""
STRIKES = 2
"""A message at which the server breaks off so many times in a row is given up."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A message that was asked for and did not come; *reason* is empty when it is not there any more."""

    uid: int
    reason: str = ""


class Vanished(SourceError):
    """A message cannot be read to its end; others can."""


class Download:
    """Fetches from one *folder*, which must stay the one of *state*; raises SourceError when there is no going on."""

    def __init__(self, archive: Archive, folder: Folder, state: State) -> None:
        self._archive = archive
        self._folder = folder
        self._state = state

    def messages(
        self, uids: Sequence[int], items: bytes, *, limit: int | None = None
    ) -> Iterator[Fetched | Lost]:
        """Yield the *items* of each of *uids*, or that it is lost, each once; a literal above *limit* (SMALL) as `Skipped`.

        When the connection breaks off it is opened again and the rest is asked for. Where the server says no to a batch, or breaks
        off twice, its messages are asked for one by one, so that one it cannot give does not take others with it.
        """
        for at in range(0, len(uids), ROUND):
            yield from self._round(_Round(uids[at : at + ROUND]), items, limit or SMALL)

    def whole(self, uid: int, size: int) -> Iterator[bytes]:
        """Yield the bytes of message *uid* in parts of SMALL; raise Vanished when it cannot be had.

        Its *size* is what the server told, and only believed where it says nothing else at the end.
        """
        offset = 0
        while True:
            item = b"(UID BODY.PEEK[]<%d.%d>)" % (offset, SMALL)
            part = b""
            for answer in self.messages((uid,), item, limit=2 * SMALL):
                if isinstance(answer, Lost):
                    if offset >= size > 0 and not answer.reason:
                        return
                    raise Vanished(answer.reason or "the message went away while it was read")
                part = body(answer)
            if part:
                yield part
            if len(part) < SMALL:
                return
            offset += len(part)

    def _round(self, todo: "_Round", items: bytes, limit: int) -> Iterator[Fetched | Lost]:
        patience = Patience(self._archive)
        while todo:
            failure: SourceError | None = None
            todo.progress = False
            try:
                wire = self._archive.inside(self._folder, self._state).wire
                yield from todo.read(wire, items, limit)
            except (WireError, OSError) as error:
                failure = translate(error, self._archive.settings.place)
            except (Unreachable, Misbehaving) as error:
                failure = error
            if failure is None or todo.progress:
                patience.renew()
            if failure is not None:
                self._archive.forget(0)
                todo.failed()
                if todo.culprit is not None and self._archive.alive():
                    yield todo.give_up()
                else:
                    patience.after(failure)


class _Round:
    """Which of some UIDs are still to come, and which of those are better asked for alone."""

    def __init__(self, uids: Sequence[int]) -> None:
        self._waiting = dict.fromkeys(uids)
        self._alone: dict[int, None] = {}
        self._strikes = 0
        self.progress = False

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def read(self, wire: Wire, items: bytes, limit: int) -> Iterator[Fetched | Lost]:
        batches = [(uid,) for uid in self._alone] or _batches(tuple(self._waiting))
        commands = (b"UID FETCH %s %s" % (uid_set(batch), items) for batch in batches)
        for answer in wire.fetch(commands, limit=limit, in_flight=1 if self._alone else 2):
            if isinstance(answer, Done):
                yield from self._ended(batches[answer.index], answer)
            elif is_asked(answer, items) and self._arrived(answer.uid):
                yield Lost(answer.uid) if is_gone(answer) else answer

    def _arrived(self, uid: int) -> bool:
        self._alone.pop(uid, None)
        if uid not in self._waiting:
            return False  # answered twice, or volunteered
        del self._waiting[uid]
        self.progress = True
        return True

    def _ended(self, batch: tuple[int, ...], done: Done) -> Iterator[Lost]:
        rest = [uid for uid in batch if uid in self._waiting]
        if not done.ok and len(batch) > 1:
            self._alone.update(dict.fromkeys(rest))
            return
        for uid in rest:
            self._arrived(uid)
            yield Lost(uid, "" if done.ok else refusal(done.code, "not to be read"))

    def failed(self) -> None:
        """Take note that the connection broke off."""
        self._strikes = 0 if self.progress else self._strikes + 1
        if self._strikes and not self._alone:
            self._alone = dict.fromkeys(tuple(self._waiting)[: 2 * BATCH])
            self._strikes = 0

    @property
    def culprit(self) -> int | None:
        """Return the message at which the connection breaks off time and again, if that is clear."""
        return next(iter(self._alone), None) if self._strikes >= STRIKES else None

    def give_up(self) -> Lost:
        """Give up the culprit."""
        uid = next(iter(self._alone))
        self._arrived(uid)
        self._strikes = 0
        return Lost(uid, "the server breaks off when it is asked for")


def uid_set(uids: Sequence[int]) -> bytes:
    """Return *uids* as IMAP writes them: `1:5,9`."""
    ranges: list[list[int]] = []
    for uid in uids:
        if ranges and uid == ranges[-1][1] + 1:
            ranges[-1][1] = uid
        else:
            ranges.append([uid, uid])
    return b",".join(b"%d" % low if low == high else b"%d:%d" % (low, high) for low, high in ranges)


def uid_sets(uids: Sequence[int], most: int) -> Iterator[bytes]:
    """Yield *uids* as IMAP writes them, in sets of at most so many bytes."""
    size, begin = 0, 0
    for at, uid in enumerate(uids):
        # As if it stood alone: where it joins a range the set is shorter than reckoned.
        width = len(b"%d," % uid)
        if at > begin and size + width > most:
            yield uid_set(uids[begin:at])
            size, begin = 0, at
        size += width
    if begin < len(uids):
        yield uid_set(uids[begin:])


def _batches(uids: tuple[int, ...]) -> list[tuple[int, ...]]:
    return [uids[at : at + BATCH] for at in range(0, len(uids), BATCH)]
