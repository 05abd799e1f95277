"""`overdracht connectors`: what is installed, and which settings it takes."""

from typing import Any

import click

from overdracht.cli.failure import INCOMPLETE
from overdracht.cli.screen import Screen, emit, screen
from overdracht.cli.session import Session, pass_session
from overdracht.connector import Connector, capabilities
from overdracht.errors import UsageError
from overdracht.registry import Registry


@click.command("connectors")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@pass_session
def command(session: Session, name: str | None, as_json: bool) -> None:
    """Show which connectors are installed, or what the settings of the connector NAME are.

    A plugin that is broken is named, and makes the exit code 1.

    \b
    Examples:
      overdracht connectors
      overdracht connectors imap
    """
    registry = session.installed
    names = [_known(registry, name)] if name else sorted(registry.connectors)
    if as_json:
        emit(
            {
                "connectors": [_as_json(registry, one) for one in names],
                "broken": [str(one) for one in registry.broken],
            }
        )
    elif name:
        _show_one(screen(), registry, names[0])
    else:
        _show_all(screen(), registry, names)
    if registry.broken and not name:
        click.get_current_context().exit(INCOMPLETE)


def _known(registry: Registry, name: str) -> str:
    if name not in registry.connectors:
        known = ", ".join(sorted(registry.connectors)) or "none"
        raise UsageError(f"no connector {name} is installed", remedy=f"there are: {known}")
    return name


def _abilities(connector: type[Connector[Any]]) -> tuple[str, ...]:
    return ("find", "export", *capabilities(connector))


def _show_all(screen: Screen, registry: Registry, names: list[str]) -> None:
    screen.table(
        ("connector", "can", "from", "what it is"),
        (
            (
                name,
                ", ".join(_abilities(registry.connectors[name])),
                str(registry.providers[name]),
                registry.connectors[name].summary,
            )
            for name in names
        ),
    )
    for broken in registry.broken:
        screen.line(f"  not used: {broken}", "red")


def _show_one(screen: Screen, registry: Registry, name: str) -> None:
    connector = registry.connectors[name]
    screen.line(f"{name}: {connector.summary}", "bold")
    screen.line(f"  from       {registry.providers[name]}")
    screen.line(f"  can        {', '.join(_abilities(connector))}")
    screen.line(f"  can't      {', '.join(_lacking(connector)) or 'nothing that there is'}")
    screen.line(f"  holds      {', '.join(sorted(connector.categories))}")
    for extra, about in sorted(connector.extras.items()):
        screen.line(f"  --extra {extra}: {about}")
    screen.line()
    screen.line("Settings", "bold")
    screen.table(
        ("key", "default", "what it is"),
        (
            (
                one["key"],
                "(required)" if one["required"] else str(one["default"]),
                str(one["description"]),
            )
            for one in _settings(connector)
        ),
    )


def _lacking(connector: type[Connector[Any]]) -> list[str]:
    from overdracht.connector import CAPABILITIES

    return [one for one in CAPABILITIES if one not in capabilities(connector)]


def _settings(connector: type[Connector[Any]]) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "required": field.is_required(),
            "default": None
            if field.is_required()
            else _shown(field.get_default(call_default_factory=True)),
            "description": field.description or "",
        }
        for key, field in connector.settings_type.model_fields.items()
    ]


def _shown(default: object) -> object:
    if isinstance(default, bool):
        return str(default).lower()
    if default is None:
        return ""
    if isinstance(default, list | tuple | set | frozenset):
        return [str(one) for one in default]
    return default if isinstance(default, int | float) else str(default)


def _as_json(registry: Registry, name: str) -> dict[str, object]:
    connector = registry.connectors[name]
    return {
        "name": name,
        "summary": connector.summary,
        "distribution": str(registry.providers[name]),
        "can": list(_abilities(connector)),
        "categories": sorted(connector.categories),
        "extras": dict(connector.extras),
        "settings": _settings(connector),
    }
