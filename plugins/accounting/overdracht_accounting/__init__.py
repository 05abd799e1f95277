"""Finds, exports and erases a person in the books, and keeps what tax law wants kept."""

from collections.abc import Iterable
from typing import Any

from overdracht import Connector, World, hookimpl

__all__ = ["overdracht_connectors", "overdracht_demo"]


@hookimpl
def overdracht_connectors() -> Iterable[type[Connector[Any]]]:
    """Return the connectors for books."""
    from overdracht_accounting.gnucash import GnuCashConnector
    from overdracht_accounting.sql import SqlConnector
    from overdracht_accounting.xaf import XafConnector

    return [GnuCashConnector, SqlConnector, XafConnector]


@hookimpl
def overdracht_demo(world: World) -> str:
    """Write the book of the demo's world."""
    from overdracht_accounting.demo import write_book

    return write_book(world)
