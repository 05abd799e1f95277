"""Tell why a row may be about the subject: a field that says whom it is about, or a mention in its text."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from overdracht import Certainty, Identifier, Match, Mentions, fold
from overdracht_accounting.identities import KINDS, fields, identifiers_in, strong
from overdracht_accounting.labels import Everything, Finder, Labelled, without_label
from overdracht_accounting.mapping import Column, Record, Table

SHORTEST_NUMBER = 4
"""A customer number of fewer characters stands in any text: it is looked for in its own field only."""
SHORTEST_WORD = 4
_WORDS = re.compile(r"[^\W\d_]+")
VIA = "via "
"""Begins the `where` of a match by which a record is somebody's because it is linked to a record that is."""


def is_own(match: Match, record: Record) -> bool:
    """Say whether *match* makes a record the person's own, rather than one that mentions the person."""
    if match.certainty is Certainty.MENTION:
        return False
    return match.where in record.identity_columns or match.where.startswith(VIA)


def is_short(identifier: Identifier) -> bool:
    """Say whether *identifier* is too short to be looked for in free text."""
    return identifier.kind == "customer" and len(identifier.value) < SHORTEST_NUMBER


def longest_word(identifier: Identifier) -> Identifier | None:
    """Return the longest word of a name of several words, by itself a name too; None when there is none that tells anything."""
    words = _WORDS.findall(fold(identifier.value)) if identifier.kind == "name" else []
    longest = max(words, key=len, default="")
    if len(words) == 1 or len(longest) < SHORTEST_WORD:
        return None
    return KINDS.identifier("name", longest)


def sought(column: Column, text: str, identifiers: Iterable[Identifier]) -> Iterator[Identifier]:
    """Yield what stands for *identifiers* in a *text* of *column*: they themselves, and where words stand one by one their longest."""
    for one in identifiers:
        yield one
        word = longest_word(one) if column.has_words(text) else None
        if word is not None:
            yield word


class Matcher:
    """Looks for the *wanted* identifiers; a record of whom one of the *excluded* ones is, is not the person's by its name."""

    def __init__(self, wanted: Iterable[Identifier], excluded: Iterable[Identifier]) -> None:
        self.wanted = frozenset(wanted)
        self._excluded = frozenset(excluded)
        self.scanned = frozenset(map(without_label, self.wanted))
        """What a database can be asked for, so that no row that may match is left out."""
        self.candidates = Everything(self.wanted)
        """Finds every row that may match."""
        self._labelled = Labelled(self.wanted)
        self.mentions = Mentions(one for one in self.wanted if not is_short(one))
        """Finds what stands in free text."""
        self._names: dict[Identifier, list[Identifier]] = defaultdict(list)
        for one in sorted(self.wanted, key=str):
            if word := longest_word(one):
                self._names[word].append(one)
        self._words = Mentions(self._names)
        self._scanned_with_words = self.scanned | self._names.keys()
        self._candidates_with_words = Everything(self.wanted | self._names.keys())

    def candidates_in(self, tables: Iterable[Table]) -> tuple[frozenset[Identifier], Finder]:
        """Return what may stand in the rows of *tables* that match, and what finds those rows."""
        if any(one.words_after for table in tables for one in table.columns):
            return self._scanned_with_words, self._candidates_with_words
        return self.scanned, self.candidates

    def in_record(self, record: Record, texts: Mapping[str, str]) -> Iterator[Match]:
        """Yield the matches in the columns of a record's own row."""
        said = list(fields(record, texts))
        told = {one for kind, _, text in said for one in identifiers_in(kind, text)}
        for kind, name, text in said:
            for one in identifiers_in(kind, text):
                if strong(one) and one in self.wanted:
                    yield Match(one, Certainty.EXACT, name)
            if self._excluded.isdisjoint(told):
                for one in identifiers_in(kind, text):
                    alike = self._labelled.of(one)
                    yield from (Match(other, Certainty.POSSIBLE, name) for other in alike)
                weak = (one for one in self.mentions.found(text) if not strong(one))
                yield from (
                    Match(one, Certainty.POSSIBLE, name) for one in weak if one.kind == kind
                )
        for column in record.table.columns:
            if column.searched and column.name in texts:
                matches = self._in_column(column, texts[column.name])
                yield from (one for one in matches if not _told(one, record, told))

    def _in_column(self, column: Column, text: str) -> Iterator[Match]:
        yield from self._in_text(text, column.name)
        if column.has_words(text):
            for word in self._words.found(text):
                for one in self._names[word]:
                    yield Match(one, Certainty.POSSIBLE, column.name)

    def in_member(self, table: Table, texts: Mapping[str, str]) -> Iterator[Match]:
        """Yield the matches in the text columns of a row that is part of a record."""
        for one in table.columns:
            if one.searched and one.name in texts:
                yield from self._in_text(texts[one.name], f"{table.name}.{one.name}")

    def _in_text(self, text: str, where: str) -> Iterator[Match]:
        """Yield the matches in running text: a mention before an address that only resembles it."""
        mentions = list(self.mentions.matches(text, where))
        known = {one.identifier for one in mentions}
        alike = self._labelled.matches(text, where)
        yield from (*mentions, *(one for one in alike if one.identifier not in known))


def _told(match: Match, record: Record, told: Collection[Identifier]) -> bool:
    """Say whether a *match* in a text was told of already, as what says whom the record is about."""
    if match.identifier in told:
        return True
    return match.certainty is Certainty.POSSIBLE and match.where in record.identity_columns
