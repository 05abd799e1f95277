"""The documentation knows every key and hook, and its example works."""

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from overdracht import Item, Kinds, Line, Question, Searched, Subject, hookspecs
from overdracht.config.model import Organisation, State
from overdracht.connector import CAPABILITIES
from overdracht.errors import SourceError
from overdracht.registry import load

DOCS = Path(__file__).parents[2] / "docs"
CONNECTOR = (DOCS / "writing-a-connector.md").read_text()
CONFIGURATION = (DOCS / "configuration.md").read_text()


def _blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_every_key_of_the_configuration_is_documented() -> None:
    """docs/configuration.md names each key that is not a connector's own, and its example is TOML with known keys."""
    for model in (Organisation, State):
        for key in model.model_fields:
            assert f"`{key}`" in CONFIGURATION, key
    example = tomllib.loads(_blocks(CONFIGURATION, "toml")[0])
    assert set(example["organisation"]) <= set(Organisation.model_fields)


def test_every_setting_of_every_connector_is_documented() -> None:
    """Some page names the connector and each of its keys."""
    pages = [path.read_text() for path in DOCS.glob("*.md")]
    for name, connector in load().connectors.items():
        mine = "\n".join(page for page in pages if re.search(rf"\b{name}\b", page))
        for key in connector.settings_type.model_fields:
            assert re.search(rf"\b{key}\b", mine), f"{name}: {key}"


def test_every_hook_and_capability_is_documented() -> None:
    """docs/writing-a-connector.md names each hook, and each interface beyond finding and exporting."""
    for hook in (name for name in vars(hookspecs) if name.startswith("overdracht_")):
        assert hook in CONNECTOR, hook
    for protocol in CAPABILITIES.values():
        assert f"`{protocol.__name__}`" in CONNECTOR


def test_the_example_connector_works(tmp_path: Path) -> None:
    """The connector of the documentation finds a customer and not another, exports the row, and tells what changed or is gone."""
    namespace: dict[str, Any] = {"__name__": "customerlist"}
    exec(_blocks(CONNECTOR, "python")[0], namespace)  # noqa: S102 - our own documentation
    path = tmp_path / "customers.csv"
    path.write_text("id,name,email\n7,Sanne,Sanne@VanDerBerg.example\n8,Piet,piet@dewit.example\n")
    (connector_type,) = namespace["overdracht_connectors"]()
    connector = connector_type("klanten", namespace["CustomerListSettings"](path=path))
    subject = Subject("2026-0001", (Kinds().parse("sanne@vanderberg.example"),))
    found = list(connector.find(Question(subject)))
    assert [one.title for one in found if isinstance(one, Item)] == ["Sanne"]
    assert found[-1] == Searched("customers", 2)
    items = [one for one in found if isinstance(one, Item)]
    (line,) = connector.export(iter(items))
    assert isinstance(line, Line)
    assert line.record["id"] == "7"
    path.write_text(f"id,name,email\n7,Sanne,{datetime.now(UTC).year}@elders.example\n")
    (gap,) = connector.export(iter(items))
    assert gap.key == "7"
    path.unlink()
    assert [one.ok for one in connector.check()] == [False]
    try:
        list(connector.find(Question(subject)))
    except SourceError as error:
        assert str(error) == "the customer list cannot be read: No such file or directory"
    else:
        raise AssertionError("a list that is gone was searched")


def test_no_job_of_a_timer_waits_for_another_to_succeed() -> None:
    """systemd skips the second command of a unit when the first ends with exit code 1, which is no fault of the second's."""
    units = _blocks((DOCS / "howto" / "timers.md").read_text(), "ini")
    commands = [re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE) for unit in units]
    assert max(map(len, commands)) == 1
    done = " ".join(one for unit in commands for one in unit)
    assert "retention --unattended" in done
    assert "bundles --delete-due" in done
