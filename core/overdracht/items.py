"""What a source holds about the subject, as the connector tells it.

`find` yields *findings*: an `Item`, a `Gap` that could not be searched, a `Searched` part, or `Progress`. `export`
yields *pieces*: a `File`, a `Line` of a table, or a `Gap`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from overdracht.identifiers import Identifier
from overdracht.text import Text


class Category(StrEnum):
    """What an item is, for retention and for the overview."""

    CONTACT = "contact"
    CORRESPONDENCE = "correspondence"
    NOTE = "note"
    INVOICE = "invoice"
    PAYMENT = "payment"
    WORK = "work"
    DEVICE = "device"
    DOMAIN = "domain"
    SERVER = "server"
    TRAFFIC = "traffic"
    ACCOUNT = "account"


class Certainty(StrEnum):
    """How sure it is that an item is about the subject, strongest first."""

    EXACT = "exact"
    """A strong identifier stands in a field that says whom the item is about."""
    MENTION = "mention"
    """It stands in free text."""
    POSSIBLE = "possible"
    """Only a weak identifier (a name, a shared address) matches."""


STRONGEST_FIRST = (Certainty.EXACT, Certainty.MENTION, Certainty.POSSIBLE)


class Mark(StrEnum):
    """What deserves an administrator's eye in a plan."""

    REQUEST = "request"
    """It looks like the person's request itself."""
    IDENTITY_DOCUMENT = "identity document"
    """It seems to carry a copy of an identity document, which is to be kept no longer than the check takes."""
    POSSIBLE_IDENTITY_DOCUMENT = "possible identity document"
    """A picture or a PDF came with it that may be such a copy, and its name does not say so."""


class Origin(StrEnum):
    """Where the organisation has an item from; GDPR Art. 20 covers the first two (WP242 rev.01)."""

    GIVEN = "given"
    OBSERVED = "observed"
    DERIVED = "derived"


@dataclass(frozen=True, slots=True)
class Match:
    """One identifier of the subject, found in one field of an item."""

    identifier: Identifier
    certainty: Certainty
    where: str
    """The field's own name: `From`, `body`, `attachment`, `addr_email`."""


@dataclass(frozen=True, slots=True)
class Revealed:
    """A further identifier that an item gives away.

    `EXACT` means that the item's own structure says it is the subject's (a customer record and its phone number): it is looked
    for everywhere without asking when its kind is strong. Anything less is only suggested.
    """

    identifier: Identifier
    certainty: Certainty
    where: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing a source holds about the subject: a mail, an invoice, a log line group, a contact card.

    The connector finds it again by `key` alone, so the key holds all it needs for that (a folder and a UID, a table and
    a primary key).
    """

    key: str
    """Unique within the source and the same at every find."""
    part: str
    """The part of the source (a folder, a table, a file) whose `Searched` or `Gap` accounts for the item."""
    category: Category
    matches: tuple[Match, ...]
    """Never empty: an item without a match is not the subject's."""
    fingerprint: str
    """Differs as soon as the item is no longer the one that was found."""
    title: str
    """One line for a person to recognise it by; hostile text, to be escaped wherever it is shown."""
    when: datetime | None = None
    """The item's own time, aware; None when it has none that can be believed."""
    size: int | None = None
    """In bytes, when the source tells."""
    origin: Origin = Origin.GIVEN
    holder: Identifier | None = None
    """The customer whose record this is, where the system knows: how the core notices that an identifier is shared."""
    reveals: tuple[Revealed, ...] = ()
    """Whether an identifier was asked for makes no difference: an exact one that is left out once it is sought would be
    forgotten, and what it led to with it."""
    third_parties: int = 0
    """How many other people appear in it, as far as its structure tells (GDPR Art. 15(4))."""
    is_contact: bool = False
    """It counts as customer contact on its day: a letter somebody wrote, not an automatic message; or a subscription that ended, `when` then
    being the day of its end."""
    running: bool = False
    """It is a subscription that runs: it is cancelled before anything of it is erased, and no term counts meanwhile."""
    marks: tuple[Mark, ...] = ()

    @property
    def certainty(self) -> Certainty:
        """The strongest of the matches."""
        return min((match.certainty for match in self.matches), key=STRONGEST_FIRST.index)


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of a source that could not be searched or read, and why."""

    part: str
    """The folder, file or table; empty for the whole source."""
    reason: str
    """One line without personal data: it also stands in the bundle."""
    key: str = ""
    """The item's key, when one item is what could not be read."""

    @property
    def place(self) -> str:
        """What the administrator looks it up by: the file in the part, if it is one. Perhaps personal; it stands in no bundle."""
        return self.key if self.part and self.key.startswith(f"{self.part}/") else self.part


class Extent(StrEnum):
    """What a connector did with a part that it calls searched."""

    WHOLE = "whole"
    """All of it was looked at: earlier items of the part that were not found again are gone."""
    ADDED = "added"
    """Only what came since the cursor was looked at and nothing went: earlier items stay."""
    UNCHANGED = "unchanged"
    """Nothing came, went or changed since the cursor: earlier items stay."""


@dataclass(frozen=True, slots=True)
class Searched:
    """A part of a source that was searched to its end.

    *cursor* is the connector's own text, handed back at the next find of the same question, from which it can tell
    whether the part is still what it was. An empty cursor means: search it again.
    """

    part: str
    looked_at: int
    """How many things the part holds (messages, rows, lines), whether or not they had to be read again."""
    cursor: str = ""
    extent: Extent = Extent.WHOLE
    note: Text | None = None
    """What this kind of search does not see, if anything, e.g. that bodies were searched by the server; the person reads it too."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a part is, for a person who waits."""

    part: str
    done: int
    total: int | None = None


Finding = Item | Gap | Searched | Progress


@dataclass(frozen=True, slots=True)
class File:
    """One file of an export.

    *content* is the whole of it or an iterator over its chunks, read once and before the next piece is asked for.
    """

    path: str
    """Below the source's folder in the bundle, `/`-separated, of parts made by `SafeNames` or `SafePaths`."""
    content: bytes | Iterable[bytes | memoryview]
    media_type: str
    keys: tuple[str, ...] = ()
    """The items it holds."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a JSON-lines table of an export; the core collects the lines of one *path* into one file."""

    path: str
    record: dict[str, object]
    keys: tuple[str, ...] = ()


Piece = File | Line | Gap
