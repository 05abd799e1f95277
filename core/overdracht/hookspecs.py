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
from overdracht.world import World

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


@hookspec
def overdracht_demo(world: World) -> str:  # type: ignore[empty-body]
    """Write the plugin's part of the demo below `world.directory`; return the `[sources.NAME]` tables that read it, as TOML.

    Paths in the TOML are relative to that directory, which gets its name when all is done. Nothing may be needed that a bare
    machine lacks: no server, no network. The same *world* gives the same bytes.
    """
