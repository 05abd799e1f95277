"""Finds, exports and erases a person in address books, calendars and notes, on a server or on disk."""

from typing import Any

from overdracht import Connector, World, hookimpl

__all__ = ["overdracht_connectors", "overdracht_demo"]


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


@hookimpl
def overdracht_demo(world: World) -> str:
    """Write the address book, the appointments and the notes of the demo's world."""
    from overdracht_contacts.demo import write_contacts

    return write_contacts(world)
