"""Find one thing in the account again, by its key alone."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from overdracht_transip.client import NotFound, Reader
from overdracht_transip.domain_holdings import (
    CERTIFICATE,
    CONTACT,
    DEFAULT,
    DOMAIN,
    RECORD,
    certificate_holding,
    contact_holding,
    default_holding,
    dns_holding,
    domain_holding,
)
from overdracht_transip.holding import Holding, names_of
from overdracht_transip.mail_holdings import (
    COPIES,
    FORWARD,
    LIST,
    MAILBOX,
    MEMBER,
    forward_holding,
    list_holdings,
    mailbox_holdings,
)
from overdracht_transip.ownership import Ownership
from overdracht_transip.people_holdings import (
    KEY,
    MONITORED,
    USER,
    key_holding,
    monitoring_holding,
    user_holding,
)
from overdracht_transip.server_holdings import (
    ALLOWED,
    DISK,
    PROJECT,
    REVERSE,
    RULE,
    SERVER,
    disk_holding,
    firewall_holdings,
    project_holding,
    reverse_holdings,
    server_holding,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Seen:
    """A thing as it is now: as a *holding*, and as the *record* that TransIP gives."""

    holding: Holding
    record: Any


class Lookup:
    """Finds things again in the account behind *api*. A list that several things stand in is read once, until `refresh`."""

    def __init__(self, api: Reader, ownership: Ownership) -> None:
        self._api = api
        self._ownership = ownership
        self._lists: dict[tuple[object, ...], Any] = {}
        self._kinds: dict[str, Callable[..., Seen | None]] = {
            DOMAIN: self._domain,
            CONTACT: self._contact,
            RECORD: self._dns,
            CERTIFICATE: self._certificate,
            DEFAULT: self._default,
            SERVER: self._server,
            REVERSE: self._reverse,
            ALLOWED: self._firewall,
            RULE: self._firewall,
            DISK: self._disk,
            PROJECT: self._project,
            MAILBOX: self._mailbox,
            COPIES: self._mailbox,
            FORWARD: self._forward,
            LIST: self._list,
            MEMBER: self._list,
            MONITORED: self._monitoring,
            USER: self._user,
            KEY: self._key,
        }

    def seen(self, key: str) -> Seen | None:
        """Return the thing of this *key*; None when it is gone."""
        kind, *names = names_of(key)
        found = self._kinds.get(kind)
        if found is None:
            return None
        try:
            return found(key, *names)
        except NotFound:
            return None

    def refresh(self) -> None:
        """Read everything anew from here on."""
        self._lists.clear()

    def _listed(self, read: Callable[..., T], *names: str) -> T:
        place = (read.__name__, *names)
        if place not in self._lists:
            self._lists[place] = read(*names)
        result: T = self._lists[place]
        return result

    def _domain(self, _: str, name: str) -> Seen | None:
        domain = self._api.domain(name)
        return None if domain.is_gone else Seen(domain_holding(domain, self._ownership), domain)

    def _contact(self, _: str, name: str, kind: str) -> Seen | None:
        contacts = self._api.contacts(name)
        return _first((contact_holding(name, one), one) for one in contacts if one.type == kind)

    def _dns(self, key: str, name: str, *_: str) -> Seen | None:
        return _of_key(
            key, ((dns_holding(name, one), one) for one in self._listed(self._api.dns, name))
        )

    def _certificate(self, _: str, number: str) -> Seen | None:
        for one in self._listed(self._api.ssl_certificates):
            if str(one.certificate_id) == number:
                details = self._api.certificate_details(one.certificate_id)
                return Seen(certificate_holding(one, details), details)
        return None

    def _default(self, key: str, _: str) -> Seen | None:
        return _of_key(
            key, ((default_holding(one), one) for one in self._listed(self._api.default_contacts))
        )

    def _server(self, _: str, name: str) -> Seen | None:
        server = self._api.server(name)
        return Seen(server_holding(server, self._ownership), server)

    def _reverse(self, key: str, name: str, address: str) -> Seen | None:
        addresses = [
            one for one in self._listed(self._api.addresses, name) if one.address == address
        ]
        return _of_key(key, ((one, addresses[0]) for one in reverse_holdings(name, addresses)))

    def _firewall(self, key: str, name: str, _: str) -> Seen | None:
        firewall = self._listed(self._api.firewall, name)
        return _of_key(key, ((one, firewall) for one in firewall_holdings(name, firewall)))

    def _disk(self, key: str, _: str) -> Seen | None:
        disks = self._listed(self._api.storages)
        return _of_key(key, ((disk_holding(one, self._ownership, ()), one) for one in disks))

    def _project(self, key: str, _: str) -> Seen | None:
        projects = self._listed(self._api.openstack_projects)
        return _of_key(key, ((project_holding(one, self._ownership), one) for one in projects))

    def _mailbox(self, key: str, domain: str, _: str) -> Seen | None:
        boxes = self._listed(self._api.mailboxes, domain)
        return _of_key(key, ((held, one) for one in boxes for held in mailbox_holdings(one)))

    def _forward(self, key: str, domain: str, _: str) -> Seen | None:
        forwards = self._listed(self._api.forwards, domain)
        return _of_key(key, ((forward_holding(domain, one), one) for one in forwards))

    def _list(self, key: str, domain: str, *_: str) -> Seen | None:
        lists = self._listed(self._api.mail_lists, domain)
        return _of_key(key, ((held, one) for one in lists for held in list_holdings(domain, one)))

    def _monitoring(self, key: str, _: str) -> Seen | None:
        contacts = self._listed(self._api.monitoring_contacts)
        return _of_key(key, ((monitoring_holding(one), one) for one in contacts))

    def _user(self, key: str, _: str) -> Seen | None:
        users = self._listed(self._api.openstack_users)
        return _of_key(key, ((user_holding(one), one) for one in users))

    def _key(self, key: str, _: str) -> Seen | None:
        return _of_key(key, ((key_holding(one), one) for one in self._listed(self._api.ssh_keys)))


def _of_key(key: str, found: Iterable[tuple[Holding, Any]]) -> Seen | None:
    return _first((holding, record) for holding, record in found if holding.key == key)


def _first(found: Iterable[tuple[Holding, Any]]) -> Seen | None:
    return next((Seen(holding, record) for holding, record in found), None)
