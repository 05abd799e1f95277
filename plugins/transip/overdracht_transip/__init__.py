"""Finds, exports and erases a person's domains and servers at TransIP."""

from typing import Any

from overdracht import Connector, hookimpl


@hookimpl
def overdracht_connectors() -> list[type[Connector[Any]]]:
    """Return the plugin's connectors."""
    return []
