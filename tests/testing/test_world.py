"""The demo's world: made whole, always the same, or not at all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from overdracht import Kinds, World, hookimpl
from overdracht.config import load
from overdracht.demo import make_world
from overdracht.errors import OverdrachtError, UsageError
from overdracht.people import PEOPLE, SANNE
from overdracht.registry import Plugin, Provider, Registry
from overdracht.registry import _hooks as hooks_of
from overdracht.registry import load as load_registry

TODAY = date(2026, 3, 14)


def _with(demo: Callable[[World], str]) -> Registry:
    """Return a registry of one plugin whose part of the demo is *demo*."""

    class Part:
        @hookimpl
        def overdracht_demo(self, world: World) -> str:
            return demo(world)

    plugin = Plugin("part", Provider("overdracht-part", "1.0"), hooks_of(Part()), (), (), ())
    return replace(load_registry([]), plugins=(plugin,))


def _notes(world: World) -> str:
    (world.directory / "notes.txt").write_text(world.people[0].name)
    return '[sources.notes]\nconnector = "notes"\npath = "notes.txt"\n'


def test_each_plugin_writes_its_part(tmp_path: Path) -> None:
    """The directory holds what the plugin wrote and a configuration with its source, which can be read."""
    path = make_world(tmp_path / "demo", _with(_notes), TODAY)

    assert path == tmp_path / "demo" / "overdracht.toml"
    assert (path.parent / "notes.txt").read_text() == SANNE.name
    config = load(path, load_registry([]))
    assert [one.name for one in config.sources] == ["notes"]
    assert config.state_directory == path.parent / "state"
    assert config.organisation.name == "Voorbeeld ICT"
    assert Kinds().parse("info@voorbeeld-ict.example") in config.organisation.own


def test_a_plugin_without_a_part_is_no_fault(tmp_path: Path) -> None:
    """A plugin that adds nothing to the demo leaves it as it is."""

    class Bare:
        @hookimpl
        def overdracht_commands(self) -> list[object]:
            return []

    provider = Provider("overdracht-bare", "1.0")
    plugin = Plugin("bare", provider, hooks_of(Bare()), (), (), ())
    path = make_world(tmp_path / "demo", replace(load_registry([]), plugins=(plugin,)), TODAY)

    assert load(path, load_registry([])).sources == ()


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    """A directory that holds anything, and a file, are refused and stay as they are; an empty directory is taken."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("x")
    for taken in (tmp_path / "mine", tmp_path / "mine" / "letter"):
        with pytest.raises(UsageError, match="is there already"):
            make_world(taken, _with(_notes), TODAY)
    assert [one.name for one in (tmp_path / "mine").iterdir()] == ["letter"]

    (tmp_path / "empty").mkdir()
    assert make_world(tmp_path / "empty", _with(_notes), TODAY).exists()


def test_a_world_that_fails_is_not_there(tmp_path: Path) -> None:
    """A plugin that raises is named, and no half world stays behind."""

    def fails(world: World) -> str:
        _notes(world)
        raise ValueError("no")

    with pytest.raises(OverdrachtError, match="plugin part cannot make its part"):
        make_world(tmp_path / "demo", _with(fails), TODAY)
    assert list(tmp_path.iterdir()) == []


def test_its_people_are_invented_and_well_formed() -> None:
    """Every identifier is one that overdracht takes, every domain is reserved for examples, and ids are unique."""
    kinds = Kinds()
    assert len({one.id for one in PEOPLE}) == len(PEOPLE)
    for person in PEOPLE:
        for kind, values in {
            "email": person.emails,
            "domain": person.domains,
            "phone": (person.phone,),
            "iban": (person.iban,),
            "kvk": (person.kvk,),
        }.items():
            for value in filter(None, values):
                kinds.identifier(kind, value)
        for address in (*person.emails, *person.domains):
            assert address.endswith((".example", ".example.net"))
