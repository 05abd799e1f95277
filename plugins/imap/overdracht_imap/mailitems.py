"""Make items and index records of messages, the same for every way into a mail archive."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

from overdracht import Category, Item, Origin, Processing, Text
from overdracht_imap.glance import NONE, Glance
from overdracht_imap.marks import marks
from overdracht_imap.matching import Letterhead

INDEX = "index.jsonl"
"""The table of an export: one line a message."""

PROCESSING = (
    Processing(
        Category.CORRESPONDENCE,
        Text(
            "Het beantwoorden van berichten en het nakomen van afspraken",
            "Answering messages and keeping agreements",
        ),
        Text(
            "Uitvoering van een overeenkomst (art. 6 lid 1 onder b AVG), anders gerechtvaardigd belang (onder f)",
            "Performance of a contract (Art. 6(1)(b) GDPR), otherwise legitimate interest (f)",
        ),
        Origin.GIVEN,
        (
            Text(
                "Wie de berichten heeft verzonden of ontvangen", "Who sent or received the messages"
            ),
        ),
    ),
)
"""What is done with mail, whatever way it is read."""

NOT_SEEN = Text(
    "berichten en leesbare bijlagen zijn doorzocht; bijlagen die geen tekst zijn (pdf, kantoorbestanden, archieven, afbeeldingen) zijn niet geopend, en de route van een bericht (Received) en tekst in uuencode zijn niet gelezen",
    "bodies and textual attachments were searched; attachments that are no text (PDF, office files, archives, images) were not opened, and a message's route (Received) and uuencoded text were not read",
)
"""What a thorough search leaves out."""

_DATE = re.compile(
    r"(?:[a-z]{3},?\s+)?(\d{1,2})\s+([a-z]{3})\s+(\d{4})\s+(\d{1,2}):(\d\d)(?::(\d\d))?(?:\s+([+-])(\d\d)(\d\d)\b)?",
    re.IGNORECASE,
)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(MONTHS, 1)}
_EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=2)
"""How far a sender's clock may be ahead of ours before it is not believed."""


def parse_date(text: str) -> datetime | None:
    """Return the time that a Date field's *text* tells, aware; None when it tells none."""
    found = _DATE.match(text.strip())
    if found is None or found[2].lower() not in _MONTHS:
        return _parse_odd_date(text)
    day, month, year, hour, minute, second, sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (
        -1 if sign == "-" else 1
    )
    try:
        return datetime(
            int(year),
            _MONTHS[month.lower()],
            int(day),
            int(hour),
            int(minute),
            min(int(second or 0), 59),
            tzinfo=timezone(offset),
        )
    except ValueError:
        return None


def _parse_odd_date(text: str) -> datetime | None:
    from email.utils import parsedate_to_datetime  # takes time to load, and most dates are not odd

    try:
        parsed = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def believed(date: datetime | None, received: datetime | None) -> datetime | None:
    """Return the *date* a message gives itself, or when it was *received* where the first cannot be true."""
    if date is None or date < _EARLIEST or (received is not None and date > received + _AHEAD):
        return received
    return date


def mail_item(  # noqa: PLR0913 - one argument for all that is known of it
    *,
    key: str,
    part: str,
    fingerprint: str,
    size: int,
    received: datetime | None,
    letterhead: Letterhead,
    files: Iterable[str] = (),
    seen: Glance = NONE,
) -> Item:
    """Return the item of a message in *part*, of which the *letterhead* holds the matches; the names of attached *files*, and what was *seen* in it, may mark it."""
    return Item(
        key=key,
        part=part,
        category=Category.CORRESPONDENCE,
        matches=letterhead.matches,
        fingerprint=fingerprint,
        title=letterhead.subject or "(no subject)",
        when=believed(parse_date(letterhead.date), received),
        size=size,
        origin=Origin.GIVEN if letterhead.sent_by_subject else Origin.OBSERVED,
        reveals=letterhead.reveals,
        third_parties=letterhead.third_parties,
        is_contact=not letterhead.automatic,
        marks=marks(letterhead, files, seen),
    )


def index_record(  # noqa: PLR0913 - one argument a column
    *,
    path: str,
    folder: str,
    uid: int | None,
    flags: Iterable[str],
    internal_date: datetime | None,
    message_id: str,
    digest: str,
    size: int,
) -> dict[str, object]:
    """Return the line about one exported message: where it stood, and what is needed to put it back just so."""
    return {
        "path": path,
        "folder": folder,
        "uid": uid,
        "flags": sorted(flags),
        "internal_date": internal_date.isoformat(timespec="seconds") if internal_date else None,
        "message_id": message_id,
        "sha256": digest,
        "size": size,
    }


class Measured:
    """Passes the *chunks* of a message on and knows their size and SHA-256 at the end."""

    def __init__(self, chunks: Iterable[bytes | memoryview]) -> None:
        self._chunks = chunks
        self._sum = sha256()
        self.size = 0

    def __iter__(self) -> Iterator[bytes | memoryview]:
        for chunk in self._chunks:
            self._sum.update(chunk)
            self.size += len(chunk)
            yield chunk

    @property
    def digest(self) -> str:
        """The SHA-256 of what was passed on, in hexadecimal."""
        return self._sum.hexdigest()
