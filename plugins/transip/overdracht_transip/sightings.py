"""Tell whom the account knows, and what in it is old."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import TypeVar

from overdracht import Aged, Category, Gap, Identifier, Sighting, local_day
from overdracht_transip.account import PAGE, Account
from overdracht_transip.client import Domain, TransipError
from overdracht_transip.domain_holdings import (
    CERTIFICATES,
    DEFAULTS,
    DOMAINS,
    certificate_holding,
    contact_holdings,
    default_holding,
    domain_holding,
    is_staying,
)
from overdracht_transip.faults import WHOLE, translated
from overdracht_transip.holding import Holding
from overdracht_transip.mail_holdings import EMAIL, forward_holding, list_holdings, mailbox_holdings
from overdracht_transip.matching import as_item, sure
from overdracht_transip.ownership import Ownership
from overdracht_transip.people_holdings import (
    KEYS,
    MONITORING,
    OPENSTACK,
    key_holding,
    monitoring_holding,
    user_holding,
)
from overdracht_transip.server_holdings import (
    SERVERS,
    STORAGE,
    Known,
    disk_holding,
    haip_holding,
    network_holding,
    project_holding,
    server_holding,
)
from overdracht_transip.settings import TransipSettings

T = TypeVar("T")


class Sightings:
    """Goes through the whole *account*."""

    def __init__(self, account: Account, settings: TransipSettings) -> None:
        self._account = account
        self._api = account.api
        self._ownership = Ownership(settings)
        self._exclude = settings.exclude
        self._owners: dict[str, Known] = {}

    def identifiers(self) -> Iterator[Sighting | Gap]:
        """Yield every strong identifier of everything that is surely somebody's."""
        for one in self._holdings():
            if isinstance(one, Gap):
                yield one
                continue
            for identifier in dict.fromkeys(identifier for identifier, _ in sure(one)):
                yield Sighting(
                    identifier, one.key, one.part, one.when, one.is_contact, running=one.running
                )

    def aged(self, before: Mapping[Category, date]) -> Iterator[Aged | Gap]:
        """Yield what has a time of its own that lies before the day of its category."""
        for one in self._holdings():
            if isinstance(one, Gap):
                yield one
            elif (
                one.key
                and (day := before.get(one.category))
                and one.when
                and local_day(one.when) < day
            ):
                parties: tuple[Identifier, ...] = tuple(dict.fromkeys(who for who, _ in sure(one)))
                yield Aged(as_item(one), parties)

    def _holdings(self) -> Iterator[Holding | Gap]:
        parts: dict[str, Callable[[], Iterable[Holding]]] = {
            MONITORING: lambda: map(monitoring_holding, self._api.monitoring_contacts()),
            OPENSTACK: lambda: map(user_holding, self._api.openstack_users()),
            KEYS: lambda: map(key_holding, self._api.ssh_keys()),
            DEFAULTS: lambda: map(default_holding, self._api.default_contacts()),
            CERTIFICATES: self._certificates,
            EMAIL: self._mail,
            DOMAINS: self._domains,
            SERVERS: self._servers,
            STORAGE: self._storage,
        }
        for part, holdings in parts.items():
            if part in self._exclude:
                continue
            try:
                yield from holdings()
            except TransipError as error:
                if isinstance(error, WHOLE):
                    raise
                yield Gap(part, translated(error).message)

    def _certificates(self) -> Iterator[Holding]:
        every = {one.certificate_id: one for one in self._api.ssl_certificates()}
        for number, details in self._account.each(self._api.certificate_details, every):
            yield certificate_holding(every[number], _read(details))

    def _mail(self) -> Iterator[Holding]:
        domains = [one.domain for one in self._api.mail_packages()]
        for _, mailboxes in self._account.each(self._api.mailboxes, domains):
            for mailbox in _read(mailboxes):
                yield from mailbox_holdings(mailbox)
        for domain, forwards in self._account.each(self._api.forwards, domains):
            yield from (forward_holding(domain, one) for one in _read(forwards))
        for domain, lists in self._account.each(self._api.mail_lists, domains):
            for mail_list in _read(lists):
                yield from list_holdings(domain, mail_list)

    def _domains(self) -> Iterator[Holding]:
        for domain in self._account.domains(gone=True):
            yield from self._of_domain(domain)

    def _of_domain(self, domain: Domain) -> Iterator[Holding]:
        if domain.is_gone:
            # It is not held any more; that there was a customer until then, the account still tells.
            left = domain_holding(domain, self._ownership)
            if left.is_contact:
                yield replace(left, key="")
            return
        if not is_staying(domain, self._ownership):
            yield domain_holding(domain, self._ownership)
        yield from contact_holdings(domain, self._ownership)

    def _servers(self) -> Iterator[Holding]:
        for server in self._api.servers(page_size=PAGE):
            holding = server_holding(server, self._ownership)
            if holding.known:
                self._owners[server.name] = holding.known
            yield holding

    def _storage(self) -> Iterator[Holding]:
        for disk in self._api.storages():
            yield disk_holding(disk, self._ownership, self._owners.get(disk.vps_name, ()))
        for project in self._api.openstack_projects():
            yield project_holding(project, self._ownership)
        for network in self._api.private_networks():
            yield network_holding(network, self._ownership)
        for address in self._api.haips():
            yield haip_holding(address, self._ownership)


def _read(answer: T | TransipError) -> T:
    if isinstance(answer, TransipError):
        raise answer
    return answer
