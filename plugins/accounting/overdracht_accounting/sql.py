"""The connector to any database of people, by a mapping in the configuration: a customer portal, a ticket system, books made at home."""

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, cast

from overdracht import Category, Settings
from overdracht_accounting.books import BooksConnector
from overdracht_accounting.settings import DatabaseSettings, SqlSettings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from overdracht_accounting.handing_over import Reader
    from overdracht_accounting.mapping import DataMap


class SqlConnector(BooksConnector):
    """Reads and erases in a database by the mapping that is configured."""

    name: ClassVar[str] = "sql"
    summary: ClassVar[str] = (
        "Any database (SQLite, PostgreSQL, MariaDB), by a mapping of its tables."
    )
    settings_type: ClassVar[type[Settings]] = SqlSettings
    categories: ClassVar[frozenset[Category]] = frozenset(Category)

    def __init__(self, source: str, settings: DatabaseSettings) -> None:
        super().__init__(source, settings)
        # Of one source the mapping tells which there are; the class can only name them all.
        vars(self)["categories"] = self.mapping.categories

    @cached_property
    def mapping(self) -> "DataMap":
        """What the configuration says the database holds of people."""
        from overdracht_accounting.configured_mapping import mapping_of

        return mapping_of(cast("SqlSettings", self.settings))

    def reader(self, connection: "Connection") -> "Reader | None":
        """Return what makes invoices of the rows that are, where the configuration says how."""
        from overdracht_accounting.sql_invoices import SqlInvoices

        queries = cast("SqlSettings", self.settings).invoices
        part = None if queries is None else self.mapping.record(queries.part)
        if queries is None or part is None:
            return None
        return SqlInvoices(connection, queries, len(part.table.key))

    @property
    def address(self) -> str:
        """Where the database is."""
        return cast("SqlSettings", self.settings).url
