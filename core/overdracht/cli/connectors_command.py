"""`overdracht connectors`: what is installed, and which settings it takes."""

from collections.abc import Iterable, Iterator
from typing import Any, get_origin

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from overdracht.cli.failure import INCOMPLETE
from overdracht.cli.screen import Screen, emit, screen
from overdracht.cli.session import Session, pass_session
from overdracht.config.problems import is_mapping, models_in
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
        _rows(settings_of(connector.settings_type)),
    )


def _rows(settings: Iterable[dict[str, Any]], indent: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield *settings* as rows, what belongs under one indented beneath it."""
    for one in settings:
        default = "(required)" if one["required"] else str(one["default"])
        yield indent + one["key"], default, str(one["description"])
        yield from _rows(one.get("settings", ()), f"{indent}  ")


def _lacking(connector: type[Connector[Any]]) -> list[str]:
    from overdracht.connector import CAPABILITIES

    return [one for one in CAPABILITIES if one not in capabilities(connector)]


def settings_of(*models: type[BaseModel]) -> list[dict[str, Any]]:
    """Return the settings of the last of *models*, which stands in those before it; one that holds itself is told once."""
    fields = models[-1].model_fields
    return [_setting(key, field, models) for key, field in fields.items()]


def _setting(key: str, field: FieldInfo, above: tuple[type[BaseModel], ...]) -> dict[str, Any]:
    required = field.is_required()
    told = {
        "key": key + _several(field.annotation),
        "required": required,
        "default": None if required else _shown(field.get_default(call_default_factory=True)),
        "description": field.description or "",
    }
    inside = [one for one in models_in(field.annotation) if one not in above]
    beneath = [one for model in inside for one in settings_of(*above, model)]
    return told | {"settings": beneath} if beneath else told


def _several(annotation: Any) -> str:
    """Return what stands behind the key of a setting that holds tables: `[]` of a list, and `.NAME` where each has a name."""
    if not any(models_in(annotation)):
        return ""
    if is_mapping(annotation):
        return ".NAME"
    return "[]" if get_origin(annotation) in {list, tuple} else ""


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
        "settings": settings_of(connector.settings_type),
    }
