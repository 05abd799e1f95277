"""Servers and what hangs on them, as the API knows them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field

from overdracht_transip.client.reading import CAMEL, Moment, WordList, Words


@dataclass(frozen=True, slots=True)
class Vps:
    """A server. Nothing in it shows that it was cancelled. *disk_size* and *memory_size* are in KiB; *raw* is all that was answered."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    name: str
    uuid: Words = ""
    description: Words = ""
    product_name: Words = ""
    operating_system: Words = ""
    disk_size: int = 0
    memory_size: int = 0
    cpus: int = 0
    status: Words = ""
    ip_address: Words = ""
    mac_address: Words = ""
    current_snapshots: int = 0
    max_snapshots: int = 0
    is_locked: bool = False
    is_blocked: bool = False
    is_customer_locked: bool = False
    availability_zone: Words = ""
    tags: WordList = ()
    created_at: Moment = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class IpAddress:
    """An address of a server, with its name in reverse DNS."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    address: str
    subnet_mask: Words = ""
    gateway: Words = ""
    dns_resolvers: WordList = ()
    reverse_dns: Words = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot that somebody made of a server."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    name: str
    description: Words = ""
    disk_size: int = 0
    status: Words = ""
    date_time_create: Moment = None
    operating_system: Words = ""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that TransIP made of a server or of storage; it cannot be downloaded."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    id: int
    status: Words = ""
    date_time_create: Moment = None
    disk_size: int = 0
    operating_system: Words = ""
    availability_zone: Words = ""
    retention_type: Words = ""


@dataclass(frozen=True, slots=True)
class FirewallRule:
    """What a server's firewall lets in, and from where."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    description: Words = ""
    start_port: int = 0
    end_port: int = 0
    protocol: Words = ""
    whitelist: WordList = ()


@dataclass(frozen=True, slots=True)
class Firewall:
    """A server's firewall."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    is_enabled: bool = False
    rule_set: tuple[FirewallRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Product:
    """Something that was or can be ordered."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    name: str
    description: Words = ""
    price: int = 0
    recurring_price: int = 0


@dataclass(frozen=True, slots=True)
class Addons:
    """What a server has besides, and what of it can be cancelled or ordered."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    active: tuple[Product, ...] = ()
    cancellable: tuple[Product, ...] = ()
    available: tuple[Product, ...] = ()


@dataclass(frozen=True, slots=True)
class MonitorContact:
    """Whom a monitor warns: the *id* of a monitoring contact."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    id: int
    enable_email: bool = False
    enable_sms: Annotated[bool, Field(alias="enableSMS")] = False


@dataclass(frozen=True, slots=True)
class TcpMonitor:
    """Watches over ports of a server."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    ip_address: str
    label: Words = ""
    ports: tuple[int, ...] = ()
    interval: int = 0
    contacts: tuple[MonitorContact, ...] = ()


@dataclass(frozen=True, slots=True)
class Storage:
    """A disk that can be hung on a server; *size* is in KiB."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    name: str
    description: Words = ""
    size: int = 0
    offsite_backups: bool = False
    vps_name: Words = ""
    status: Words = ""
    is_locked: bool = False
    serial: Words = ""


@dataclass(frozen=True, slots=True)
class PrivateNetwork:
    """A network between servers."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    name: str
    description: Words = ""
    is_blocked: bool = False
    is_locked: bool = False
    vps_names: WordList = ()


@dataclass(frozen=True, slots=True)
class HaIp:
    """A highly available address in front of servers."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    name: str
    description: Words = ""
    status: Words = ""
    ipv4_address: Words = ""
    ipv6_address: Words = ""
    ptr_record: Words = ""
    ip_addresses: WordList = ()
