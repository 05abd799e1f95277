"""Sentences for the person concerned, in Dutch and English."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence in both languages."""

    nl: str
    en: str

    def in_(self, language: str) -> str:
        """Return the sentence in *language*, `nl` or `en`."""
        return self.en if language == "en" else self.nl
