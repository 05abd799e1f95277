"""The changes that a step comes to, each one request; the same for a rehearsal and for the act itself."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from overdracht_transip.client import Contact, DnsEntry, Firewall, FirewallRule, Writer
from overdracht_transip.domain_holdings import CONTACT, DEFAULT, RECORD
from overdracht_transip.holding import digest, names_of
from overdracht_transip.lookup import Seen
from overdracht_transip.mail_holdings import FORWARD, LIST, MAILBOX, MEMBER
from overdracht_transip.people_holdings import KEY, MONITORED, USER
from overdracht_transip.server_holdings import ALLOWED, REVERSE, RULE
from overdracht_transip.settings import Holder


class Changes:
    """Changes the account behind *api*; *holder* takes the place of contacts."""

    def __init__(self, api: Writer, holder: Holder | None) -> None:
        self._api = api
        self._holder = holder
        self._kinds: dict[str, Callable[[tuple[str, ...], Any], None]] = {
            CONTACT: self._contact,
            DEFAULT: self._default,
            RECORD: self._record,
            MAILBOX: lambda names, _: api.delete_mailbox(names[0], names[1]),
            FORWARD: lambda names, _: api.delete_forward(names[0], int(names[1])),
            LIST: lambda names, _: api.delete_mail_list(names[0], int(names[1])),
            MEMBER: self._member,
            MONITORED: lambda names, _: api.delete_monitoring_contact(int(names[0])),
            USER: lambda names, _: api.delete_openstack_user(names[0]),
            KEY: lambda names, _: api.delete_ssh_key(int(names[0])),
            REVERSE: lambda names, record: api.set_reverse_dns(names[0], record, ""),
            ALLOWED: self._allowed,
            RULE: self._rule,
        }

    def make(self, key: str, seen: Seen) -> None:
        """Take the thing of this *key* away, or put the holder in the contact's place, as it was *seen*."""
        kind, *names = names_of(key)
        self._kinds[kind](tuple(names), seen.record)

    def replaced(self, contact: Contact) -> Contact:
        """Return what takes the place of *contact*."""
        assert self._holder is not None  # noqa: S101 - without one nothing is replaced
        return Contact(contact.type, **self._holder.model_dump())

    def is_replaced(self, contact: Contact) -> bool:
        """Say whether *contact* is the holder's already."""
        return self._holder is not None and contact == self.replaced(contact)

    def _contact(self, names: tuple[str, ...], contact: Contact) -> None:
        contacts = self._api.contacts(names[0])
        self._api.replace_contacts(names[0], self._with_holder(contacts, contact.type))

    def _default(self, _: tuple[str, ...], contact: Contact) -> None:
        contacts = self._api.default_contacts()
        self._api.replace_default_contacts(self._with_holder(contacts, contact.type))

    def _with_holder(self, contacts: tuple[Contact, ...], kind: str) -> list[Contact]:
        return [self.replaced(one) if one.type == kind else one for one in contacts]

    def _record(self, names: tuple[str, ...], entry: DnsEntry) -> None:
        """Remove *entry* as often as it stands there: one request takes one of two that are equal."""
        for one in self._api.dns(names[0]):
            if one == entry:
                self._api.remove_dns(names[0], entry)

    def _member(self, names: tuple[str, ...], _: object) -> None:
        domain, number, entry = names
        for one in self._api.mail_lists(domain):
            if str(one.id) == number:
                kept = [address for address in one.entries if address != entry]
                self._api.replace_list_entries(domain, one, kept)

    def _allowed(self, names: tuple[str, ...], _: Firewall) -> None:
        """Let one address in no longer. A rule that let in nobody else goes: without a list it would let in everybody."""
        server, address = names
        firewall = self._api.firewall(server)
        rules = [_without(rule, address) for rule in firewall.rule_set]
        kept = tuple(rule for rule in rules if rule is not None)
        self._api.replace_firewall(server, replace(firewall, rule_set=kept))

    def _rule(self, names: tuple[str, ...], _: Firewall) -> None:
        """Take a rule's description away, and leave what it does."""
        server, named = names
        firewall = self._api.firewall(server)
        kept = tuple(
            replace(rule, description="") if digest(rule.description) == named else rule
            for rule in firewall.rule_set
        )
        self._api.replace_firewall(server, replace(firewall, rule_set=kept))


def _without(rule: FirewallRule, address: str) -> FirewallRule | None:
    if address not in rule.whitelist:
        return rule
    left = tuple(one for one in rule.whitelist if one != address)
    return replace(rule, whitelist=left) if left else None
