"""Finds, exports and erases a person's domains and servers at TransIP."""

from typing import Any

from overdracht import Connector, World, hookimpl

__all__ = ["overdracht_connectors", "overdracht_demo"]


@hookimpl
def overdracht_connectors() -> list[type[Connector[Any]]]:
    """Return the plugin's connector."""
    from overdracht_transip.connector import TransipConnector

    return [TransipConnector]


@hookimpl
def overdracht_demo(world: World) -> str:
    """Write the account of the demo's world."""
    from overdracht_transip.demo import write_account

    return write_account(world)
