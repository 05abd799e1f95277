"""The connector `transip`: a person's domains, servers and settings in an account at TransIP."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from overdracht import (
    Aged,
    ApprovedStep,
    Category,
    Change,
    Check,
    Connector,
    Finding,
    Gap,
    Item,
    Objection,
    Outcome,
    Piece,
    Processing,
    Question,
    Residue,
    Ruling,
    Sighting,
    SourceError,
    Step,
)
from overdracht_transip.settings import TransipSettings

if TYPE_CHECKING:
    from overdracht_transip.account import Memory
    from overdracht_transip.client import Writer


class TransipConnector(Connector[TransipSettings]):
    """An account at TransIP. What reads has a token that can only read, and nothing but `erase` asks for another."""

    name: ClassVar[str] = "transip"
    summary: ClassVar[str] = "domains, DNS, servers and mail settings in an account at TransIP"
    settings_type: ClassVar[type[TransipSettings]] = TransipSettings
    categories: ClassVar[frozenset[Category]] = frozenset(
        {Category.DOMAIN, Category.SERVER, Category.ACCOUNT, Category.CONTACT}
    )

    def __init__(self, source: str, settings: TransipSettings) -> None:
        super().__init__(source, settings)
        self._read: Memory | None = None

    @staticmethod
    def pause(seconds: float) -> None:
        """Wait before a request that failed is sent again."""
        time.sleep(seconds)

    def check(self) -> Iterator[Check]:
        """Ask for a token, and see whether the account answers."""
        from overdracht_transip.checking import checks

        with self._open() as api:
            yield from checks(api, self.settings)

    def describe(self) -> Iterable[Processing]:
        """Say what is kept at TransIP, and who receives it."""
        from overdracht_transip.processing import PROCESSING

        return PROCESSING

    def find(self, question: Question) -> Iterator[Finding]:
        """Search the account, part by part."""
        from overdracht_transip.account import Account
        from overdracht_transip.search import Search

        with self._open() as api:
            account = Account(api, self._memory(), self.settings.connections)
            yield from Search(account, self.settings, question).findings()

    def export(
        self,
        items: Iterable[Item],
        extras: frozenset[str] = frozenset(),  # noqa: ARG002 - it has none
    ) -> Iterator[Piece]:
        """Yield zone files, contacts, auth codes and specifications."""
        from overdracht_transip.exporting import Exporting
        from overdracht_transip.ownership import Ownership

        with self._open() as api:
            yield from Exporting(api, Ownership(self.settings)).pieces(items)

    def propose(self, item: Item, ruling: Ruling) -> Step:
        """Cancel what runs, replace a contact where the domain stays, remove the rest."""
        from overdracht_transip.proposing import Proposing

        return Proposing(self.settings).step(item, ruling)

    def prepare(self, steps: Iterable[ApprovedStep]) -> Iterator[Objection]:
        """Rehearse every step in TransIP's test mode, and say what stands in the way."""
        from overdracht_transip.preparing import Preparing

        with self._open() as api:
            yield from Preparing(api, self.settings).objections(steps)

    def erase(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Carry out the steps one by one; what may have happened is looked up and never asked for twice."""
        from overdracht_transip.erasing import Erasing

        with self._open() as api:
            self._memory().forget()
            yield from Erasing(api, self.settings).outcomes(steps)

    def corrections(self, items: Iterable[Item], changes: Sequence[Change]) -> Iterator[Step | Gap]:
        """Say what would become of contacts that hold an old value."""
        from overdracht_transip.correcting import corrections

        with self._open() as api:
            yield from corrections(api, self.settings, items, changes)

    def rectify(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Put the right values in the place of the wrong ones."""
        from overdracht_transip.correcting import Correcting

        with self._open() as api:
            self._memory().forget()
            yield from Correcting(api, self.settings).outcomes(steps)

    def residue(self) -> Iterable[Residue]:
        """Say what TransIP and the registries keep."""
        from overdracht_transip.residue import RESIDUE

        return RESIDUE

    def identifiers(self) -> Iterator[Sighting | Gap]:
        """Go through every domain, server and setting."""
        from overdracht_transip.account import Account
        from overdracht_transip.sightings import Sightings

        with self._open() as api:
            account = Account(api, self._memory(), self.settings.connections)
            yield from Sightings(account, self.settings).identifiers()

    def aged(self, before: Mapping[Category, date]) -> Iterator[Aged | Gap]:
        """Tell which domains, servers and keys are older."""
        from overdracht_transip.account import Account
        from overdracht_transip.sightings import Sightings

        with self._open() as api:
            account = Account(api, self._memory(), self.settings.connections)
            yield from Sightings(account, self.settings).aged(before)

    def _memory(self) -> "Memory":
        from overdracht_transip.account import Memory

        if self._read is None:
            self._read = Memory()
        return self._read

    @contextmanager
    def _open(self) -> Iterator["Writer"]:
        """Open the account. Only a change asks for a token that can write."""
        from overdracht_transip.client import TransipError
        from overdracht_transip.faults import translated
        from overdracht_transip.opening import opened

        try:
            with opened(self.settings, self.pause) as api:
                yield api
        except SourceError:
            raise
        except TransipError as error:
            raise translated(error) from error
