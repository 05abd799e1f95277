"""Take a header section apart into fields, however broken it is."""

import re
from functools import lru_cache
from mmap import mmap

from overdracht import one_line
from overdracht_imap.encoded_words import decode, decode_words

_FIELD = re.compile(rb"^([!-9;-~]{1,76})[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)", re.MULTILINE)

_CR = 13
LONGEST = 4 << 20
"""A header section longer than this is read only so far: 10,000 recipients take half a megabyte."""

Fields = dict[str, list[str]]


def section_end(buffer: bytes | bytearray | mmap, start: int, end: int) -> int:
    """Return where the header section that begins at *start* ends, its blank line included, or -1 when it goes on at *end*."""
    # What the first line ends with is what nearly all do: the other kind is looked for only before that.
    line = buffer.find(b"\n", start, end)
    kinds = (b"\n\n", b"\n\r\n")
    usual, other = kinds[::-1] if line > start and buffer[line - 1] == _CR else kinds
    first = buffer.find(usual, start, end)
    before = buffer.find(other, start, first if first >= 0 else end)
    if before >= 0:
        return before + len(other)
    return first + len(usual) if first >= 0 else -1


@lru_cache(maxsize=16)
def _as_written(names: tuple[str, ...]) -> dict[bytes, str]:
    return {name.encode(): name for name in names}


def fields(header: bytes, names: tuple[str, ...]) -> Fields:
    """Return the fields of *header* whose lower-case name is in *names*: name → unfolded values, encoded words still encoded."""
    header = header[:LONGEST].replace(b"\r\n", b"\n")
    if b"\r" in header:
        header = header.replace(b"\r", b"\n" if b"\n" not in header.strip() else b" ")
    found: Fields = {}
    wanted = _as_written(names)
    for name, value in _FIELD.findall(header):
        key = wanted.get(name.lower())
        if key is not None:
            found.setdefault(key, []).append(decode(value.strip()))
    return found


def shown(value: str, longest: int = 200) -> str:
    """Return a field's *value* as one line for people: decoded, unfolded, nothing invisible in it, at most *longest* characters."""
    plain = value.isascii() and value.isprintable() and "=?" not in value  # as nearly all are
    return one_line(value if plain else decode_words(value), longest)
