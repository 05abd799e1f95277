"""Finds, exports and erases a person in acmedesk."""

from overdracht import World, hookimpl
from overdracht_acmedesk.connector import AcmedeskConnector


@hookimpl
def overdracht_connectors() -> list[type[AcmedeskConnector]]:
    """Return the connectors that this plugin brings."""
    return [AcmedeskConnector]


@hookimpl
def overdracht_demo(world: World) -> str:
    """Write this system's part of the demo's world and return the source that reads it."""
    from overdracht_acmedesk.demo import write_desk

    return write_desk(world)
