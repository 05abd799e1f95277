"""Read records by what the configuration says of their fields."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote

import orjson

from overdracht import (
    WEAK,
    Certainty,
    Identifier,
    IdentifierError,
    Item,
    Kinds,
    Match,
    Mentions,
    Revealed,
    one_line,
)
from overdracht_rest.api import Record, at
from overdracht_rest.settings import Resource

KINDS = Kinds()
_MILLISECONDS = 100_000_000_000
"""Seconds since 1970 reach so far in the year 5138: a larger number counts milliseconds."""

_BELIEVED = range(1990, 2200)
"""Years: systems write 0001-01-01, 0 or 9999-12-31 where nothing was filled in."""


def values(record: object, path: str) -> Iterator[str]:
    """Yield the texts and numbers at *path* in *record*; a list on the way stands for each of its elements."""
    name, _, rest = path.partition(".")
    if isinstance(record, list):
        for one in record:
            yield from values(one, path)
    elif path and isinstance(record, dict):
        yield from values(record.get(name), rest)
    elif not path and isinstance(record, str | int | float) and not isinstance(record, bool):
        yield str(record)


def identity(record: Record, resource: Resource) -> str:
    """Return what goes in the place of {id}; empty when the record has none that can stand in an address."""
    found = at(record, resource.id)
    text = str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
    # Dots alone would be another address, and half a surrogate pair none.
    return text if text.strip(".") and text == text.encode("utf-8", "ignore").decode() else ""


def key(name: str, identity: str) -> str:
    """Return the key of an item: the resource's *name* and the record's *identity*."""
    return f"{name}/{quote(identity, safe='')}"


def identity_in(key: str) -> str:
    """Return the record's identity in the *key* of an item."""
    return unquote(key.rpartition("/")[2])


def fingerprint(record: Record) -> str:
    """Return what differs as soon as anything in the *record* does."""
    return hashlib.sha256(_written(record)).hexdigest()[:32]


def _written(record: Record) -> bytes:
    try:
        return orjson.dumps(record, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError:  # half a surrogate pair, or a number beyond 64 bits
        return json.dumps(record, sort_keys=True).encode()


def identifiers(record: Record, resource: Resource) -> Iterator[tuple[Identifier, str]]:
    """Yield what the fields say of whose the record is, with the field; what is no identifier is left out."""
    for kind in resource.fields:
        for path in resource.paths(kind):
            for text in values(record, path):
                with suppress(IdentifierError):
                    yield KINDS.identifier(kind, text), path


def when(record: Record, resource: Resource) -> datetime | None:
    """Return the record's own time, None when it has none that can be believed."""
    found = at(record, resource.when) if resource.when else None
    try:
        moment = _moment(found)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment and moment.year in _BELIEVED else None


def _moment(found: object) -> datetime | None:
    if isinstance(found, str):
        moment = datetime.fromisoformat(found)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if isinstance(found, int | float) and not isinstance(found, bool):
        return datetime.fromtimestamp(found / 1000 if found > _MILLISECONDS else found, UTC)
    return None


def matches(
    record: Record, resource: Resource, wanted: Iterable[Identifier], mentions: Mentions | None
) -> Iterator[Match]:
    """Yield what the record says of the identifiers *wanted*, once for each field."""
    sought = set(wanted)
    told: dict[tuple[Identifier, str], Certainty] = {}
    for one, path in identifiers(record, resource):
        if one in sought:
            told[one, path] = Certainty.POSSIBLE if one.kind in WEAK else Certainty.EXACT
    for (one, path), certainty in told.items():
        yield Match(one, certainty, path)
    if mentions is not None:
        for path in resource.text:
            yield from mentions.matches("\n".join(values(record, path)), path)


def item(name: str, resource: Resource, record: Record, found: tuple[Match, ...]) -> Item:
    """Return the item of a *record* with the matches *found*."""
    known = dict.fromkeys(identifiers(record, resource))
    exact = any(one.certainty is Certainty.EXACT for one in found)
    reveals = tuple(
        Revealed(one, Certainty.POSSIBLE if one.kind in WEAK else Certainty.EXACT, path)
        for one, path in known
    )
    holder = next((one for one, _ in known if one.kind == resource.holder), None)
    return Item(
        key=key(name, identity(record, resource)),
        part=name,
        category=resource.category,
        matches=found,
        fingerprint=fingerprint(record),
        title=_title(record, resource) if resource.title else name,
        when=when(record, resource),
        size=len(_written(record)),
        holder=holder,
        reveals=reveals if exact else (),
        is_contact=resource.contact,
    )


def _title(record: Record, resource: Resource) -> str:
    return one_line(" ".join(values(record, resource.title))) or "(no title)"


def blanked(record: Record, body: dict[str, Any]) -> bool:
    """Say whether *record* already is what blanking it with *body* makes of it."""
    return all(
        blanked(record[name], value)
        if isinstance(value, dict) and isinstance(record.get(name), dict)
        else record.get(name) == value
        for name, value in body.items()
    )
