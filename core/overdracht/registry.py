"""Load the plugins, each on its own, and name the one that is broken.

Every entry point in the group `overdracht` gets a plugin manager to itself, so that one that cannot be imported, misspells a hook or
raises in one takes nothing else along. What is left out stands in `Registry.broken`; nothing is left out silently.

A distribution may list its connectors in the group `overdracht.connectors`, each with the plugin that brings it, as the bundled ones do. A
command that needs a few connectors then imports their plugins only: the others would cost each run their time and memory.
"""

import inspect
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
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
LISTED = "overdracht.connectors"
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


def load(
    entry_points: Iterable[metadata.EntryPoint] | None = None,
    needed: Collection[str] | None = None,
) -> Registry:
    """Load the plugins that are installed, or those of *entry_points*.

    With *needed*, names of connectors, a plugin whose connectors are listed is loaded only when one of these is among them. When one of
    *needed* does not come of that, everything is loaded, so that what is said of it can name what there is.
    """
    found = _installed() if entry_points is None else tuple(entry_points)
    lists = _lists(found)
    plugins: list[Plugin] = []
    broken: list[Broken] = []
    for entry_point in sorted(
        (one for one in found if one.group == GROUP),
        key=lambda one: (str(_provider(one)), one.name, one.value),
    ):
        listed = lists.pop((_provider(entry_point), entry_point.value), frozenset())
        if needed is not None and listed and listed.isdisjoint(needed):
            continue
        plugin = _load_one(entry_point, listed)
        (plugins if isinstance(plugin, Plugin) else broken).append(plugin)  # type: ignore[arg-type]  # the condition tells which
    for (provider, module), names in lists.items():
        reason = f"{LISTED} lists {_listing(names)}, but no entry point {GROUP} names {module}"
        broken.append(Broken(min(names), str(provider), reason))
    registry = _joined(tuple(plugins), broken)
    if needed is not None and not registry.connectors.keys() >= set(needed):
        return load(found)
    return registry


def _installed() -> tuple[metadata.EntryPoint, ...]:
    everything = metadata.entry_points()  # once, since it reads every distribution there is
    return (*everything.select(group=GROUP), *everything.select(group=LISTED))


def _lists(found: Iterable[metadata.EntryPoint]) -> dict[tuple[Provider, str], frozenset[str]]:
    """Return the names of the connectors that are listed, by distribution and plugin."""
    lists: dict[tuple[Provider, str], set[str]] = {}
    for one in found:
        if one.group == LISTED:
            lists.setdefault((_provider(one), one.value), set()).add(one.name)
    return {key: frozenset(names) for key, names in lists.items()}


def _listing(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"


def _provider(entry_point: metadata.EntryPoint) -> Provider:
    distribution = entry_point.dist
    if distribution is None:
        return Provider("an unnamed distribution", "")
    return Provider(distribution.name, distribution.version)


def _load_one(entry_point: metadata.EntryPoint, listed: frozenset[str]) -> Plugin | Broken:
    provider = _provider(entry_point)
    try:
        hook = _hooks(entry_point.load())
        plugin = Plugin(
            entry_point.name,
            provider,
            hook,
            connectors=tuple(_answers(hook.overdracht_connectors, _checked_connector)),
            kinds=tuple(_answers(hook.overdracht_identifier_kinds, _checked_kind)),
            commands=tuple(_answers(hook.overdracht_commands, _checked_command)),
        )
        _check_list(plugin, listed)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, the others go on
        return Broken(entry_point.name, str(provider), _in_one_line(error))
    return plugin


def _check_list(plugin: Plugin, listed: frozenset[str]) -> None:
    if not listed:
        return
    if plugin.kinds or plugin.commands:
        raise _PluginError(
            f"it brings kinds or commands, which every run needs: list none of its connectors in {LISTED}"
        )
    brought = {one.name for one in plugin.connectors}
    if brought != listed:
        raise _PluginError(f"it brings {_listing(brought)}, but {LISTED} lists {_listing(listed)}")


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
