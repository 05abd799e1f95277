"""Finds, exports and erases a person in address books, calendars and notes."""

from typing import Any

from overdracht import Connector, hookimpl


@hookimpl
def overdracht_connectors() -> list[type[Connector[Any]]]:
    """Return the plugin's connectors."""
    return []
