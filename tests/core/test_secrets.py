"""Secrets come from where the configuration points, and show themselves to nobody else."""

import copy
import json
import logging
import pickle
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from overdracht import Secret, SecretError, SecretRef, secrets

WORD = "Zeer-Geheim-1!"


def ref(**place: Any) -> SecretRef:
    """Return a reference as the configuration gives it."""
    return SecretRef.model_validate(place)


def secret_file(directory: Path, content: bytes, mode: int = 0o600) -> Path:
    """Write a secret file and return its path."""
    path = directory / "wachtwoord"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_only_reveal_shows_a_secret() -> None:
    """Neither printing, formatting, logging nor serialising a secret shows it."""
    secret = Secret(WORD)

    shown = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret:>40}",
        f"{[secret]!r}",
        f"{secret!s}",
    ]
    assert not any(WORD in one for one in shown)
    assert secret.reveal() == WORD


@pytest.mark.parametrize("write", [pickle.dumps, copy.copy, copy.deepcopy, json.dumps])
def test_a_secret_is_not_written_down(write: Any) -> None:
    """It goes to no other process, file or copy."""
    with pytest.raises(TypeError):
        write(Secret(WORD))


def test_secrets_are_compared_and_nothing_else() -> None:
    """Equal secrets are equal, a text is not one, and a secret is no key of a dictionary."""
    assert Secret(WORD) == Secret(WORD)
    assert Secret(WORD) != Secret(WORD.lower())
    assert Secret(WORD) != WORD
    with pytest.raises(TypeError):
        hash(Secret(WORD))


def test_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable gives its whole value."""
    monkeypatch.setenv("ARCHIEF_WACHTWOORD", f" {WORD} ")

    assert ref(env="ARCHIEF_WACHTWOORD").get() == Secret(f" {WORD} ")


@pytest.mark.parametrize("value", [None, ""])
def test_a_variable_that_is_not_set_is_named(
    monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    """Unset and empty are the same mistake."""
    monkeypatch.delenv("ARCHIEF_WACHTWOORD", raising=False)
    if value is not None:
        monkeypatch.setenv("ARCHIEF_WACHTWOORD", value)

    with pytest.raises(SecretError, match="ARCHIEF_WACHTWOORD") as caught:
        ref(env="ARCHIEF_WACHTWOORD").get()
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n"])
def test_from_a_file_without_its_line_end(tmp_path: Path, ending: bytes) -> None:
    """An editor ends the last line; that is no part of the secret, and everything else is."""
    path = secret_file(tmp_path, " wóord\n ".encode() + ending)

    assert ref(file=str(path)).get() == Secret(" wóord\n ")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    """A secret that others can read is none; the remedy is the command to run."""
    path = secret_file(tmp_path, WORD.encode(), mode)

    with pytest.raises(SecretError, match=f"chmod 600 {path}"):
        ref(file=str(path)).get()


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe" + WORD.encode()])
def test_a_file_without_a_secret_is_an_error(tmp_path: Path, content: bytes) -> None:
    """An empty file, or one that is no text, is named; nothing of what is in it is shown."""
    path = secret_file(tmp_path, content)

    with pytest.raises(SecretError, match=str(path)) as caught:
        ref(file=str(path)).get()
    assert WORD not in "".join(traceback.format_exception(caught.value))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The path and the system's reason."""
    with pytest.raises(SecretError, match=r"weg cannot be read: No such file"):
        ref(file=str(tmp_path / "weg")).get()


def test_a_relative_file_is_beside_the_configuration(tmp_path: Path) -> None:
    """The folder of the configuration counts, not the one the command was started in."""
    secret_file(tmp_path, WORD.encode())

    place = SecretRef.model_validate({"file": "wachtwoord"}, context={"directory": tmp_path})
    assert place.get() == Secret(WORD)


def test_from_a_command_without_a_shell() -> None:
    """A program and its arguments are run as they stand."""
    code = "import sys; print(sys.argv[1])"

    assert ref(command=[sys.executable, "-c", code, "$HOME; x"]).get() == Secret("$HOME; x")


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ([sys.executable, "-c", f"print({WORD!r}); raise SystemExit(3)"], "exit code 3"),
        ([sys.executable, "-c", "pass"], "gives nothing"),
        ([sys.executable, "-c", f"import os; os.write(1, b'\\xff{WORD}')"], "UTF-8"),
        (["/nergens/pass", WORD], "No such file"),
        (["/nergens/\x00pass", WORD], "it is no command"),
        (
            [sys.executable, "-c", f"import time; print({WORD!r}, flush=True); time.sleep(9)"],
            "longer",
        ),
    ],
)
def test_a_command_that_fails_shows_neither_output_nor_arguments(
    monkeypatch: pytest.MonkeyPatch, command: list[str], reason: str
) -> None:
    """What it printed may be the secret, and so may an argument; not even a traceback shows them."""
    monkeypatch.setattr(secrets, "TIMEOUT", 0.5 if reason == "longer" else 30.0)

    with pytest.raises(SecretError, match=reason) as caught:
        ref(command=command).get()
    assert WORD not in str(caught.value)
    assert WORD not in repr(caught.value.__cause__)


class Keyring(ModuleType):
    """A keyring that holds one secret, or breaks."""

    def __init__(self, *, broken: bool = False) -> None:
        super().__init__("keyring")
        self.broken = broken

    def get_password(self, service: str, user: str) -> str | None:
        """Answer as the library does."""
        if self.broken:
            raise RuntimeError(WORD)
        return WORD if (service, user) == ("archief", "sanne/werk") else None


def test_from_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """`service/user`, of which the user may hold a slash."""
    monkeypatch.setitem(sys.modules, "keyring", Keyring())

    assert ref(keyring="archief/sanne/werk").get() == Secret(WORD)
    with pytest.raises(SecretError, match="keyring set archief piet"):
        ref(keyring="archief/piet").get()


def test_a_keyring_that_breaks_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A backend may raise anything with any text."""
    monkeypatch.setitem(sys.modules, "keyring", Keyring(broken=True))

    with pytest.raises(SecretError, match="RuntimeError") as caught:
        ref(keyring="archief/sanne").get()
    assert WORD not in str(caught.value)


def test_without_the_keyring_library_the_remedy_is_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The keyring is an extra."""
    monkeypatch.setitem(sys.modules, "keyring", None)

    with pytest.raises(SecretError, match=r"pip install 'overdracht\[keyring\]'"):
        ref(keyring="archief/sanne").get()


class Settings(BaseModel):
    """Settings with a secret, as a connector has them."""

    password: SecretRef


def test_a_password_in_the_configuration_is_refused_and_not_shown() -> None:
    """A plain text where a reference belongs is met with how to write it."""
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({"password": WORD})

    (error,) = caught.value.errors()
    assert "a password does not belong in the configuration; write { env = … }" in error["msg"]


@pytest.mark.parametrize(
    "place",
    [
        {},
        {"env": "A", "file": "b"},
        {"env": ""},
        {"keyring": "archief"},
        {"keyring": "/sanne"},
        {"command": []},
        {"command": "pass mail"},
        {"value": WORD},
    ],
)
def test_a_reference_is_to_exactly_one_place(place: dict[str, object]) -> None:
    """None, two, an empty or an unknown one is a mistake, and its text does not show what was written."""
    with pytest.raises(ValidationError) as caught:
        SecretRef.model_validate(place)
    assert WORD not in str(caught.value)


def test_fetching_logs_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """No log of any level holds a secret."""
    with caplog.at_level(logging.DEBUG):
        ref(file=str(secret_file(tmp_path, WORD.encode()))).get()
        ref(command=[sys.executable, "-c", f"print({WORD!r})"]).get()

    assert WORD not in caplog.text
