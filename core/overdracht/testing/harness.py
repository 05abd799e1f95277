"""What a connector's author gives to have the contract tested: a real system to fill, watch and break."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any, ClassVar

import pytest

from overdracht.connector import Connector, Erases, Rectifies
from overdracht.testing.cast import Record


class Harness(ABC):
    """One system, empty at first, all the test's own.

    It has two parts that can be told apart (folders, tables, files); give the second the ugliest name the system allows.
    """

    known_by: ClassVar[tuple[str, ...]] = ("email",)
    """The strong kinds of identifier that the system has fields for."""
    mentions: ClassVar[bool] = True
    """A thorough find looks into free text."""
    holders: ClassVar[bool] = False
    """The system knows whose record each is (`Item.holder`)."""
    many: ClassVar[int] = 5_000
    """How many records stand for *many*, several times what a connector reads at once; with fewer, an item held is not noticed."""
    batch: ClassVar[int] = 1 << 20
    """Bytes that a connector may hold whatever the number: its buffers, and one batch of items."""
    secrets: tuple[str, ...] = ()
    """The passwords and tokens that the connector was given."""

    @abstractmethod
    def fill(self, records: Iterable[Record]) -> None:
        """Add the *records* to the system, in their part."""

    @abstractmethod
    def connector(self) -> Connector[Any]:
        """Return a new connector to the system, not used before."""

    @abstractmethod
    def snapshot(self) -> object:
        """Return all that reading could change, to be compared with `==`: content, flags, times, logs of changes."""

    @abstractmethod
    def remove(self, token: str) -> None:
        """Remove the record of this *token* from the system."""

    @abstractmethod
    def break_part(self) -> AbstractContextManager[None]:
        """Make the second part unreadable, and readable again at the end."""

    @abstractmethod
    def break_whole(self) -> AbstractContextManager[None]:
        """Make the whole system unreachable or unreadable, and well again at the end."""

    def throttled(self) -> AbstractContextManager[None]:
        """Make the system say for a while that it is asked too often, and answer who asks again later; override it where it can."""
        pytest.skip("the system never says that it is asked too often")

    def tokens(self, content: bytes) -> frozenset[str]:
        """Return the tokens that stand in an export's *content*; override it where they are packed away (a PDF, a zip)."""
        return frozenset(one.decode() for one in re.findall(rb"tok[0-9]{5}", content))


class ErasingHarness(Harness):
    """A system that can forget, seen from outside: without the connector, or its word would have to be taken."""

    most_at_once: ClassVar[int] = 500
    """The most steps the connector takes before it says what came of the first: after a crash all of them are in doubt."""
    dated: ClassVar[bool] = True
    """The system keeps each record's own time."""
    parties: ClassVar[bool] = True
    """`aged` tells whom an item is about; not where what is old goes whomever it is about, as the lines of a log do."""

    def eraser(self) -> Erases:
        """Return a new connector as what erases."""
        connector = self.connector()
        assert isinstance(connector, Erases)
        return connector

    def preparer(self) -> Erases | Rectifies:
        """Return a new connector as what looks before it changes anything."""
        connector = self.connector()
        assert isinstance(connector, Erases | Rectifies)
        return connector

    @abstractmethod
    def held(self) -> frozenset[str]:
        """Return the tokens of the records that the system holds, also those that were blanked."""

    @abstractmethod
    def rest(self, tokens: Collection[str]) -> object:
        """Return what `snapshot` does, without what belongs to the records of these *tokens*: it must stay the same when they go."""

    @abstractmethod
    def change(self, token: str) -> None:
        """Change the record of this *token* as somebody else would, so that it is no longer the one that was found."""

    @abstractmethod
    def obstacles(self) -> Mapping[str, Callable[[], AbstractContextManager[None]]]:
        """Return by name what can keep the system from erasing though it can be read (read-only, locked, no permission).

        Each makes it so, and well again at the end. There is at least one.
        """


class RectifyingHarness(ErasingHarness):
    """A system in which values can be corrected; it needs not be able to forget."""

    corrects: ClassVar[tuple[str, ...]]
    """The kinds of identifier, strong or weak, that the system has fields for and can correct: some of `email`, `phone`, `iban`,
    `customer`, `domain`, `address` and `name`."""

    def rectifier(self) -> Rectifies:
        """Return a new connector as what corrects."""
        connector = self.connector()
        assert isinstance(connector, Rectifies)
        return connector

    @abstractmethod
    def besides(self, token: str) -> object:
        """Return all that the record of this *token* holds but for its fields of the kinds in `corrects`: it must stay the same."""
