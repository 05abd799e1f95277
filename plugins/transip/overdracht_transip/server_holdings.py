"""Servers, disks and projects as things that are somebody's: by a tag, by the configuration, or because a description says so."""

from collections.abc import Iterable, Iterator, Sequence

from overdracht import Category, Identifier
from overdracht_transip.client import (
    Firewall,
    HaIp,
    IpAddress,
    OpenStackProject,
    PrivateNetwork,
    Storage,
    Vps,
    written,
)
from overdracht_transip.holding import Field, Holding, digest, key_of, moment, texts
from overdracht_transip.ownership import EVIDENCE, Ownership

SERVERS, STORAGE = "servers", "storage"
SERVER, DISK, PROJECT, REVERSE, ALLOWED, RULE = (
    "server",
    "disk",
    "project",
    "reverse-dns",
    "firewall-address",
    "firewall-rule",
)
NETWORK, HAIP = "private-network", "ha-ip"
Known = tuple[tuple[Identifier, str], ...]


def server_holding(
    server: Vps, ownership: Ownership, addresses: Iterable[IpAddress] = ()
) -> Holding:
    """Return *server* with the *addresses* that it has besides its first."""
    every = dict.fromkeys((server.ip_address, *(one.address for one in addresses)))
    return Holding(
        key=key_of(SERVER, server.name),
        part=SERVERS,
        category=Category.SERVER,
        title=f"{server.name} {server.description}".strip(),
        content={
            "name": server.name,
            "uuid": server.uuid,
            "description": server.description,
            "tags": sorted(tag for tag in server.tags if not tag.startswith(EVIDENCE)),
            "created": str(server.created_at),
        },
        known=ownership.of((server.name, server.uuid), server.tags),
        texts=texts(
            description=server.description,
            name=server.name,
            tags=ownership.free(server.tags),
            ipAddress=server.ip_address,
        ),
        others=tuple(Field("ip", one, "ipAddress") for one in every if one),
        when=moment(server.created_at),
        running=True,
    )


def disk_holding(disk: Storage, ownership: Ownership, of_server: Known) -> Holding:
    """Return a *disk*, which is whose the server is that it hangs on."""
    return Holding(
        key=key_of(DISK, disk.name),
        part=STORAGE,
        category=Category.SERVER,
        title=f"{disk.name} {disk.description}".strip(),
        content={"name": disk.name, "serial": disk.serial, "description": disk.description},
        known=tuple(dict.fromkeys((*ownership.of((disk.name,), ()), *of_server))),
        texts=texts(description=disk.description, name=disk.name),
        running=True,
    )


def project_holding(project: OpenStackProject, ownership: Ownership) -> Holding:
    """Return an OpenStack *project*."""
    return Holding(
        key=key_of(PROJECT, project.id),
        part=STORAGE,
        category=Category.SERVER,
        title=f"{project.name} {project.description}".strip(),
        content=written(project),
        known=ownership.of((project.id, project.name), ()),
        texts=texts(description=project.description, name=project.name),
        running=True,
    )


def network_holding(network: PrivateNetwork, ownership: Ownership) -> Holding:
    """Return a *network* between servers."""
    return Holding(
        key=key_of(NETWORK, network.name),
        part=STORAGE,
        category=Category.SERVER,
        title=f"{network.name} {network.description}".strip(),
        content=written(network),
        known=ownership.of((network.name,), ()),
        texts=texts(description=network.description, name=network.name),
        running=True,
    )


def haip_holding(address: HaIp, ownership: Ownership) -> Holding:
    """Return a highly available *address* in front of servers."""
    return Holding(
        key=key_of(HAIP, address.name),
        part=STORAGE,
        category=Category.SERVER,
        title=f"{address.name} {address.description}".strip(),
        content={
            "name": address.name,
            "description": address.description,
            "ptr": address.ptr_record,
        },
        known=ownership.of((address.name,), ()),
        texts=texts(
            description=address.description,
            name=address.name,
            ptrRecord=address.ptr_record,
            addresses=(address.ipv4_address, address.ipv6_address),
        ),
        others=tuple(
            Field("ip", one, "address")
            for one in (address.ipv4_address, address.ipv6_address)
            if one
        ),
        running=True,
    )


def reverse_holdings(server: str, addresses: Sequence[IpAddress]) -> Iterator[Holding]:
    """Yield the names in reverse DNS of a server's *addresses*."""
    for one in addresses:
        if one.reverse_dns.strip():
            yield Holding(
                key=key_of(REVERSE, server, one.address),
                part=SERVERS,
                category=Category.SERVER,
                title=f"{server}: reverse DNS",
                content={"address": one.address, "reverseDns": one.reverse_dns},
                texts=texts(reverseDns=one.reverse_dns),
            )


def firewall_holdings(server: str, firewall: Firewall) -> Iterator[Holding]:
    """Yield whom the *firewall* of a server lets in: each address apart, and what a rule says of itself."""
    for address in dict.fromkeys(one for rule in firewall.rule_set for one in rule.whitelist):
        yield Holding(
            key=key_of(ALLOWED, server, address),
            part=SERVERS,
            category=Category.SERVER,
            title=f"{server}: firewall",
            content={"address": address},
            texts=texts(whitelist=address.split("/")[0]),
        )
    for rule in firewall.rule_set:
        if rule.description.strip():
            yield Holding(
                key=key_of(RULE, server, digest(rule.description)),
                part=SERVERS,
                category=Category.SERVER,
                title=f"{server}: firewall {rule.description}",
                content={"description": rule.description},
                texts=texts(description=rule.description),
            )
