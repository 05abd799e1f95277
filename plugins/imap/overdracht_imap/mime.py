"""Walk through the parts of a message without building any of them: a part is a stretch of the message's bytes.

The standard library's parser builds a tree of decoded objects, at a millisecond a message and the whole message in memory. This walk takes some tens
of microseconds, holds nothing, and never gives up: what is not well-formed is a text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap
from urllib.parse import unquote_to_bytes

from overdracht_imap.encoded_words import decode, decode_words
from overdracht_imap.headers import fields, section_end

Buffer = bytes | bytearray | mmap

_NAMES = ("content-type", "content-transfer-encoding", "content-disposition")
_PARAMETER = re.compile(r';\s*([\w*.-]{1,60})\s*=\s*("(?:[^"\\]|\\.){0,1000}"|[^;\s"]*)')
_SECTION = re.compile(r"(.+?)(?:\*(\d{1,3}))?(\*)?")
_DEEPEST = 30
_BEGINS_HEADER = re.compile(rb">?From |[!-9;-~]{1,76}[ \t]*:")
_LONGEST_NAME = 100
_LONGEST_HEADER = 1 << 16


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


def parts(
    buffer: Buffer, start: int = 0, end: int | None = None, *, inside: bool = False, depth: int = 0
) -> Iterator[Part]:
    """Yield the leaves of the message in *buffer*, in order."""
    end = len(buffer) if end is None else end
    if depth == 0:
        start = skip_empty_lines(buffer, start, end)
    body = _after_header(buffer, start, end)
    header = fields(bytes(buffer[start : min(body, start + _LONGEST_HEADER)]), _NAMES)

    def first(name: str) -> str:
        return header.get(name, [""])[0]

    content_type, described = first("content-type"), first("content-disposition")
    kind = content_type.partition(";")[0].strip().lower() or "text/plain"
    parameters = _parameters(content_type)
    encoding = first("content-transfer-encoding").strip(" \t\"'").lower()
    boundary = parameters.get("boundary", "").strip()
    if kind.startswith("multipart/") and boundary and depth < _DEEPEST:
        found = list(_sections(buffer, body, end, boundary.encode("utf-8", "replace")))
        if len(found) > 1:
            yield Part(*found[0], "text/plain", inside=inside)
            for begin, finish in found[1:]:
                yield from parts(buffer, begin, finish, inside=inside, depth=depth + 1)
            return
    file_name = _parameters(described).get("filename") or parameters.get("name", "")
    attached = bool(file_name) or described.strip().lower().startswith("attachment")
    is_message = kind in {"message/rfc822", "message/global", "message/news"}
    if is_message and encoding in {"", "7bit", "8bit", "binary"} and depth < _DEEPEST:
        if file_name:
            yield Part(body, body, kind, file_name=file_name, attached=True, inside=inside)
        yield Part(body, _after_header(buffer, body, end), "message/rfc822", inside=True)
        yield from parts(buffer, body, end, inside=True, depth=depth + 1)
        return
    if kind.startswith("multipart/"):
        kind = "text/plain"  # its boundary is not there, so all of it is what people see
    yield Part(
        body, end, kind, parameters.get("charset", ""), encoding, file_name, attached, inside
    )
