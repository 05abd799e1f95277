"""Take running text apart into passages, and leave out of it what is one person's or what is everybody else's.

A passage is a paragraph, an item of a list, a row of a table, a line that begins with a date. What stands under a heading that names the person
is the person's. Where a passage names several people it is looked at sentence by sentence.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from overdracht_contacts.documents import ERASED, MASK, identifier, spelled
from overdracht_contacts.sought import Sought

_HEADING = re.compile(r"(#{1,6})\s|(?:(?:[^\n]+)\n(=|-){3,}[ \t]*$)", re.MULTILINE)
_BEGINS = re.compile(
    r"\s*(?:[-*+•]\s|\d{1,3}[.)]\s|\||\[[ xX]\]|\d{1,2}[-/. ]\d{1,2}(?:[-/. ]\d{2,4})?\b|\d{4}-\d\d-\d\d\b|\d{1,2}[:.]\d\d\b)"
)
"""A line that is an entry of its own: of a list, a table, a log."""
_SENTENCES = re.compile(r"(?<=[.!?])(?=\s+[^\W\d_])|(?<=\n)(?!\Z)")
_ANY_LETTER = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of text."""

    text: str
    mine: bool
    """It names the person, or stands under a heading that does."""
    named: bool
    """It names the person itself."""
    others: bool
    """It names somebody else."""


class Reader:
    """Tells passages of the *sought* person from those of others."""

    def __init__(self, sought: Sought) -> None:
        self._sought = sought

    def names_subject(self, text: str) -> bool:
        """Say whether *text* names the person."""
        return self._sought.found_in(text)

    def names_others(self, text: str) -> bool:
        """Say whether *text* holds somebody else's address or number."""
        return any(True for _ in self._others(text))

    def _others(self, text: str) -> Iterator[tuple[int, int]]:
        return (span for span, mine in self._spelled(text) if not mine)

    def _spelled(self, text: str) -> Iterator[tuple[tuple[int, int], bool]]:
        """Yield where addresses and numbers stand in *text*, and whether they are the person's."""
        for kind, span, written in spelled(text):
            one = identifier(kind, written)
            if one is not None:
                yield span, self._sought.knows(one)

    def passages(self, text: str) -> Iterator[Passage]:
        """Yield the passages of *text*, which joined are the text."""
        under, depth = False, 0
        for stretch in _stretches(text):
            heading = _HEADING.match(stretch)
            named, others = self.names_subject(stretch), self.names_others(stretch)
            if heading:
                level = len(heading[1]) if heading[1] else (1 if heading[2] == "=" else 2)
                if not depth or level <= depth or not under:
                    under, depth = named, level
            yield Passage(stretch, named or (under and not others), named, others)

    def shown(self, text: str, *, whole: bool) -> str:
        """Return *text* without what is others': with *whole* it is about the person unless it says otherwise, else only what names them stays."""
        return _without_runs((self._shown(one, whole=whole) for one in self.passages(text)), MASK)

    def _shown(self, one: Passage, *, whole: bool) -> str:
        if not _ANY_LETTER.search(one.text):
            return one.text
        if not one.others:
            return one.text if whole or one.mine else _like(one.text, MASK)
        if not one.named:
            return _like(one.text, MASK)
        return _without_runs(map(self._shown_sentence, _sentences(one.text)), MASK)

    def _shown_sentence(self, text: str) -> str:
        if not self.names_others(text):
            return text
        if not self.names_subject(text):
            return _like(text, MASK)
        return self._replaced(text, mine=False, mark=MASK)

    def left(self, text: str, *, whole: bool) -> str:
        """Return *text* without what is the person's: with *whole* all that names nobody else, otherwise only what names the person."""
        left = "".join(self._left(one, whole=whole) for one in self.passages(text))
        return left if _ANY_LETTER.search(left.replace(ERASED, "")) else ""

    def _left(self, one: Passage, *, whole: bool) -> str:
        if not one.others:
            gone = one.mine or (whole and _ANY_LETTER.search(one.text))
            return "" if gone else one.text
        if not one.named:
            return one.text
        left = "".join(map(self._left_of_sentence, _sentences(one.text)))
        if self.names_subject(left):  # a sentence was cut where the name was
            left = self._left_of_sentence(one.text)
        return left

    def _left_of_sentence(self, text: str) -> str:
        if not self.names_subject(text):
            return text
        if not self.names_others(text):
            return ""
        left = self._replaced(text, mine=True, mark=ERASED)
        left = self._sought.without_words(left, ERASED)
        return _like(text, ERASED) if self.names_subject(left) else left

    def _replaced(self, text: str, *, mine: bool, mark: str) -> str:
        spans = sorted({span for span, hers in self._spelled(text) if hers is mine}, reverse=True)
        for start, end in spans:
            text = text[:start] + mark + text[end:]
        return text


def _stretches(text: str) -> Iterator[str]:
    """Yield the stretches that *text* falls into; joined they are the text."""
    current = ""
    for line in text.splitlines(keepends=True):
        blank = not line.strip()
        begins = _BEGINS.match(line) or line.startswith("#")
        if current and (begins or (not blank and not current.strip()) or _closed(current)):
            yield current
            current = ""
        current += line
    if current:
        yield current


def _closed(current: str) -> bool:
    """Say whether *current* has ended: by an empty line, or because it is a heading."""
    last = current.splitlines()[-1]
    return (bool(current.strip()) and not last.strip()) or bool(
        re.match(r"#{1,6}\s", current) or re.fullmatch(r"(?:=|-){3,}\s*", last)
    )


def _sentences(text: str) -> list[str]:
    return _SENTENCES.split(text)


def _like(text: str, mark: str) -> str:
    """Return *mark* in the place of *text*, with the white space around it and the sign of a list or heading."""
    start = re.match(r"\s*(?:[-*+•]\s+|#{1,6}\s+|\d{1,3}[.)]\s+)?", text)
    begin = start[0] if start else ""
    end = text[len(text.rstrip()) :]
    return f"{begin}{mark}{end}"


def _without_runs(pieces: Iterator[str], mark: str) -> str:
    """Join *pieces*, of several marks after one another only the first."""
    joined: list[str] = []
    for piece in pieces:
        if piece.strip() == mark and joined and joined[-1].strip() == mark:
            continue
        joined.append(piece)
    return "".join(joined)
