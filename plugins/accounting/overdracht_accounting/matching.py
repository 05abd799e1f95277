"""Tell why a row may be about the subject: a field that says whom it is about, or a mention in its text."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from overdracht import Certainty, Identifier, Match, Mentions
from overdracht_accounting.identities import fields, identifiers_in, strong
from overdracht_accounting.labels import Everything, Labelled, without_label
from overdracht_accounting.mapping import Record, Table

SHORTEST_NUMBER = 4
"""A customer number of fewer characters stands in any text: it is looked for in its own field only."""
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
        searched = {one.name for one in record.table.columns if one.searched}
        for name, text in texts.items():
            if name in searched:
                matches = self._in_text(text, name)
                yield from (one for one in matches if not _told(one, record, told))

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
