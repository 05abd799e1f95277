"""XML as text: names are ours, content is hostile.

An invoice has some hundred and fifty elements, and building a tree of them takes three times as long as writing them down. What
is written is as well formed as a tree's: every text passes `escaped`, and the tests parse what comes out.
"""

import re

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write: control characters, halves of characters."""
_SPECIAL = re.compile('[&<>"\r]')
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"}

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def escaped(text: str) -> str:
    """Return *text* as content or an attribute's value; what XML cannot hold becomes U+FFFD."""
    if _ILLEGAL.search(text):
        text = _ILLEGAL.sub("\ufffd", text)
    return _SPECIAL.sub(lambda found: _ENTITIES[found[0]], text) if _SPECIAL.search(text) else text


def one_line(text: str, longest: int = 0) -> str:
    """Return *text* on one line, no longer than *longest* characters where that is given."""
    line = " ".join(text.split())
    return f"{line[: longest - 1]}…" if 0 < longest < len(line) else line


def element(name: str, text: str, attributes: str = "") -> str:
    """Return the element *name* with *text* in it; nothing when there is no text. *attributes* are written as they are."""
    text = text.strip()
    return f"<{name}{attributes}>{escaped(text)}</{name}>" if text else ""


def wrapped(name: str, *content: str) -> str:
    """Return the element *name* around *content*, which is markup; nothing when there is none."""
    inside = "".join(content)
    return f"<{name}>{inside}</{name}>" if inside else ""
