"""Find where a message's text, its attachments' names and its textual attachments mention an identifier.

Text is decoded (base64, quoted-printable, whatever charset), HTML loses its tags, and all is compared without case, accents and gaps: an IBAN written
with spaces is found, and `ozdemir` for `Özdemir`. Attachments that are no text (PDF, office files, archives, pictures) are not opened;
who reports a search says so with `mailitems.NOT_SEEN`.
"""

import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from html import unescape
from itertools import chain
from typing import NamedTuple
from urllib.parse import unquote

from overdracht import WEAK, Certainty, Identifier, Match, Mentions
from overdracht_imap.encoded_words import codec, decode, decode_words, from_base64, is_plain
from overdracht_imap.headers import LONGEST, section_end
from overdracht_imap.mime import MESSAGES, Buffer, Part, parts

_TEXT_TYPES = re.compile(
    r"text/.*|message/.*|application/(?:.*\+)?(?:xml|json|yaml|csv|sql|rtf|x-sh|javascript|mbox|ics|vcard|pgp-signature)"
)
_TEXT_NAMES = re.compile(
    r".*\.(?:txt|csv|tsv|log|md|eml|mbox|vcf|ics|html?|xml|json|jsonl|yaml|yml|toml|ini|conf|sql|rtf|asc|zone)",
    re.IGNORECASE,
)
PACKED = frozenset({"base64", "quoted-printable"})
LARGEST = 32 << 20
"""Bytes of an attached message that is encoded as a whole, and so has to be held whole."""
_DEEPEST = 3
"""Encoded messages one in the other."""
_CHUNK = 1 << 20
_OVERLAP = 512
"""What is looked at twice between two chunks, in bytes: longer than any identifier."""
_SPACES = b" \t\r\n"
_FOLDED_TYPES = frozenset({"text/calendar", "text/vcard", "text/x-vcard", "text/directory"})
_FOLDED_NAMES = (".ics", ".vcf")
_FOLD = re.compile(r"\r?\n[ \t]")
"""Where a line of a calendar or a card goes on (RFC 5545, RFC 6350), be it in the middle of a word."""
_QUOTE = re.compile(r"^(?:>[ \t]?)+", re.MULTILINE)
"""What stands before each line of a quoted message, also between the halves of an account number."""
_QUOTED = re.compile(r"^>.*$", re.MULTILINE)
_OPENING = 1 << 16
"""Bytes of a text that are read to know how it begins: a letter of HTML may have its looks on top."""

_ATTRIBUTES = re.compile(
    r"""\b(?:href|src|title|alt|content|value|cite|data-[\w-]+)\s*=\s*("[^"<>]*"|'[^'<>]*'|[^\s"'<>]+)""",
    re.IGNORECASE,
)
_WITH_ATTRIBUTES = re.compile(r"<[a-zA-Z][^<>=]*=[^<>]*>")
_INLINE = re.compile(
    r"</?(?:a|b|i|u|em|strong|span|font|wbr|small|big|sub|sup|code|tt|mark|o:p)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-z!?][^<>]*>", re.IGNORECASE)


def text_of_html(html: str) -> str:
    """Return the text of *html* without its tags, and what its attributes say (links, titles) after it."""
    # Two steps, because a search for `<` is quick and one for any of many words is not.
    attributes = " ".join(_ATTRIBUTES.findall(" ".join(_WITH_ATTRIBUTES.findall(html))))
    if "%" in attributes:
        attributes += " " + unquote(attributes)
    bare = _TAG.sub(" ", _INLINE.sub("", html))
    return unescape(f"{bare} \n {attributes}" if attributes else bare)


def _is_text(part: Part) -> bool:
    if _TEXT_TYPES.fullmatch(part.content_type):
        return True
    return _TEXT_NAMES.fullmatch(part.file_name) is not None


def _is_folded(part: Part) -> bool:
    return part.content_type in _FOLDED_TYPES or part.file_name.lower().endswith(_FOLDED_NAMES)


def _decoded(buffer: Buffer, part: Part) -> Iterator[bytes]:
    """Yield the content of *part* chunk by chunk, its transfer encoding undone."""
    left = b""
    for start in range(part.start, part.end, _CHUNK):
        raw = left + buffer[start : min(start + _CHUNK, part.end)]
        left = b""
        if part.encoding == "base64":
            raw = raw.translate(None, _SPACES)
            if start + _CHUNK < part.end:
                whole = len(raw) - len(raw) % 4
                raw, left = raw[:whole], raw[whole:]
            yield from_base64(raw)
        elif part.encoding == "quoted-printable":
            if start + _CHUNK < part.end and (cut := raw.rfind(b"\n") + 1):
                raw, left = raw[:cut], raw[cut:]
            yield binascii.a2b_qp(raw)
        else:
            yield bytes(raw)


def _texts(chunks: Iterable[bytes], charset: str) -> Iterator[str]:
    """Yield the text of *chunks*, cut at white space, the cuts overlapping so that nothing is lost in them."""
    if charset and not is_plain(charset):
        # Its characters cannot be told apart at white space bytes.
        yield from _texts_in_turn(chunks, charset)
        return
    carried = b""
    for chunk in chunks:
        raw = carried + chunk
        if len(raw) < _CHUNK // 2:
            cut = len(raw)
        else:
            cut = max(raw.rfind(space, len(raw) - _OVERLAP) for space in (b" ", b"\n")) + 1 or len(
                raw
            )
        yield decode(raw[:cut], charset)
        tail = raw[max(0, cut - _OVERLAP) : cut]
        carried = (
            tail[min((place for place in map(tail.find, (b" ", b"\n")) if place >= 0), default=0) :]
            + raw[cut:]
        )


def _texts_in_turn(chunks: Iterable[bytes], charset: str) -> Iterator[str]:
    """Yield the text of *chunks* in a *charset* in which only who read what is before knows where a character begins."""
    decoder = codec(charset)
    text = ""
    for chunk in chunks:
        try:
            more = decoder.decode(chunk)
        except ValueError:  # UTF-16 that does not say in what order its bytes are
            more = decode(chunk, charset)
        text = text[-_OVERLAP:] + more
        yield text


def opening(message: Buffer, part: Part) -> str:
    """Return how the text of *part* begins, without what it quotes."""
    cut = replace(part, end=min(part.end, part.start + _OPENING))
    text = decode(b"".join(_decoded(message, cut)), part.charset)
    return text_of_html(text) if part.content_type == "text/html" else _QUOTED.sub("", text)


class Told(NamedTuple):
    """What a message tells beside its header section."""

    mentions: tuple[Match, ...]
    unread: bool
    """Some of it could not be read."""


class Letters:
    """Finds mentions of *identifiers* in whole messages."""

    def __init__(self, identifiers: Iterable[Identifier]) -> None:
        self._mentions = Mentions(identifiers)

    def mentions(
        self, message: Buffer, start: int = 0, end: int | None = None
    ) -> tuple[Match, ...]:
        """Return what the body and the attachments of *message* mention."""
        return self.read(message, start, end).mentions

    def read(self, message: Buffer, start: int = 0, end: int | None = None) -> Told:
        """Return what the body and the attachments of *message* tell; its own header section is left to `Matcher`.

        A big message is best given as an `mmap`: no more of it than a chunk is held.
        """
        found: dict[tuple[Identifier, str], None] = {}
        whole = self._walk(parts(message, start, end), message, found)
        return Told(tuple(Match(one, _certainty(one), where) for one, where in found), not whole)

    def _walk(
        self,
        found_parts: Iterable[Part],
        message: Buffer,
        found: dict[tuple[Identifier, str], None],
        packed: int = 0,
    ) -> bool:
        """Note in *found* what the parts mention; say whether all of them could be read."""
        whole = True
        for part in found_parts:
            whole = whole and not part.unread
            if part.file_name:
                where = "attached message" if part.inside or packed else "attachment"
                # The ending looks like more of a domain: `jan@x.example.pdf`.
                self._note(f"{part.file_name} \n {part.file_name.rpartition('.')[0]}", where, found)
            if part.content_type in MESSAGES and part.encoding in PACKED:
                whole = self._unpack(part, message, found, packed + 1) and whole
            elif part.end > part.start and _is_text(part):
                self._read(message, replace(part, inside=True) if packed else part, found)
        return whole

    def _unpack(
        self, part: Part, message: Buffer, found: dict[tuple[Identifier, str], None], packed: int
    ) -> bool:
        """Read an attached message that is encoded as a whole, which the standard forbids and some programs do; False when it is too large."""
        if packed > _DEEPEST or part.end - part.start > LARGEST:
            self._read(message, part, found)
            return False
        inner = b"".join(_decoded(message, part))
        header = Part(0, max(section_end(inner, 0, len(inner)), 0), "message/rfc822", inside=True)
        return self._walk(chain((header,), parts(inner)), inner, found, packed)

    def _read(self, message: Buffer, part: Part, found: dict[tuple[Identifier, str], None]) -> None:
        if part.content_type == "message/rfc822" and part.inside and not part.encoding:
            header = bytes(message[part.start : min(part.end, part.start + LONGEST)])
            self._note(
                decode_words(decode(header).replace("\r\n", "\n")), "attached message", found
            )
            return
        where = "attached message" if part.inside else "attachment" if part.attached else "body"
        if part.content_type.startswith("message/") and part.encoding:
            where = "attached message"
        for text in _texts(_decoded(message, part), part.charset):
            shown = text
            if "html" in part.content_type or text.lstrip()[:15].lower().startswith(
                ("<!doctype html", "<html")
            ):
                shown = text_of_html(text)
            elif "=?" in text and part.content_type != "text/plain":
                shown = decode_words(text)
            if _is_folded(part):
                shown = _FOLD.sub("", shown)
            if "\n>" in shown:
                shown = _QUOTE.sub("", shown)
            self._note(shown, where, found)

    def _note(self, text: str, where: str, found: dict[tuple[Identifier, str], None]) -> None:
        for identifier in self._mentions.found(text):
            found[(identifier, where)] = None


def _certainty(identifier: Identifier) -> Certainty:
    return Certainty.POSSIBLE if identifier.kind in WEAK else Certainty.MENTION
