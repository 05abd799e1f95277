"""Find the messages of a folder whose header section may match, by reading the header sections of all.

The folder is cut into ranges of UIDs. Each conversation takes the next range, keeps two in flight, and begins a range anew when the connection
breaks off. What comes out are UIDs: the few messages behind them are read again, and decided on, by who asked.
"""

import queue
import threading
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from overdracht import SourceError, Unreachable
from overdracht_imap.archive import Archive, Patience
from overdracht_imap.faults import translate
from overdracht_imap.folders import Folder
from overdracht_imap.headers import LONGEST
from overdracht_imap.matching import ADDRESS_FIELDS, Matcher
from overdracht_imap.session import State
from overdracht_imap.tokens import Skipped, WireError
from overdracht_imap.wire import Block, Fetched, Wire

FIELDS = " ".join((*ADDRESS_FIELDS, "Subject")).upper().encode()
LEAST, MOST = 2_500, 20_000
"""Messages in a range: enough to read at speed, few enough to read again after a break."""


HEADER = b"BODY[HEADER.FIELDS]"


@dataclass(slots=True)
class Span:
    """A range of UIDs, both inclusive, and which of them may match."""

    low: int
    high: int
    hits: set[int] = field(default_factory=set)
    unread: bool = False
    """The server does not give it in one piece: every message of it may match."""

    @property
    def command(self) -> bytes:
        """Return the command that asks for its header sections."""
        return b"UID FETCH %d:%d (UID BODY.PEEK[HEADER.FIELDS (%s)])" % (
            self.low,
            self.high,
            FIELDS,
        )


def spans(archive: Archive, folder: Folder, state: State, since: int) -> list[Span]:
    """Cut the UIDs from *since* on into ranges of about equally many messages."""
    last = state.uidnext - 1 if state.uidnext else (1 << 32) - 1
    many = min(state.exists, last - since + 1)
    if many <= 0:
        return []
    if many <= LEAST:
        return [Span(since, last)]
    size = max(LEAST, min(MOST, many // (8 * archive.settings.connections)))
    numbers = range(state.exists - many + size, state.exists, size)
    cuts = [uid for uid in _uids_at(archive, folder, state, numbers) if since < uid <= last]
    lows = [since, *sorted(set(cuts))]
    return [
        Span(low, high)
        for low, high in zip(lows, [uid - 1 for uid in lows[1:]] + [last], strict=True)
    ]


def _uids_at(archive: Archive, folder: Folder, state: State, numbers: range) -> list[int]:
    """Return the UIDs of the messages with these sequence *numbers*; only where to cut depends on them."""
    if not numbers:
        return []
    command = b"FETCH %s (UID)" % ",".join(map(str, numbers)).encode()

    def work(_: object) -> list[int]:
        session = archive.inside(folder, state)
        try:
            return [
                one.uid
                for one in session.wire.fetch((command,), limit=0)
                if isinstance(one, Fetched)
            ]
        except (WireError, OSError) as error:
            raise translate(error, archive.settings.place) from error

    return archive.persist(work)


class Scan:
    """Reads the header sections of all spans of a folder from UID *since* on, in several conversations at once."""

    def __init__(
        self, archive: Archive, folder: Folder, state: State, matcher: Matcher, since: int = 1
    ) -> None:
        self._archive = archive
        self._folder = folder
        self._state = state
        self._matcher = matcher
        self.spans = spans(archive, folder, state, since)
        self.seen = 0
        """Messages that were answered for; some of them twice when a connection broke off."""
        self._todo = list(reversed(self.spans))
        self._lock = threading.Lock()
        self._events: queue.SimpleQueue[int | BaseException | None] = queue.SimpleQueue()
        self._stop = False

    def run(self) -> Iterator[int]:
        """Yield now and then how many messages were seen; raise SourceError when there is no going on."""
        yield from self._side_by_side(
            min(self._archive.settings.connections, (len(self.spans) + 1) // 2)
        )
        if self._todo:
            yield from self._side_by_side(
                1
            )  # what another conversation left, that could not be kept up

    def _side_by_side(self, conversations: int) -> Iterator[int]:
        threads = [
            threading.Thread(target=self._work, args=(number,), daemon=True)
            for number in range(conversations)
        ]
        for thread in threads:
            thread.start()
        try:
            working = len(threads)
            while working:
                event = self._events.get()
                if isinstance(event, BaseException):
                    raise event
                if event is None:
                    working -= 1
                else:
                    self.seen += event
                    yield self.seen
        finally:
            self._stop = True
            for thread in threads:
                thread.join()
        self._stop = False

    def _work(self, number: int) -> None:
        try:
            self._persist(number)
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            if number and isinstance(error, SourceError):
                # Some servers allow few conversations: those that are open go on without this one.
                self._events.put(None)
                return
            self._stop = True
            self._events.put(error)
        else:
            self._events.put(None)

    def _persist(self, number: int) -> None:
        """Read spans until there are none, in conversation *number*, begun anew when it breaks off."""
        patience = Patience(self._archive)
        failure: SourceError | None = None
        while not self._stop:
            mine: list[Span] = []
            try:
                session = self._archive.inside(self._folder, self._state, number)
                self._read(session.wire, mine, patience)
            except (WireError, OSError) as error:
                failure = translate(error, self._archive.settings.place)
            except Unreachable as error:
                failure = error
            else:
                return
            finally:
                with self._lock:
                    self._todo += mine
            self._archive.forget(number)
            try:
                patience.after(failure)
            except SourceError:
                if not mine or not self._archive.alive(number):
                    raise
                self._pass_over(mine)
                patience.renew()

    def _pass_over(self, spans: list[Span]) -> None:
        """Leave *spans* unread: the server breaks off time and again at something in them, and not elsewhere."""
        with self._lock:
            for span in spans:
                if span in self._todo:
                    self._todo.remove(span)
                    span.unread = True

    def _read(self, wire: Wire, mine: list[Span], patience: Patience) -> None:
        sent: list[Span] = []
        for event in wire.headers(self._commands(mine, sent)):
            if isinstance(event, Block):
                self._events.put(self._look(event, mine))
                continue
            span = sent[event.index]
            mine.remove(span)
            span.unread = not event.ok
            patience.renew()

    def _commands(self, mine: list[Span], sent: list[Span]) -> Iterator[bytes]:
        while not self._stop:
            with self._lock:
                if not self._todo:
                    return
                span = self._todo.pop()
            mine.append(span)
            sent.append(span)
            yield span.command

    def _look(self, block: Block, mine: list[Span]) -> int:
        """Note the messages of *block* that may match, in their spans; return how many it holds."""
        hits = {
            block.at(block.starts[bisect_right(block.starts, place) - 1])[0]
            for place in self._matcher.candidates(block.data)
        }
        odd = [one for one in block.odd if HEADER in one.values]
        for one in odd:
            header = one.values[HEADER]
            if isinstance(header, Skipped) or (
                isinstance(header, bytes) and (len(header) > LONGEST or self._matcher.match(header))
            ):
                hits.add(one.uid)
        for span in mine:
            span.hits.update(uid for uid in hits if span.low <= uid <= span.high)
        return len(block.starts) + len(odd)
