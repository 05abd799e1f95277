"""Read of every message whom it is from and for, whoever that is: to erase again after a restore, and to find what outlived its term."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from overdracht import Aged, Category, Gap, Identifier, Item, Sighting, local_day
from overdracht_imap.addresses import mailboxes
from overdracht_imap.headers import fields, shown
from overdracht_imap.matching import ADDRESS_FIELDS, FIELDS, Letterhead, is_automatic

_WANTED = tuple(name.lower() for name in FIELDS)
_ADDRESSED = tuple(name.lower() for name in ADDRESS_FIELDS)
UNDATED = "a message has no date that can be believed: how long it may stay cannot be computed"


@dataclass(frozen=True, slots=True)
class Known:
    """One message: its *item*, which nobody's identifiers have matched, and the addresses it is from and for."""

    item: Item
    addresses: tuple[str, ...] = field(repr=False)


def letterhead_of(header: bytes) -> tuple[Letterhead, tuple[str, ...]]:
    """Return what a *header* section tells of nobody in particular, and every address in its address fields."""
    found = fields(header, _WANTED)
    addresses = {
        mailbox.address: None
        for key in _ADDRESSED
        for value in found.get(key, ())
        for mailbox in mailboxes(value)
        if "@" in mailbox.address
    }
    letterhead = Letterhead(
        (),
        third_parties=len(addresses),
        automatic=is_automatic(found),
        subject=shown(found.get("subject", [""])[0]),
        date=shown(found.get("date", [""])[0], 998),
    )
    return letterhead, tuple(addresses)


def sightings(messages: Iterator[Known | Gap]) -> Iterator[Sighting | Gap]:
    """Yield each address of each of *messages*."""
    for one in messages:
        if isinstance(one, Gap):
            yield one
            continue
        item = one.item
        for address in one.addresses:
            yield Sighting(
                Identifier("email", address), item.key, item.part, item.when, item.is_contact
            )


def aged(messages: Iterator[Known | Gap], before: Mapping[Category, date]) -> Iterator[Aged | Gap]:
    """Yield those of *messages* that are older than the day for correspondence; one without a date is a gap, for somebody to look at."""
    day = before.get(Category.CORRESPONDENCE)
    if day is None:
        return
    for one in messages:
        if isinstance(one, Gap):
            yield one
        elif one.item.when is None:
            yield Gap(one.item.part, UNDATED, one.item.key)
        elif _day(one.item) < day:
            yield Aged(one.item, tuple(Identifier("email", each) for each in one.addresses))


def _day(item: Item) -> date:
    assert item.when is not None  # noqa: S101 - the caller has looked
    try:
        return local_day(item.when)
    except OverflowError:
        return item.when.date()
