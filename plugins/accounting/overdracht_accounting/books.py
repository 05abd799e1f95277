"""What both connectors to books in a database do; each adds where its database is and what its mapping says."""

from abc import abstractmethod
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
    Step,
)
from overdracht_accounting.settings import DatabaseSettings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from overdracht_accounting.database import Database
    from overdracht_accounting.erasing import Erasure
    from overdracht_accounting.handing_over import Reader
    from overdracht_accounting.invoices import Record
    from overdracht_accounting.loading import Loader
    from overdracht_accounting.mapping import DataMap
    from overdracht_accounting.search import Search


class BooksConnector(Connector[DatabaseSettings]):
    """Reads and erases in a database by a mapping."""

    zone: ClassVar[str] = "Europe/Amsterdam"
    """Where the times are that say nothing of it."""

    @property
    @abstractmethod
    def mapping(self) -> "DataMap":
        """What the database holds of people."""

    @property
    @abstractmethod
    def address(self) -> str:
        """Where the database is, as a URL."""

    def guard(self, connection: "Connection") -> None:
        """Raise Refused when the database may not be changed now, and keep others out until the transaction ends."""

    def inspect(self, connection: "Connection") -> None:
        """Raise a SourceError when the database is not one that can be read."""

    def reader(self, connection: "Connection") -> "Reader | None":  # noqa: ARG002 - for who knows more
        """Return what knows the meaning of the records, for an export; None when they are rows and no more."""
        return None

    def check(self) -> Iterator[Check]:
        """Connect, and hold the mapping against the real schema."""
        from overdracht_accounting.checks import checks

        yield from checks(self.database(), self.mapping, self.inspect)

    def describe(self) -> Iterable[Processing]:
        """Say what is done with each category of the mapping."""
        from overdracht_accounting.processing import describe

        return describe(self.categories)

    def find(self, question: Question) -> Iterator[Finding]:
        """Yield the records about the subject, part by part, and a gap for each column that looks personal and is not mapped."""
        from overdracht_accounting.search import Search

        with self._loader() as loader, self.database().scanning() as scanners:
            search = Search(loader, question, loader.broken, scanners)
            yield from search.findings()
            yield from self._beside(search)
            yield from self._unmapped(loader)

    def _beside(self, search: "Search") -> Iterator[Finding]:  # noqa: ARG002 - for who has something there
        """Yield what is found outside the database."""
        yield from ()

    def handed_beside(self, item: Item) -> "list[Record] | None":  # noqa: ARG002 - for who has something there
        """Return what leaves of an item outside the database, None when it is gone or changed."""
        return None

    def _unmapped(self, loader: "Loader") -> Iterator[Finding]:
        from overdracht_accounting.suspects import suspects

        for one in suspects(loader.connection, self.mapping):
            reason = f"the column looks personal ({one.why}) and is not in the mapping"
            yield Gap(f"{one.table}.{one.column}", reason)

    def export(
        self,
        items: Iterable[Item],
        extras: frozenset[str] = frozenset(),  # noqa: ARG002 - there are none
    ) -> Iterator[Piece]:
        """Yield the records in open formats."""
        from overdracht_accounting.handing_over import HandingOver
        from overdracht_accounting.leaving import Leaving

        with self._loader() as loader:
            handing = HandingOver(
                loader, self.settings, self.reader(loader.connection), self.handed_beside
            )
            leaving = Leaving(handing.seller, handing.mask, self.settings.financial_year_starts)
            yield from leaving.pieces(handing.records(items))

    def propose(self, item: Item, ruling: Ruling) -> Step:
        """Say which columns go, which stay, and whether the row does."""
        from overdracht_accounting.proposals import propose

        return propose(self.mapping, item, ruling)

    def prepare(self, steps: Iterable[ApprovedStep]) -> Iterator[Objection]:
        """Look whether the database can be changed and the records are still the planned ones."""
        return self.erasure().objections(steps)

    def erase(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Carry the steps out in one transaction, with the invariants checked inside it."""
        return self.erasure().outcomes(steps)

    def corrections(self, items: Iterable[Item], changes: Sequence[Change]) -> Iterator[Step | Gap]:
        """Say which fields hold an old value, and what would stand there instead."""
        from overdracht_accounting.correcting import corrections

        with self._loader() as loader:
            yield from corrections(loader, items, changes)

    def rectify(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Make the edits in one transaction, with the invariants checked inside it."""
        return self.erasure().outcomes(steps)

    def residue(self) -> Iterator[Residue]:
        """Say what a database keeps of changed rows."""
        from overdracht_accounting.residue import residue

        return residue(self.address.partition(":")[0].partition("+")[0])

    def identifiers(self) -> Iterator[Sighting | Gap]:
        """Yield every strong identifier in the records that say whom they are about, for those and what is linked to them."""
        from overdracht_accounting.sightings import sightings

        with self._loader() as loader:
            yield from sightings(loader, loader.broken)

    def aged(self, before: Mapping[Category, date]) -> Iterator[Aged | Gap]:
        """Yield the records that are older than the day of their category."""
        from overdracht_accounting.sightings import aged

        with self._loader() as loader:
            yield from aged(loader, loader.broken, before)

    def database(self) -> "Database":
        """Return the database."""
        from overdracht_accounting.database import Database

        secret = self.settings.password
        password = None if secret is None else secret.get().reveal()
        tls = self.settings.tls == "verify"
        return Database(self.address, password, self.settings.ca_file, tls=tls)

    def erasure(self) -> "Erasure":
        """Return what changes the database."""
        from overdracht_accounting.changes import Changer
        from overdracht_accounting.erasing import Erasure

        def guard(connection: "Connection") -> None:
            self.inspect(connection)
            self.guard(connection)

        return Erasure(
            self.database(), self.mapping, Changer(self._pseudonym_key()), self.zone, guard
        )

    def _pseudonym_key(self) -> bytes:
        from secrets import token_bytes

        secret = self.settings.pseudonym_key
        return token_bytes(32) if secret is None else secret.get().reveal().encode()

    @contextmanager
    def _loader(self) -> Iterator["Loader"]:
        from overdracht_accounting.loading import Loader
        from overdracht_accounting.sources import faults, read_schema

        with self.database().reading() as connection:
            self.inspect(connection)
            schema = read_schema(connection, self.mapping)
            broken = faults(self.mapping, schema)
            yield Loader(connection, self.mapping, self.zone, broken, schema.packed)
