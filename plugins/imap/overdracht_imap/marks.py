"""Tell what in a mail archive deserves an eye before it is erased: the request itself, and a copy of an identity document."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from overdracht import Mark, fold
from overdracht_imap.encoded_words import decode_words
from overdracht_imap.glance import Glance
from overdracht_imap.matching import Letterhead
from overdracht_imap.mime import Buffer, parts
from overdracht_imap.tokens import Value

_REQUEST = re.compile(
    r"\b(?:avg|gdpr|dsar)\b|inzage|verwijder|\bwis(?:sen|sing|verzoek)?\b|gewist|vergetelheid|vergeten te worden"
    r"|gegevens (?:op te vragen|opvragen|inzien|meenemen|overdragen|rectificeren)|(?:mijn|persoons)\s?gegevens"
    r"|dataportabiliteit|gegevensoverdra|overdraagbaarheid|recht op (?:bezwaar|beperking|rectificatie)"
    r"|erasure|right to be forgotten|right of access|subject access|data subject|access request|data portability"
    r"|(?:delete|erase|remove) (?:all )?(?:of )?my\b|my (?:personal )?data\b|personal data"
)
_DOCUMENT = re.compile(
    r"paspoort|passport|rijbewijs|identiteits?|legitimatie|verblijfs(?:vergunning|document|kaart|titel)"
    r"|driv(?:ing|ers?)(?: s)? ?licen[cs]e|residence permit|identity (?:card|document)|nationale id|national id"
    r"|\bid ?(?:kaart|bewijs|card|kopie|copy|scan|foto|voorkant|achterkant|front|back)\b|\b(?:kopie|copy|scan|foto)(?: of| van)?(?: mijn| my)? id\b|^id\d?$"
)
_PICTURE = re.compile(
    r".*\.(?:jpe?g|png|heic|heif|webp|tiff?|bmp|gif|pdf)\s*", re.IGNORECASE | re.DOTALL
)
_BREAKS = re.compile(r"[^a-z0-9]+")
_WITHOUT_FILES = ("multipart/report", "text/")
_LEGIBLE = 15_000
"""A picture of a document on which anything can be read takes more bytes than this."""
_NAME = re.compile(rb"(?:file)?name(?:\*(\d{1,3}))?(\*)?", re.IGNORECASE)


def marks(letterhead: Letterhead, names: Iterable[str], seen: Glance) -> tuple[Mark, ...]:
    """Return the marks of a message by its *letterhead*, the *names* of its attachments, and what was *seen* in it, if it was read.

    A request is one that the person sent. A copy of an identity document is known by its name; where it has another, any picture and any PDF
    that came with a request, or with a letter that speaks of such a document, may be one.
    """
    names = tuple(names)
    asks = letterhead.sent_by_subject and (
        seen.asks or _REQUEST.search(fold(letterhead.subject)) is not None
    )
    found = (Mark.REQUEST,) if asks else ()
    if any(map(names_identity_document, names)):
        return (*found, Mark.IDENTITY_DOCUMENT)
    pictures = seen.pictures or any(map(_PICTURE.fullmatch, names))
    if letterhead.sent_by_subject and pictures and (asks or seen.shows):
        return (*found, Mark.POSSIBLE_IDENTITY_DOCUMENT)
    return found


def names_identity_document(name: str) -> bool:
    """Say whether a file's *name* is that of a copy of an identity document."""
    words = _BREAKS.sub(" ", fold(name.rpartition(".")[0] or name)).strip()
    return _DOCUMENT.search(words) is not None


def may_carry_files(content_type: str, size: int) -> bool:
    """Say whether a message of this *content_type* and *size* may have files attached to it."""
    kind = content_type.strip().lower()
    if kind.startswith("multipart/alternative"):
        return size >= _LEGIBLE  # some programs hide files in the form of a letter that has tags
    return (bool(kind) and not kind.startswith(_WITHOUT_FILES)) or "name" in kind


def names_in(message: Buffer, start: int = 0, end: int | None = None) -> Iterator[str]:
    """Yield the names of the files in a whole *message*."""
    return (part.file_name for part in parts(message, start, end) if part.file_name)


def names_in_structure(structure: Value) -> Iterator[str]:
    """Yield the names of the files in the BODYSTRUCTURE that a server tells (RFC 3501, 7.4.2)."""
    waiting: list[Value] = [structure]
    while waiting:
        one = waiting.pop()
        if isinstance(one, tuple):
            waiting += [inner for inner in one if isinstance(inner, tuple)]
            yield from _parameter_names(one)


def _parameter_names(values: tuple[Value, ...]) -> Iterator[str]:
    """Yield the name that a list of parameters gives a file, put together where it comes in sections (RFC 2231)."""
    pieces: list[tuple[int, str]] = []
    for name, value in zip(values[::2], values[1::2], strict=False):
        found = _NAME.fullmatch(name) if isinstance(name, bytes) else None
        if found is None or not isinstance(value, bytes):
            continue
        text = value.decode("utf-8", "replace")
        if found[2]:
            text = unquote(text.rpartition("'")[2])
        if found[1] is None:
            yield decode_words(text)
        else:
            pieces.append((int(found[1]), text))
    if pieces:
        yield decode_words("".join(text for _, text in sorted(pieces)))
