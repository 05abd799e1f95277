"""The sandbox's documentation knows all its orders, faults, settings and options, and its example works."""

import re
from pathlib import Path

import pytest

from overdracht_transip.sandbox import Kind
from overdracht_transip.sandbox.__main__ import _options
from overdracht_transip.sandbox.control import _ORDERS, SHOWN
from overdracht_transip.sandbox.state import SETTINGS

TEXT = (Path(__file__).parents[2] / "docs" / "transip-sandbox.md").read_text()


def test_everything_that_can_be_set_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    """By its name in code type."""
    for order in _ORDERS:
        assert f"`POST /sandbox/{order}`" in TEXT
    for name in (*SETTINGS, *Kind):
        assert f"`{name}`" in TEXT
    for shown in ("changes", "requests", "objects"):
        assert shown in SHOWN
        assert f"`GET /sandbox/{shown}`" in TEXT
    with pytest.raises(SystemExit):
        _options(["--help"])
    for option in re.findall(r"--[a-z]+", capsys.readouterr().out):
        assert option in TEXT or option == "--help"


def test_the_example_works() -> None:
    """It makes the domain that it says."""
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    names: dict[str, object] = {}
    exec(code, names)  # noqa: S102  # our own documentation
    world = names["world"]
    assert "vanderberg.example" in world.objects("voorbeeld")["domains"]  # type: ignore[attr-defined]  # it came out of exec
