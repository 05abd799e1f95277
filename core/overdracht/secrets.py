"""Secrets: where they are kept, how they are fetched, and how they stay out of sight.

The configuration says where a secret is and never what it is: `password = { env = "IMAP_PASSWORD" }`.
"""

import hmac
import os
import stat
import subprocess
from pathlib import Path
from typing import Annotated, Any, Never

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from overdracht.errors import SecretError
from overdracht.paths import ConfigPath

TIMEOUT = 30.0
"""Seconds that a command may take; a password manager may have to ask somebody."""
NOT_HERE = "a password does not belong in the configuration; write { env = … }, { file = … }, { keyring = … } or { command = … }"


class Secret:
    """A secret text that shows itself only to who asks for it by `reveal`."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the secret itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    def __str__(self) -> str:
        return "…"

    def __format__(self, format_spec: str) -> str:
        return "…"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(
            self._text.encode(errors="surrogatepass"), other._text.encode(errors="surrogatepass")
        )

    __hash__ = None  # type: ignore[assignment]  # a hash would tell something of the secret

    def __reduce__(self) -> Never:
        raise TypeError("a secret is not written down")


class SecretRef(BaseModel):
    """Where a secret is: exactly one of an environment variable, a file, the system's keyring or a command's output."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    env: Annotated[
        str | None, Field(description="the name of an environment variable", min_length=1)
    ] = None
    file: Annotated[ConfigPath | None, Field(description="a file that only its owner can read")] = (
        None
    )
    keyring: Annotated[
        str | None, Field(description='"service/user" in the keyring of the system')
    ] = None
    command: Annotated[
        tuple[str, ...] | None,
        Field(description='a program and its arguments, e.g. ["pass", "mail"]', min_length=1),
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _is_a_reference(cls, value: Any) -> Any:
        if isinstance(value, dict | cls):
            return value
        raise ValueError(NOT_HERE)

    @field_validator("keyring")
    @classmethod
    def _has_service_and_user(cls, value: str | None) -> str | None:
        if value is not None and not all(value.partition("/")):
            raise ValueError('write it as "service/user"')
        return value

    @model_validator(mode="after")
    def _is_one(self) -> "SecretRef":
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("give exactly one of env, file, keyring and command")
        return self

    def get(self) -> Secret:
        """Fetch the secret; SecretError says which place does not have it."""
        if self.env is not None:
            return _from_environment(self.env)
        if self.file is not None:
            return _from_file(self.file)
        if self.keyring is not None:
            return _from_keyring(self.keyring)
        return _from_command(self.command or ())


def _from_environment(name: str) -> Secret:
    value = os.environ.get(name)
    if not value:
        raise SecretError(f"the environment variable {name} is not set", remedy=f"export {name}=…")
    return Secret(value)


def _from_file(path: Path) -> Secret:
    try:
        with path.open("rb") as file:
            if open_to_others(file.fileno()):
                raise SecretError(
                    f"others can read the secret file {path}", remedy=f"chmod 600 {path}"
                )
            data = file.read()
    except OSError as error:
        raise SecretError(f"the secret file {path} cannot be read: {error.strerror}") from error
    return _decoded(data, f"the secret file {path}")


def open_to_others(descriptor: int) -> bool:
    """Say whether others than its owner can read or change the file of *descriptor*; a pipe is nobody's."""
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISREG(mode) and bool(mode & 0o077)


def _from_keyring(name: str) -> Secret:
    try:
        import keyring  # an extra, and slow to load
    except ImportError as error:
        raise SecretError(
            "the keyring cannot be asked", remedy="pip install 'overdracht[keyring]'"
        ) from error
    service, _, user = name.partition("/")
    try:
        value = keyring.get_password(service, user)
    except Exception as error:
        raise SecretError(
            f"the keyring does not answer ({type(error).__name__})", remedy="unlock the keyring"
        ) from error
    if not value:
        raise SecretError(
            f"the keyring has no secret {name}", remedy=f"keyring set {service} {user}"
        )
    return Secret(value)


def _from_command(command: tuple[str, ...]) -> Secret:
    name = f"the secret command {command[0]}"  # its arguments may say too much
    try:
        done = subprocess.run(  # noqa: S603 - the administrator's own command, without a shell
            command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired:
        raise SecretError(
            f"{name} took longer than {TIMEOUT:.0f} seconds"
        ) from None  # the cause holds its output
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no command"
        raise SecretError(f"{name} cannot be started: {reason}") from error
    if done.returncode:
        raise SecretError(
            f"{name} failed with exit code {done.returncode}", remedy="run it by hand to see why"
        )
    return _decoded(done.stdout, name)


def _decoded(data: bytes, where: str) -> Secret:
    try:
        text = data.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise SecretError(f"{where} does not give UTF-8") from None  # the cause holds the bytes
    if not text:
        raise SecretError(f"{where} gives nothing")
    return Secret(text)
