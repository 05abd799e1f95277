"""What the value of a column says, as a text: bytes decoded, and of what is nested the words."""

from collections.abc import Iterator

import orjson

OPAQUE = (bytes, bytearray, memoryview, dict, list, tuple)
"""Values that are no text themselves: a text in their place would not be the same with something masked."""


def as_text(value: object) -> str:
    """Return what *value* says, empty when there is none."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, OPAQUE):
        return "\n".join(_words(value))
    return str(value)


def is_opaque(value: object) -> bool:
    """Say whether *value* is bytes or nested, so that its text cannot be written back in its place."""
    return isinstance(value, OPAQUE)


def is_readable(value: bytes) -> bool:
    """Say whether *value* is a text as a whole, and no file with more in it than stands there in plain letters."""
    try:
        return "\0" not in value.decode()
    except UnicodeDecodeError:
        return False


def says(value: object, text: str) -> bool:
    """Say whether *value* is what a database makes of the *text* that was written in its column."""
    if not isinstance(value, dict | list | tuple):
        return as_text(value) == text
    try:
        return bool(orjson.loads(text) == value)
    except orjson.JSONDecodeError:
        return False


def _words(value: object) -> Iterator[str]:
    if isinstance(value, bytes | bytearray | memoryview):
        yield bytes(value).decode("utf-8", "replace")
    elif isinstance(value, dict):
        for name, one in value.items():
            yield as_text(name)
            yield from _words(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _words(one)
    else:
        yield as_text(value)
