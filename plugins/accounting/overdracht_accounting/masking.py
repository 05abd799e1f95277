"""Hide other people in the texts that leave with a person: their names, and their addresses, numbers and accounts.

Names are hidden where the whole name of somebody else in the same books stands there; e-mail addresses, telephone numbers and IBANs
are told by their looks. What is the person's own, the organisation's or was asked to be spared stays, and so does every other character.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from overdracht import Identifier, IdentifierError, Kinds, fold, squeeze

HIDDEN = "[iemand anders]"
"""What stands in a text in the place of somebody else."""

_KINDS = Kinds()
_WORDS = re.compile(r"[^\W_]+")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_IBAN = re.compile(r"(?<!\w)[A-Za-z]{2}\d{2}(?:[ ]?[A-Za-z0-9]){11,30}(?!\w)")
_PHONE = re.compile(r"(?<![\w.+-])(?:\+|00?)[1-9][\d ()/.-]{6,16}\d(?![\w-])")
_SUSPECT = re.compile(r"@|\d(?:[ ()/.-]{0,3}\d){6}|[A-Za-z]{2}\d{2}")
"""Without any of these a text holds no address, number or account."""
_LEAST_WORDS = 2
"""A name of one word is a word like others."""

Span = tuple[int, int]


def _words(name: str) -> tuple[str, ...]:
    return tuple(_WORDS.findall(fold(name)))


def _spellings(name: str) -> Iterator[tuple[str, ...]]:
    """Yield *name* as words: whole, without the second half of a double surname, and each with an initial for the first name."""
    first, hyphen, last = name.rpartition("-")
    halves = [first] if hyphen and " " in first and " " not in last else []
    for form in (name, *halves):
        words = _words(form)
        yield words
        if len(words) > 1:
            yield (words[0][0], *words[1:])


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    inside = r"[\W_]{1,4}".join(map(re.escape, words))
    return re.compile(rf"(?<![^\W_]){inside}(?![^\W_])")


class _Folded:
    """A text in the form in which names are compared, and where each of its characters comes from."""

    def __init__(self, text: str) -> None:
        pieces = [" " if one.isspace() else fold(one) for one in text]
        self.text = "".join(pieces)
        self._from = [at for at, piece in enumerate(pieces) for _ in piece]

    def spans(self, pattern: re.Pattern[str]) -> Iterator[Span]:
        """Yield where *pattern* stands in the text itself."""
        for found in pattern.finditer(self.text):
            yield self._from[found.start()], self._from[found.end() - 1] + 1


class _Names:
    """Finds which of many names a text holds."""

    def __init__(self, names: Iterable[str]) -> None:
        import ahocorasick_rs

        known = {
            words: None
            for name in names
            for words in _spellings(name)
            if len(words) >= _LEAST_WORDS
        }
        self._words = tuple(known)
        self._needles = ahocorasick_rs.AhoCorasick(
            ["".join(words) for words in self._words],
            matchkind=ahocorasick_rs.MatchKind.Standard,
        )

    def in_(self, text: str) -> set[tuple[str, ...]]:
        """Return the names that may stand in *text*."""
        found = self._needles.find_matches_as_indexes(squeeze(text), overlapping=True)
        return {self._words[number] for number, _, _ in found}


@dataclass(slots=True)
class Mask:
    """Hides everybody in *others*, but for who is spared; *own* are the organisation's own identifiers."""

    others: Iterable[str]
    own: Iterable[Identifier] = ()
    _spared: set[tuple[str, ...]] = field(default_factory=set, init=False, repr=False)
    _names: _Names | None = field(default=None, init=False, repr=False)

    def spare(self, names: Iterable[str]) -> None:
        """Let *names* stand from now on: they are the person's own."""
        self._spared.update(words for name in names for words in _spellings(name) if words)

    def hide(self, text: str, keep: Iterable[Identifier] = ()) -> str:
        """Return *text* without other people; *keep* is the person's own."""
        if not text or text.isspace():
            return text
        spans = [*self._people(text), *self._numbers(text, {*keep, *self.own})]
        if not spans:
            return text
        pieces, end = [], 0
        for start, stop in _merged(spans):
            pieces += [text[end:start], HIDDEN]
            end = stop
        return "".join([*pieces, text[end:]])

    def _people(self, text: str) -> Iterator[Span]:
        if self._names is None:
            self._names = _Names(self.others)
        found = self._names.in_(text) - self._spared
        if not found:
            return
        folded = _Folded(text)
        spared = [span for words in self._spared for span in folded.spans(_pattern(words))]
        for words in found:
            for start, stop in folded.spans(_pattern(words)):
                if not any(first <= start and stop <= last for first, last in spared):
                    yield start, stop

    @staticmethod
    def _numbers(text: str, keep: set[Identifier]) -> Iterator[Span]:
        if not _SUSPECT.search(text):
            return
        for found in _EMAIL.finditer(text):
            yield from _unless_kept("email", found[0], found.start(), keep)
        for found in _IBAN.finditer(text):
            yield from _iban(found[0], found.start(), keep)
        for found in _PHONE.finditer(text):
            yield from _unless_kept("phone", found[0], found.start(), keep)


def _identifier(kind: str, text: str) -> Identifier | None:
    try:
        return _KINDS.identifier(kind, text)
    except IdentifierError:
        return None


def _unless_kept(kind: str, text: str, start: int, keep: set[Identifier]) -> Iterator[Span]:
    identifier = _identifier(kind, text)
    if identifier is not None and identifier not in keep:
        yield start, start + len(text)


def _iban(text: str, start: int, keep: set[Identifier]) -> Iterator[Span]:
    """Yield the account at the beginning of *text*, which may run on into the words behind it."""
    ends = [len(text), *(at for at in range(len(text) - 1, 14, -1) if text[at] == " ")]
    for end in ends:
        identifier = _identifier("iban", text[:end])
        if identifier is not None:
            if identifier not in keep:
                yield start, start + end
            return


def _merged(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield *spans* in order, those that touch as one."""
    ordered = sorted(spans)
    start, stop = ordered[0]
    for first, last in ordered[1:]:
        if first > stop:
            yield start, stop
            start = first
        stop = max(stop, last)
    yield start, stop
