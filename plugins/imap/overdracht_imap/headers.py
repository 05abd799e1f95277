"""Take a header section apart into fields, however broken it is."""

import re
from collections.abc import Collection
from mmap import mmap

from overdracht_imap.encoded_words import decode, decode_words

_FIELD = re.compile(rb"^([!-9;-~]{1,76})[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)", re.MULTILINE)
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+"
)
_END = re.compile(rb"\n\r?\n")

LONGEST = 4 << 20
"""A header section longer than this is read only so far: 10,000 recipients take half a megabyte."""

Fields = dict[str, list[str]]


def section_end(buffer: bytes | bytearray | mmap, start: int, end: int) -> int:
    """Return where the header section that begins at *start* ends, its blank line included, or -1 when it goes on at *end*."""
    first = buffer.find(b"\n\n", start, end)
    # The rare kind is looked for only before the usual one.
    other = buffer.find(b"\n\r\n", start, first if first >= 0 else end)
    if other >= 0:
        return other + 3
    return first + 2 if first >= 0 else -1


def fields(header: bytes, names: Collection[str]) -> Fields:
    """Return the fields of *header* whose lower-case name is in *names*: name → unfolded values, encoded words still encoded."""
    header = header[:LONGEST].replace(b"\r\n", b"\n")
    if b"\r" in header:
        header = header.replace(b"\r", b"\n" if b"\n" not in header.strip() else b" ")
    found: Fields = {}
    for name, value in _FIELD.findall(header):
        key = name.decode("ascii").lower()
        if key in names:
            found.setdefault(key, []).append(decode(value.strip()))
    return found


def shown(value: str, longest: int = 200) -> str:
    """Return a field's *value* as one line for people: decoded, unfolded, nothing invisible in it, at most *longest* characters."""
    line = " ".join(_INVISIBLE.sub(" ", decode_words(value)).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
