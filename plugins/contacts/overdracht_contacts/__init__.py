"""Finds, exports and erases a person in address books, calendars and notes, on a server or on disk."""

from typing import Any

from overdracht import Connector, hookimpl

__all__ = ["overdracht_connectors"]


@hookimpl
def overdracht_connectors() -> list[type[Connector[Any]]]:
    """Return the connectors for contacts, calendars and notes."""
    from overdracht_contacts.on_disk import (
        CalendarFilesConnector,
        NotesConnector,
        VcardFilesConnector,
    )
    from overdracht_contacts.on_server import CalDavConnector, CardDavConnector

    return [
        CardDavConnector,
        CalDavConnector,
        VcardFilesConnector,
        CalendarFilesConnector,
        NotesConnector,
    ]
