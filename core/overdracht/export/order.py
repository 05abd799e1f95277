"""What is asked of an export, and what came of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from overdracht.connector import Connector, Settings
from overdracht.coverage import Coverage
from overdracht.items import Category, Item
from overdracht.retention import DEFAULT_RULES, Rule
from overdracht.survey import Identity
from overdracht.text import Text

if TYPE_CHECKING:
    from overdracht.export.ledger import Ledger


class Purpose(StrEnum):
    """Which right of the person an export serves."""

    INZAGE = "inzage"
    """GDPR Art. 15: everything that is held."""
    OVERDRACHT = "overdracht"
    """GDPR Art. 20: what was given or observed, and not what the organisation derived from it (WP242 rev.01)."""


class Written(Protocol):
    """A file as it stands in the bag."""

    @property
    def path(self) -> str:
        """Where, below the bag's top."""

    @property
    def size(self) -> int:
        """In bytes."""

    @property
    def sha512(self) -> str:
        """In hexadecimal."""


class Bag(Protocol):
    """What the files of a bundle go into: below `data/` what came from the sources, beside it what explains that."""

    @property
    def info(self) -> dict[str, str]:
        """What stands in bag-info.txt, by label; to be added to."""

    def add(self, path: str, content: bytes | Iterable[bytes | memoryview]) -> Written:
        """Write *content*, which is read once; raise PathRefused, reading none of it, when *path* cannot be."""


@dataclass(frozen=True, slots=True)
class Controller:
    """The organisation that answers, as it wants to be named to the person."""

    name: str
    contact: str = ""
    address: str = ""
    recipients: tuple[str, ...] | None = None
    """Who else receives personal data from it, by name (CJEU C-154/21); None when it did not say."""
    automated_decisions: Text | None = None
    """What it states about decisions without a person (Art. 22); None when it states nothing."""
    transfers: Text | None = None
    """What it states about countries outside the European Economic Area (Art. 15(2)); None when it states nothing."""


@dataclass(frozen=True, slots=True)
class Exported:
    """How far one source is, for a person who waits."""

    source: str
    items: int
    files: int
    size: int
    finished: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An export to be made: for whom, why, and from what."""

    reference: str
    purpose: Purpose
    controller: Controller
    items: Callable[[], Iterator[tuple[str, Item]]]
    """Source and item of everything that is included, grouped by source and then part."""
    sources: Mapping[str, Connector[Settings]]
    coverage: tuple[Coverage, ...]
    identity: Identity
    now: datetime
    language: str = "nl"
    received: date | None = None
    """The day on which the request came in."""
    awaiting_review: int = 0
    left_out: int = 0
    """How many items somebody decided are not the subject's, or not to be handed out."""
    extras: frozenset[str] = frozenset()
    last_contact: date | None = None
    """The last customer contact known from elsewhere than the items."""
    rules: Mapping[Category, Rule] = field(default_factory=lambda: DEFAULT_RULES)
    kinds: Mapping[str, Text] = field(default_factory=dict)
    """What each kind of identifier is called."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What was found or should have been searched, and is not in the bundle; without the names of parts."""

    source: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What an export came to."""

    complete: bool
    items: int
    """How many items the files hold; what could not be had is no part of it."""
    files: int
    size: int
    shortfalls: tuple[Shortfall, ...] = ()
    derived: int = 0
    """How many derived items an `overdracht` left out."""


@dataclass(frozen=True, slots=True)
class Haul:
    """An order with everything that was fetched for it; the *ledger* is gone when `collect` ends."""

    order: Order
    ledger: "Ledger"
    summary: Summary
    folders: Mapping[str, str]
    """Source → its folder in the bag."""
    last_contact: date | None
