"""Tell whom a database knows, and what in it is old, whomever it is about."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from overdracht import Aged, Category, Gap, Identifier, Sighting, local_day
from overdracht_accounting.holders import Holders
from overdracht_accounting.identities import identities, strong
from overdracht_accounting.items import make_item
from overdracht_accounting.keys import batches
from overdracht_accounting.loading import Loader
from overdracht_accounting.mapping import Record, item_key
from overdracht_accounting.search import AT_ONCE


def sightings(loader: Loader, broken: Mapping[str, str]) -> Iterator[Sighting | Gap]:
    """Yield every strong identifier of every record, and of what is linked to it."""
    yield from (Gap(part, reason) for part, reason in broken.items())
    for record in loader.mapping.records:
        if record.identifies and record.name not in broken:
            for keys in loader.keys(record):
                yield from _of(loader, record, keys)


def _of(loader: Loader, record: Record, keys: list[str]) -> Iterator[Sighting]:
    told = {
        key: [one for one, _ in identities(record, values) if strong(one)]
        for key, values in loader.rows(record, keys).items()
    }
    own = loader.dates(record, keys)
    for one, owned in loader.dependents(record, told):
        dates = loader.dates(one, owned)
        for key, owners in owned.items():
            if key not in dates:
                continue
            when = dates[key]
            for owner in owners:
                if not record.date and when is not None:
                    own[owner] = _later(own.get(owner), when)
                yield from _sightings(told[owner], one, key, when)
    for key in keys:
        yield from _sightings(told.get(key, []), record, key, own.get(key))


def _later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else max(one, other)


def _sightings(
    identifiers: list[Identifier], record: Record, key: str, when: datetime | None
) -> Iterator[Sighting]:
    for one in identifiers:
        yield Sighting(
            one, item_key(record.name, key), record.name, when, is_contact=record.is_contact
        )


def aged(
    loader: Loader, broken: Mapping[str, str], before: Mapping[Category, date]
) -> Iterator[Aged | Gap]:
    """Yield the records that are older than the day of their category and still hold something personal."""
    yield from (Gap(part, reason) for part, reason in broken.items())
    for record in loader.mapping.records:
        day = before.get(record.category)
        if day is None or record.name in broken or record.only_masked:
            continue
        for keys in loader.keys(record):
            yield from _aged(loader, record, keys, day)


def _aged(loader: Loader, record: Record, keys: list[str], day: date) -> Iterator[Aged]:
    if record.date:
        dates = loader.dates(record, keys)
        keys = [key for key, when in dates.items() if when and local_day(when) < day]
    holders = Holders(loader)
    for some in batches(keys, AT_ONCE):
        loaded = {
            key: one
            for key, one in loader.load(record, some).items()
            if one.when and local_day(one.when) < day and one.filled
        }
        held, parties = holders.of(record, loaded), holders.parties(record, loaded)
        for key, one in loaded.items():
            holder, others = held.get(key, (None, 0))
            yield Aged(make_item(one, (), holder, others), parties.get(key, ()))
