"""One thing in the account, as far as finding goes: what it is called, what in it says whose it is, and what else stands in it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

from overdracht import Category, Certainty, Identifier


@dataclass(frozen=True, slots=True)
class Field:
    """A *text* that should be an identifier of *kind*, in the field called *where*; *tells* is how sure it is the customer's own."""

    kind: str
    text: str
    where: str
    tells: Certainty = Certainty.EXACT


@dataclass(frozen=True, slots=True)
class Holding:
    """One thing in the account."""

    key: str
    part: str
    category: Category
    title: str
    content: Mapping[str, Any]
    """What makes it the thing it is: when any of this changes it is another. What changes by itself is no part of it."""
    fields: tuple[Field, ...] = ()
    """They say whose it is."""
    known: tuple[tuple[Identifier, str], ...] = ()
    """Identifiers that are surely its customer's, and where that stands."""
    texts: tuple[tuple[str, str], ...] = ()
    """Where → free text, names and addresses, in which an identifier is a mention."""
    others: tuple[Field, ...] = ()
    """They tell more of the customer, and not whose it is."""
    people: tuple[str, ...] = ()
    """The addresses of others who stand in it."""
    when: datetime | None = None
    running: bool = False
    is_contact: bool = False
    """It is a subscription that has ended, at *when*."""

    @property
    def fingerprint(self) -> str:
        """Return what differs as soon as the thing is another."""
        text = json.dumps(self.content, sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]

    @property
    def holder(self) -> Identifier | None:
        """Return the customer whose it is, where just one is said to be."""
        customers = {one for one, _ in self.known if one.kind == "customer"}
        return customers.pop() if len(customers) == 1 else None


def key_of(kind: str, *names: object) -> str:
    """Return the key of the thing of this *kind* that is known by *names*."""
    return "/".join((kind, *(quote(str(name), safe="@*") for name in names)))


def names_of(key: str) -> tuple[str, ...]:
    """Return the kind and the names that a *key* was made of."""
    return tuple(unquote(part) for part in key.split("/"))


def digest(*parts: object) -> str:
    """Return a short name for a thing that has none of its own."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def texts(**named: str | Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return the *named* texts that are not empty."""
    joined = {
        where: text if isinstance(text, str) else "\n".join(text) for where, text in named.items()
    }
    return tuple((where, text) for where, text in joined.items() if text.strip())


def moment(when: datetime | None) -> datetime | None:
    """Return a time that TransIP gave in UTC as an aware one."""
    return None if when is None else when.replace(tzinfo=UTC)


def midnight(day: date | None) -> datetime | None:
    """Return the begin of a Dutch *day*."""
    return None if day is None else datetime.combine(day, time(), ZoneInfo("Europe/Amsterdam"))
