"""The connector to a GnuCash book in SQLite, PostgreSQL or MySQL. It is read and changed by SQL, never through GnuCash."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, cast

from overdracht import (
    Aged,
    ApprovedStep,
    Category,
    Change,
    Finding,
    Gap,
    Item,
    Objection,
    Outcome,
    Ruling,
    Settings,
    Step,
)
from overdracht_accounting.books import BooksConnector
from overdracht_accounting.settings import GnuCashSettings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from overdracht_accounting.gnucash_files import BookFiles
    from overdracht_accounting.handing_over import Reader
    from overdracht_accounting.invoices import Record
    from overdracht_accounting.mapping import DataMap
    from overdracht_accounting.search import Search


FILES = "files"
"""The part that the files beside the book are."""


class GnuCashConnector(BooksConnector):
    """Reads and erases in a book of GnuCash 3 to 5."""

    name: ClassVar[str] = "gnucash"
    summary: ClassVar[str] = (
        "A GnuCash book in SQLite, PostgreSQL or MySQL, and the logs beside it."
    )
    settings_type: ClassVar[type[Settings]] = GnuCashSettings
    categories: ClassVar[frozenset[Category]] = frozenset(
        {Category.CONTACT, Category.INVOICE, Category.NOTE, Category.PAYMENT}
    )
    zone = "UTC"

    @cached_property
    def mapping(self) -> "DataMap":
        """What a GnuCash book holds of people."""
        from overdracht_accounting.gnucash_mapping import GNUCASH

        return GNUCASH

    @property
    def address(self) -> str:
        """Where the book is."""
        settings = cast("GnuCashSettings", self.settings)
        return f"sqlite:///{settings.book}" if settings.url is None else settings.url

    def inspect(self, connection: "Connection") -> None:
        """Refuse what is no book, or one of another version of GnuCash."""
        from overdracht_accounting.gnucash_book import require_known

        require_known(connection)

    def guard(self, connection: "Connection") -> None:
        """Refuse a book that is open in GnuCash, and keep GnuCash from opening it meanwhile."""
        from overdracht_accounting.gnucash_book import take_lock

        take_lock(connection)

    @staticmethod
    def require_closed(connection: "Connection") -> None:
        """Refuse a book that is open in GnuCash."""
        from overdracht_accounting.gnucash_book import require_closed

        require_closed(connection)

    def reader(self, connection: "Connection") -> "Reader":
        """Return what makes invoices, payments and bookings out of the tables."""
        from overdracht_accounting.gnucash_records import GnuCashRecords

        return GnuCashRecords(connection)

    def propose(self, item: Item, ruling: Ruling) -> Step:
        """Say which columns go, which stay, and whether the row does; of a file beside the book, which lines."""
        if item.part == FILES:
            from overdracht_accounting.gnucash_files import propose

            return propose(item, ruling)
        return super().propose(item, ruling)

    def prepare(self, steps: Iterable[ApprovedStep]) -> Iterator[Objection]:
        """Look whether the book is closed and can be changed, and the records and files are still the planned ones."""
        files: list[ApprovedStep] = []
        yield from super().prepare(_apart(steps, files))
        yield from self._files().objections(files)

    def erase(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Carry the steps out: those in the book in one transaction, the files beside it one by one."""
        files: list[ApprovedStep] = []
        yield from super().erase(_apart(steps, files))
        yield from self._files().outcomes(self._closed(files))

    def aged(self, before: Mapping[Category, date]) -> Iterator[Aged | Gap]:
        """Yield the records that are too old, and a gap for each file beside the book that is: it is everybody's, and a person removes it."""
        yield from super().aged(before)
        if Category.NOTE in before:
            yield from self._files().aged(before[Category.NOTE])

    def corrections(self, items: Iterable[Item], changes: Sequence[Change]) -> Iterator[Step | Gap]:
        """Say which fields hold an old value; a file beside the book is never corrected."""
        return super().corrections((one for one in items if one.part != FILES), changes)

    def _closed(self, steps: Iterable[ApprovedStep]) -> Iterator[ApprovedStep]:
        """Yield *steps* while the book is closed."""
        for step in steps:
            with self.database().reading() as connection:
                self.inspect(connection)
                self.require_closed(connection)
            yield step

    def _beside(self, search: "Search") -> Iterator[Finding]:
        from overdracht_accounting.gnucash_files import Own

        yield from self._files().find(Own(*search.own()), search.mentions)

    def handed_beside(self, item: Item) -> "list[Record] | None":
        """Return the person's lines of a log, or that there is a copy of the whole book."""
        from overdracht_accounting.invoices import Row

        lines = self._files().lines(item)
        if lines is None:
            return None
        told = "\n".join(lines) or "een kopie van het hele boek"
        return [Row(item.key, "bestanden", {"bestand": item.title, "inhoud": told})]

    def _files(self) -> "BookFiles":
        from overdracht_accounting.gnucash_files import BookFiles

        settings = cast("GnuCashSettings", self.settings)
        return BookFiles(settings.book, settings.logs)


def _apart(steps: Iterable[ApprovedStep], files: list[ApprovedStep]) -> Iterator[ApprovedStep]:
    """Yield *steps* but those on files, which are put in the list of *files*."""
    for step in steps:
        if step.item.part == FILES:
            files.append(step)
        else:
            yield step
