"""Export what is known of a server, so that another can be set up like it. Its disk cannot be had through the API."""

from collections.abc import Callable, Iterator
from typing import Any

from overdracht import File, Item, Piece, SafeNames
from overdracht_transip.client import NotFound, Reader, TransipError, Vps, written
from overdracht_transip.domain_export import indented
from overdracht_transip.faults import WHOLE, translated

FOLDER = "servers"
NO_IMAGE = "snapshots and backups are listed; TransIP gives no way to download them, so copy the disk from the server itself before it ends"


class ServerExport:
    """Exports servers of the account behind *api*."""

    def __init__(self, api: Reader, folders: SafeNames) -> None:
        self._api = api
        self._folders = folders

    def pieces(self, item: Item, server: Vps) -> Iterator[Piece]:
        """Yield everything as JSON."""
        api, name = self._api, server.name
        missing: dict[str, str] = {}
        asked: dict[str, Callable[[str], Any]] = {
            "addresses": api.addresses,
            "snapshots": api.snapshots,
            "backups": api.backups,
            "firewall": api.firewall,
            "addons": api.addons,
            "monitors": api.tcp_monitors,
        }
        told: dict[str, Any] = {
            "name": name,
            "specification": {
                "product": server.product_name,
                "operatingSystem": server.operating_system,
                "cpus": server.cpus,
                "memoryInKiB": server.memory_size,
                "diskInKiB": server.disk_size,
                "zone": server.availability_zone,
            },
            **{what: self._asked(what, read, name, missing) for what, read in asked.items()},
            "disks": self._hanging(name, missing),
            "note": NO_IMAGE,
            "transip": server.raw,
            "notRead": missing,
        }
        path = f"{FOLDER}/{self._folders(name)}/server.json"
        yield File(path, indented(told), "application/json", (item.key,))

    def _hanging(self, name: str, missing: dict[str, str]) -> Any:
        disks = self._asked("disks", lambda _: self._api.storages(), name, missing)
        return disks and [one for one in disks if one["vpsName"] == name]

    @staticmethod
    def _asked(what: str, read: Callable[[str], Any], name: str, missing: dict[str, str]) -> Any:
        try:
            answer = read(name)
        except NotFound:
            missing[what] = "TransIP has none"
        except TransipError as error:
            if isinstance(error, WHOLE):
                raise
            missing[what] = translated(error).message
        else:
            return (
                [written(one) for one in answer] if isinstance(answer, tuple) else written(answer)
            )
        return None
