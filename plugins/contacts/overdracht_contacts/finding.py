"""Find a subject on a shelf: part by part, every entry looked at, groups and relations last."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from overdracht import (
    Certainty,
    Extent,
    Finding,
    Gap,
    Identifier,
    Item,
    Progress,
    Question,
    Searched,
    Text,
    one_line,
)
from overdracht_contacts.cards import Card
from overdracht_contacts.documents import Document
from overdracht_contacts.matters import Matter
from overdracht_contacts.passages import Reader
from overdracht_contacts.shelves import Entry, Shelf
from overdracht_contacts.sought import Reading, Sought

PROGRESS_EVERY = 1000
_MOST_LINKS = 10_000
"""UIDs of the subject's own cards; nobody has more."""


@dataclass
class _Pass:
    """What was seen of one part."""

    looked_at: int = 0
    gaps: list[Gap] = field(default_factory=list)
    links: dict[str, Identifier] = field(default_factory=dict)
    """UIDs of cards that are surely the subject's."""
    pointing: list[str] = field(default_factory=list)
    """Keys of entries that point at others and were not found."""
    pointing_found: dict[str, None] = field(default_factory=dict)


class Search:
    """Looks for the subject of *question* among entries of one *matter*; *note* says what is never seen."""

    def __init__(self, matter: Matter, question: Question, note: Text | None) -> None:
        subject = question.subject
        self._matter = matter
        self._question = question
        self._sought = Sought(subject.identifiers, subject.excluded, question.own)
        self._note = note

    def findings(self, shelf: Shelf) -> Iterator[Finding]:
        """Yield what *shelf* holds, and how each part ended."""
        for part in shelf.parts():
            if isinstance(part, Gap):
                yield part
            else:
                yield from self._part(shelf, part)

    def _part(self, shelf: Shelf, part: str) -> Iterator[Finding]:
        cursor = self._question.cursors.get(part, "")
        count = shelf.unchanged(part, cursor) if cursor else None
        if count is not None:
            yield Searched(part, count, cursor, Extent.UNCHANGED, self._note)
            return
        seen = _Pass()
        for entry in shelf.entries(part):
            if isinstance(entry, Gap):
                if not entry.key:
                    yield entry
                    return
                seen.gaps.append(entry)
                continue
            seen.looked_at += 1
            item = self._item(part, entry, seen)
            if item is not None:
                yield item
            if seen.looked_at % PROGRESS_EVERY == 0:
                yield Progress(part, seen.looked_at)
        reason = "" if seen.looked_at or seen.gaps else shelf.hollow(part, cursor)
        if reason:
            yield Gap(part, reason)
            return
        note = (None if seen.looked_at or seen.gaps else shelf.vacancy(part)) or self._note
        after = shelf.cursor()
        yield from self._pointing(shelf, part, seen)
        yield from seen.gaps
        if seen.gaps:
            # What could not be read now is not gone.
            yield Searched(part, seen.looked_at, "", Extent.ADDED, note)
        else:
            yield Searched(part, seen.looked_at, after, note=note)

    def _item(self, part: str, entry: Entry, seen: _Pass) -> Item | None:
        points = b"urn:uuid:" in entry.content.lower() if self._has_links else False
        if not points and not self._sought.may_match(entry.content + entry.name.encode()):
            return None
        document = self._matter.read(entry.content, entry.name)
        if points and any(one.link for one in document.fields):
            seen.pointing.append(entry.key)
            return None
        reading = self._sought.reading(document)
        if reading is None:
            return None
        self._remember(document, reading, seen)
        return item_of(part, entry, document, reading)

    @property
    def _has_links(self) -> bool:
        return self._matter.name == "kaart"

    def _remember(self, document: Document, reading: Reading, seen: _Pass) -> None:
        proof = next(
            (one.identifier for one in reading.matches if one.certainty is Certainty.EXACT), None
        )
        if proof and document.uid and document.trusted and len(seen.links) < _MOST_LINKS:
            seen.links[document.uid] = proof

    def _pointing(self, shelf: Shelf, part: str, seen: _Pass) -> Iterator[Finding]:
        """Yield the groups and relations, now that it is known which cards are the subject's."""
        if not seen.pointing:
            return
        subject = self._question.subject
        sought = Sought(subject.identifiers, subject.excluded, self._question.own, seen.links)
        for entry in shelf.fetch(part, seen.pointing):
            if isinstance(entry, Gap):
                seen.gaps.append(entry)
                continue
            document = self._matter.read(entry.content, entry.name)
            reading = sought.reading(document)
            if reading is not None:
                yield item_of(part, entry, document, reading)


def item_of(part: str, entry: Entry, document: Document, reading: Reading) -> Item:
    """Return *entry* as an item of *part*."""
    exact = any(one.certainty is Certainty.EXACT for one in reading.matches)
    return Item(
        key=entry.key,
        part=part,
        category=document.category,
        matches=reading.matches,
        fingerprint=entry.fingerprint,
        # What only mentions the person may be called after somebody else.
        title=document.title if exact or not reading.matches else _excerpt(document, reading),
        when=document.when,
        size=len(entry.content),
        holder=reading.holder,
        reveals=reading.reveals,
        # A family or an organisation is more than one, whoever else is named.
        third_parties=max(reading.others, int(isinstance(document, Card) and document.plural)),
        is_contact=document.is_contact,
    )


def _excerpt(document: Document, reading: Reading) -> str:
    """Return the first passage that names the person: what only mentions them may be called after somebody else."""
    sought = Sought(one.identifier for one in reading.matches)
    passages = Reader(sought)
    for said in document.fields:
        for one in passages.passages(said.text):
            if one.named:
                return one_line(passages.shown(one.text, whole=False).strip("-*# \t\n"), 80)
    return ""
