"""The connector to a GnuCash book in SQLite, PostgreSQL or MySQL. It is read and changed by SQL, never through GnuCash."""

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, cast

from overdracht import Category, Settings
from overdracht_accounting.books import BooksConnector
from overdracht_accounting.settings import GnuCashSettings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from overdracht_accounting.handing_over import Reader
    from overdracht_accounting.mapping import DataMap


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

    def reader(self, connection: "Connection") -> "Reader":
        """Return what makes invoices, payments and bookings out of the tables."""
        from overdracht_accounting.gnucash_records import GnuCashRecords

        return GnuCashRecords(connection)
