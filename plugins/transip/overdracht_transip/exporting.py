"""Export items of the account: domains and servers in folders of their own, all else as lines of tables and as contact cards."""

from collections.abc import Iterable, Iterator
from typing import Any

from overdracht import Gap, Item, Line, Piece, SafeNames
from overdracht_transip.client import Contact, Domain, Reader, TransipError, Vps, written
from overdracht_transip.domain_export import DomainExport, contact_files, today
from overdracht_transip.domain_holdings import CONTACT, RECORD
from overdracht_transip.faults import WHOLE, translated
from overdracht_transip.holding import names_of
from overdracht_transip.lookup import Lookup, Seen
from overdracht_transip.mail_holdings import MEMBER
from overdracht_transip.ownership import Ownership
from overdracht_transip.server_export import ServerExport
from overdracht_transip.server_holdings import ALLOWED, RULE

TABLES = {
    "certificate": "ssl-certificates.jsonl",
    "dns": "dns-records.jsonl",
    "disk": "disks.jsonl",
    "project": "openstack-projects.jsonl",
    "private-network": "private-networks.jsonl",
    "ha-ip": "ha-ips.jsonl",
    "reverse-dns": "reverse-dns.jsonl",
    "firewall-address": "firewall.jsonl",
    "firewall-rule": "firewall.jsonl",
    "mailbox": "mailboxes.jsonl",
    "mailbox-copies": "mailboxes.jsonl",
    "forward": "mail-forwards.jsonl",
    "list": "mail-lists.jsonl",
    "list-member": "mail-list-members.jsonl",
    "monitoring-contact": "monitoring-contacts.jsonl",
    "openstack-user": "openstack-users.jsonl",
    "ssh-key": "ssh-keys.jsonl",
}


class Exporting:
    """Exports items of the account behind *api*."""

    def __init__(self, api: Reader, ownership: Ownership) -> None:
        self._lookup = Lookup(api, ownership)
        self._folders = SafeNames()
        self._domains = DomainExport(api, self._folders, today())
        self._servers = ServerExport(api, SafeNames())

    def pieces(self, items: Iterable[Item]) -> Iterator[Piece]:
        """Yield what each of *items* is now; what changed, went or cannot be read is a gap."""
        for item in items:
            try:
                yield from self._one(item)
            except TransipError as error:
                if isinstance(error, WHOLE):
                    raise translated(error) from error
                yield Gap(item.part, translated(error).message, item.key)

    def _one(self, item: Item) -> Iterator[Piece]:
        seen = self._lookup.seen(item.key)
        if seen is None:
            yield Gap(item.part, "it is gone", item.key)
        elif seen.holding.fingerprint != item.fingerprint:
            yield Gap(item.part, "it changed since it was found", item.key)
        elif isinstance(seen.record, Domain):
            yield from self._domains.pieces(item, seen.record)
        elif isinstance(seen.record, Vps):
            yield from self._servers.pieces(item, seen.record)
        else:
            yield from self._small(item, seen)

    def _small(self, item: Item, seen: Seen) -> Iterator[Piece]:
        kind, *names = names_of(item.key)
        if isinstance(seen.record, Contact):
            of_domain = names[0] if kind == CONTACT else "new-domains"
            folder = f"contacts/{self._folders(of_domain)}"
            yield from contact_files(folder, (seen.record,), item.key)
            return
        yield Line(TABLES[kind], _record(kind, names, seen), (item.key,))


def _record(kind: str, names: list[str], seen: Seen) -> dict[str, Any]:
    """Return what leaves of a thing: of what it shares with others only its own part."""
    if kind in {MEMBER, ALLOWED, RULE}:
        where = {"list": names[0]} if kind == MEMBER else {"server": names[0]}
        return {**where, **seen.holding.content}
    if kind == RECORD:
        return dict(seen.holding.content)
    return {**written(seen.record), **dict(seen.holding.content)}
