"""A plugin that is installed for these tests only: a distribution of its own, with connectors that answer, stall and fail."""

import textwrap
from pathlib import Path

MODULE = '''
import time
from dataclasses import replace
from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from overdracht import Check, File, Gap, Item, Progress, Refused, SecretRef, Settings, hookimpl
from overdracht.testing.memory import MemoryConnector, MemorySettings

class Cabinet(MemoryConnector):
    """The records of the configuration, in drawers; it tells their titles as they stand, which no connector should."""

    name = "cabinet"
    summary = "a filing cabinet, for tests"

    def find(self, question):
        for one in super().find(question):
            if isinstance(one, Item):
                one = replace(one, title=self.settings.system.get(one.part, one.key).title)
            yield one

class Stalling(MemoryConnector):
    """Finds what there is and then does not end; its files do not end either."""

    name = "stalling"
    summary = "a system that takes for ever"

    def find(self, question):
        yield from super().find(question)
        while not question.cursors:
            time.sleep(0.02)
            yield Progress("", 0)

    def export(self, items, extras=frozenset()):
        keys = tuple(item.key for item in items)
        yield File("endless.bin", self._endless(), "application/octet-stream", keys)

    @staticmethod
    def _endless():
        while True:
            time.sleep(0.005)
            yield bytes(1 << 16)

class EndlessFile(Stalling):
    """Is found at once, and its file does not end."""

    name = "endless"
    summary = "a system with a file that does not end"

    def find(self, question):
        return MemoryConnector.find(self, question)

class Crowded(MemoryConnector):
    """Its letters go to two others as well."""

    name = "crowded"
    summary = "a system with letters to several people"

    def find(self, question):
        for one in super().find(question):
            yield replace(one, third_parties=2) if isinstance(one, Item) else one

class Faulty(MemoryConnector):
    """Fails as no connector should: with the person's address in the text."""

    name = "faulty"
    summary = "a system that breaks"

    def check(self):
        raise TypeError("sanne@vanderberg.example is no number")

    def find(self, question):
        raise TypeError("sanne@vanderberg.example is no number")
        yield

class Refusing(MemoryConnector):
    """Refuses, with an escape sequence in its answer."""

    name = "refusing"
    summary = "a system that says no"

    def find(self, question):
        raise Refused("the server says \\x1b[2Jno", remedy="check the password")
        yield

class Drawer(Settings):
    """One of its drawers."""

    labels: tuple[str, ...] = Field(description="what stands on it", min_length=1)
    locked: bool = Field(False, description="whether it is locked")

class VaultSettings(Settings):
    """Where it is and how it opens."""

    host: str = Field(description="its name", pattern="^[a-z.]+$")
    port: int = Field(description="its port", gt=0)
    drawers: tuple[Drawer, ...] = Field(description="its drawers")
    password: SecretRef | None = Field(None, description="where its password is")
    lock: Literal["key", "code"] = Field("key", description="how it opens")

    @model_validator(mode="after")
    def _opens(self):
        if self.lock == "code" and self.password is None:
            raise ValueError("a code needs a password")
        return self

class Vault(MemoryConnector):
    """Only says whether it can be reached."""

    name = "vault"
    summary = "a safe with drawers"
    settings_type = VaultSettings

    def check(self):
        yield Check("reachable", ok=self.settings.host != "weg.example", detail=self.settings.host)

@hookimpl
def overdracht_connectors():
    return [Cabinet, Crowded, Stalling, EndlessFile, Faulty, Refusing, Vault]

@hookimpl
def overdracht_commands():
    import click

    @click.command("greet")
    def greet():
        """Say something; it is a plugin's command.

        \\b
        Example:
          overdracht greet
        """
        click.echo("hello from a plugin")

    @click.command("stumble")
    def stumble():
        """Fail in an unforeseen way.

        \\b
        Example:
          overdracht stumble
        """
        raise TypeError("sanne@vanderberg.example is no number")

    return [greet, stumble]
'''


def install(directory: Path) -> Path:
    """Lay the plugin out in *directory* as pip would; on the path it is an installed distribution."""
    (directory / "overdracht_cabinet.py").write_text(MODULE)
    information = directory / "overdracht_cabinet-1.2.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: overdracht-cabinet\nVersion: 1.2\n"
    )
    (information / "entry_points.txt").write_text("[overdracht]\ncabinet = overdracht_cabinet\n")
    return directory


def install_broken(directory: Path) -> Path:
    """Lay a plugin out in *directory* that cannot be imported."""
    (directory / "overdracht_ruin.py").write_text("import a_module_that_is_not_there\n")
    information = directory / "overdracht_ruin-0.1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: overdracht-ruin\nVersion: 0.1\n"
    )
    (information / "entry_points.txt").write_text("[overdracht]\nruin = overdracht_ruin\n")
    return directory


CONFIGURATION = textwrap.dedent(
    """\
    [organisation]
    name = "Voorbeeld ICT"
    contact = "privacy@voorbeeld-ict.example"
    own = ["voorbeeld-ict.example"]

    [state]
    directory = "state"

    """
)

E = '{ kind = "email", value = "sanne@vanderberg.example" }'
NAME = '{ kind = "name", value = "Sanne van der Berg" }'

RECORDS = f"""
system = [
  {{ key = "c1", part = "Klanten", category = "contact", title = "Klantkaart Berg, S. van der", fields = [
      {E}, {NAME}, {{ kind = "phone", value = "+31612345678" }}, {{ kind = "customer", value = "k10023" }} ] }},
  {{ key = "m1", part = "Post", title = "Offerte website", text = "Beste Sanne, de offerte.", when = 2026-02-03T09:30:00+01:00, fields = [
      {E}, {{ kind = "email", value = "s.vanderberg@post.example" }} ] }},
  {{ key = "m2", part = "Post", title = "Bel +31612345678 terug", text = "Graag vandaag.", when = 2026-02-04T10:00:00+01:00, fields = [
      {{ kind = "email", value = "iemand@elders.example" }}, {{ kind = "phone", value = "+31612345678" }} ] }},
  {{ key = "m3", part = "Post", title = "Over sanne@vanderberg.example gesproken", text = "zie ook sanne@vanderberg.example", fields = [
      {{ kind = "email", value = "buurman@elders.example" }} ] }},
  {{ key = "n1", part = "Post", title = "Keramiek \\u001b[31m\\u202Eexe.pdf [bold]van de naamgenoot[/bold]", text = "sanne@vanderberg.example", fields = [
      {{ kind = "email", value = "sanne.vanderberg@kleikunst.example" }}, {NAME} ] }},
]
"""


def source(name: str, connector: str, records: str = RECORDS) -> str:
    """Return the table of one source."""
    return f'[sources.{name}]\nconnector = "{connector}"\n{records}\n'
