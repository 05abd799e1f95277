"""What the README shows is what happens."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from overdracht.cli.main import cli

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
TRY = "python3 -m pip install -q --upgrade --target build/try . && PYTHONPATH=build/try python3 -m overdracht demo"
TEST = "python3 -m pip install -q --upgrade --target build/tox tox && PYTHONPATH=build/tox python3 -m tox"


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def _transcript() -> list[tuple[str, list[str]]]:
    steps: list[tuple[str, list[str]]] = []
    for line in "".join(_blocks("console")).splitlines():
        if line.startswith("$ "):
            steps.append((line[2:], []))
        elif line not in {"…", ""}:
            steps[-1][1].append(line)
    return steps


def _shape(line: str) -> str:
    """Return *line* without what differs from run to run: keys, times and sizes, and the columns these stretch."""
    line = re.sub(
        r"\b[A-Za-z0-9+/]{56}|\b[0-9A-F]{16}\b|\b(?:[a-z0-9]{4}-){6}[a-z0-9]{4}\b", "KEY", line
    )
    line = re.sub(r"[0-9][0-9.,:T-]*Z?( [kM]?B\b)?", "0", line)
    return re.sub(r" +", " ", line).strip()


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the demo made."""
    path = tmp_path / "overdracht-demo"
    made = CliRunner().invoke(cli, ["demo", str(path)], prog_name="overdracht")
    assert made.exit_code == 0, made.output
    monkeypatch.chdir(path)
    monkeypatch.delenv("OVERDRACHT_CONFIG", raising=False)
    # As it is when overdracht is installed: what is printed calls it by its name.
    monkeypatch.setattr("sys.argv", ["overdracht"])
    return path


def test_the_transcript_is_real(demo: Path) -> None:
    """Each command of the transcript runs as it stands there, one after the other, and answers every line that is shown."""
    steps = _transcript()
    assert len(steps) >= 6
    for command, lines in steps:
        words = shlex.split(_of_this_year(demo, command))
        assert words[0] == "overdracht"
        result = CliRunner().invoke(cli, words[1:], prog_name="overdracht")
        answered = {_shape(line) for line in result.output.splitlines()}
        for line in lines:
            assert _shape(line) in answered, f"$ {command}\n{result.output}{result.stderr}"


def _of_this_year(demo: Path, command: str) -> str:
    """Return *command* with the year's references, which the transcript has of the year in which it was made."""
    bundle = next(demo.glob("*-0001.zip.age"))
    return re.sub(r"\b20[0-9]{2}(?=-[0-9]{4}\b)", bundle.name[:4], command)


def test_one_command_runs_the_example_and_one_the_tests() -> None:
    """They are the first two commands of the README, and what CI runs is the second to the letter."""
    first, second = _blocks("sh")[:2]
    assert first == f"{TRY}\n"
    assert second == f"{TEST}\n"
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == TEST


def test_every_dependency_is_explained() -> None:
    """The README says of each dependency what it is for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [one for group in project["optional-dependencies"].values() for one in group]
    for one in (*project["dependencies"], *extras):
        name = re.split(r"[^A-Za-z0-9_.-]", one)[0]
        assert f"| {name} " in README, name


def test_links_lead_somewhere() -> None:
    """Every file the README and the documentation link to is there."""
    for document in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_it_is_short() -> None:
    """The README can be read in one go."""
    assert len(README.splitlines()) < 150
