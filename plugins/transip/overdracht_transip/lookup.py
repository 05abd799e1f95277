"""Find one thing in the account again, by its key alone."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

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
    HAIP,
    NETWORK,
    PROJECT,
    REVERSE,
    RULE,
    SERVER,
    disk_holding,
    firewall_holdings,
    haip_holding,
    network_holding,
    project_holding,
    reverse_holdings,
    server_holding,
)


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
        self._lists: dict[tuple[str, ...], dict[str, Seen]] = {}
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
            NETWORK: self._network,
            HAIP: self._haip,
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

    def _listed(
        self, holdings: Callable[[Any], Iterable[Holding]], read: Callable[..., Any], *names: str
    ) -> dict[str, Seen]:
        """Return by key what a list holds that *read* gives for *names*: of each record its *holdings*."""
        place = (read.__name__, *names)
        if place not in self._lists:
            self._lists[place] = {
                held.key: Seen(held, record) for record in read(*names) for held in holdings(record)
            }
        return self._lists[place]

    def _domain(self, _: str, name: str) -> Seen | None:
        domain = self._api.domain(name)
        return None if domain.is_gone else Seen(domain_holding(domain, self._ownership), domain)

    def _contact(self, _: str, name: str, kind: str) -> Seen | None:
        contacts = (one for one in self._api.contacts(name) if one.type == kind)
        return next((Seen(contact_holding(name, one), one) for one in contacts), None)

    def _dns(self, key: str, name: str, *_: str) -> Seen | None:
        return self._listed(lambda one: (dns_holding(name, one),), self._api.dns, name).get(key)

    def _certificate(self, _: str, number: str) -> Seen | None:
        every = {str(one.certificate_id): one for one in self._api.ssl_certificates()}
        if number not in every:
            return None
        details = self._api.certificate_details(int(number))
        return Seen(certificate_holding(every[number], details), details)

    def _default(self, key: str, _: str) -> Seen | None:
        return self._listed(_each(default_holding), self._api.default_contacts).get(key)

    def _server(self, _: str, name: str) -> Seen | None:
        server = self._api.server(name)
        return Seen(server_holding(server, self._ownership), server)

    def _reverse(self, key: str, name: str, _: str) -> Seen | None:
        read = self._api.addresses
        return self._listed(lambda one: reverse_holdings(name, (one,)), read, name).get(key)

    def _firewall(self, key: str, name: str, _: str) -> Seen | None:
        firewall = self._api.firewall(name)
        found = (one for one in firewall_holdings(name, firewall) if one.key == key)
        return next((Seen(one, firewall) for one in found), None)

    def _disk(self, key: str, _: str) -> Seen | None:
        holdings = _each(lambda one: disk_holding(one, self._ownership, ()))
        return self._listed(holdings, self._api.storages).get(key)

    def _project(self, key: str, _: str) -> Seen | None:
        holdings = _each(lambda one: project_holding(one, self._ownership))
        return self._listed(holdings, self._api.openstack_projects).get(key)

    def _network(self, key: str, _: str) -> Seen | None:
        holdings = _each(lambda one: network_holding(one, self._ownership))
        return self._listed(holdings, self._api.private_networks).get(key)

    def _haip(self, key: str, _: str) -> Seen | None:
        holdings = _each(lambda one: haip_holding(one, self._ownership))
        return self._listed(holdings, self._api.haips).get(key)

    def _mailbox(self, key: str, domain: str, _: str) -> Seen | None:
        return self._listed(mailbox_holdings, self._api.mailboxes, domain).get(key)

    def _forward(self, key: str, domain: str, _: str) -> Seen | None:
        holdings = _each(lambda one: forward_holding(domain, one))
        return self._listed(holdings, self._api.forwards, domain).get(key)

    def _list(self, key: str, domain: str, *_: str) -> Seen | None:
        read = self._api.mail_lists
        return self._listed(lambda one: list_holdings(domain, one), read, domain).get(key)

    def _monitoring(self, key: str, _: str) -> Seen | None:
        return self._listed(_each(monitoring_holding), self._api.monitoring_contacts).get(key)

    def _user(self, key: str, _: str) -> Seen | None:
        return self._listed(_each(user_holding), self._api.openstack_users).get(key)

    def _key(self, key: str, _: str) -> Seen | None:
        return self._listed(_each(key_holding), self._api.ssh_keys).get(key)


def _each(holding: Callable[[Any], Holding]) -> Callable[[Any], Iterable[Holding]]:
    """Return what gives the one *holding* of a record."""
    return lambda record: (holding(record),)
