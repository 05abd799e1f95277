"""Text that somebody else wrote, made harmless for a terminal.

A subject line can hold escapes that rewrite the screen, and bidirectional controls that show `gpj.exe` as `exe.jpg`. Everything that is
printed goes through `inert`, ours too: it changes nothing in plain text.
"""

import re
import unicodedata

_SUSPECT = re.compile(r"[^ -~]")
_JOINERS = "\u200c\u200d"
"""Of the invisible characters only these belong in names and words (Persian, emoji), and they move nothing."""
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def inert(text: str) -> str:
    """Return *text* on one line, every character that controls instead of shows written out as an escape."""
    if text.isascii() and text.isprintable():
        return text
    return _SUSPECT.sub(_shown, text)


def _shown(found: re.Match[str]) -> str:
    character = found[0]
    if character in "\t\n\r\v\f":
        return " "
    category = unicodedata.category(character)
    if category == "Zs":
        return " "
    if category not in _INVISIBLE or character in _JOINERS:
        return character
    number = ord(character)
    if number <= 0xFF:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"
