"""Plugins made for one test: modules with an entry point, as an installed distribution would have."""

import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, EntryPoint, PathDistribution
from itertools import count
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Annotated, Any

import pytest
from pydantic import Field

from overdracht import (
    Category,
    Check,
    ConfigPath,
    Connector,
    Finding,
    Gap,
    Processing,
    SecretRef,
    Settings,
    hookimpl,
)
from overdracht.registry import GROUP, LISTED


class CardSettings(Settings):
    """Settings with one field of each sort."""

    server: Annotated[str, Field(description="the name of the server", min_length=1)]
    port: Annotated[int, Field(description="its port", ge=1, le=65535)] = 993
    password: Annotated[SecretRef | None, Field(description="the password")] = None
    folder: Annotated[ConfigPath | None, Field(description="a folder", examples=["cards"])] = None
    exclude: Annotated[tuple[str, ...], Field(description="folders to leave out")] = ()


class Cards(Connector[CardSettings]):
    """A connector that has nothing."""

    name = "cards"
    summary = "Cards in a box"
    settings_type = CardSettings
    categories = frozenset({Category.CONTACT})

    def check(self) -> Iterator[Check]:
        """Try nothing."""
        yield Check("box", ok=True)

    def describe(self) -> Iterator[Processing]:
        """Say nothing."""
        yield from ()

    def find(self, question: object) -> Iterator[Finding]:
        """Find nothing."""
        yield Gap("", "an empty box")

    def export(self, items: object, extras: object = frozenset()) -> Iterator[Gap]:
        """Export nothing."""
        yield from ()


def connector(name: str, **attributes: object) -> type[Connector[Any]]:
    """Return a connector class called *name*."""
    return type("Made", (Cards,), {"name": name, **attributes})


def bringing(*connectors: object) -> SimpleNamespace:
    """Return a plugin that brings *connectors*."""

    @hookimpl
    def overdracht_connectors() -> list[object]:
        return list(connectors)

    return SimpleNamespace(overdracht_connectors=overdracht_connectors)


_NUMBERS = count()


class Shelf:
    """Installs plugins for the length of one test."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._directory = directory
        self._monkeypatch = monkeypatch
        self.entry_points: list[EntryPoint] = []

    def put(self, name: str, plugin: object, distribution: str = "") -> EntryPoint:
        """Install *plugin* as the entry point *name*; a text is the name of a module to import."""
        module = plugin if isinstance(plugin, str) else f"made_{len(self.entry_points)}"
        if not isinstance(plugin, str):
            holder = ModuleType(module)
            holder.plugin = plugin  # type: ignore[attr-defined]  # as a plugin's module has it
            self._monkeypatch.setitem(sys.modules, module, holder)
        value = module if isinstance(plugin, str) else f"{module}:plugin"
        entry_point = self._installed(GROUP, name, value, distribution or f"overdracht-{name}")
        self.entry_points.append(entry_point)
        return entry_point

    def list(self, plugin: EntryPoint, *connectors: str) -> None:
        """Have the distribution of *plugin* list *connectors* as those that it brings."""
        assert plugin.dist is not None
        for one in connectors:
            self.entry_points.append(self._installed(LISTED, one, plugin.value, plugin.dist.name))

    def source(self, name: str, code: str, distribution: str = "") -> EntryPoint:
        """Install a plugin whose module is *code*."""
        module = f"written_{next(_NUMBERS)}"  # an imported module stays, so that no other may have its name
        (self._directory / f"{module}.py").write_text(code)
        self._monkeypatch.syspath_prepend(self._directory)
        return self.put(name, module, distribution)

    def _installed(self, group: str, name: str, value: str, distribution: str) -> EntryPoint:
        folder = self._directory / f"{distribution}-{len(self.entry_points)}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Name: {distribution}\nVersion: 1.2\n")
        (folder / "entry_points.txt").write_text(f"[{group}]\n{name} = {value}\n")
        found: Distribution = PathDistribution(folder)
        (entry_point,) = found.entry_points
        return entry_point
