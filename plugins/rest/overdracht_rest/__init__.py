"""Finds, exports and erases a person in any system with a plain REST API, by configuration alone."""

from overdracht import hookimpl
from overdracht_rest.connector import RestConnector


@hookimpl
def overdracht_connectors() -> list[type[RestConnector]]:
    """Return the connector."""
    return [RestConnector]
