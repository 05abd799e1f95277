"""The hooks a plugin may implement. They find; what a connector promises stands in `overdracht.connector`.

    from overdracht import hookimpl

    @hookimpl
    def overdracht_connectors():
        return [MyConnector]
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

from overdracht.connector import Connector, Settings
from overdracht.identifiers import Kind

if TYPE_CHECKING:
    import click

PROJECT = "overdracht"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def overdracht_connectors() -> Iterable[type[Connector[Settings]]]:  # type: ignore[empty-body]
    """Return the connector classes that the plugin brings."""


@hookspec
def overdracht_identifier_kinds() -> Iterable[Kind]:  # type: ignore[empty-body]
    """Return further kinds of identifier."""


@hookspec
def overdracht_commands() -> Iterable["click.Command"]:  # type: ignore[empty-body]
    """Return commands to add to the command line."""
