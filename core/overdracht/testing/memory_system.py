"""The system that the reference connector speaks to: records in parts, and what is wrong with them today."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import orjson

from overdracht.errors import Unreachable
from overdracht.identifiers import Identifier, Kinds, squeeze
from overdracht.items import Category, Certainty, Item, Match, Revealed
from overdracht.text import one_line

KINDS = Kinds()
_DUTCH = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True, slots=True)
class MemoryRecord:
    """One record: *fields* say whom it is about, *text* is free."""

    key: str
    part: str
    fields: tuple[Identifier, ...]
    title: str = ""
    text: str = ""
    when: datetime | None = None
    category: Category = Category.CORRESPONDENCE
    holder: Identifier | None = None
    is_contact: bool = False
    ends: date | None = None
    """The day on which a subscription ends once it is cancelled; None when it is none."""
    cancelled: bool = False

    @property
    def day(self) -> date | None:
        """The day of its own time, as the law counts days."""
        return None if self.when is None else self.when.astimezone(_DUTCH).date()

    def item(self, matches: tuple[Match, ...] = (), reveals: tuple[Revealed, ...] = ()) -> Item:
        """Return it as an item."""
        return Item(
            key=self.key,
            part=self.part,
            category=self.category,
            matches=matches,
            fingerprint=self.fingerprint(),
            title=one_line(self.title),
            when=self.when,
            size=len(self.text),
            holder=self.holder,
            reveals=reveals,
            is_contact=self.is_contact,
            running=self.ends is not None,
        )

    def fingerprint(self) -> str:
        """Return what differs as soon as anything in the record does."""
        return hashlib.sha256(orjson.dumps(self, default=str)).hexdigest()[:16]

    def certainty(self, identifier: Identifier, *, thorough: bool) -> tuple[Certainty, str] | None:
        """Say how surely the record is about *identifier*, and in which field it says so."""
        strong = KINDS.strong(identifier.kind)
        if identifier in self.fields:
            return Certainty.EXACT if strong else Certainty.POSSIBLE, identifier.kind
        if thorough and squeeze(identifier.value) in squeeze(f"{self.title} {self.text}"):
            return Certainty.MENTION if strong else Certainty.POSSIBLE, "text"
        return None


class MemorySystem:
    """The records, in parts, and what is wrong with them today."""

    def __init__(self, records: Iterable[MemoryRecord] = (), parts: Iterable[str] = ()) -> None:
        self.parts: dict[str, dict[str, MemoryRecord]] = {part: {} for part in parts}
        self.changes = dict.fromkeys(self.parts, 0)
        """Per part, how often it changed: a cursor tells by it whether the part is still what it was."""
        self.broken: set[str] = set()
        self.locked: set[str] = set()
        """Parts that can be read and not written."""
        self.away = False
        self.read_only = False
        self.busy = 0
        """How often it still says that it is asked too often."""
        self.watch: Callable[[str, str], None] = lambda _moment, _key: None
        """Called `before` and `after` each act with the record's key; whatever it raises is the act's fault."""
        for record in records:
            self.add(record)

    def add(self, record: MemoryRecord) -> None:
        """Put *record* in its part, in place of one of the same key."""
        self.parts.setdefault(record.part, {})[record.key] = record
        self.changes[record.part] = self.changes.get(record.part, 0) + 1

    def remove(self, key: str) -> None:
        """Take the record of this *key* away."""
        for part, records in self.parts.items():
            if records.pop(key, None):
                self.changes[part] += 1

    def reach(self) -> None:
        """Raise Unreachable when the system is away."""
        if self.away:
            raise Unreachable("the system does not answer", remedy="start it and try again")

    def admits(self) -> bool:
        """Say whether it can be asked now; who is told no asks again later."""
        self.busy = max(0, self.busy - 1)
        return not self.busy

    def get(self, part: str, key: str) -> MemoryRecord | None:
        """Return the record of this *key*; None when the part is broken or does not hold it."""
        return None if part in self.broken else self.parts.get(part, {}).get(key)
