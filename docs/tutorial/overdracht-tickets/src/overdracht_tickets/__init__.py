"""Finds, exports and erases a person in tickets."""

from overdracht import World, hookimpl
from overdracht_tickets.connector import TicketsConnector


@hookimpl
def overdracht_connectors() -> list[type[TicketsConnector]]:
    """Return the connectors that this plugin brings."""
    return [TicketsConnector]


@hookimpl
def overdracht_demo(world: World) -> str:
    """Write this system's part of the demo's world and return the source that reads it."""
    from overdracht_tickets.demo import write_desk

    return write_desk(world)
