"""Sentences for the person concerned, in Dutch and English."""

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


def together(said: Iterable[tuple[str, Said]]) -> tuple[tuple[str, Said], ...]:
    """Return what several sources say alike once, with all their names, in the order in which it was said first."""
    sources: dict[Said, list[str]] = {}
    for source, one in said:
        sources.setdefault(one, []).append(source)
    return tuple((", ".join(dict.fromkeys(names)), one) for one, names in sources.items())
