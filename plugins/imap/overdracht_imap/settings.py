"""What the administrator writes for an IMAP source."""

import ipaddress
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from overdracht import ConfigPath, SecretRef, Settings

Tls = Literal["tls", "starttls", "none"]


def is_loopback(host: str) -> bool:
    """Say whether *host* is this machine itself."""
    if host.rstrip(".").lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class ImapSettings(Settings):
    """The keys of `[sources.NAME]` with `connector = "imap"`."""

    host: str = Field(min_length=1, description="The mail server's name.")
    port: int | None = Field(
        None, ge=1, le=65535, description="Its port; 993 for tls, 143 otherwise."
    )
    tls: Tls = Field(
        "tls",
        description="tls, starttls, or none: the last sends everything in the clear and is only allowed to this machine itself.",
    )
    ca_file: ConfigPath | None = Field(
        None,
        description="A file with the certificate authority to trust, when it is your own (PEM).",
    )
    username: str = Field(min_length=1, description="The account to log in with.")
    password: SecretRef | None = Field(None, description="Where its password is.")
    token: SecretRef | None = Field(
        None,
        description="Instead of a password: where an OAuth2 access token is, usually a command; asked again at every connection.",
    )
    folders: tuple[str, ...] = Field(
        ("*",),
        description="The folders to search, by name or with * and ?; all of them by default.",
    )
    exclude: tuple[str, ...] = Field(
        (), description="Folders to leave out, by name or with * and ?."
    )
    connections: int = Field(
        2, ge=1, le=8, description="How many connections to use side by side for a large folder."
    )
    timeout: float = Field(
        60.0, gt=0, le=3600, description="Seconds to wait for an answer before giving up."
    )
    bodies: Literal["never", "server"] = Field(
        "never",
        description="How find searches bodies without --thorough: not at all, or by the server's own search, which without an index reads all mail.",
    )
    purge: tuple[str, ...] = Field(
        (),
        description="A command that clears what the server itself remembers of erased mail, run after each erasure; the word {folder} stands for"
        ' the names of the folders: ["doveadm", "mailbox", "cache", "purge", "-u", "archief", "--", "{folder}"].',
    )

    @field_validator("purge")
    @classmethod
    def _command(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if value and (not value[0] or any("\0" in word for word in value)):
            raise ValueError("it begins with no program")
        return value

    @field_validator("host", "username")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if any(ord(character) < 32 or ord(character) == 127 for character in value):
            raise ValueError("a control character does not belong in it")
        return value

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if self.tls == "none" and not is_loopback(self.host):
            raise ValueError(
                'tls = "none" is only allowed to this machine itself; use "tls" or "starttls"'
            )
        if (self.password is None) == (self.token is None):
            raise ValueError("give one of password and token")
        return self

    @property
    def address(self) -> tuple[str, int]:
        """Return host and port."""
        return self.host, self.port or (993 if self.tls == "tls" else 143)

    @property
    def place(self) -> str:
        """Return host and port as messages name them."""
        return "{}:{}".format(*self.address)
