"""A small provider whose systems can forget, and what the tests of erasing ask of it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from overdracht.testing.memory import MemoryRecord, MemorySystem
from tests.cli import erasing
from tests.cli.conftest import Home, Run
from tests.erasure.world import books, hosting, mail

SANNE = "sanne@vanderberg.example"
CONFIRM = ("--confirm", "vanderberg.example")
PERSONAL = (b"sanne", b"612345678", b"k10023", b"Storing", b"vanderberg", b"mail-s", b"klant-1")
"""What must not be found anywhere once she is forgotten."""


@dataclass(frozen=True)
class Provider:
    """Its systems by the name of their source, and the command line."""

    run: Run
    home: Home
    systems: dict[str, MemorySystem]

    def records(self) -> dict[str, MemoryRecord]:
        """Return every record of every system, by its key."""
        return {
            key: record
            for system in self.systems.values()
            for part in system.parts.values()
            for key, record in part.items()
        }

    def hers(self) -> set[str]:
        """Return the keys of what is hers and still there."""
        mine = {"klant-1", "fact-1", "dom-1"}
        return {key for key in self.records() if key in mine or key.startswith("mail-s")}

    def plan(self, *arguments: str) -> Any:
        """Make a plan and return what it says."""
        return json.loads(self.run("plan", SANNE, "--json", *arguments).stdout)

    def digest(self) -> str:
        """Make a plan and return its digest."""
        return str(self.plan()["digest"])

    def erase(self, *arguments: str) -> Result:
        """Plan and apply it, confirming the domain."""
        return self.run("erase", "--apply", self.digest(), *CONFIRM, *arguments)

    @property
    def certificate(self) -> Path:
        """The certificate of her request."""
        return self.home.path / "state" / "certificates" / "2026-0001.json"

    def facts(self) -> Any:
        """Return what the certificate says."""
        return json.loads(self.certificate.read_bytes())

    def traces(self) -> dict[str, bytes]:
        """Return what of her can be read in the state directory, by file."""
        return {
            str(path): word
            for path in (self.home.path / "state").rglob("*")
            if path.is_file()
            for word in PERSONAL
            if word.lower() in path.read_bytes().lower()
        }


@pytest.fixture
def provider(
    run: Run, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Provider]:
    """A mail archive, books and a registrar; nothing waits when a source fails."""
    from functools import partial

    from overdracht.erasure import Means

    monkeypatch.syspath_prepend(str(erasing.install(tmp_path / "shelf-plugin")))
    monkeypatch.setattr("overdracht.cli.carrying.Means", partial(Means, pauses=()))
    systems = {"post": mail(), "boeken": books(), "registrar": hosting()}
    erasing.SHELVES.update(systems)
    home.configure("[erasure]\nmost = 0.5\n", *(erasing.source(name) for name in systems))
    yield Provider(run, home, systems)
    erasing.SHELVES.clear()


def digest_in(text: str) -> str:
    """Return the digest that a plan on the terminal shows."""
    found = re.search(r"^Digest: ([0-9a-f]{32})$", text, re.MULTILINE)
    assert found, text
    return found[1]
