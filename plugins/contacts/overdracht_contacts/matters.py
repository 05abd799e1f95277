"""The three kinds of thing that are found here, in the words that searching, exporting and erasing share."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from overdracht import Certainty, Change, Edit, Identifier, Item
from overdracht_contacts import (
    appointments,
    card_corrections,
    card_forms,
    card_parts,
    note_corrections,
    notes_text,
)
from overdracht_contacts.appointments import Appointment
from overdracht_contacts.cards import Card
from overdracht_contacts.contentlines import likeness
from overdracht_contacts.documents import Document
from overdracht_contacts.notes_text import Note
from overdracht_contacts.shelves import digest
from overdracht_contacts.sought import Sought

Form = tuple[str, bytes, str]
"""A file of an export: what its path ends in, its content, its media type."""


@dataclass(frozen=True)
class Matter:
    """One kind of thing: how it is read, shown and parted."""

    name: str
    """What its files are called in an export."""
    read: Callable[[bytes, str], Document]
    """Its content and the name of its file → the document."""
    portion: Callable[[Document, Item], bytes]
    """As much of it as is the person's."""
    remainder: Callable[[Document, Item], bytes | None]
    """What others have of it when the person goes; None when nothing."""
    forms: Callable[[bytes], Iterator[Form]]
    """The files in which a portion is exported."""
    likeness: Callable[[bytes], str]
    """What two contents have in common that say the same, though a server wrote one of them anew."""
    edits: Callable[[Document, Sequence[Change]], Iterator[Edit]]
    """What changes of values do to its fields."""
    edited: Callable[[Document, Iterable[Edit]], bytes]
    """What it is after them."""
    is_doubtful: Callable[[Document, Item], bool] = lambda _document, _item: False
    """Whether it cannot be told what of it is the person's and what is others'."""


@lru_cache(maxsize=8)
def _sought(identifiers: tuple[Identifier, ...], links: tuple[tuple[str, Identifier], ...]) -> Sought:  # fmt: skip
    return Sought(identifiers, links=dict(links))


def sought_in(item: Item) -> Sought:
    """Return whom the matches of *item* name."""
    links = tuple(
        (one.where.split(" ", 1)[1], one.identifier) for one in item.matches if " " in one.where
    )
    known = tuple(dict.fromkeys(one.identifier for one in item.matches))
    return _sought(known, tuple(one for one in links if one[0]))


def is_whole(item: Item) -> bool:
    """Say whether *item* is about the person, and does not only mention them."""
    return item.certainty is Certainty.EXACT


def is_parted(item: Item) -> bool:
    """Say whether perhaps only a part of *item* is the person's."""
    return bool(item.matches) and (not is_whole(item) or item.third_parties > 0)


def _card_portion(document: Document, item: Item) -> bytes:
    assert isinstance(document, Card)  # noqa: S101 - this matter reads cards
    if document.plural or is_parted(item):
        return card_parts.portion(document, sought_in(item), whole=is_whole(item))
    return document.content


def _card_remainder(document: Document, item: Item) -> bytes | None:
    assert isinstance(document, Card)  # noqa: S101 - this matter reads cards
    if is_whole(item) and not document.plural:
        return None  # it is the person's own card, whoever is named in its notes
    return card_parts.remainder(document, sought_in(item))


def _card_forms(content: bytes) -> Iterator[Form]:
    card = Card(content)
    yield ".vcf", content, "text/vcard"
    yield "-vcard-3.0.vcf", card_forms.as_3(card), "text/vcard"
    yield "-vcard-4.0.vcf", card_forms.as_4(card), "text/vcard"


def _appointment_portion(document: Document, item: Item) -> bytes:
    assert isinstance(document, Appointment)  # noqa: S101 - this matter reads appointments
    return appointments.portion(document, sought_in(item), whole=is_whole(item))


def _appointment_remainder(document: Document, item: Item) -> bytes | None:
    assert isinstance(document, Appointment)  # noqa: S101 - this matter reads appointments
    return appointments.remainder(document, sought_in(item))


def _appointment_forms(content: bytes) -> Iterator[Form]:
    yield ".ics", content, "text/calendar"


def _note_portion(document: Document, item: Item) -> bytes:
    assert isinstance(document, Note)  # noqa: S101 - this matter reads notes
    alone = item.third_parties == 0
    return notes_text.portion(document, sought_in(item), whole=is_whole(item), alone=alone)


def _note_remainder(document: Document, item: Item) -> bytes | None:
    assert isinstance(document, Note)  # noqa: S101 - this matter reads notes
    alone = item.third_parties == 0
    return notes_text.remainder(document, sought_in(item), whole=is_whole(item), alone=alone)


def _note_is_doubtful(document: Document, item: Item) -> bool:
    assert isinstance(document, Note)  # noqa: S101 - this matter reads notes
    alone = item.third_parties == 0
    return not is_whole(item) and notes_text.is_doubtful(document, sought_in(item), alone=alone)


def _note_forms(content: bytes) -> Iterator[Form]:
    yield ".md", content, "text/markdown"


def _card_edits(document: Document, changes: Sequence[Change]) -> Iterator[Edit]:
    assert isinstance(document, Card)  # noqa: S101 - this matter reads cards
    return card_corrections.card_edits(document, changes)


def _card_edited(document: Document, edits: Iterable[Edit]) -> bytes:
    assert isinstance(document, Card)  # noqa: S101 - this matter reads cards
    return card_corrections.card_edited(document, edits)


def _appointment_edits(document: Document, changes: Sequence[Change]) -> Iterator[Edit]:
    assert isinstance(document, Appointment)  # noqa: S101 - this matter reads appointments
    return card_corrections.appointment_edits(document, changes)


def _appointment_edited(document: Document, edits: Iterable[Edit]) -> bytes:
    assert isinstance(document, Appointment)  # noqa: S101 - this matter reads appointments
    return card_corrections.appointment_edited(document, edits)


def _note_edits(document: Document, changes: Sequence[Change]) -> Iterator[Edit]:
    assert isinstance(document, Note)  # noqa: S101 - this matter reads notes
    return note_corrections.edits(document, changes)


def _note_edited(document: Document, edits: Iterable[Edit]) -> bytes:
    assert isinstance(document, Note)  # noqa: S101 - this matter reads notes
    return note_corrections.edited(document, edits)


CARDS = Matter(
    "kaart",
    lambda content, _: Card(content),
    _card_portion,
    _card_remainder,
    _card_forms,
    likeness,
    _card_edits,
    _card_edited,
)
APPOINTMENTS = Matter(
    "afspraak",
    lambda content, _: Appointment(content),
    _appointment_portion,
    _appointment_remainder,
    _appointment_forms,
    likeness,
    _appointment_edits,
    _appointment_edited,
)
NOTES = Matter(
    "notitie",
    Note,
    _note_portion,
    _note_remainder,
    _note_forms,
    digest,
    _note_edits,
    _note_edited,
    _note_is_doubtful,
)
