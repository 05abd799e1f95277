"""HTML in which nothing that came from elsewhere can be anything but text.

`html` is the one way to make markup. Its template is a literal of this program, and whatever is put into it is escaped unless it is
`Html` itself; joining `Html` with a plain string raises. So escaping cannot be forgotten, and a test holds that templates are literals.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import LiteralString
from urllib.parse import quote

_PLAIN = re.compile(
    r"[^&<>\"'\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff0-\uffff\U00010000-\U0010ffff]*"
)
"""What can stand in a page as it is; looking is far cheaper than rewriting."""
_LONGEST = 200
_CODE = re.compile(r"`([^`]+)`")
_SPACE = re.compile(r"[\t\n\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029]+")
_HARMFUL = re.compile(
    # Controls, what turns the direction of writing around, what cannot be seen, and code points that are no characters.
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f"
    + "".join(
        f"{chr((plane << 16) + 0xFFFE)}{chr((plane << 16) + 0xFFFF)}" for plane in range(1, 17)
    )
    + "]"
)


@dataclass(frozen=True, slots=True)
class Html:
    """Finished markup. Only this module makes it."""

    text: str

    def __bytes__(self) -> bytes:
        return self.text.encode()


Value = str | int | Html | Iterable[Html] | None


def neutral(text: str) -> str:
    """Return *text* without control characters and without what lets a text look like another one."""
    return _HARMFUL.sub("\N{REPLACEMENT CHARACTER}", _SPACE.sub(" ", text))


def html(template: LiteralString, *values: Value) -> Html:
    """Return *template* with each `{}` replaced by one of *values*, escaped if it is text. Attributes must be quoted with `"`."""
    first, *rest = _split(template)
    if len(rest) != len(values):
        raise TypeError(f"{len(rest)} places and {len(values)} values")
    parts = [first]
    for value, text in zip(values, rest, strict=True):
        parts += (_markup(value), text)
    return Html("".join(parts))


@cache
def _split(template: str) -> tuple[str, ...]:
    return tuple(template.split("{}"))


def _markup(value: Value) -> str:
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) else escape(neutral(value))
    if isinstance(value, Html):
        return value.text
    if isinstance(value, int):
        return str(value)
    return "".join(one.text for one in value or ())


def shortened(text: str) -> str:
    """Return *text*, cut where nobody reads on; `herkomst.jsonl` has it whole."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def foreign(text: str) -> Html:
    """Return *text* that came from a source, of a length one reads, so that its direction of writing ends where it ends."""
    return html("<bdi>{}</bdi>", shortened(text))


def spans(text: str) -> list[Html]:
    """Return *text*, in which what stands between backticks is a command, a file or a setting."""
    return [
        html("<code>{}</code>", part) if number % 2 else html("{}", part)
        for number, part in enumerate(_CODE.split(text))
    ]


def link(path: str, content: Value, *, up: str = "") -> Html:
    """Return a link to *path* in the bundle, seen from a page that lies *up* from its top: relative, whatever stands in it."""
    target = up + quote(path.lstrip("/"), safe="/", errors="replace")
    return html('<a href="{}">{}</a>', target, content)


def anchor(name: str, content: Value) -> Html:
    """Return a link to the element *name* of the same page."""
    return html('<a href="#{}">{}</a>', quote(name), content)
