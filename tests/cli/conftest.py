"""A home for the command line: a configuration, a plugin, and two ways to run a command in it."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from overdracht.cli.main import cli
from tests.cli import plugin

SANNE = "sanne@vanderberg.example"
Run = Callable[..., Result]


@dataclass(frozen=True)
class Home:
    """A directory with `overdracht.toml`, in which commands are run."""

    path: Path
    plugins: Path

    @property
    def config(self) -> Path:
        """The configuration."""
        return self.path / "overdracht.toml"

    def configure(self, *sources: str) -> None:
        """Write a configuration with *sources*."""
        self.config.write_text(plugin.CONFIGURATION + "\n".join(sources))

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start overdracht as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "overdracht", *arguments],
            cwd=self.path,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def environment(self) -> dict[str, str]:
        """Return the environment of such a process."""
        path = os.pathsep.join(filter(None, (str(self.plugins), os.environ.get("PYTHONPATH", ""))))
        return {
            **os.environ,
            "PYTHONPATH": _absolute(path),
            "HOME": str(self.path),
            "XDG_CONFIG_HOME": str(self.path / "nowhere"),
        }

    def names(self) -> set[str]:
        """Return what stands in the directory."""
        return {one.name for one in self.path.iterdir()}


def _absolute(path: str) -> str:
    return os.pathsep.join(str(Path(one).absolute()) for one in path.split(os.pathsep))


@pytest.fixture(scope="session")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the tests' own plugin."""
    return plugin.install(tmp_path_factory.mktemp("plugins"))


@pytest.fixture
def home(tmp_path: Path, plugins: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A configuration with one filing cabinet, and the working directory in it."""
    monkeypatch.syspath_prepend(str(plugins))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nowhere"))
    monkeypatch.delenv("OVERDRACHT_CONFIG", raising=False)
    path = tmp_path / "home"
    path.mkdir()
    monkeypatch.chdir(path)
    found = Home(path, plugins)
    found.configure(plugin.source("kast", "cabinet"))
    return found


@pytest.fixture
def run(home: Home) -> Run:
    """Run a command in this process."""

    def run(*arguments: str, answers: str | None = None) -> Result:
        return CliRunner().invoke(cli, arguments, input=answers, prog_name="overdracht")

    return run
