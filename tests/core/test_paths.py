"""Paths in the configuration, and the user's own directories."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from overdracht import ConfigPath
from overdracht.paths import config_directory, state_directory


class Settings(BaseModel):
    """Settings with paths, as a connector has them."""

    folder: ConfigPath
    more: list[ConfigPath] = []


def test_a_relative_path_starts_at_the_configuration(tmp_path: Path) -> None:
    """In lists as well; an absolute path stays."""
    read = Settings.model_validate(
        {"folder": "mail", "more": ["../x", "/var/mail"]}, context={"directory": tmp_path}
    )

    assert read.folder == tmp_path / "mail"
    assert read.more == [tmp_path / "../x", Path("/var/mail")]


def test_a_tilde_is_the_home_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a shell; of a user who does not exist it is an error."""
    monkeypatch.setenv("HOME", str(tmp_path))

    assert Settings.model_validate({"folder": "~/mail"}).folder == tmp_path / "mail"
    with pytest.raises(ValidationError, match="no known user"):
        Settings.model_validate({"folder": "~nobody-by-that-name/mail"})


def test_without_a_configuration_a_path_stays_as_it_is() -> None:
    """Settings made in code, as tests do, are taken literally."""
    assert Settings(folder=Path("mail")).folder == Path("mail")


@pytest.mark.parametrize(
    ("given", "expected"),
    [("/x/state", "/x/state"), ("", "~/.local/state"), ("rel", "~/.local/state")],
)
def test_the_state_is_where_xdg_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: str, expected: str
) -> None:
    """A relative or empty variable counts as unset, as the XDG specification has it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", given)

    assert state_directory() == Path(expected).expanduser() / "overdracht"


def test_the_users_configuration_is_where_xdg_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """$XDG_CONFIG_HOME, or ~/.config."""
    monkeypatch.setenv("XDG_CONFIG_HOME", "/x/config")

    assert config_directory() == Path("/x/config/overdracht")
