"""Finds, exports and erases a person's lines in the logs of one's own servers."""

from typing import Any

from overdracht import Connector, hookimpl

__all__ = ["overdracht_connectors"]


@hookimpl
def overdracht_connectors() -> list[type[Connector[Any]]]:
    """Return the plugin's connectors."""
    from overdracht_serverlogs.connector import ServerLogs

    return [ServerLogs]
