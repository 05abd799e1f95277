"""Run the sources side by side, isolate their failures, and hand over what they find in batches.

Each source runs in a thread of its own; one thread, the caller's, records. A source that fails is one gap and disturbs no other.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from queue import Full, Queue
from threading import Event as Flag
from threading import Thread

from overdracht.connector import Connector, Question, Settings
from overdracht.coverage import Coverage, Reach
from overdracht.errors import OverdrachtError, SourceError
from overdracht.items import Finding, Gap, Item, Progress, Searched
from overdracht.text import Text

BATCH = 200
"""Findings per transaction: more makes a batch slower to become durable, not the whole faster."""

_NO_ITEM_AFTER = 0.5
"""Seconds after which an incomplete batch is handed over all the same, so that a slow source shows what it has."""

SILENT = "the connector said nothing about what it searched"
"""The reason of a source that ended without a word."""


class EventKind(StrEnum):
    """What happened."""

    STARTED = "started"
    PROGRESS = "progress"
    GAP = "gap"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Event:
    """Something a person who waits wants to know."""

    source: str
    kind: EventKind
    part: str = ""
    done: int = 0
    total: int | None = None
    items: int = 0
    """How many the source has yielded so far."""


Listener = Callable[[Event], None]


@dataclass
class Tally:
    """What one source has said about its own search so far."""

    source: str
    connector: str
    began: float = field(default_factory=time.monotonic)
    seconds: float = 0.0
    parts: int = 0
    looked_at: int = 0
    yielded: int = 0
    gaps: list[Gap] = field(default_factory=list)
    notes: dict[Text, None] = field(default_factory=dict)
    failed: bool = False

    def count(self, finding: Finding) -> None:
        """Take a *finding* into account."""
        if isinstance(finding, Item):
            self.yielded += 1
        elif isinstance(finding, Searched):
            self.parts += 1
            self.looked_at += finding.looked_at
            if finding.note:
                self.notes[finding.note] = None
        elif isinstance(finding, Gap):
            self.gaps.append(finding)

    def fail(self, error: Exception) -> None:
        """Take into account that the source ended with *error*."""
        self.failed = True
        self.gaps.append(Gap("", explain(error)))

    def end(self) -> None:
        """Stop the clock; a source that accounted for nothing has failed."""
        self.seconds = time.monotonic() - self.began
        if not self.parts and not self.gaps:
            self.fail(SourceError(SILENT))

    @property
    def whole(self) -> bool:
        """Say whether everything was searched."""
        return not self.gaps

    def coverage(self, items: int) -> Coverage:
        """Return the statement about the source, of which *items* are known."""
        if self.failed and not self.parts:
            reach = Reach.FAILED
        elif self.gaps:
            reach = Reach.PARTIAL
        else:
            reach = Reach.WHOLE if items else Reach.EMPTY
        return Coverage(
            self.source,
            self.connector,
            reach,
            self.parts,
            self.looked_at,
            items,
            self.seconds,
            tuple(self.gaps),
            tuple(self.notes),
        )


def explain(error: Exception) -> str:
    """Return one line about *error* that holds nothing personal: of an unforeseen one only what it is."""
    if isinstance(error, OverdrachtError):
        return str(error)
    return f"the connector failed with {type(error).__name__}, a fault of its own"


@dataclass(frozen=True, slots=True)
class _End:
    error: Exception | None


_Batch = list[Finding] | _End


def search(
    questions: Mapping[Connector[Settings], Question],
    record: Callable[[str, Sequence[Finding]], None],
    listen: Listener,
) -> Iterator[Tally]:
    """Put each connector its question; *record* the findings in batches; yield the tally of a source as it ends."""
    queue: Queue[tuple[str, _Batch]] = Queue(maxsize=16)
    stop = Flag()
    tallies = {connector.source: Tally(connector.source, connector.name) for connector in questions}
    threads = [
        Thread(
            target=_ask,
            args=(connector, question, queue, stop),
            daemon=True,
            name=f"find {connector.source}",
        )
        for connector, question in questions.items()
    ]
    for thread, source in zip(threads, tallies, strict=True):
        listen(Event(source, EventKind.STARTED))
        thread.start()
    running = len(threads)
    try:
        while running:
            source, batch = queue.get()
            tally = tallies[source]
            if isinstance(batch, _End):
                running -= 1
                if batch.error is not None:
                    tally.fail(batch.error)
                tally.end()
                listen(Event(source, EventKind.ENDED, done=tally.looked_at, items=tally.yielded))
                yield tally
            else:
                record(source, batch)
                _tell(source, batch, tally, listen)
    finally:
        stop.set()


def _tell(source: str, batch: Sequence[Finding], tally: Tally, listen: Listener) -> None:
    for finding in batch:
        tally.count(finding)
        if isinstance(finding, Progress):
            listen(
                Event(
                    source,
                    EventKind.PROGRESS,
                    finding.part,
                    finding.done,
                    finding.total,
                    tally.yielded,
                )
            )
        elif isinstance(finding, Gap):
            listen(Event(source, EventKind.GAP, finding.part, items=tally.yielded))
        elif isinstance(finding, Searched):
            listen(
                Event(
                    source, EventKind.PROGRESS, finding.part, tally.looked_at, None, tally.yielded
                )
            )


def _ask(
    connector: Connector[Settings], question: Question, queue: Queue[tuple[str, _Batch]], stop: Flag
) -> None:
    end = _End(None)
    batch: list[Finding] = []
    try:
        handed = time.monotonic()
        for finding in connector.find(question):
            batch.append(finding)
            now = time.monotonic()
            if len(batch) >= BATCH or now - handed > _NO_ITEM_AFTER:
                _put(queue, (connector.source, batch), stop)
                batch, handed = [], now
            if stop.is_set():
                return
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything, and no fault of one may stop the others
        end = _End(error)
    if batch:
        _put(queue, (connector.source, batch), stop)
    _put(queue, (connector.source, end), stop)


def _put(queue: Queue[tuple[str, _Batch]], entry: tuple[str, _Batch], stop: Flag) -> None:
    while not stop.is_set():
        try:
            queue.put(entry, timeout=0.2)
        except Full:
            continue
        return
