"""What stands beside the logs and is no line: a login in btmp or wtmp, a ban of fail2ban, an entry of the journal."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Protocol

from overdracht import (
    WEAK,
    Certainty,
    Identifier,
    IdentifierError,
    Kinds,
    Match,
    Mentions,
    Period,
    Revealed,
    local_day,
)
from overdracht_serverlogs.lineitems import DIGEST

KINDS = Kinds()
LOGINS = ("email", "username", "customer")
"""The strong kinds that people log in by."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One of them."""

    identity: bytes
    """What no other entry of the part has: its own bytes, or its key."""
    when: datetime | None
    owners: tuple[tuple[str, str], ...]
    """Field and text: who logged in, or was said to."""
    addresses: tuple[tuple[str, str], ...]
    """Field and text: from where."""
    text: str
    record: Mapping[str, object]
    """All of it, for an export."""

    @property
    def digest(self) -> bytes:
        """Return what it is known by."""
        return blake2b(self.identity, digest_size=DIGEST).digest()

    @property
    def day(self) -> date | None:
        """Return the day on which it was written down."""
        return None if self.when is None else local_day(self.when)


class Unreadable(Exception):
    """A part that cannot be read, or not to its end; the text says why, and holds nothing personal."""


class Incomplete(Unreadable):
    """All of a part that can be read was given; the text says what cannot be."""


class Store(Protocol):
    """Where entries are kept."""

    noun: tuple[str, str]
    """What one entry is called, one and several: `login`, `logins`."""

    def parts(self) -> Iterable[str]:
        """Yield its parts; raise SourceError when it is not there."""

    def entries(self, part: str) -> Iterator[Entry]:
        """Yield the entries of *part*; Unreadable says why it cannot be, Incomplete at last what cannot be."""

    def state(self, part: str) -> str:
        """Return what tells that the part is as it was, empty when that cannot be told."""

    def obstacle(self, part: str) -> str:
        """Return what stands in the way of taking entries out of *part*, empty when nothing does."""

    def remove(self, part: str, planned: "Callable[[Entry], str | None]") -> None:
        """Take out of *part* the entries that *planned* knows, or none of them; Unreadable says why it cannot be."""


def readable(store: Store, part: str) -> Iterator[Entry]:
    """Yield the entries of *part* that can be read, also when some of it cannot be."""
    try:
        yield from store.entries(part)
    except Incomplete:
        return


def owned(texts: Iterable[tuple[str, str]]) -> Iterator[tuple[str, Identifier]]:
    """Yield the strong identifiers that the owners' *texts* are, each with its field."""
    for field, text in texts:
        yield from ((field, one) for one in _identifiers(text))


@lru_cache(maxsize=4096)
def _identifiers(text: str) -> tuple[Identifier, ...]:
    found = []
    for kind in LOGINS:
        try:
            found.append(KINDS.identifier(kind, text))
        except IdentifierError:
            continue
    return tuple(found)


class Wanted:
    """Tells which of the *identifiers* an entry holds, and how sure that is; who is *excluded* is known to be somebody else."""

    def __init__(
        self, identifiers: Collection[Identifier], excluded: Collection[Identifier] = ()
    ) -> None:
        self._strong = {one: one for one in identifiers if one.kind not in WEAK}
        self._networks = [one for one in identifiers if one.kind == "ip"]
        self._mentions = Mentions(identifiers)
        self._others = Mentions(excluded) if excluded else None

    def matches(self, entry: Entry) -> tuple[Match, ...]:
        """Return the matches in *entry*, each identifier once, the surest."""
        found: dict[Identifier, Match] = {}
        for one in self._all(entry):
            if _held(one.identifier, entry.day):
                found.setdefault(one.identifier, one)
        weak = all(one.certainty is Certainty.POSSIBLE for one in found.values())
        if weak and self._others is not None and any(self._others.found(_whole(entry))):
            return ()
        return tuple(found.values())

    def _all(self, entry: Entry) -> Iterator[Match]:
        for field, one in owned(entry.owners):
            if one in self._strong:
                yield Match(self._strong[one], Certainty.EXACT, field)
        if self._networks:
            for field, text in entry.addresses:
                for one in Mentions(self._networks).found(text):
                    yield Match(one, Certainty.POSSIBLE, field)
        if entry.text:
            yield from self._mentions.matches(entry.text, "text")


def _whole(entry: Entry) -> str:
    return "\n".join([entry.text, *(text for _, text in (*entry.owners, *entry.addresses))])


def _held(identifier: Identifier, day: date | None) -> bool:
    """Say whether the identifier was the person's on that day."""
    return day is None or identifier.period.covers(day)


def certainty_of(matches: Iterable[Match]) -> Certainty:
    """Return the surest of the *matches*."""
    return min((one.certainty for one in matches), key=list(Certainty).index)


def revealed(entry: Entry) -> Iterator[Revealed]:
    """Yield the addresses behind the login that *entry* is, which were the person's on that day as far as it goes."""
    day = entry.day
    for field, text in entry.addresses if entry.owners else ():
        try:
            address = KINDS.identifier("ip", text, Period(day, day))
        except IdentifierError:
            continue
        yield Revealed(address, Certainty.POSSIBLE, field)
