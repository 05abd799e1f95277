"""What the administrator writes for a CardDAV or CalDAV server."""

import ipaddress
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from overdracht import ConfigPath, SecretRef, Settings


class DavSettings(Settings):
    """The keys of `[sources.NAME]` with `connector = "carddav"` or `"caldav"`."""

    url: tuple[str, ...] = Field(
        min_length=1,
        description="The server, the user's page on it, or one address book or calendar; or a list of them on one server.",
    )
    username: str = Field(min_length=1, description="The account to log in with.")
    password: SecretRef = Field(description="Where its password is; at Nextcloud an app password.")
    auth: Literal["basic", "digest"] = Field(
        "basic", description="How the server wants the password; Baïkal is set to digest at first."
    )
    ca_file: ConfigPath | None = Field(
        None,
        description="A file with the certificate authority to trust, when it is your own (PEM).",
    )
    exclude: tuple[str, ...] = Field(
        (), description="Address books or calendars to leave out, by name or with * and ?."
    )
    timeout: float = Field(
        120.0, gt=0, le=3600, description="Seconds to wait for an answer before giving up."
    )

    @field_validator("url", mode="before")
    @classmethod
    def _one_or_more(cls, given: object) -> object:
        return given if isinstance(given, list | tuple) else (given,)

    @field_validator("url")
    @classmethod
    def _secure(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for one in given:
            parts = urlsplit(one)
            if parts.scheme not in {"https", "http"} or not parts.hostname:
                raise ValueError("it is no https address")
            if parts.username or parts.password:
                raise ValueError("user name and password have keys of their own")
            if parts.scheme == "http" and not _is_loopback(parts.hostname):
                raise ValueError("http is only allowed to this machine itself; use https")
        return given

    @model_validator(mode="after")
    def _one_server(self) -> Self:
        if len({urlsplit(one)[:2] for one in self.url}) > 1:
            raise ValueError("all addresses must be on one server: make a source of each server")
        return self


def _is_loopback(host: str) -> bool:
    if host.rstrip(".").lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
