"""The connectors to files on disk: vCards, calendar files, and notes."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from shlex import quote
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
    Step,
    Text,
    Unreachable,
)
from overdracht_contacts.places import CONTACTS, NOTES, FilesSettings

if TYPE_CHECKING:
    from overdracht_contacts.containers import Container
    from overdracht_contacts.disk import DiskShelf
    from overdracht_contacts.matters import Matter

UNSEEN = Text(
    "afbeeldingen en bijlagen zijn niet doorzocht", "pictures and attachments were not searched"
)


class FilesConnector(Connector[FilesSettings]):
    """Reads, exports and erases what stands in files."""

    settings_type: ClassVar[type[Settings]] = FilesSettings

    @abstractmethod
    def _container(self) -> "Container":
        """Return how a file holds things."""

    @abstractmethod
    def _matter(self) -> "Matter":
        """Return what kind of thing it holds."""

    def check(self) -> Iterator[Check]:
        """Look at the configured paths."""
        for path in self.settings.path:
            if not path.exists():
                yield Check("reachable", ok=False, detail=f"{path} does not exist, check `path`")
                return
        yield Check("reachable", ok=True)
        shelf = self._shelf()
        parts = list(shelf.parts())
        folders = [one for one in parts if isinstance(one, str)]
        vacant = {part: said.en for part in folders if (said := shelf.vacancy(part))}
        if len(folders) > len(vacant):
            yield Check("folders", ok=True, detail=f"{len(folders) - len(vacant)} folders")
        for part, lack in vacant.items():
            yield Check(f"folder {part}", ok=True, detail=f"NOTE: {lack}; is `path` right?")
        for one in parts:
            if isinstance(one, Gap):
                yield Check(f"folder {one.part}", ok=False, detail=one.reason)
        yield Check("read-only", ok=True, detail="files are opened for reading")

    def describe(self) -> Iterable[Processing]:
        """Say what is done with the data."""
        return [CONTACTS if Category.CONTACT in self.categories else NOTES]

    def find(self, question: Question) -> Iterator[Finding]:
        """Look at every file."""
        from overdracht_contacts.finding import Search

        yield from Search(self._matter(), question, UNSEEN).findings(self._shelf())

    def export(
        self,
        items: Iterable[Item],
        extras: frozenset[str] = frozenset(),  # noqa: ARG002 - every form is always there
    ) -> Iterator[Piece]:
        """Yield each item as it stands, as far as it is the person's, and in the forms other programs take."""
        from overdracht_contacts import exporting

        yield from exporting.pieces(self._shelf(), self._matter(), items)

    def propose(self, item: Item, ruling: Ruling) -> Step:
        """Remove what is the person's alone, and edit what others share."""
        from overdracht_contacts import erasing

        return erasing.propose(self._shelf(), self._matter(), item, ruling)

    def prepare(self, steps: Iterable[ApprovedStep]) -> Iterator[Objection]:
        """Look whether the folders can be written, and whether all is still as planned."""
        from overdracht_contacts import erasing

        yield from erasing.objections(self._shelf(), self._matter(), steps)

    def erase(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Write the files anew without what goes."""
        from overdracht_contacts import erasing

        yield from erasing.outcomes(self._shelf(), self._matter(), steps)

    def corrections(self, items: Iterable[Item], changes: Sequence[Change]) -> Iterator[Step | Gap]:
        """Say what each item that holds a wrong value would become."""
        from overdracht_contacts import correcting

        yield from correcting.corrections(self._shelf(), self._matter(), items, changes)

    def rectify(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Make the planned edits, by the same means as for erasing."""
        yield from self.erase(steps)

    def removing(self, part: str) -> str:
        """Return what removes a folder in which no file is."""
        path = self._shelf().folder(part)
        return f"find {quote(path)} -depth -type d -empty -delete" if path else ""

    def residue(self) -> Iterable[Residue]:
        """Say what stays of changed files, and what others keep beside them."""
        from overdracht_contacts.residue import OF_FILES

        return OF_FILES

    def identifiers(self) -> Iterator[Sighting | Gap]:
        """Yield whom everything is about."""
        from overdracht_contacts import sightings

        yield from sightings.sightings(self._shelf(), self._matter())

    def aged(self, before: Mapping[Category, date]) -> Iterator[Aged | Gap]:
        """Yield what is older than the day of its category."""
        from overdracht_contacts import sightings

        yield from sightings.aged(self._shelf(), self._matter(), before)

    def _shelf(self) -> "DiskShelf":
        from overdracht_contacts.disk import DiskShelf

        for path in self.settings.path:
            if not path.exists():
                raise Unreachable(
                    "a path of the source does not exist",
                    remedy=f"check `path` of source {self.source}",
                )
        settings = self.settings
        return DiskShelf(settings.path, self._container(), settings.exclude)


class VcardFilesConnector(FilesConnector):
    """vCards."""

    name: ClassVar[str] = "vcards"
    summary: ClassVar[str] = "vCard files and folders: 2.1, 3.0 and 4.0, one card a file or many."
    categories: ClassVar[frozenset[Category]] = frozenset({Category.CONTACT})

    def _container(self) -> "Container":
        from overdracht_contacts.containers import CardFile

        return CardFile()

    def _matter(self) -> "Matter":
        from overdracht_contacts.matters import CARDS

        return CARDS


class CalendarFilesConnector(FilesConnector):
    """Calendar files."""

    name: ClassVar[str] = "calendarfiles"
    summary: ClassVar[str] = "iCalendar files and folders: appointments, tasks, journal entries."
    categories: ClassVar[frozenset[Category]] = frozenset({Category.NOTE})

    def _container(self) -> "Container":
        from overdracht_contacts.containers import CalendarFile

        return CalendarFile()

    def _matter(self) -> "Matter":
        from overdracht_contacts.matters import APPOINTMENTS

        return APPOINTMENTS


class NotesConnector(FilesConnector):
    """Notes."""

    name: ClassVar[str] = "notes"
    summary: ClassVar[str] = "Folders of notes: Markdown and plain text, a file a note."
    categories: ClassVar[frozenset[Category]] = frozenset({Category.NOTE})

    def _container(self) -> "Container":
        from overdracht_contacts.containers import NoteFile

        return NoteFile()

    def _matter(self) -> "Matter":
        from overdracht_contacts.matters import NOTES as MATTER

        return MATTER
