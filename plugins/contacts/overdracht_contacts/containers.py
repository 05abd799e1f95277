"""Take a file apart into the cards, calendar objects or the one note it holds, and put it together again without some."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

from overdracht_contacts.appointments import ENTRIES
from overdracht_contacts.shelves import digest

_BOM = b"\xef\xbb\xbf"
_LIMIT = re.compile(rb"^(?:\xef\xbb\xbf)?(BEGIN|END)[ \t]*:[ \t]*([A-Za-z0-9-]+)[ \t]*\r?\n?", re.IGNORECASE | re.MULTILINE)  # fmt: skip
_UID = re.compile(rb"^(?:[\w-]+\.)?UID(?:;[^:\n]*)?:([^\n]*(?:\n[ \t][^\n]*)*)", re.IGNORECASE | re.MULTILINE)  # fmt: skip
_AGENT = re.compile(rb"(?:^|\n)(?:[\w-]+\.)?AGENT(?:;[^:\n]*)?:\s*\Z", re.IGNORECASE)
_CALENDAR = re.compile(rb"BEGIN[ \t]*:[ \t]*VCALENDAR", re.IGNORECASE)
_FRAME = frozenset({b"VCALENDAR", b"VTIMEZONE", b"STANDARD", b"DAYLIGHT"})
"""What of a calendar is nobody's."""
_OUTERMOST = frozenset({b"VCARD", b"VCALENDAR"})
BY_CONTENT = re.compile(r"@([0-9a-f]{32})\Z")
"""How a name ends that tells by the content what has no UID of its own."""
_FOLD = re.compile(rb"\r?\n[ \t]")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Held:
    """One thing in a file."""

    name: str
    """What tells it from the others in the file, for ever; empty when it is the whole file."""
    spans: tuple[Span, ...]
    """Where its bytes stand in the file."""
    around: tuple[Span, ...] = ()
    """What it shares with others: the calendar around it, the time zones. In the order of the file, before and after."""
    tail: Span = (0, 0)

    def content(self, file: bytes) -> bytes:
        """Return it as a document of its own."""
        spans = (*self.around, *self.spans, self.tail)
        return b"".join(file[start:end] for start, end in spans)

    def digest(self, file: bytes) -> str:
        """Return what tells its own bytes from any other's."""
        return digest(b"".join(file[start:end] for start, end in self.spans))


class Container(Protocol):
    """How one kind of file holds things."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """What the names of such files end in."""

    def held(self, file: bytes) -> Iterator[Held]:
        """Yield the things in *file*."""

    def pieces(self, content: bytes) -> list[bytes]:
        """Return the bytes of *content*, a document of its own, that belong in the thing's spans."""

    def is_well_formed(self, file: bytes) -> bool:
        """Say whether all in *file* ends where it should; if not, something may be missing from what is held."""


def _components(file: bytes, names: frozenset[str], depth: int) -> Iterator[Span]:
    """Yield where the components of these *names* begin and end that stand *depth* deep in *file*."""
    level, start = 0, -1
    for found in _LIMIT.finditer(file):
        name = found[2].decode().upper()
        if found[1].upper() == b"BEGIN":
            if _starts_anew(file, found):
                level, start = 0, -1
            if level == depth and name in names:
                start = found.start(1)
            level += 1
            continue
        level = max(0, level - 1)
        if level == depth and start >= 0 and name in names:
            yield start, found.end()
            start = -1


def _starts_anew(file: bytes, begin: re.Match[bytes]) -> bool:
    """Say whether a card or a calendar begins here: it stands in no other, so one that is still open was never closed.

    Only the card of an agent stands in another card (vCard 2.1).
    """
    if begin[2].upper() not in _OUTERMOST:
        return False
    return not _AGENT.search(file, max(0, begin.start() - 200), begin.start())


def _is_well_formed(file: bytes) -> bool:
    """Say whether each component in *file* ends, and inside the one in which it began."""
    opened: list[bytes] = []
    for found in _LIMIT.finditer(file):
        name = found[2].upper()
        if found[1].upper() == b"BEGIN":
            if opened and _starts_anew(file, found):
                return False
            opened.append(name)
        elif not opened or opened.pop() != name:
            return False
    return not opened


def _uid(content: bytes) -> str:
    found = _UID.search(content)
    return _FOLD.sub(b"", found[1]).strip().decode("utf-8", "replace") if found else ""


class CardFile:
    """One vCard after another."""

    suffixes: ClassVar[tuple[str, ...]] = (".vcf", ".vcard")

    def held(self, file: bytes) -> Iterator[Held]:
        """Yield the cards; one without a UID of its own goes by its content."""
        spans = tuple(_components(file, frozenset({"VCARD"}), 0))
        count = Counter(_uid(file[start:end]) for start, end in spans)
        same: dict[str, list[Span]] = {}
        for start, end in spans:
            uid = _uid(file[start:end])
            if uid and count[uid] == 1:
                yield Held(f"#{uid}", ((start, end),))
            else:
                same.setdefault(f"#{uid}@{digest(file[start:end])}", []).append((start, end))
        # Cards that are equal to the letter are one thing that stands there more than once.
        for name, twins in same.items():
            yield Held(name, tuple(twins))

    def pieces(self, content: bytes) -> list[bytes]:
        """Return the card."""
        return [content]

    def is_well_formed(self, file: bytes) -> bool:
        """Say whether every card ends."""
        return _is_well_formed(file)


class CalendarFile:
    """A calendar with everything of several UIDs."""

    suffixes: ClassVar[tuple[str, ...]] = (".ics", ".ical", ".ifb", ".icalendar")

    def held(self, file: bytes) -> Iterator[Held]:
        """Yield what belongs to each UID: an entry and its changed occurrences."""
        same: dict[str, list[Held]] = {}
        for start, end in _components(file, frozenset({"VCALENDAR"}), 0):
            for one in self._in(file, start, end):
                same.setdefault(one.name, []).append(one)
        for name, ones in same.items():
            yield from ones if len(ones) == 1 else _apart(file, name, ones)

    def _in(self, file: bytes, start: int, end: int) -> Iterator[Held]:
        calendar = file[start:end]
        entries = tuple(_components(calendar, ENTRIES, 1))
        by_name: dict[str, list[Span]] = {}
        for first, last in entries:
            content = calendar[first:last]
            name = f"#{_uid(content)}" if _uid(content) else f"#@{digest(content)}"
            by_name.setdefault(name, []).append((first + start, last + start))
        head = min((first for first, _ in entries), default=0) + start
        around = [(start, head)]
        zones = _components(calendar, frozenset({"VTIMEZONE"}), 1)
        around += [(a + start, b + start) for a, b in zones if a + start >= head]
        closing = [found.start(1) for found in _LIMIT.finditer(calendar)][-1] + start
        for name, spans in by_name.items():
            yield Held(name, tuple(spans), tuple(around), (closing, end))

    def pieces(self, content: bytes) -> list[bytes]:
        """Return the entries."""
        return [content[start:end] for start, end in _components(content, ENTRIES, 1)]

    def is_well_formed(self, file: bytes) -> bool:
        """Say whether every calendar ends, and all in it."""
        return _is_well_formed(file)


class NoteFile:
    """A file that is one note."""

    suffixes: ClassVar[tuple[str, ...]] = (".md", ".markdown", ".txt", ".text", ".org", ".rst")

    def held(self, file: bytes) -> Iterator[Held]:
        """Yield the whole file."""
        if file.strip():
            yield Held("", ((0, len(file)),))

    def pieces(self, content: bytes) -> list[bytes]:
        """Return the whole file."""
        return [content]

    def is_well_formed(self, file: bytes) -> bool:  # noqa: ARG002 - any file is a note
        """Text has no ends that could be missing."""
        return True


def _apart(file: bytes, name: str, ones: Iterable[Held]) -> Iterator[Held]:
    """Yield what goes by one *name* in several calendars, by its content; what is equal to the letter is one thing."""
    equal: dict[str, list[Held]] = {}
    for one in ones:
        called = name if BY_CONTENT.search(name) else f"{name}@{one.digest(file)}"
        equal.setdefault(called, []).append(one)
    for called, twins in equal.items():
        spans = tuple(span for one in twins for span in one.spans)
        yield replace(twins[0], name=called, spans=spans)


def put_together(
    file: bytes, changes: Iterable[tuple[Held, bytes | None]], container: Container
) -> bytes:
    """Return *file* with the things in *changes* replaced by their content, or taken out."""
    edits: list[tuple[int, int, bytes]] = []
    for held, content in changes:
        pieces = container.pieces(content) if content is not None else []
        if content is not None and len(pieces) == 1 and len(held.spans) > 1:
            pieces *= len(held.spans)
        if content is not None and len(pieces) != len(held.spans):
            raise ValueError("the edited thing has another shape")
        for number, (start, end) in enumerate(held.spans):
            edits.append((start, end, pieces[number] if content is not None else b""))
    parts, position = [], 0
    for start, end, content in sorted(edits):
        parts += [file[position:start], content]
        position = end
    return b"".join([*parts, file[position:]])


def is_empty(file: bytes) -> bool:
    """Say whether nothing but an empty calendar, or nothing at all, is left in *file*."""
    file = file.replace(_BOM, b"").strip()
    if not file:
        return True
    names = {found[2].upper() for found in _LIMIT.finditer(file)}
    return bool(_CALENDAR.match(file)) and names <= _FRAME
