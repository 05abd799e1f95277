"""Take vCard and iCalendar text (RFC 6350, RFC 5545, vCard 2.1) apart into content lines, each with the bytes it came from.

Nothing is lost: the raw bytes of the lines, joined, are the text again, whatever it holds. That is why a card can lose one line and stay
the same in all others.
"""

import base64
import binascii
import hashlib
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

_LOGICAL = re.compile(rb"[^\n]*(?:\n[ \t][^\n]*)*\n?")
_FOLD = re.compile(rb"\r?\n[ \t]")
_SOFT = re.compile(rb"=\r?\n[ \t]?")
_HEAD = re.compile(
    r'(?:([A-Za-z0-9-]+)\.)?([A-Za-z0-9-]+)((?:;(?:"[^"]*"|[^:;"])*)*):(.*)', re.DOTALL
)
_PARAMETER = re.compile(r';((?:"[^"]*"|[^;"])*)')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_BLANK = re.compile(r"[\s\x00-\x1f\x7f]+")
_MACHINE = frozenset({"PRODID", "REV", "DTSTAMP", "LAST-MODIFIED"})
"""What a server may set itself."""
_BINARY = frozenset({"PHOTO", "LOGO", "SOUND", "KEY", "ATTACH", "IMAGE"})


@dataclass(frozen=True)
class ContentLine:
    """One content line: its bytes, and what they say."""

    raw: bytes
    group: str
    """What stands before the dot: `item1`."""
    name: str
    """The property, in capitals; empty when the line is none."""
    parameters: str
    """With the semicolon in front."""
    value: str
    """Unfolded and otherwise as it stands."""

    @cached_property
    def given(self) -> tuple[tuple[str, str], ...]:
        """The parameters: name in capitals, value as it stands without quotes; vCard 2.1's bare words are types."""
        found = []
        for one in _PARAMETER.findall(self.parameters):
            name, equals, value = one.partition("=")
            bare = (name if not equals else value).replace('"', "")
            found.append((name.strip().upper() if equals else "TYPE", bare))
        return tuple(found)

    def parameter(self, name: str) -> str:
        """Return the first parameter called *name*, or nothing."""
        return next((value for key, value in self.given if key == name), "")

    @property
    def types(self) -> frozenset[str]:
        """The values of TYPE, in capitals."""
        words = (word for key, value in self.given if key == "TYPE" for word in value.split(","))
        return frozenset(word.strip().upper() for word in words if word.strip())

    @property
    def encoding(self) -> str:
        """`QUOTED-PRINTABLE`, `BASE64` or nothing."""
        named = {self.parameter("ENCODING").upper(), *self.types}
        if "QUOTED-PRINTABLE" in named:
            return "QUOTED-PRINTABLE"
        return "BASE64" if {"B", "BASE64"} & named else ""

    @property
    def is_binary(self) -> bool:
        """Whether the value is a picture, a sound or a key."""
        return self.name in _BINARY

    @cached_property
    def decoded(self) -> str:
        """The value as text, its transfer encoding undone and its escapes kept."""
        if self.is_binary:
            return ""
        if self.encoding == "QUOTED-PRINTABLE":
            return _as_text(quopri.decodestring(self.value.encode()), self.parameter("CHARSET"))
        if self.encoding == "BASE64":
            try:
                packed = base64.b64decode("".join(self.value.split()))
            except (binascii.Error, ValueError):
                return self.value
            return _as_text(packed, self.parameter("CHARSET"))
        return self.value

    @property
    def text(self) -> str:
        """The value as a person reads it."""
        return unescaped(self.decoded)

    @property
    def components(self) -> tuple[str, ...]:
        """The parts of a structured value (N, ADR, ORG), as a person reads them."""
        return tuple(unescaped(one) for one in re.split(r"(?<!\\);", self.decoded))


def unescaped(text: str) -> str:
    """Return *text* without the escapes of a value."""
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], text)


def _as_text(content: bytes, charset: str = "") -> str:
    for name in ("utf-8", charset or "cp1252"):
        try:
            return content.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("latin-1")


def content_lines(content: bytes) -> Iterator[ContentLine]:
    """Yield the lines of *content*, in order."""
    position = 0
    while position < len(content):
        end = _end(content, position)
        yield parsed(content[position:end])
        position = end


def _end(content: bytes, start: int) -> int:
    """Return where the content line ends that begins at *start*."""
    found = _LOGICAL.match(content, start)
    end = found.end() if found else len(content)
    if b"QUOTED-PRINTABLE" not in content[start : start + 200].upper():
        return end
    # vCard 2.1: the line goes on where the encoded text breaks off softly, and what comes is not indented.
    while end < len(content) and content[start:end].rstrip(b"\r\n").endswith(b"="):
        found = _LOGICAL.match(content, end)
        end = found.end() if found else len(content)
    return end


def parsed(raw: bytes) -> ContentLine:
    """Return the line of these *raw* bytes."""
    joined = _FOLD.sub(b"", raw).rstrip(b"\r\n")
    if b"=\n" in joined or b"=\r\n" in joined:
        joined = _SOFT.sub(b"", joined)
    text = _as_text(joined)
    found = _HEAD.fullmatch(text)
    if found is None:
        return ContentLine(raw, "", "", "", text)
    return ContentLine(raw, found[1] or "", found[2].upper(), found[3], found[4])


def folded(line: str, end: bytes = b"\r\n") -> bytes:
    """Return *line* as bytes, folded at 75 octets and never inside a character."""
    content, parts, room = line.encode(), [], 75
    while len(content) > room:
        cut = room
        while content[cut] & 0xC0 == 0x80:
            cut -= 1
        parts.append(content[:cut])
        content, room = content[cut:], 74
    return (end + b" ").join([*parts, content]) + end


def escaped(text: str, more: str = ",;") -> str:
    """Return *text* as a value, its line breaks and the characters in *more* escaped."""
    text = text.replace("\\", "\\\\").replace("\r\n", "\n").replace("\n", "\\n")
    for one in more:
        text = text.replace(one, f"\\{one}")
    return text


def likeness(content: bytes) -> str:
    """Return what stays the same when a server writes *content* anew: not the order, the folding, how a parameter is spelt, or control characters."""
    lines = sorted(
        repr(
            (
                line.group.upper(),
                line.name,
                sorted(line.types),
                sorted((key, value.upper()) for key, value in line.given if key != "TYPE"),
                _BLANK.sub("", line.value if line.is_binary else line.text),
            )
        )
        for line in content_lines(content)
        if line.name not in _MACHINE and line.raw.strip()
    )
    return hashlib.sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()[:32]
