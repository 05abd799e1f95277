"""Items and what belongs to them as bytes, and back."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import orjson

from overdracht.coverage import Coverage, Reach
from overdracht.identifiers import ALWAYS, Identifier, Period
from overdracht.items import Category, Certainty, Gap, Item, Mark, Match, Origin, Revealed
from overdracht.text import Text

Packed = list[Any]

# By value: asking the class takes three times as long, and there may be a million items.
_CATEGORIES = {one.value: one for one in Category}
_CERTAINTIES = {one.value: one for one in Certainty}
_ORIGINS = {one.value: one for one in Origin}


def pack_identifier(identifier: Identifier) -> Packed:
    """Return *identifier* as JSON values."""
    period = identifier.period
    if period == ALWAYS:
        return [identifier.kind, identifier.value]
    return [identifier.kind, identifier.value, period.since, period.until]


def unpack_identifier(packed: Packed) -> Identifier:
    """Return the identifier that `pack_identifier` packed."""
    if len(packed) == 2:
        return Identifier(packed[0], packed[1])
    since, until = (None if day is None else date.fromisoformat(day) for day in packed[2:])
    return Identifier(packed[0], packed[1], Period(since, until))


def encode_item(item: Item) -> bytes:
    """Return *item* as bytes."""
    packed = _packed(item)
    try:
        return orjson.dumps(packed)
    except TypeError:
        # A lone surrogate: file names that are no UTF-8 carry one, and orjson takes none. The key must come back as it was.
        return json.dumps(packed, default=_isoformat).encode()


def _isoformat(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no part of an item")


def _loads(raw: bytes) -> Packed:
    try:
        packed: Packed = orjson.loads(raw)
    except orjson.JSONDecodeError:
        packed = json.loads(raw)
    return packed


def _packed(item: Item) -> Packed:
    return [
        item.key,
        item.part,
        item.category,
        [[*pack_identifier(one.identifier), one.certainty, one.where] for one in item.matches],
        item.fingerprint,
        item.title,
        item.when,
        item.size,
        item.origin,
        None if item.holder is None else pack_identifier(item.holder),
        [[*pack_identifier(one.identifier), one.certainty, one.where] for one in item.reveals],
        item.third_parties,
        item.is_contact,
        item.running,
        item.marks,
    ]


def decode_item(raw: bytes) -> Item:
    """Return the item that `encode_item` encoded."""
    packed = _loads(raw)
    return Item(
        key=packed[0],
        part=packed[1],
        category=_CATEGORIES[packed[2]],
        matches=tuple(_match(*one) for one in packed[3]),
        fingerprint=packed[4],
        title=packed[5],
        when=None if packed[6] is None else datetime.fromisoformat(packed[6]),
        size=packed[7],
        origin=_ORIGINS[packed[8]],
        holder=None if packed[9] is None else unpack_identifier(packed[9]),
        reveals=tuple(_revealed(*one) for one in packed[10]),
        third_parties=packed[11],
        is_contact=packed[12],
        running=packed[13],
        marks=tuple(map(Mark, packed[14])),
    )


# The same for many of a person's items.
@lru_cache(maxsize=256)
def _match(*packed: Any) -> Match:
    *identifier, certainty, where = packed
    return Match(unpack_identifier(identifier), _CERTAINTIES[certainty], where)


@lru_cache(maxsize=256)
def _revealed(*packed: Any) -> Revealed:
    *identifier, certainty, where = packed
    return Revealed(unpack_identifier(identifier), _CERTAINTIES[certainty], where)


def encode_coverage(coverage: Coverage) -> bytes:
    """Return *coverage* as bytes."""
    return orjson.dumps(coverage)


def decode_coverage(raw: bytes) -> Coverage:
    """Return the coverage that `encode_coverage` encoded."""
    values: Mapping[str, Any] = orjson.loads(raw)
    return Coverage(
        **{
            **values,
            "reach": Reach(values["reach"]),
            "gaps": tuple(Gap(**gap) for gap in values["gaps"]),
            "notes": tuple(Text(**note) for note in values["notes"]),
        }
    )
