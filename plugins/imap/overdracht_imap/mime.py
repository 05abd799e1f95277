"""Walk through the parts of a message without building any of them: a part is a stretch of the message's bytes.

The standard library's parser builds a tree of decoded objects, at a millisecond a message and the whole message in memory. This walk takes some tens
of microseconds, holds nothing, and never gives up: what is not well-formed is a text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from mmap import mmap
from urllib.parse import unquote_to_bytes

from overdracht_imap.encoded_words import decode, decode_words
from overdracht_imap.headers import LONGEST, fields, section_end

Buffer = bytes | bytearray | mmap

_NAMES = ("content-type", "content-transfer-encoding", "content-disposition")
_PARAMETER = re.compile(r';\s*([\w*.-]{1,60})\s*=\s*("(?:[^"\\]|\\.)*+"|[^;\s"]*)')
_SECTION = re.compile(r"(.+?)(?:\*(\d{1,3}))?(\*)?")
MESSAGES = frozenset({"message/rfc822", "message/global", "message/news"})
_DEEPEST = 100
_MOST = 20_000
"""Parts of one message: as Dovecot, we take a message with more, or with parts nested deeper, for a mischief."""
UNREAD = "a message is not read whole: its parts are too many or nested too deep, or a header section in it is too long; look at it by hand"
_BEGINS_HEADER = re.compile(rb">?From |[!-9;-~]{1,76}[ \t]*:")
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Part:
    """One leaf of a message, or the header section of a message attached to it (`message/rfc822`)."""

    start: int
    end: int
    content_type: str
    charset: str = ""
    encoding: str = ""
    file_name: str = ""
    attached: bool = False
    """It is meant as a file, not as the letter's own text."""
    inside: bool = False
    """It belongs to a message attached to this one."""
    unread: bool = False
    """It has parts of its own that are not told apart, or a header section that is not read to its end."""


def _parameters(value: str) -> dict[str, str]:
    """Return the parameters of a field's *value*, those in sections and with a charset (RFC 2231) put together."""
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for name, raw in _PARAMETER.findall(value):
        text = re.sub(r"\\(.)", r"\1", raw[1:-1]) if raw[:1] == '"' else raw
        # _PARAMETER's name always is one of _SECTION's.
        base, number, coded = _SECTION.fullmatch(name.lower()).groups()  # type: ignore[union-attr]
        pieces.setdefault(base, []).append((int(number or 0), coded is not None, text))
    return {name: _joined(sections) for name, sections in pieces.items()}


def _joined(sections: list[tuple[int, bool, str]]) -> str:
    sections.sort(key=lambda section: section[0])
    if not any(coded for _, coded, _ in sections):
        return decode_words("".join(text for _, _, text in sections))
    charset, quote, rest = sections[0][2].partition("'")
    raw = b""
    for place, (_, coded, text) in enumerate(sections):
        body = rest.partition("'")[2] if place == 0 and quote else text
        raw += unquote_to_bytes(body) if coded else body.encode("utf-8", "replace")
    return decode(raw, charset if quote else "")


def _after_header(buffer: Buffer, start: int, end: int) -> int:
    """Return where the body begins of what starts with a header section at *start*; *end* when it has no body."""
    if not _BEGINS_HEADER.match(buffer[start : min(end, start + _LONGEST_NAME)]):
        return start
    found = section_end(buffer, start, end)
    return end if found < 0 else found


def skip_empty_lines(buffer: Buffer, start: int, end: int) -> int:
    """Return where the message in *buffer* really begins: careless writers put empty lines on top of its header section."""
    place = start
    while place < end and buffer[place] in b"\r\n":
        place += 1
    return place if _BEGINS_HEADER.match(buffer[place : min(end, place + _LONGEST_NAME)]) else start


def _sections(buffer: Buffer, start: int, end: int, boundary: bytes) -> Iterator[tuple[int, int]]:
    """Yield the stretches between the delimiter lines of *boundary*; the first is the preamble."""
    delimiter = b"--" + boundary
    begin, position = start, start
    while (position := buffer.find(delimiter, position, end)) >= 0:
        after = position + len(delimiter)
        line_end = buffer.find(b"\n", after, end)
        line_end = end if line_end < 0 else line_end + 1
        # Another boundary may begin with this one.
        rest = buffer[after : min(line_end, after + 200)].strip()
        at_line = position == start or buffer[position - 1 : position] == b"\n"
        if at_line and rest in {b"", b"--"}:
            yield begin, max(begin, position - 1)
            begin = line_end
        position = max(line_end, after)
    yield begin, end


def parts(buffer: Buffer, start: int = 0, end: int | None = None) -> Iterator[Part]:
    """Yield the leaves of the message in *buffer*, in order."""
    last = len(buffer) if end is None else end
    yield from _Walk(buffer).leaves(skip_empty_lines(buffer, start, last), last)


class _Walk:
    """A walk through one message, so deep and to so many parts: what is beyond is told as one `unread` part."""

    def __init__(self, buffer: Buffer) -> None:
        self._buffer = buffer
        self._met = 0

    def leaves(
        self, start: int, end: int, *, inside: bool = False, depth: int = 0
    ) -> Iterator[Part]:
        """Yield the leaves of what begins with a header section at *start*."""
        self._met += 1
        body = _after_header(self._buffer, start, end)
        if body - start > LONGEST:
            yield Part(start, start, "text/plain", inside=inside, unread=True)
        if depth and body == end:
            yield Part(start, end, "text/plain", inside=inside)  # no header section, it may be
        entity = _Entity(bytes(self._buffer[start : min(body, start + LONGEST)]))
        too_deep = depth >= _DEEPEST
        if entity.boundary and not too_deep:
            sections = _sections(self._buffer, body, end, entity.boundary)
            preamble, first = next(sections), next(sections, None)
            if first is not None:
                yield Part(*preamble, "text/plain", inside=inside)
                yield from self._each(
                    chain((first,), sections), end, inside=inside, depth=depth + 1
                )
                return
        if entity.is_message and not too_deep:
            yield from self._attached(entity, body, end, inside=inside, depth=depth + 1)
            return
        unread = too_deep and (entity.is_message or bool(entity.boundary))
        yield entity.part(body, end, inside=inside, unread=unread)

    def _each(
        self, sections: Iterator[tuple[int, int]], end: int, *, inside: bool, depth: int
    ) -> Iterator[Part]:
        for begin, finish in sections:
            if self._met >= _MOST:
                yield Part(begin, end, "text/plain", inside=inside, unread=True)
                return
            yield from self.leaves(begin, finish, inside=inside, depth=depth)

    def _attached(
        self, entity: "_Entity", body: int, end: int, *, inside: bool, depth: int
    ) -> Iterator[Part]:
        if entity.file_name:
            yield entity.part(body, body, inside=inside)
        yield Part(body, _after_header(self._buffer, body, end), "message/rfc822", inside=True)
        yield from self.leaves(body, end, inside=True, depth=depth)


class _Entity:
    """What the *header* section of a part says of it."""

    def __init__(self, header: bytes) -> None:
        found = fields(header, _NAMES)

        def first(name: str) -> str:
            return found.get(name, [""])[0]

        content_type, described = first("content-type"), first("content-disposition")
        self.kind = content_type.partition(";")[0].strip().lower() or "text/plain"
        self.encoding = first("content-transfer-encoding").strip(" \t\"'").lower()
        self._parameters = _parameters(content_type)
        self.file_name = _parameters(described).get("filename") or self._parameters.get("name", "")
        self._attached = bool(self.file_name) or described.strip().lower().startswith("attachment")

    @property
    def boundary(self) -> bytes:
        """Return what stands between its parts, empty when it has none."""
        if not self.kind.startswith("multipart/"):
            return b""
        return self._parameters.get("boundary", "").strip().encode("utf-8", "replace")

    @property
    def is_message(self) -> bool:
        """Say whether it is a message, to be read where it stands."""
        return self.kind in MESSAGES and self.encoding in {"", "7bit", "8bit", "binary"}

    def part(self, start: int, end: int, *, inside: bool, unread: bool = False) -> Part:
        """Return it as a leaf."""
        # Of a multipart without its boundary all is what people see.
        kind = "text/plain" if self.kind.startswith("multipart/") else self.kind
        charset = self._parameters.get("charset", "")
        return Part(
            start, end, kind, charset, self.encoding, self.file_name, self._attached, inside, unread
        )
