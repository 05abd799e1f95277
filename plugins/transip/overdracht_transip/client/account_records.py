"""Mail settings and what belongs to the account as a whole, as the API knows them."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from overdracht_transip.client.reading import CAMEL, Day, Moment, WordList, Words


@dataclass(frozen=True, slots=True)
class MailPackage:
    """That a domain has mail."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    domain: str
    status: Words = ""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox; what lies in it is not in the API. Sizes are in MB."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    identifier: str
    local_part: Words = ""
    domain: Words = ""
    forward_to: Words = ""
    available_disk_space: float = 0
    used_disk_space: float = 0
    status: Words = ""
    is_locked: bool = False
    imap_server: Words = ""
    smtp_server: Words = ""
    pop3_server: Annotated[Words, Field(alias="pop3Server")] = ""
    webmail_url: Words = ""


@dataclass(frozen=True, slots=True)
class Forward:
    """An address whose mail goes on to another; an empty *local_part* takes all that has no other place."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    id: int
    local_part: Words = ""
    domain: Words = ""
    forward_to: Words = ""
    status: Words = ""
    is_locked: bool = False


@dataclass(frozen=True, slots=True)
class MailList:
    """An address whose mail goes to all of *entries*."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    id: int
    name: Words = ""
    email_address: Words = ""
    entries: WordList = ()
    status: Words = ""
    is_locked: bool = False


@dataclass(frozen=True, slots=True)
class MailAddon:
    """Extra room for mail."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    id: int
    disk_space: int = 0
    mailboxes: int = 0
    linked_mail_box: Words = ""
    can_be_linked: bool = False


@dataclass(frozen=True, slots=True)
class MonitoringContact:
    """Who is warned when a server does not answer."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    id: int
    name: Words = ""
    telephone: Words = ""
    email: Words = ""


@dataclass(frozen=True, slots=True)
class OpenStackProject:
    """A project in OpenStack."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    id: str
    name: Words = ""
    description: Words = ""
    is_locked: bool = False
    is_blocked: bool = False
    type: Words = ""
    domain: Words = ""
    region: Words = ""


@dataclass(frozen=True, slots=True)
class OpenStackUser:
    """Who may use OpenStack."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    id: str
    username: Words = ""
    description: Words = ""
    email: Words = ""


@dataclass(frozen=True, slots=True)
class SshKey:
    """A public key that the account keeps for new servers."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    id: int
    key: Words = ""
    description: Words = ""
    creation_date: Moment = None
    fingerprint: Words = ""
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice from TransIP to the account's holder; amounts in cents."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    invoice_number: str
    creation_date: Day = None
    pay_date: Day = None
    due_date: Day = None
    invoice_status: Words = ""
    currency: Words = ""
    total_amount: int = 0
    total_amount_incl_vat: int = 0


@dataclass(frozen=True, slots=True)
class InvoiceItem:
    """A line of an invoice; *description* names the domain or server."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    product: Words = ""
    description: Words = ""
    is_recurring: bool = False
    date: Day = None
    quantity: int = 0
    price: int = 0
    price_incl_vat: int = 0
    vat: int = 0
    vat_percentage: int = 0
