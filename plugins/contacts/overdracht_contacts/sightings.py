"""Tell whom the entries are about, whoever that is: to erase again after a restore, and to find what outlived its term."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from overdracht import WEAK, Aged, Category, Gap, Identifier, Sighting, local_day
from overdracht_contacts.documents import Document
from overdracht_contacts.finding import item_of
from overdracht_contacts.matters import Matter
from overdracht_contacts.shelves import Entry, Shelf
from overdracht_contacts.sought import Reading

UNDATED = (
    "some things here have no date that can be believed: how long they may stay cannot be computed"
)


def sightings(shelf: Shelf, matter: Matter) -> Iterator[Sighting | Gap]:
    """Yield every strong identifier that says whom an entry is about."""
    for part, entry in _entries(shelf):
        if isinstance(entry, Gap):
            yield entry
            continue
        document = matter.read(entry.content, entry.name)
        when, contact = document.when, document.is_contact
        alone = (
            document.category is Category.CONTACT
        )  # a card is of one; an appointment is of all who come
        for one in parties(document):
            yield Sighting(one, entry.key, part, when, contact, of_one=alone)


def aged(shelf: Shelf, matter: Matter, before: Mapping[Category, date]) -> Iterator[Aged | Gap]:
    """Yield the entries that are older than the day of their category, and one gap for each part with undated ones."""
    undated: set[str] = set()
    for part, entry in _entries(shelf):
        if isinstance(entry, Gap):
            yield entry
            continue
        document = matter.read(entry.content, entry.name)
        day, when = before.get(document.category), document.when
        if day is None:
            continue
        if when is None:
            if part not in undated:
                undated.add(part)
                yield Gap(part, UNDATED)
        elif local_day(when) < day:
            item = item_of(part, entry, document, Reading(()))
            yield Aged(replace(item, third_parties=0), parties(document))


def parties(document: Document) -> tuple[Identifier, ...]:
    """Return whom *document* is about."""
    found = (one for field in document.fields if field.about for one in field.values)
    return tuple(dict.fromkeys(one for one in found if one.kind not in WEAK))


def _entries(shelf: Shelf) -> Iterator[tuple[str, Entry | Gap]]:
    for part in shelf.parts():
        if isinstance(part, Gap):
            yield part.part, part
            continue
        for entry in shelf.entries(part):
            yield part, entry
