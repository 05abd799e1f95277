"""The connectors to a server: address books by CardDAV (RFC 6352), calendars by CalDAV (RFC 4791)."""

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
    Settings,
    Sighting,
    SourceError,
    Step,
    Text,
)
from overdracht_contacts.dav_settings import DavSettings
from overdracht_contacts.places import CONTACTS, NOTES

if TYPE_CHECKING:
    from overdracht_contacts.dav_shelf import DavShelf
    from overdracht_contacts.matters import Matter
    from overdracht_contacts.multistatus import Dialect

UNSEEN = Text(
    "afbeeldingen en bijlagen zijn niet doorzocht", "pictures and attachments were not searched"
)


class DavConnector(Connector[DavSettings]):
    """Reads, exports and erases what stands on a server."""

    settings_type: ClassVar[type[Settings]] = DavSettings

    @abstractmethod
    def _dialect(self) -> "Dialect":
        """Return how the server is spoken to."""

    @abstractmethod
    def _matter(self) -> "Matter":
        """Return what kind of thing it holds."""

    @contextmanager
    def _shelf(self) -> Iterator["DavShelf"]:
        from overdracht_contacts.dav import Server
        from overdracht_contacts.dav_shelf import DavShelf

        with Server(self.settings) as server:
            yield DavShelf(server, self.settings, self._dialect())

    def check(self) -> Iterator[Check]:
        """Log in and look what there is."""
        try:
            with self._shelf() as shelf:
                parts = list(shelf.parts())
                unwritable = [one for one in parts if isinstance(one, str) and shelf.obstacle(one)]
        except SourceError as error:
            yield Check("reachable", ok=False, detail=str(error))
            return
        yield Check("reachable", ok=True)
        there = [one for one in parts if isinstance(one, str)]
        yield Check("collections", ok=bool(there), detail=f"{len(there)} can be read")
        for one in parts:
            if isinstance(one, Gap):
                yield Check(f"collection {one.part}", ok=False, detail=one.reason)
        yield Check(
            "read-only",
            ok=True,
            detail="only PROPFIND, REPORT and GET are sent until a plan is carried out"
            + (f"; {len(unwritable)} cannot be changed by this account" if unwritable else ""),
        )

    def describe(self) -> Iterable[Processing]:
        """Say what is done with the data."""
        return [CONTACTS if Category.CONTACT in self.categories else NOTES]

    def find(self, question: Question) -> Iterator[Finding]:
        """Read every card or appointment in one question and look at each: a server's own search misses what is written differently."""
        from overdracht_contacts.finding import Search

        with self._shelf() as shelf:
            yield from Search(self._matter(), question, UNSEEN).findings(shelf)

    def export(
        self,
        items: Iterable[Item],
        extras: frozenset[str] = frozenset(),  # noqa: ARG002 - every form is always there
    ) -> Iterator[Piece]:
        """Yield each item as it stands, as far as it is the person's, and in the forms other programs take."""
        from overdracht_contacts import exporting

        with self._shelf() as shelf:
            yield from exporting.pieces(shelf, self._matter(), items)

    def propose(self, item: Item, ruling: Ruling) -> Step:
        """Remove what is the person's alone, and edit what others share."""
        from overdracht_contacts import erasing

        if not erasing.needs_reading(item, ruling):
            return erasing.propose(None, self._matter(), item, ruling)
        with self._shelf() as shelf:
            return erasing.propose(shelf, self._matter(), item, ruling)

    def prepare(self, steps: Iterable[ApprovedStep]) -> Iterator[Objection]:
        """Look whether the account may change the collections, and whether all is still as planned."""
        from overdracht_contacts import erasing

        with self._shelf() as shelf:
            yield from erasing.objections(shelf, self._matter(), steps)

    def erase(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Remove and edit, each on the condition that nobody else changed it meanwhile."""
        from overdracht_contacts import erasing

        with self._shelf() as shelf:
            yield from erasing.outcomes(shelf, self._matter(), steps)

    def corrections(self, items: Iterable[Item], changes: Sequence[Change]) -> Iterator[Step | Gap]:
        """Say what each item that holds a wrong value would become."""
        from overdracht_contacts import correcting

        with self._shelf() as shelf:
            yield from correcting.corrections(shelf, self._matter(), items, changes)

    def rectify(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Make the planned edits, by the same means as for erasing."""
        yield from self.erase(steps)

    def residue(self) -> Iterable[Residue]:
        """Say what the server and the devices keep."""
        from overdracht_contacts.residue import OF_CALENDARS, OF_CARDS

        return OF_CARDS if Category.CONTACT in self.categories else OF_CALENDARS

    def identifiers(self) -> Iterator[Sighting | Gap]:
        """Yield whom everything is about."""
        from overdracht_contacts import sightings

        with self._shelf() as shelf:
            yield from sightings.sightings(shelf, self._matter())

    def aged(self, before: Mapping[Category, date]) -> Iterator[Aged | Gap]:
        """Yield what is older than the day of its category."""
        from overdracht_contacts import sightings

        with self._shelf() as shelf:
            yield from sightings.aged(shelf, self._matter(), before)


class CardDavConnector(DavConnector):
    """Address books."""

    name: ClassVar[str] = "carddav"
    summary: ClassVar[str] = "Address books on a CardDAV server: Nextcloud, Radicale, Baïkal."
    categories: ClassVar[frozenset[Category]] = frozenset({Category.CONTACT})

    def _dialect(self) -> "Dialect":
        from overdracht_contacts.multistatus import CARDDAV

        return CARDDAV

    def _matter(self) -> "Matter":
        from overdracht_contacts.matters import CARDS

        return CARDS


class CalDavConnector(DavConnector):
    """Calendars."""

    name: ClassVar[str] = "caldav"
    summary: ClassVar[str] = "Calendars on a CalDAV server: appointments, tasks, journal entries."
    categories: ClassVar[frozenset[Category]] = frozenset({Category.NOTE})

    def _dialect(self) -> "Dialect":
        from overdracht_contacts.multistatus import CALDAV

        return CALDAV

    def _matter(self) -> "Matter":
        from overdracht_contacts.matters import APPOINTMENTS

        return APPOINTMENTS
