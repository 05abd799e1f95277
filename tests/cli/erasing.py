"""Systems that outlast one run of a command, for the tests of erasing: the connector's settings name one of them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from overdracht import Aged, Category, Gap, Settings
from overdracht.testing.memory import MemoryConnector, MemorySystem

SHELVES: dict[str, MemorySystem] = {}
"""The systems there are now, by name."""


class ShelfSettings(Settings):
    """Which system it is."""

    shelf: str = Field(description="its name")

    @property
    def system(self) -> MemorySystem:
        """The system itself."""
        return SHELVES[self.shelf]


class Shelf(MemoryConnector):
    """Speaks to the system that its settings name."""

    name: ClassVar[str] = "shelf"
    summary: ClassVar[str] = "a system that outlasts the command"
    settings_type: ClassVar[type[Settings]] = ShelfSettings


class Keeping(Shelf):
    """Can neither erase nor correct."""

    name: ClassVar[str] = "keeping"
    summary: ClassVar[str] = "a system that keeps everything"
    erase = None  # type: ignore[assignment]  # what a connector cannot do it does not define
    rectify = None  # type: ignore[assignment]


class Journal(Shelf):
    """Holds what machines wrote down about everybody: it knows nobody, and what is old there is about nobody in particular."""

    name: ClassVar[str] = "journal"
    summary: ClassVar[str] = "a log of everybody's traffic"
    categories: ClassVar[frozenset[Category]] = frozenset({Category.TRAFFIC})
    identifiers = None  # type: ignore[assignment]  # what a connector cannot do it does not define

    def aged(self, before: Mapping[Category, date]) -> Iterator[Aged | Gap]:
        """Tell which days are older, and of nobody."""
        for one in super().aged(before):
            yield one if isinstance(one, Gap) else replace(one, parties=())


MODULE = """
from overdracht import hookimpl
from tests.cli.erasing import Journal, Keeping, Shelf

@hookimpl
def overdracht_connectors():
    return [Journal, Keeping, Shelf]
"""


def install(directory: Path) -> Path:
    """Lay the plugin out in *directory* as pip would."""
    directory.mkdir()
    (directory / "overdracht_shelf.py").write_text(MODULE)
    information = directory / "overdracht_shelf-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: overdracht-shelf\nVersion: 1.0\n"
    )
    (information / "entry_points.txt").write_text("[overdracht]\nshelf = overdracht_shelf\n")
    return directory


def source(name: str, connector: str = "shelf") -> str:
    """Return the table of the source *name*, whose system has the same name."""
    return f'[sources.{name}]\nconnector = "{connector}"\nshelf = "{name}"\n'
