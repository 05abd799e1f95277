"""Everything about servers and what hangs on them: what can be read, and what can be changed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from overdracht_transip.client.domain_records import EndTime
from overdracht_transip.client.reading import read, read_all, written
from overdracht_transip.client.server_records import (
    Addons,
    Backup,
    Firewall,
    HaIp,
    IpAddress,
    PrivateNetwork,
    Snapshot,
    Storage,
    TcpMonitor,
    Vps,
)
from overdracht_transip.client.session import Session

VPS = "/vps/{}"


class ServerReading:
    """What can be read of servers."""

    _session: Session

    def servers(self, *, tags: Iterable[str] = (), page_size: int | None = None) -> Iterator[Vps]:
        """Yield every server, in one request; with *page_size* in one for each so many. With *tags*, only those that have one of them."""
        query = {"tags": wanted} if (wanted := ",".join(tags)) else {}
        if page_size is not None:
            query["pageSize"] = str(page_size)
        for page in self._session.pages("vpss", "/vps", query=query):
            for number, value in enumerate(page):
                yield vps_of(value, f"vpss[{number}]")

    def server(self, name: str) -> Vps:
        """Return the server *name*."""
        return vps_of(self._session.get("vps", VPS, name), "vps")

    def addresses(self, name: str) -> tuple[IpAddress, ...]:
        """Return the addresses of the server *name*, with their reverse DNS."""
        values = self._session.get("ipAddresses", VPS + "/ip-addresses", name)
        return read_all(IpAddress, values, "ipAddresses")

    def snapshots(self, name: str) -> tuple[Snapshot, ...]:
        """Return the snapshots of the server *name*."""
        values = self._session.get("snapshots", VPS + "/snapshots", name)
        return read_all(Snapshot, values, "snapshots")

    def backups(self, name: str) -> tuple[Backup, ...]:
        """Return the backups of the server *name*."""
        return read_all(Backup, self._session.get("backups", VPS + "/backups", name), "backups")

    def firewall(self, name: str) -> Firewall:
        """Return the firewall of the server *name*."""
        value = self._session.get("vpsFirewall", VPS + "/firewall", name)
        return read(Firewall, value, "vpsFirewall")

    def addons(self, name: str) -> Addons:
        """Return what the server *name* has besides."""
        return read(Addons, self._session.get("addons", VPS + "/addons", name), "addons")

    def tcp_monitors(self, name: str) -> tuple[TcpMonitor, ...]:
        """Return what watches over the server *name*."""
        values = self._session.get("tcpMonitors", VPS + "/tcp-monitors", name)
        return read_all(TcpMonitor, values, "tcpMonitors")

    def storages(self) -> tuple[Storage, ...]:
        """Return every disk that can be hung on a server."""
        values = self._session.get("blockStorages", "/block-storages")
        return read_all(Storage, values, "blockStorages")

    def private_networks(self) -> tuple[PrivateNetwork, ...]:
        """Return the networks between servers."""
        values = self._session.get("privateNetworks", "/private-networks")
        return read_all(PrivateNetwork, values, "privateNetworks")

    def haips(self) -> tuple[HaIp, ...]:
        """Return the highly available addresses."""
        return read_all(HaIp, self._session.get("haips", "/haips"), "haips")


class ServerWriting:
    """What can be changed of servers. None of these is repeated where it is not known whether it took effect."""

    _session: Session

    def cancel_server(self, name: str, when: EndTime) -> None:
        """Cancel the server *name*: its disk, snapshots and backups are wiped then, and no answer of the API shows that it is coming."""
        self._session.change("DELETE", VPS, name, body={"endTime": when.value})

    def hand_over_server(self, name: str, customer: str) -> None:
        """Offer the server *name* to the TransIP *customer*; it is shut down."""
        body = {"action": "handover", "targetCustomerName": customer}
        self._session.change("PATCH", VPS, name, body=body)

    def describe_server(self, name: str, description: str) -> None:
        """Give the server *name* another description, of 32 characters at most."""
        self._change_server(name, {"description": description})

    def set_server_tags(self, name: str, tags: Iterable[str]) -> None:
        """Replace the tags of the server *name*."""
        self._change_server(name, {"tags": list(tags)})

    def set_customer_lock(self, name: str, *, locked: bool) -> None:
        """Lock the server *name* against changes, or unlock it, which a person has to have said."""
        self._change_server(name, {"isCustomerLocked": locked})

    def _change_server(self, name: str, changes: Mapping[str, Any]) -> None:
        # The whole object goes back, with whatever is in it that we do not know.
        current = self._session.get("vps", VPS, name)
        self._session.change("PUT", VPS, name, body={"vps": {**current, **changes}})

    def set_reverse_dns(self, name: str, address: IpAddress, reverse: str) -> None:
        """Give the *address* of the server *name* another name in reverse DNS."""
        body = {"ipAddress": written(replace(address, reverse_dns=reverse))}
        self._session.change("PUT", VPS + "/ip-addresses/{}", name, address.address, body=body)

    def replace_firewall(self, name: str, firewall: Firewall) -> None:
        """Replace the firewall of the server *name*."""
        self._session.change(
            "PUT", VPS + "/firewall", name, body={"vpsFirewall": written(firewall)}
        )

    def delete_snapshot(self, name: str, snapshot: str) -> None:
        """Delete a *snapshot* of the server *name*."""
        self._session.change("DELETE", VPS + "/snapshots/{}", name, snapshot)

    def describe_storage(self, name: str, description: str) -> None:
        """Give the disk *name* another description."""
        current = self._session.get("blockStorage", "/block-storages/{}", name)
        body = {"blockStorage": {**current, "description": description}}
        self._session.change("PUT", "/block-storages/{}", name, body=body)

    def cancel_storage(self, name: str, when: EndTime) -> None:
        """Cancel the disk *name*, and its backups with it."""
        self._session.change("DELETE", "/block-storages/{}", name, body={"endTime": when.value})


def vps_of(value: Any, where: str = "vps") -> Vps:
    """Return the server in the answer's *value*."""
    return replace(read(Vps, value, where), raw=value)
