"""Domains as the API knows them, with their contacts, DNS and everything else that hangs on them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import ConfigDict

from overdracht_transip.client.reading import CAMEL, Day, Moment, WordList, Words


class EndTime(StrEnum):
    """When a cancellation takes effect."""

    END = "end"
    """At the end of the term that was paid for."""
    IMMEDIATELY = "immediately"


@dataclass(frozen=True, slots=True)
class Contact:
    """A domain's registrant, administrative or technical contact."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    type: str
    first_name: Words = ""
    last_name: Words = ""
    company_name: Words = ""
    company_kvk: Words = ""
    company_type: Words = ""
    street: Words = ""
    number: Words = ""
    postal_code: Words = ""
    city: Words = ""
    phone_number: Words = ""
    fax_number: Words = ""
    email: Words = ""
    country: Words = ""


@dataclass(frozen=True, slots=True)
class Nameserver:
    """A name server, with its addresses where it lies in the domain itself (glue)."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    hostname: str
    ipv4: Words = ""
    ipv6: Words = ""


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain.

    *contacts* and *nameservers* are None where they were not asked for. *raw* is all that the API answered, also what is not documented, but
    for the auth code: `has_auth_code` says whether there was one.
    """

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    name: str
    is_transfer_locked: bool = False
    registration_date: Day = None
    renewal_date: Day = None
    is_whitelabel: bool = False
    cancellation_date: Moment = None
    cancellation_status: Words = ""
    is_dns_only: bool = False
    has_auto_dns: bool = False
    has_dns_sec: bool = False
    can_edit_dns: bool = True
    has_action_running: bool = False
    tags: WordList = ()
    status: Words = ""
    nameservers: tuple[Nameserver, ...] | None = None
    contacts: tuple[Contact, ...] | None = None
    has_auth_code: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_cancelled(self) -> bool:
        """Say whether a cancellation was asked for or has happened."""
        return self.cancellation_date is not None or bool(self.cancellation_status)

    @property
    def has_ended(self) -> bool:
        """Say whether it does not run any more: it is being dropped, or has left the account."""
        return self.status in {"dropinprogress", "gone"}

    @property
    def is_gone(self) -> bool:
        """Say whether the domain has left the account."""
        return self.status == "gone"


class AuthCode:
    """What lets another registrar take the domain over; only `reveal` gives it."""

    __slots__ = ("_code",)

    def __init__(self, code: str) -> None:
        self._code = code

    def reveal(self) -> str:
        """Return the code itself."""
        return self._code

    def __bool__(self) -> bool:
        return bool(self._code)

    def __repr__(self) -> str:
        return "AuthCode(…)"


@dataclass(frozen=True, slots=True)
class DnsEntry:
    """A DNS record: *name* relative to the domain, `@` for the domain itself; TXT content without quotes."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    name: str
    expire: int
    type: str
    content: str


@dataclass(frozen=True, slots=True)
class DnssecKey:
    """A DNSSEC key that was supplied for the domain."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    key_tag: int
    flags: int
    algorithm: int
    public_key: str


@dataclass(frozen=True, slots=True)
class Action:
    """What runs or last ran on a domain; *name* is empty where nothing does."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    name: Words = ""
    message: Words = ""
    has_failed: bool = False


@dataclass(frozen=True, slots=True)
class Branding:
    """What the WHOIS of a domain says of the reseller."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    company_name: Words = ""
    support_email: Words = ""
    company_url: Words = ""
    terms_of_usage_url: Words = ""
    banner_line1: Words = ""
    banner_line2: Words = ""
    banner_line3: Words = ""


@dataclass(frozen=True, slots=True)
class Tld:
    """What can be done with domains under *name*, which has its dot: `.nl`."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    name: str
    capabilities: WordList = ()
    registration_period_length: int = 0
    cancel_time_frame: int | None = None
    """Days before the renewal until which it can be cancelled."""


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a domain is free, ours or somebody's."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    domain_name: str
    status: str
    actions: WordList = ()


@dataclass(frozen=True, slots=True)
class Certificate:
    """An SSL certificate."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    certificate_id: int
    common_name: str
    expiration_date: Moment = None
    order_date: Moment = None
    status: Words = ""
    can_reissue: bool = False


@dataclass(frozen=True, slots=True)
class CertificateDetails:
    """Who ordered a certificate, and for what."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    name: Words = ""
    company: Words = ""
    department: Words = ""
    postbox: Words = ""
    address: Words = ""
    zipcode: Words = ""
    city: Words = ""
    state: Words = ""
    country_code: Words = ""
    first_name: Words = ""
    last_name: Words = ""
    email: Words = ""
    phone_number: Words = ""
    expiration_date: Moment = None
