"""Read a calendar object (RFC 5545): an appointment, a task, a journal entry or busy times, with its changed occurrences."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from overdracht import Category, one_line
from overdracht_contacts.card_parts import rewritten
from overdracht_contacts.contentlines import ContentLine, content_lines
from overdracht_contacts.documents import Field, identifiers, moment, stated
from overdracht_contacts.passages import Reader
from overdracht_contacts.sought import Sought

ENTRIES = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY"})
PARTIES = frozenset({"ATTENDEE", "ORGANIZER"})
_HEADINGS = frozenset({"SUMMARY", "CONTACT"})
"""Fields that say with whom it is, as the first line of a note does."""
_TEXTS = frozenset(
    {"DESCRIPTION", "LOCATION", "COMMENT", "X-ALT-DESC", "RESOURCES", "CATEGORIES",
     "URL", "X-APPLE-STRUCTURED-LOCATION", "CONFERENCE", "STRUCTURED-DATA", "X-WR-CALDESC"}
)  # fmt: skip
_TIMES = ("DTSTART", "DUE", "COMPLETED", "CREATED", "DTSTAMP")


@dataclass(frozen=True)
class Appointment:
    """One calendar object: a whole VCALENDAR with everything of one UID."""

    content: bytes

    @cached_property
    def lines(self) -> tuple[ContentLine, ...]:
        """Its content lines."""
        return tuple(content_lines(self.content))

    @cached_property
    def inside(self) -> tuple[bool, ...]:
        """Of each line, whether it stands in an entry, and not in a time zone or around it."""
        found, depth = [], 0
        for line in self.lines:
            starts = line.name == "BEGIN" and line.text.strip().upper() in ENTRIES
            depth += bool(starts or (depth and line.name == "BEGIN"))
            found.append(depth > 0)
            depth -= bool(depth and line.name == "END")
        return tuple(found)

    def _entry_lines(self) -> Iterator[ContentLine]:
        return (line for line, inside in zip(self.lines, self.inside, strict=True) if inside)

    def first(self, name: str) -> str:
        """Return the text of the first field called *name* in an entry."""
        return next((one.text for one in self._entry_lines() if one.name == name), "")

    @property
    def category(self) -> Category:
        """What was agreed or asked is written down for later: a note."""
        return Category.NOTE

    @property
    def title(self) -> str:
        """Return its summary."""
        return one_line(self.first("SUMMARY") or self.first("DESCRIPTION"))

    @property
    def uid(self) -> str:
        """Calendar objects do not point at one another by people."""
        return ""

    @property
    def when(self) -> datetime | None:
        """Return when it is, or was due, done or written."""
        found = (moment(self.first(name)) for name in _TIMES)
        return next((one for one in found if one is not None), None)

    @property
    def plural(self) -> bool:
        """An appointment may be anybody's besides."""
        return True

    @property
    def is_contact(self) -> bool:
        """Somebody came, called or asked."""
        return True

    @property
    def trusted(self) -> bool:
        """Who meets is not one person."""
        return False

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """All that its entries say."""
        pairs = zip(self.lines, self.inside, strict=True)
        return tuple(_field(line) if inside else Field(line.name, "") for line, inside in pairs)


def _field(line: ContentLine) -> Field:
    if line.name in PARTIES:
        pairs = [("email", text) for text in _addresses(line)]
        name = line.parameter("CN").strip()
        if name and "@" not in name:
            pairs.append(("name", name))
        return Field(line.name, name, identifiers(pairs), about=True)
    if line.name in _HEADINGS:
        return Field(line.name, line.text, stated(line.text, codes=True), about=True)
    if line.name in _TEXTS or (line.name.startswith("X-") and not line.name.startswith("X-MOZ-")):
        return Field(line.name, line.text)
    return Field(line.name, "")


def _addresses(line: ContentLine) -> Iterator[str]:
    for text in (line.text, line.parameter("EMAIL"), line.parameter("SENT-BY")):
        if "@" in text:
            yield text.strip().removeprefix("mailto:").removeprefix("MAILTO:").partition("?")[0]


def portion(one: Appointment, sought: Sought, *, whole: bool) -> bytes:
    """Return the appointment without its other parties, and without what it says of them; not *whole*, only what names the person stays."""
    reader, kept = Reader(sought), []
    for line, field, mine in zip(one.lines, one.fields, sought.ours(one), strict=True):
        if line.name in PARTIES and not mine:
            continue
        if field.text and line.name not in PARTIES:
            shown = reader.shown(field.text, whole=whole)
            kept.append(line.raw if shown == field.text else rewritten(line, shown))
        else:
            kept.append(line.raw)
    return b"".join(kept)


def remainder(one: Appointment, sought: Sought) -> bytes:
    """Return the appointment without the person: neither a party nor in its text."""
    reader, left = Reader(sought), []
    for line, field, mine in zip(one.lines, one.fields, sought.ours(one), strict=True):
        if line.name in PARTIES or not mine:
            if not (mine and line.name in PARTIES):
                left.append(line.raw)
            continue
        text = reader.left(field.text, whole=False)
        if text.strip():
            left.append(rewritten(line, text))
    return b"".join(left)
