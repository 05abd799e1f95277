"""Go through the whole account for one question, part by part.

What hangs on a domain or server comes before these, so that an erasure that keeps the order moves the mail first and cancels last.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from overdracht import Finding, Gap, Item, Progress, Question, Searched, Text
from overdracht_transip.account import PAGE, Account, Domains
from overdracht_transip.client import Storage, TransipError, Vps
from overdracht_transip.domain_holdings import (
    CERTIFICATES,
    DEFAULTS,
    DNS,
    DOMAINS,
    certificate_holding,
    contact_holdings,
    default_holding,
    dns_holding,
    domain_holding,
    identities_of,
    is_staying,
)
from overdracht_transip.faults import WHOLE, translated
from overdracht_transip.holding import Holding
from overdracht_transip.mail_holdings import EMAIL, forward_holding, list_holdings, mailbox_holdings
from overdracht_transip.matching import Matcher
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
    firewall_holdings,
    haip_holding,
    network_holding,
    project_holding,
    reverse_holdings,
    server_holding,
)
from overdracht_transip.settings import TransipSettings

T = TypeVar("T")

PLAIN_DNS = Text(
    "DNS-records in domeinen van anderen zijn niet doorzocht",
    "DNS records in domains of others were not searched",
)
PLAIN_MAIL = Text(
    "mailinstellingen van domeinen waarvan de persoon geen adres heeft, zijn niet doorzocht",
    "mail settings of domains in which the person has no address were not searched",
)
PLAIN_SERVERS = Text(
    "reverse DNS en firewallregels van servers zijn niet doorzocht",
    "reverse DNS and firewall rules of servers were not searched",
)
PLAIN_CERTIFICATES = Text(
    "aanvragers van SSL-certificaten voor domeinen van anderen zijn niet doorzocht",
    "who ordered SSL certificates for domains of others was not searched",
)


class PartFailed(Exception):
    """A part could not be read; the text says why."""


class Search:
    """One *question* put to an *account*."""

    def __init__(self, account: Account, settings: TransipSettings, question: Question) -> None:
        self._account = account
        self._api = account.api
        self._settings = settings
        self._question = question
        self._matcher = Matcher(question)
        self._ownership = Ownership(settings)
        self._domains: Domains | TransipError | None = None
        self._theirs: frozenset[str] = frozenset()
        """The domains that are surely the subject's, as they are compared."""
        self._servers: dict[str, Known] = {}
        """Whose each server is that is anybody's."""

    def findings(self) -> Iterator[Finding]:
        """Yield everything; a part that cannot be read is a gap and stays alone."""
        parts: dict[str, Callable[[], Iterator[Finding]]] = {
            MONITORING: self._monitoring,
            OPENSTACK: self._openstack,
            KEYS: self._keys,
            DEFAULTS: self._defaults,
            CERTIFICATES: self._certificates,
            EMAIL: self._email,
            DNS: self._dns,
            DOMAINS: self._their_domains,
            SERVERS: self._their_servers,
            STORAGE: self._storage,
        }
        left = [part for part in parts if part not in self._settings.exclude]
        try:
            self._read_domains()
            while left:
                try:
                    yield from parts[left[0]]()
                except PartFailed as failed:
                    yield Gap(left[0], str(failed))
                except TransipError as error:
                    if isinstance(error, WHOLE):
                        raise
                    yield Gap(left[0], translated(error).message)
                left.pop(0)
        except TransipError as error:
            fault = translated(error)
            yield from (Gap(part, fault.message) for part in left)
            raise fault from error

    def _read_domains(self) -> None:
        """Read the domains first: which of them are the subject's says where else to look."""
        try:
            self._domains = self._account.domains()
        except TransipError as error:
            if isinstance(error, WHOLE):
                raise
            self._domains = error
            return
        self._theirs = frozenset(
            identities_of(one.name)
            for one in self._domains
            if not is_staying(one, self._ownership)
            and self._matcher.is_sure(domain_holding(one, self._ownership))
        )

    def _known_domains(self) -> Domains:
        if isinstance(self._domains, TransipError):
            raise self._domains
        assert self._domains is not None  # noqa: S101 - read at the begin
        return self._domains

    def _items(self, holdings: Iterable[Holding]) -> Iterator[Item]:
        for holding in holdings:
            if (item := self._matcher.item(holding)) is not None:
                yield item

    def _searched(
        self, part: str, looked_at: int, failed: TransipError | None, note: Text | None = None
    ) -> Finding:
        """Return how *part* ended; one failure in it makes it a gap."""
        if failed is not None:
            return Gap(part, f"not all of it could be read: {translated(failed).message}")
        return Searched(part, looked_at, note=None if self._question.thorough else note)

    def _each(
        self, read: Callable[[Any], T], names: Iterable[Any], failures: list[TransipError]
    ) -> Iterator[tuple[Any, T]]:
        """Yield what *read* gives for each of *names*, and put what failed in *failures*; go no further when the account is away."""
        for name, answer in self._account.each(read, names):
            if not isinstance(answer, TransipError):
                yield name, answer
            elif isinstance(answer, WHOLE):
                raise answer
            else:
                failures.append(answer)

    def _monitoring(self) -> Iterator[Finding]:
        contacts = self._api.monitoring_contacts()
        yield from self._items(map(monitoring_holding, contacts))
        yield Searched(MONITORING, len(contacts))

    def _openstack(self) -> Iterator[Finding]:
        users = self._api.openstack_users()
        yield from self._items(map(user_holding, users))
        yield Searched(OPENSTACK, len(users))

    def _keys(self) -> Iterator[Finding]:
        keys = self._api.ssh_keys()
        yield from self._items(map(key_holding, keys))
        yield Searched(KEYS, len(keys))

    def _defaults(self) -> Iterator[Finding]:
        contacts = self._api.default_contacts()
        yield from self._items(map(default_holding, contacts))
        yield Searched(DEFAULTS, len(contacts))

    def _certificates(self) -> Iterator[Finding]:
        every = {one.certificate_id: one for one in self._api.ssl_certificates()}
        asked = [
            number
            for number, one in every.items()
            if self._question.thorough
            or identities_of(one.common_name.removeprefix("*.").removeprefix("www."))
            in self._theirs
        ]
        failures: list[TransipError] = []
        for number, details in self._each(self._api.certificate_details, asked, failures):
            yield from self._items((certificate_holding(every[number], details),))
        failed = failures[0] if failures else None
        yield self._searched(CERTIFICATES, len(asked), failed, PLAIN_CERTIFICATES)

    def _email(self) -> Iterator[Finding]:
        near = self._theirs | {
            one.value.rpartition("@")[2] for one in self._matcher.strong if one.kind == "email"
        }
        near |= {one.value for one in self._matcher.strong if one.kind == "domain"}
        asked = [
            one.domain
            for one in self._api.mail_packages()
            if self._question.thorough or identities_of(one.domain) in near
        ]
        failures: list[TransipError] = []
        count = 0
        for holdings in self._mail(asked, failures):
            count += len(holdings)
            yield from self._items(holdings)
        yield self._searched(EMAIL, count, failures[0] if failures else None, PLAIN_MAIL)

    def _mail(self, domains: list[str], failures: list[TransipError]) -> Iterator[list[Holding]]:
        api = self._api
        for _, mailboxes in self._each(api.mailboxes, domains, failures):
            yield [one for mailbox in mailboxes for one in mailbox_holdings(mailbox)]
        for domain, forwards in self._each(api.forwards, domains, failures):
            yield [forward_holding(domain, one) for one in forwards]
        for domain, lists in self._each(api.mail_lists, domains, failures):
            yield [one for mail_list in lists for one in list_holdings(domain, mail_list)]

    def _dns(self) -> Iterator[Finding]:
        if not self._question.thorough:
            yield Searched(DNS, 0, note=PLAIN_DNS)
            return
        domains = self._known_domains()
        others = (one.name for one in domains if identities_of(one.name) not in self._theirs)
        failures: list[TransipError] = []
        count = 0
        for number, (name, entries) in enumerate(self._each(self._api.dns, others, failures), 1):
            count += len(entries)
            holdings = {one.key: one for entry in entries for one in (dns_holding(name, entry),)}
            yield from self._items(holdings.values())
            if number % 25 == 0:
                yield Progress(DNS, number, domains.count)
        yield self._searched(DNS, count, failures[0] if failures else None)

    def _their_domains(self) -> Iterator[Finding]:
        domains = self._known_domains()
        for domain in domains:
            stays = is_staying(domain, self._ownership)
            if not stays:
                yield from self._items((domain_holding(domain, self._ownership),))
            if stays or identities_of(domain.name) not in self._theirs:
                yield from self._items(contact_holdings(domain, self._ownership))
        yield Searched(DOMAINS, domains.count)

    def _their_servers(self) -> Iterator[Finding]:
        failures: list[TransipError] = []
        count = 0
        names: list[str] = []
        for server in self._api.servers(page_size=PAGE):
            count += 1
            names.append(server.name)
            yield from self._items((self._server(server, failures),))
        if self._question.thorough:
            for name, addresses in self._each(self._api.addresses, names, failures):
                yield from self._items(reverse_holdings(name, addresses))
            for name, firewall in self._each(self._api.firewall, names, failures):
                yield from self._items(firewall_holdings(name, firewall))
        failed = failures[0] if failures else None
        yield self._searched(SERVERS, count, failed, PLAIN_SERVERS)

    def _server(self, server: Vps, failures: list[TransipError]) -> Holding:
        """Return *server* as a holding, with all its addresses where anything in it is the subject's."""
        holding = server_holding(server, self._ownership)
        if holding.known:
            self._servers[server.name] = holding.known
        if self._matcher.item(holding) is None:
            return holding
        for _, addresses in self._each(self._api.addresses, (server.name,), failures):
            return server_holding(server, self._ownership, addresses)
        return holding

    def _storage(self) -> Iterator[Finding]:
        disks = self._api.storages()
        yield from self._items(map(self._disk, disks))
        projects = self._api.openstack_projects()
        yield from self._items(project_holding(one, self._ownership) for one in projects)
        networks, haips = self._api.private_networks(), self._api.haips()
        yield from self._items(network_holding(one, self._ownership) for one in networks)
        yield from self._items(haip_holding(one, self._ownership) for one in haips)
        yield Searched(STORAGE, len(disks) + len(projects) + len(networks) + len(haips))

    def _disk(self, disk: Storage) -> Holding:
        return disk_holding(disk, self._ownership, self._servers.get(disk.vps_name, ()))
