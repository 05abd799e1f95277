"""Make the demo's world: a small provider with customers, systems that hold data about them, and a configuration."""

import shutil
import tempfile
from datetime import date
from pathlib import Path

from overdracht.config.template import toml
from overdracht.errors import OverdrachtError, UsageError
from overdracht.export.room import full_disk
from overdracht.people import CLUB, PEOPLE, PIET, PROVIDER
from overdracht.registry import Plugin, Registry
from overdracht.world import World

CONFIGURATION = "overdracht.toml"
HEAD = """\
# The demo's configuration: Voorbeeld ICT and its customers are invented.
# `overdracht --help` says what to do with it; `overdracht init` writes one for your own organisation.
"""


def make_world(directory: Path, registry: Registry, today: date) -> Path:
    """Make the world of *today* in *directory*, with a part by every plugin of *registry*; return the configuration's path.

    The directory must not exist, or be empty. It is either made whole or not at all.
    """
    check_free(directory)
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    except OSError as error:
        raise UsageError(f"{directory} cannot be made: {error.strerror}") from error
    try:
        _furnish(World(unfinished, PEOPLE, today), registry)
        unfinished.rename(directory)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return directory / CONFIGURATION


def check_free(directory: Path) -> None:
    """Raise UsageError when *directory* is there and is not empty."""
    try:
        taken = directory.exists() and (not directory.is_dir() or any(directory.iterdir()))
    except OSError as error:
        raise UsageError(f"{directory} cannot be looked into: {error.strerror}") from error
    if taken:
        raise UsageError(f"{directory} is there already", remedy="name a directory that is not")


def _furnish(world: World, registry: Registry) -> None:
    parts = [_part(plugin, world) for plugin in registry.plugins]
    text = "\n".join([HEAD, _organisation(), *(part for part in parts if part)])
    try:
        (world.directory / CONFIGURATION).write_text(text, encoding="utf-8")
    except OSError as error:
        raise _unwritten(error.strerror) from error


def _part(plugin: Plugin, world: World) -> str:
    try:
        return "\n".join(
            str(part).strip() + "\n" for part in plugin.hook.overdracht_demo(world=world)
        )
    except OSError as error:
        raise _unwritten(error.strerror) from error
    except Exception as error:
        if reason := full_disk(error):
            raise _unwritten(reason) from error
        fault = f"plugin {plugin.name} cannot make its part of the demo: {type(error).__name__}"
        raise OverdrachtError(fault, remedy=f"report it to {plugin.provider}") from error


def _unwritten(reason: str | None) -> OverdrachtError:
    return OverdrachtError(
        f"the demo cannot be written: {reason}", remedy="name a directory with room for it"
    )


def _organisation() -> str:
    organisation = {
        "name": PROVIDER.name,
        "contact": "privacy@voorbeeld-ict.example",
        "address": PROVIDER.address,
        "language": "nl",
        "own": [*PROVIDER.emails, *PROVIDER.domains, f"iban:{PROVIDER.iban}"],
        "shared": [CLUB.email, PIET.email],
        "recipients": ["Boekhoudkantoor De Balans", "de Belastingdienst"],
        "automated_decisions": "none",
        "transfers": "none",
    }
    lines = [f"{key} = {toml(value)}" for key, value in organisation.items()]
    return "\n".join(["[organisation]", *lines, "", "[state]", 'directory = "state"', ""])
