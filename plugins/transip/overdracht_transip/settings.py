"""What the administrator writes for an account at TransIP."""

import ipaddress
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from overdracht import ConfigPath, IdentifierError, Kinds, SecretRef, Settings

API = "https://api.transip.nl/v6"

Part = Literal[
    "monitoring-contacts",
    "openstack",
    "ssh-keys",
    "domain-defaults",
    "ssl-certificates",
    "email",
    "dns",
    "domains",
    "servers",
    "storage",
]
"""The parts of an account that are searched, in this order: what needs the domain or server before these."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=253)]


class Holder(BaseModel):
    """The contact that takes a person's place where a domain stays: the keys of a TransIP contact."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    first_name: str = Field(min_length=1)
    last_name: str = Field(min_length=1)
    company_name: str = ""
    company_kvk: str = ""
    company_type: str = ""
    street: str = Field(min_length=1)
    number: str = Field(min_length=1)
    postal_code: str = Field(min_length=1)
    city: str = Field(min_length=1)
    phone_number: str = Field(min_length=1)
    fax_number: str = ""
    email: str = Field(min_length=3)
    country: str = Field("nl", pattern="^[a-z]{2}$")


def is_loopback(url: str) -> bool:
    """Say whether *url* leads to this machine itself."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class TransipSettings(Settings):
    """The keys of `[sources.NAME]` with `connector = "transip"`."""

    login: str = Field("", description="The account's name, as you log in to the control panel.")
    private_key: SecretRef | None = Field(
        None, description="Where the private key is that the control panel gave for the API (PEM)."
    )
    token: SecretRef | None = Field(
        None,
        description="Instead of a key: where a token is that was made in the control panel; it cannot be renewed.",
    )
    world: ConfigPath | None = Field(
        None,
        description="Instead of an account: a file with a made-up one, as the demo has; nothing leaves this machine.",
    )
    url: str = Field(API, description="Where the API is; https, or this machine itself.")
    any_address: bool = Field(
        default=False,
        description="The key works from any address (global key); otherwise only from those whitelisted in the control panel.",
    )
    timeout: float = Field(
        30.0, gt=0, le=600, description="Seconds to wait for an answer before giving up."
    )
    connections: int = Field(
        4,
        ge=1,
        le=8,
        description="How many requests to have under way at once, when there are many.",
    )
    exclude: tuple[Part, ...] = Field(
        (), description="Parts of the account to leave out, those that it does not have."
    )
    customer_tag: str | None = Field(
        None,
        description='How a tag names the customer whose domain or server it is, {} for the number: "klant-{}". Without it a tag is free text.',
    )
    owners: dict[Name, tuple[str, ...]] = Field(
        default_factory=dict,
        description='Whose a domain, server, disk or project is, where TransIP does not tell: { "voorbeeld-vps3" = ["customer:K10023"] }.',
        repr=False,
    )
    stays: tuple[Name, ...] = Field(
        (),
        description="Domains that stay in the account because they went over to another holder: of these the contact is replaced, and nothing is cancelled.",
    )
    replacement: Holder | None = Field(
        None,
        description="The contact that takes the place of a person's where a domain stays.",
        repr=False,
    )
    immediately: tuple[Name, ...] = Field(
        (),
        description="Domains and servers that are cancelled at once and not at the end of their term. There is no way back.",
    )
    server_term: int = Field(
        1,
        ge=1,
        le=36,
        description="Months of a server's contract: TransIP does not tell when a cancelled one ends, so it is looked for from then on.",
    )

    @field_validator("url")
    @classmethod
    def _safe_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.username or parts.query or parts.fragment or not parts.hostname:
            raise ValueError("write it as https://host/path")
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(value)):
            raise ValueError("http is only allowed to this machine itself; use https")
        return value.rstrip("/")

    @field_validator("customer_tag")
    @classmethod
    def _has_one_place(cls, value: str | None) -> str | None:
        if value is not None and value.count("{}") != 1:
            raise ValueError('it needs {} once, where the customer number is: "klant-{}"')
        return value

    @field_validator("owners")
    @classmethod
    def _are_identifiers(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for identifiers in value.values():
            for text in identifiers:
                try:
                    Kinds().parse(text)
                except IdentifierError as error:
                    raise ValueError(f"an owner is written as customer:K10023: {error}") from None
        return value

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if sum(one is not None for one in (self.private_key, self.token, self.world)) != 1:
            raise ValueError("give one of private_key, token and world")
        if self.private_key is not None and not self.login:
            raise ValueError("a private key needs a login")
        both = {one.lower() for one in self.stays} & {one.lower() for one in self.immediately}
        if both:
            raise ValueError("a domain cannot be in both stays and immediately")
        return self
