"""Sentences for the person concerned, in Dutch and English; and text that somebody else wrote, made one harmless line."""

import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import TypeVar

Said = TypeVar("Said", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence in both languages."""

    nl: str
    en: str

    def in_(self, language: str) -> str:
        """Return the sentence in *language*, `nl` or `en`."""
        return self.en if language == "en" else self.nl


NOTHING = Text("", "")

LONGEST_LINE = 200
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]+"
)
"""What shows nothing and may turn the text around it: bidirectional controls, soft hyphens, tags. The joiners of Persian and of emoji stay."""


def one_line(text: str, longest: int = LONGEST_LINE) -> str:
    """Return *text*, whoever wrote it, as one line of at most *longest* characters to know a thing by: nothing in it controls a screen or
    turns the text around it, and spaces are single."""
    if text.isascii() and text.isprintable() and "  " not in text:
        line = text.strip(" ")  # as nearly all are
    else:
        line = " ".join(_UNSEEN.sub("", _CONTROLS.sub(" ", text)).split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def together(said: Iterable[tuple[str, Said]]) -> tuple[tuple[str, Said], ...]:
    """Return what several sources say alike once, with all their names, in the order in which it was said first."""
    sources: dict[Said, list[str]] = {}
    for source, one in said:
        sources.setdefault(one, []).append(source)
    return tuple((", ".join(dict.fromkeys(names)), one) for one, names in sources.items())
