"""What a card, an appointment and a note have in common: fields that say whom they are about, and text."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from overdracht import Category, Identifier, IdentifierError, Kinds

KINDS = Kinds()

MASK = "[…]"
"""Stands in an export for what is somebody else's."""
ERASED = "[gewist]"
"""Stands in what is kept for what was the person's."""


@dataclass(frozen=True, slots=True)
class Field:
    """One line or passage of a document."""

    where: str
    """Its own name: `EMAIL`, `NOTE`, `klant`."""
    text: str
    values: tuple[Identifier, ...] = ()
    """What it states as such, not in running text."""
    about: bool = False
    """It says whom the document is about."""
    group: str = ""
    """Fields with the same group belong to one person."""
    link: str = ""
    """The UID of another document that it points at."""


class Document(Protocol):
    """One card, calendar object or note, read."""

    @property
    def category(self) -> Category:
        """What it is."""

    @property
    def title(self) -> str:
        """One line to recognise it by."""

    @property
    def uid(self) -> str:
        """By which others point at it; empty when it has none."""

    @property
    def when(self) -> datetime | None:
        """Its own time."""

    @property
    def is_contact(self) -> bool:
        """Whether it tells of contact with a customer on that day."""

    @property
    def fields(self) -> tuple[Field, ...]:
        """All that it says."""

    @property
    def plural(self) -> bool:
        """Whether it is by its nature about several people: a family, a club, a meeting."""

    @property
    def trusted(self) -> bool:
        """Whether its fields describe one person, so that one of them proves the others."""


@lru_cache(maxsize=4096)
def identifier(kind: str, text: str) -> Identifier | None:
    """Return *text* as an identifier of *kind*, None when it is none."""
    try:
        return KINDS.identifier(kind, text)
    except IdentifierError:
        return None


def identifiers(pairs: Iterable[tuple[str, str]]) -> tuple[Identifier, ...]:
    """Return the kinds and texts in *pairs* as identifiers, each once, without those that are none."""
    found = (identifier(kind, text) for kind, text in pairs)
    return tuple(dict.fromkeys(one for one in found if one is not None))


_EMAIL = re.compile(r"[^\s<>()\[\],;:\"'|]{1,256}@[^\s<>()\[\],;:\"'|]{3,253}")
_PHONE = re.compile(r"(?<![\w.+-])(?:\+|00?(?=[1-9(\s-]))[\d ()/.-]{7,24}\d(?!\w)")
_IBAN = re.compile(r"(?<!\w)[A-Za-z]{2}\d\d(?:[ .]?[A-Za-z0-9]){10,30}(?!\w)")
_CODE = re.compile(r"(?<![\w@./+-])(?=[\w-]*\d)[A-Za-z0-9][\w-]{2,29}(?![\w@/])")
PATTERNS = (("email", _EMAIL), ("iban", _IBAN), ("phone", _PHONE))
"""Kind → how its values look in running text."""


_SHORTEST = 8
"""Signs of a number that is recognised in running text."""
_DATE = re.compile(r"\d{1,2}[-/. ]\d{1,2}[-/. ]\d{4}\b.*|\d{4}[-/. ]\d\d[-/. ]\d\d.*")


def spelled(text: str) -> Iterator[tuple[str, tuple[int, int], str]]:
    """Yield what in *text* looks like an address or a number: its kind, where it stands, and how it is written."""
    for kind, pattern in PATTERNS:
        found = pattern.search(text)
        while found:
            written = _valid_start(kind, found[0])
            start = found.start()
            if written:
                yield kind, (start, start + len(written)), written
            # What looks like a number and is none may begin with something else: a time, and then the number.
            found = pattern.search(text, start + (len(written) or 1))


def _valid_start(kind: str, written: str) -> str:
    """Return the longest start of *written* that is what it looks like: after a number there may be another word or number."""
    if kind == "email":
        return written.rstrip(".")
    cuts = [found.start() for found in re.finditer(r"[\s()/.]+", written)]
    for end in (len(written), *reversed(cuts)):
        start = written[:end]
        if end >= _SHORTEST and (_is_number(start) if kind == "phone" else identifier(kind, start)):
            return start
    return ""


@lru_cache(maxsize=4096)
def _is_number(written: str) -> bool:
    """Say whether *written* is a telephone number that may be in use, and no date."""
    if _DATE.fullmatch(written):
        return False
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(written, "NL"))
    except phonenumbers.NumberParseException:
        return False


def _is_dialled(written: str) -> bool:
    """Say whether *written* is a telephone number as people dial it, and so no customer number."""
    return written.startswith(("0", "31")) and len(written) > _SHORTEST + 1 and _is_number(written)


def stated(text: str, *, codes: bool = False) -> tuple[Identifier, ...]:
    """Return what is written in *text* in the way of an address, a number or an account; with *codes* what may be a customer number too."""
    text = text[:5000]
    pairs = [(kind, one) for kind, _, one in spelled(text)]
    if codes:
        pairs += [("customer", one) for one in _CODE.findall(text) if not _is_dialled(one)]
    return identifiers(pairs)


_STAMP = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d))?(?:[.,]\d+)?\s*(Z|[+-]\d\d:?(?:\d\d)?)?)?"
)


def moment(text: str) -> datetime | None:
    """Return the time in *text*, aware; what has no zone is Dutch. None when it tells none that can be believed."""
    found = _STAMP.match(text.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second, zone = found.groups()
    try:
        bare = datetime(  # noqa: DTZ001 - the zone follows
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            min(int(second or 0), 59),
        )
        if bare.year < 1971 or bare.year > 9998:
            return None
        return bare.replace(tzinfo=_zone(zone or ""))
    except ValueError:
        return None


@cache
def _dutch() -> ZoneInfo:
    return ZoneInfo("Europe/Amsterdam")


def _zone(text: str) -> tzinfo:
    if text == "Z":
        return UTC
    if not text:
        return _dutch()
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def domains_in(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the host of each web address in *text*, without `www.`, and whether the address is that host's first page."""
    for host, path in re.findall(
        r"(?:https?://)?((?:[\w-]+\.)+[^\W\d_]{2,})(?::\d+)?(/?\S*)", text
    ):
        yield host.lower().removeprefix("www."), path in {"", "/"}
