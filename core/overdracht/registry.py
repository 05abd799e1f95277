"""Load the plugins, each on its own, and name the one that is broken.

Every entry point in the group `overdracht` gets a plugin manager to itself, so that one that cannot be imported, misspells a hook or
raises in one takes nothing else along. What is left out stands in `Registry.broken`; nothing is left out silently.
"""

import inspect
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import metadata
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import pluggy

from overdracht import hookspecs
from overdracht.connector import Connector, Settings
from overdracht.identifiers import Kind, Kinds

if TYPE_CHECKING:
    import click

GROUP = "overdracht"
_CONNECTOR_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_LONGEST_REASON = 300

AnyConnector = type[Connector[Any]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Provider:
    """The distribution that something comes from."""

    distribution: str
    version: str

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}".strip()


@dataclass(frozen=True, slots=True)
class Broken:
    """A plugin, or a part of one, that is not used, and why."""

    name: str
    """The entry point's name."""
    distribution: str
    reason: str

    def __str__(self) -> str:
        return f"plugin {self.name} of {self.distribution}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin that loaded; *hook* calls its hooks and nobody else's."""

    name: str
    provider: Provider
    hook: pluggy.HookRelay
    connectors: tuple[AnyConnector, ...]
    kinds: tuple[Kind, ...]
    commands: tuple["click.Command", ...]

    def broken(self, reason: str) -> Broken:
        """Return the note that a part of the plugin is not used, for *reason*."""
        return Broken(self.name, str(self.provider), reason)


@dataclass(frozen=True, slots=True)
class Registry:
    """What the installed plugins bring."""

    plugins: tuple[Plugin, ...]
    connectors: Mapping[str, AnyConnector]
    providers: Mapping[str, Provider]
    """Connector name → the distribution it comes from."""
    kinds: Kinds
    commands: tuple["click.Command", ...]
    broken: tuple[Broken, ...]


class _PluginError(Exception):
    """A plugin breaks the rules; the text says how."""


def load(entry_points: Iterable[metadata.EntryPoint] | None = None) -> Registry:
    """Load the plugins that are installed, or those of *entry_points*."""
    found = metadata.entry_points(group=GROUP) if entry_points is None else entry_points
    plugins: list[Plugin] = []
    broken: list[Broken] = []
    for entry_point in sorted(found, key=lambda one: (str(_provider(one)), one.name, one.value)):
        plugin = _load_one(entry_point)
        (plugins if isinstance(plugin, Plugin) else broken).append(plugin)  # type: ignore[arg-type]  # the condition tells which
    return _joined(tuple(plugins), broken)


def _provider(entry_point: metadata.EntryPoint) -> Provider:
    distribution = entry_point.dist
    if distribution is None:
        return Provider("an unnamed distribution", "")
    return Provider(distribution.name, distribution.version)


def _load_one(entry_point: metadata.EntryPoint) -> Plugin | Broken:
    provider = _provider(entry_point)
    try:
        hook = _hooks(entry_point.load())
        return Plugin(
            entry_point.name,
            provider,
            hook,
            connectors=tuple(_answers(hook.overdracht_connectors, _checked_connector)),
            kinds=tuple(_answers(hook.overdracht_identifier_kinds, _checked_kind)),
            commands=tuple(_answers(hook.overdracht_commands, _checked_command)),
        )
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, the others go on
        return Broken(entry_point.name, str(provider), _in_one_line(error))


def _in_one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())[:_LONGEST_REASON]
    if isinstance(error, _PluginError):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _hooks(plugin: object) -> pluggy.HookRelay:
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    known = sorted(vars(manager.hook))
    manager.register(plugin)
    callers = manager.get_hookcallers(plugin) or []
    for caller in callers:
        if caller.spec is None and not all(one.optionalhook for one in caller.get_hookimpls()):
            nearest = get_close_matches(caller.name, known, n=1)
            hint = f"; did you mean {nearest[0]}?" if nearest else ""
            raise _PluginError(f"there is no hook {caller.name}{hint}")
    marked = {caller.name for caller in callers}
    for name in known:
        if name not in marked and inspect.isroutine(getattr(plugin, name, None)):
            raise _PluginError(f"{name} lacks @hookimpl")
    if not callers:
        raise _PluginError("it implements no hook")
    return manager.hook


def _answers(hook: pluggy.HookCaller, check: Callable[[object], T]) -> Iterator[T]:
    for answer in hook():
        for one in answer:
            yield check(one)


def _checked_connector(candidate: object) -> AnyConnector:
    if not (isinstance(candidate, type) and issubclass(candidate, Connector)):
        raise _PluginError("what overdracht_connectors returns is no Connector class")
    where = f"connector class {candidate.__name__}"
    if missing := sorted(getattr(candidate, "__abstractmethods__", ())):
        raise _PluginError(f"{where} does not define {', '.join(missing)}")
    for attribute in ("name", "summary", "settings_type", "categories"):
        if not hasattr(candidate, attribute):
            raise _PluginError(f"{where} has no {attribute}")
    if not (isinstance(candidate.name, str) and _CONNECTOR_NAME.fullmatch(candidate.name)):
        raise _PluginError(f"{where} has a name that is not lower-case letters, digits, - and _")
    settings = candidate.settings_type
    if not (isinstance(settings, type) and issubclass(settings, Settings)):
        raise _PluginError(f"{where} has a settings_type that is no subclass of Settings")
    return candidate


def _checked_kind(candidate: object) -> Kind:
    if not isinstance(candidate, Kind):
        raise _PluginError("what overdracht_identifier_kinds returns is no Kind")
    return candidate


def _checked_command(candidate: Any) -> "click.Command":
    # Only the command line imports click, so a command is told by its looks.
    if not (isinstance(getattr(candidate, "name", None), str) and callable(candidate)):
        raise _PluginError("what overdracht_commands returns is no click command with a name")
    return candidate  # type: ignore[no-any-return]  # see above


def _joined(plugins: tuple[Plugin, ...], broken: list[Broken]) -> Registry:
    connectors = _unique(
        [(plugin, one.name, one) for plugin in plugins for one in plugin.connectors],
        "connector",
        broken,
    )
    commands = _unique(
        [(plugin, str(one.name), one) for plugin in plugins for one in plugin.commands],
        "command",
        broken,
    )
    kinds = Kinds()
    for plugin in plugins:
        try:
            kinds = kinds.with_(plugin.kinds)
        except ValueError as error:
            broken.append(plugin.broken(str(error)))
    return Registry(
        plugins=plugins,
        connectors=MappingProxyType({name: one for name, (_, one) in connectors.items()}),
        providers=MappingProxyType(
            {name: plugin.provider for name, (plugin, _) in connectors.items()}
        ),
        kinds=kinds,
        commands=tuple(one for _, one in commands.values()),
        broken=tuple(broken),
    )


def _unique(
    offers: list[tuple[Plugin, str, T]], what: str, broken: list[Broken]
) -> dict[str, tuple[Plugin, T]]:
    """Return the *offers* by name; a name offered twice is nobody's, since either may be the wrong one."""
    times = Counter(name for _, name, _ in offers)
    for plugin, name, _ in offers:
        if times[name] > 1:
            all_of_them = " and ".join(
                dict.fromkeys(str(one.provider) for one, other, _ in offers if other == name)
            )
            broken.append(
                plugin.broken(
                    f"the {what} {name} is offered {times[name]} times, by {all_of_them}; none of them is used"
                )
            )
    return {name: (plugin, one) for plugin, name, one in offers if times[name] == 1}
