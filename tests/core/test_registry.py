"""Loading plugins: one that is broken is named and stops no other."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest

from overdracht import Connector, Kind, hookimpl
from overdracht.registry import Registry, load
from tests.core.plugins import Cards, Shelf, bringing, connector


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """Plugins for this test only, beside one that is in order."""
    shelf = Shelf(tmp_path, monkeypatch)
    shelf.put("cards", bringing(Cards))
    return shelf


def loaded(shelf: Shelf) -> Registry:
    """Load what is on the *shelf*, and see that the plugin that is in order is there whatever happens to the others."""
    registry = load(shelf.entry_points)
    assert registry.connectors["cards"] is Cards
    return registry


def reason(shelf: Shelf) -> str:
    """Return why the one broken plugin is not used."""
    (broken,) = loaded(shelf).broken
    assert broken.name == "bad"
    assert broken.distribution == "overdracht-bad 1.2"
    return broken.reason


def test_a_plugin_brings_connectors(shelf: Shelf) -> None:
    """A connector is there under its name, with the distribution and version it comes from."""
    shelf.put("more", bringing(connector("box"), connector("shed")))
    registry = loaded(shelf)

    assert set(registry.connectors) == {"cards", "box", "shed"}
    assert str(registry.providers["shed"]) == "overdracht-more 1.2"
    assert registry.broken == ()


def test_without_plugins_the_core_stands(shelf: Shelf) -> None:
    """The core needs no plugin."""
    registry = load([])

    assert not registry.connectors
    assert registry.kinds.names[0] == "email"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import no_such_library", "ModuleNotFoundError: No module named 'no_such_library'"),
        ("def broken(:", "SyntaxError"),
        ("1 / 0", "ZeroDivisionError"),
        ("raise SystemExit('this plugin wants Windows')", "SystemExit: this plugin wants Windows"),
        ("raise BaseExceptionGroup('all', [Exception('x')])", "ExceptionGroup"),
        ("", "it implements no hook"),
        ("raise ValueError('long\\n' * 500)", "ValueError: long long"),
    ],
)
def test_a_plugin_that_cannot_be_imported_is_named(shelf: Shelf, code: str, expected: str) -> None:
    """Whatever goes wrong at its import is one line of reason."""
    shelf.source("bad", code)

    assert expected in reason(shelf)
    assert "\n" not in reason(shelf)
    assert len(reason(shelf)) < 400


def test_an_interrupt_is_no_broken_plugin(shelf: Shelf) -> None:
    """Who presses Ctrl-C while a plugin loads wants to stop."""
    shelf.source("bad", "raise KeyboardInterrupt")

    with pytest.raises(KeyboardInterrupt):
        load(shelf.entry_points)


def test_a_hook_that_raises_is_named(shelf: Shelf) -> None:
    """An exception in a hook, also halfway its answer, costs only its own plugin."""

    @hookimpl
    def overdracht_connectors() -> Any:
        yield connector("box")
        sys.exit(4)

    shelf.put("bad", SimpleNamespace(overdracht_connectors=overdracht_connectors))

    assert reason(shelf) == "SystemExit: 4"
    assert "box" not in loaded(shelf).connectors


def test_a_misspelt_hook_is_found(shelf: Shelf) -> None:
    """Pluggy accepts a hook of any name; here it is pointed out with the nearest right one."""

    @hookimpl
    def overdracht_conectors() -> list[object]:
        return []

    shelf.put("bad", SimpleNamespace(overdracht_conectors=overdracht_conectors))

    assert reason(shelf) == (
        "there is no hook overdracht_conectors; did you mean overdracht_connectors?"
    )


def test_a_hook_of_a_later_version_may_be_optional(shelf: Shelf) -> None:
    """A plugin can implement a hook that this core does not have yet."""

    @hookimpl(optionalhook=True)
    def overdracht_weather() -> None:
        return None

    plugin = bringing(connector("box"))
    plugin.overdracht_weather = overdracht_weather
    shelf.put("good", plugin)

    assert loaded(shelf).broken == ()


def test_a_hook_with_a_wrong_argument_is_named(shelf: Shelf) -> None:
    """An argument that the hook does not have."""

    @hookimpl
    def overdracht_connectors(config: object) -> list[object]:
        return []

    shelf.put("bad", SimpleNamespace(overdracht_connectors=overdracht_connectors))

    assert "config" in reason(shelf)


def test_a_forgotten_mark_is_found(shelf: Shelf) -> None:
    """A hook without @hookimpl would never be called."""
    plugin = SimpleNamespace(overdracht_connectors=lambda: [Cards])
    shelf.put("bad", plugin)

    assert reason(shelf) == "overdracht_connectors lacks @hookimpl"


class Unfinished(Cards):
    """A connector without a summary."""

    name = "unfinished"


@pytest.mark.parametrize(
    ("offered", "expected"),
    [
        ("cards", "is no Connector class"),
        (Cards("a", None), "is no Connector class"),  # type: ignore[arg-type]  # an object where a class belongs
        (object, "is no Connector class"),
        (connector("Box of cards"), "has a name that is not lower-case"),
        (connector("box", settings_type=dict), "settings_type that is no subclass of Settings"),
        (
            type("Abstract", (Connector,), {"name": "x", "check": Cards.check, "find": Cards.find}),
            "connector class Abstract does not define describe, export",
        ),
    ],
)
def test_what_is_no_connector_is_refused(shelf: Shelf, offered: object, expected: str) -> None:
    """A class that misses something is refused when it is loaded, and not when a request is under way."""
    shelf.put("bad", bringing(offered))

    assert expected in reason(shelf)


def test_two_plugins_with_one_connector_are_both_named(shelf: Shelf) -> None:
    """Neither is used: one of the two is not what the administrator means, and it would get the passwords."""
    shelf.put("one", bringing(connector("box"), connector("shed")), "overdracht-one")
    shelf.put("two", bringing(connector("box")), "evil-two")
    registry = loaded(shelf)

    assert set(registry.connectors) == {"cards", "shed"}
    assert {broken.name for broken in registry.broken} == {"one", "two"}
    for broken in registry.broken:
        assert "overdracht-one 1.2" in broken.reason
        assert "evil-two 1.2" in broken.reason


def test_a_plugin_adds_kinds_and_commands(shelf: Shelf) -> None:
    """A kind of identifier is there with the built-in ones; a command goes to the command line."""
    plate = Kind("plate", "kenteken", "number plate", True, str.upper, "12-AB-34")
    command = click.Command("cards", callback=print)

    class Plugin:
        """A plugin may be an object as well as a module."""

        @hookimpl
        def overdracht_identifier_kinds(self) -> list[Kind]:
            """Bring one kind."""
            return [plate]

        @hookimpl
        def overdracht_commands(self) -> list[object]:
            """Bring one command."""
            return [command]

    shelf.put("more", Plugin())
    registry = loaded(shelf)

    assert registry.kinds.kind("plate") is plate
    assert registry.commands == (command,)


def test_a_kind_that_is_taken_is_refused(shelf: Shelf) -> None:
    """A plugin cannot change what an e-mail address is."""
    email = Kind("email", "e-mail", "e-mail", True, str.upper, "x")

    class Plugin:
        """Brings a kind that exists."""

        @hookimpl
        def overdracht_identifier_kinds(self) -> list[Kind]:
            """Bring it."""
            return [email]

    shelf.put("bad", Plugin())

    assert "'email' exists already" in reason(shelf)
    assert loaded(shelf).kinds.kind("email").example != "x"


def test_the_order_of_installation_does_not_count(shelf: Shelf) -> None:
    """Equal installations give equal registries."""
    shelf.put("more", bringing(connector("box")))
    shelf.source("bad", "1 / 0")
    forth, back = load(shelf.entry_points), load(reversed(shelf.entry_points))

    assert list(forth.connectors) == list(back.connectors)
    assert [plugin.name for plugin in forth.plugins] == [plugin.name for plugin in back.plugins]
    assert forth.broken == back.broken


def test_only_what_is_needed_is_imported(shelf: Shelf) -> None:
    """A plugin whose connectors are listed is imported when one of them is needed, and not otherwise."""
    shelf.list(shelf.put("more", bringing(connector("box"), connector("shed"))), "box", "shed")
    shelf.list(shelf.source("costly", "raise AssertionError('imported')"), "costly")

    registry = load(shelf.entry_points, needed={"shed"})

    assert set(registry.connectors) == {"cards", "box", "shed"}, (
        "what is not listed is always there"
    )
    assert registry.broken == ()


def test_what_is_needed_and_listed_nowhere_is_looked_for_everywhere(shelf: Shelf) -> None:
    """A misspelled connector is named beside every one that exists."""
    shelf.list(shelf.put("more", bringing(connector("box"))), "box")

    assert "box" in load(shelf.entry_points, needed={"bx"}).connectors


def test_a_needed_connector_that_two_offer_is_still_nobodys(shelf: Shelf) -> None:
    """That only some plugins are imported does not decide between two with one name."""
    for name in ("one", "other"):
        shelf.list(shelf.put(name, bringing(connector("box"))), "box")

    registry = load(shelf.entry_points, needed={"box"})

    assert "box" not in registry.connectors
    assert any("offered 2 times" in one.reason for one in registry.broken)


@pytest.mark.parametrize("listed", [("box",), ("box", "shed", "hall")])
def test_a_list_that_is_not_what_the_plugin_brings_is_refused(
    shelf: Shelf, listed: tuple[str, ...]
) -> None:
    """Otherwise a connector would be there or not by which others are configured."""
    shelf.list(shelf.put("bad", bringing(connector("box"), connector("shed"))), *listed)

    assert (
        f"brings box, shed, but overdracht.connectors lists {', '.join(sorted(listed))}"
        in reason(shelf)
    )


def test_a_plugin_with_more_than_connectors_is_always_imported(shelf: Shelf) -> None:
    """Its kinds count in every run, so it may not list what it brings."""

    class Plugin:
        """Brings a connector and a kind."""

        @hookimpl
        def overdracht_connectors(self) -> list[object]:
            """Bring a connector."""
            return [connector("box")]

        @hookimpl
        def overdracht_identifier_kinds(self) -> list[Kind]:
            """Bring a kind."""
            return [Kind("plate", "kenteken", "number plate", True, str.upper, "12-AB-34")]

    shelf.list(shelf.put("bad", Plugin()), "box")

    assert "it brings kinds or commands" in reason(shelf)


def test_a_list_without_a_plugin_is_named(shelf: Shelf) -> None:
    """A list that names a module which is no plugin is said to be wrong."""
    plugin = shelf.put("bad", bringing(connector("box")))
    shelf.list(plugin, "box")
    shelf.entry_points.remove(plugin)

    (broken,) = loaded(shelf).broken
    assert "lists box, but no entry point overdracht names" in broken.reason


def test_what_is_installed_loads() -> None:
    """The plugins of this environment, whichever they are, all load."""
    assert load().broken == ()
