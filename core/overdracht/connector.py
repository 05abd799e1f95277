"""The connector interface: what the core asks of the code that speaks to one kind of system.

A connector is a class with typed settings, built once per configured source and asked from one thread at a time. Every
connector can `check`, `describe`, `find` and `export`. What else its system can do it says by defining the methods of `Erases`,
`Rectifies`, `Restricts`, `Restores` or `Identifies`; what it cannot do it does not define, and `capabilities` tells.

Reading cannot write: everything here but `erase`, `rectify`, `restrict` and `restore` opens the system read-only by the
system's own means, and leaves no trace in it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar, runtime_checkable

from pydantic import BaseModel, ConfigDict

from overdracht.identifiers import Identifier
from overdracht.items import Category, Finding, Gap, Item, Origin, Piece
from overdracht.steps import (
    Aged,
    ApprovedStep,
    Change,
    Objection,
    Outcome,
    Residue,
    Ruling,
    Sighting,
    Step,
)
from overdracht.subject import Subject
from overdracht.text import Text

if TYPE_CHECKING:
    from concurrent.futures import Executor


class Settings(BaseModel):
    """What the administrator writes under `[sources.NAME]`; subclass it with the keys of one connector.

    Unknown keys are refused. Give every field a `Field(description=…)`: `overdracht connectors NAME` and the documentation show
    it. A secret is a `overdracht.secrets.SecretRef`, never a string.
    """

    # A value that is refused may be a password in the wrong place: no error shows it.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


SettingsT_co = TypeVar("SettingsT_co", bound=Settings, covariant=True)


@dataclass(frozen=True, slots=True)
class Processing:
    """What is done with one category of data in one kind of system: GDPR Art. 15(1) and 30(1) ask for it."""

    category: Category
    purpose: Text
    basis: Text
    """The legal ground of Art. 6(1)."""
    origin: Origin
    recipients: tuple[Text, ...] = ()
    """Who else receives it because of how the system works; the organisation's own recipients stand in the configuration."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried before it is needed: reachable, permitted, read-only holds."""

    name: str
    ok: bool
    detail: str = ""
    """What was seen, or what to do; nothing personal."""


@dataclass(frozen=True, slots=True)
class Question:
    """What `find` is asked."""

    subject: Subject
    thorough: bool = False
    """Also look where looking is slow; the connector says in `Searched.note` what it leaves out otherwise."""
    cursors: Mapping[str, str] = field(default_factory=dict)
    """Part → the cursor of its last `Searched`, for exactly this subject and thoroughness."""
    own: frozenset[Identifier] = frozenset()
    """The organisation's own identifiers: who `belongs` to it is no third party in an item."""
    pool: "Callable[[], Executor] | None" = None
    """Gives the executor for heavy work that can be split (functions and arguments that can be pickled); all sources share it."""


class Connector(ABC, Generic[SettingsT_co]):
    """One kind of system. Everything a method raises that is no `SourceError` is a fault of the connector, and isolated."""

    name: ClassVar[str]
    """How the configuration calls it: `connector = "imap"`."""
    summary: ClassVar[str]
    """One line for `overdracht connectors`."""
    settings_type: ClassVar[type[Settings]]
    categories: ClassVar[frozenset[Category]]
    """The categories its items can have."""
    extras: ClassVar[Mapping[str, str]] = {}
    """Further forms that an export can have on request: name → one line about it."""

    def __init__(self, source: str, settings: SettingsT_co) -> None:
        self.source = source
        self.settings = settings

    def removing(self, part: str) -> str:  # noqa: ARG002 - by default there is none
        """Return a command by which the administrator takes away the *part* itself, whose name may be a person's: one that does nothing
        unless it is empty. Empty when there is none. May look, and changes nothing."""
        return ""

    @abstractmethod
    def check(self) -> Iterator[Check]:
        """Try what `find` needs, changing nothing: reachable, permitted, read-only holds. Stop after what makes the rest pointless."""

    @abstractmethod
    def describe(self) -> Iterable[Processing]:
        """Say what is done with each category of data the source holds. Must not contact the source."""

    @abstractmethod
    def find(self, question: Question) -> Iterator[Finding]:
        """Yield what the source holds about the question's subject, as it is found.

        Every part of the source ends in a `Searched` or a `Gap`, after the part's last item, so that an empty answer differs from
        an unsearched source. Must hold no more than a batch of items, and must yield each key once. May raise SourceError when
        nothing more can be searched.
        """

    @abstractmethod
    def export(
        self, items: Iterable[Item], extras: frozenset[str] = frozenset()
    ) -> Iterator[Piece]:
        """Yield the files in which the *items* leave the organisation, in open formats, as they are read; the *extras* too.

        The items come grouped by part, in the order in which they were found. Every item's key is in at least one piece: an item that
        cannot be read, or is no longer the one that was found, is a `Gap` with its key.
        """


@runtime_checkable
class Erases(Protocol):
    """A connector whose system can forget. Nothing but `erase` changes anything."""

    def propose(self, item: Item, ruling: Ruling) -> Step:
        """Say how the system would carry out the *ruling*. May be milder than it (a system that cannot blank one field), never harsher."""

    def prepare(self, steps: Iterable[ApprovedStep]) -> Iterator[Objection]:
        """Yield what stands in the way: unreachable, read-only, locked, a fingerprint that is not the planned one.

        Changes nothing. An item that is gone already is no objection.
        """

    def erase(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Carry out the *steps* and yield one outcome for each.

        Handing out a step writes down the intent; yielding its outcome makes that durable. So a connector takes as many steps at a
        time as it can tell apart afterwards, carries them out, and yields their outcomes. Gone is gone: erasing twice is success
        (`ALREADY_GONE`). An item whose fingerprint is not the planned one is not touched (`CHANGED`). May raise SourceError when
        the source goes away: the core comes back with the steps that have no outcome.
        """

    def residue(self) -> Iterable[Residue]:
        """Say what stays behind physically after an erasure, and for how long; must not contact the source."""


@runtime_checkable
class Rectifies(Protocol):
    """A connector whose system can correct a value (GDPR Art. 16). Nothing but `rectify` changes anything."""

    def corrections(self, items: Iterable[Item], changes: Sequence[Change]) -> Iterator[Step | Gap]:
        """Yield a step for each of the *items* that holds an old value of the *changes*, and for no other; changes nothing.

        `RECTIFY` says in `edits` what the item would become, in the form that the system keeps, and in `action` how to do it; where something
        of it is left to people, its ground says what.
        `RETAIN` is for a document that stays as it was made, with the reason as its ground; `REVIEW` for what has to be corrected by hand,
        with the reason too. The items come grouped by part; one that cannot be read, or is no longer the one that was found, is a
        `Gap` with its key. May raise SourceError when nothing more can be read.
        """

    def prepare(self, steps: Iterable[ApprovedStep]) -> Iterator[Objection]:
        """Yield what stands in the way of *steps*, as for erasing; the one method serves both."""

    def rectify(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Make the edits of the *steps* and yield one outcome for each, as `erase` does.

        What was corrected before is `RECTIFIED` again, and no change; what is gone is `ALREADY_GONE`; an item that is neither the planned one
        nor what its step makes of it is not touched (`CHANGED`). `Outcome.fingerprint` is what the next find will say.
        """


@runtime_checkable
class Restricts(Protocol):
    """A connector whose system can set an item aside (GDPR Art. 18)."""

    def restrict(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Mark the items so that nothing is done with them but keeping them."""


@runtime_checkable
class Restores(Protocol):
    """A connector that can take in what another one exported."""

    def restore(self, pieces: Iterable[Piece]) -> Iterator[Outcome]:
        """Put the *pieces* of an export back and yield one outcome for each item: RESTORED, or RETAINED when it was there already and
        stays as it is, or why not. Nothing else changes."""


@runtime_checkable
class Identifies(Protocol):
    """A connector that can tell whom its system knows: for erasing again after a restore, and for terms since the last contact."""

    def identifiers(self) -> Iterator[Sighting | Gap]:
        """Yield every strong identifier in every item, read-only, and a `Gap` for every part that could not be read."""


@runtime_checkable
class Ages(Protocol):
    """A connector that can tell what is older than a day, whomever it is about."""

    def aged(self, before: Mapping[Category, date]) -> Iterator[Aged | Gap]:
        """Yield each item whose own time is before the day of its category, read-only, and a `Gap` for every part that could not be read."""


CAPABILITIES: Mapping[str, type[Any]] = {
    "erase": Erases,
    "rectify": Rectifies,
    "restrict": Restricts,
    "restore": Restores,
    "identifiers": Identifies,
    "age": Ages,
}


def capabilities(connector: type[Connector[Settings]]) -> tuple[str, ...]:
    """Return what *connector* can do beyond finding and exporting."""
    return tuple(name for name, protocol in CAPABILITIES.items() if issubclass(connector, protocol))


def erasing(connector: object) -> Erases | None:
    """Return *connector* as what erases, None when it cannot."""
    return connector if isinstance(connector, Erases) else None


def rectifying(connector: object) -> Rectifies | None:
    """Return *connector* as what corrects, None when it cannot."""
    return connector if isinstance(connector, Rectifies) else None
