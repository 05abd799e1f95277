"""Everything about domains: what can be read, and what can be changed."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from overdracht_transip.client.domain_records import (
    Action,
    AuthCode,
    Availability,
    Branding,
    Certificate,
    Contact,
    DnsEntry,
    DnssecKey,
    Domain,
    EndTime,
    Nameserver,
    Tld,
)
from overdracht_transip.client.errors import BadRequest, NotAllowed, NotFound
from overdracht_transip.client.reading import read, read_all, without_secrets, written
from overdracht_transip.client.session import Session

DOMAIN = "/domains/{}"


class DomainReading:
    """What can be read of domains."""

    _session: Session

    def domains(
        self, *, tags: Iterable[str] = (), gone: bool = True, page_size: int | None = None
    ) -> Iterator[Domain]:
        """Yield every domain with its contacts and name servers, in one request; with *page_size* in one for each so many.

        With *tags*, only those that have one of them. With *gone*, also those that left the account.
        """
        include = ["nameservers", "contacts", *(["goneDomains"] if gone else [])]
        query = {"include": ",".join(include)}
        if wanted := ",".join(tags):
            query["tags"] = wanted
        if page_size is not None:
            query["pageSize"] = str(page_size)
        for page in self._session.pages("domains", "/domains", query=query):
            for number, value in enumerate(page):
                yield domain_of(value, f"domains[{number}]")

    def domain(self, name: str) -> Domain:
        """Return the domain *name* with its contacts and name servers."""
        query = {"include": "nameservers,contacts"}
        return domain_of(self._session.get("domain", DOMAIN, name, query=query), "domain")

    def contacts(self, name: str) -> tuple[Contact, ...]:
        """Return the contacts of the domain *name*."""
        return read_all(
            Contact, self._session.get("contacts", DOMAIN + "/contacts", name), "contacts"
        )

    def dns(self, name: str) -> tuple[DnsEntry, ...]:
        """Return all DNS records of the domain *name*."""
        return read_all(
            DnsEntry, self._session.get("dnsEntries", DOMAIN + "/dns", name), "dnsEntries"
        )

    def dnssec(self, name: str) -> tuple[DnssecKey, ...]:
        """Return the DNSSEC keys that were supplied for the domain *name*; TransIP's own, on its own name servers, may not be among them."""
        values = self._session.get("dnsSecEntries", DOMAIN + "/dnssec", name)
        return read_all(DnssecKey, values, "dnsSecEntries")

    def nameservers(self, name: str) -> tuple[Nameserver, ...]:
        """Return the name servers of the domain *name*."""
        values = self._session.get("nameservers", DOMAIN + "/nameservers", name)
        return read_all(Nameserver, values, "nameservers")

    def domain_action(self, name: str) -> Action:
        """Return what runs or last ran on the domain *name*."""
        return read(Action, self._session.get("action", DOMAIN + "/actions", name), "action")

    def branding(self, name: str) -> Branding:
        """Return what the WHOIS of the domain *name* says of the reseller."""
        return read(Branding, self._session.get("branding", DOMAIN + "/branding", name), "branding")

    def whois(self, name: str) -> str:
        """Return the text of the WHOIS of the domain *name*."""
        return read(str, self._session.get("whois", DOMAIN + "/whois", name), "whois")

    def certificates(self, name: str) -> tuple[Certificate, ...]:
        """Return the SSL certificates of the domain *name*."""
        values = self._session.get("certificates", DOMAIN + "/ssl", name)
        return read_all(Certificate, values, "certificates")

    def auth_code(self, name: str) -> AuthCode:
        """Return the auth code of the domain *name*; raise NotAllowed where the registry mails it to the registrant (`.be`, `.eu`).

        TransIP's description and its PHP client differ on the path, so the second is tried where the first is unknown.
        """
        try:
            value = self._session.get("authCode", DOMAIN + "/auth-code", name)
        except (BadRequest, NotFound, NotAllowed) as error:
            if not _is_unknown_path(error):
                raise
            value = self._session.get("authCode", DOMAIN + "/authCode", name)
        return AuthCode(read(str, value or "", "authCode"))

    def default_contacts(self) -> tuple[Contact, ...]:
        """Return the contacts that new domains get."""
        try:
            values = self._session.get("contacts", "/domain-defaults/contacts")
        except NotFound as error:
            if "no default domain contacts" in error.text.casefold():
                return ()
            raise
        return read_all(Contact, values, "contacts")

    def tld(self, name: str) -> Tld:
        """Return what can be done under the top-level domain *name*, such as `.nl`."""
        return read(Tld, self._session.get("tld", "/tlds/{}", name), "tld")

    def availability(self, name: str) -> Availability:
        """Return whether the domain *name* is free, ours or somebody's."""
        value = self._session.get("availability", "/domain-availability/{}", name)
        return read(Availability, value, "availability")


class DomainWriting:
    """What can be changed of domains. None of these is repeated where it is not known whether it took effect."""

    _session: Session

    def cancel_domain(self, name: str, when: EndTime) -> None:
        """Cancel the domain *name*; the API cannot undo it."""
        self._session.change("DELETE", DOMAIN, name, body={"endTime": when.value})

    def set_transfer_lock(self, name: str, *, locked: bool) -> None:
        """Lock the domain *name* against a transfer, or unlock it."""
        self._change_domain(name, {"isTransferLocked": locked})

    def set_domain_tags(self, name: str, tags: Iterable[str]) -> None:
        """Replace the tags of the domain *name*."""
        self._change_domain(name, {"tags": list(tags)})

    def _change_domain(self, name: str, changes: Mapping[str, Any]) -> None:
        # The whole object goes back, with whatever is in it that we do not know.
        current = self._session.get("domain", DOMAIN, name)
        self._session.change("PUT", DOMAIN, name, body={"domain": {**current, **changes}})

    def hand_over_domain(self, name: str, customer: str) -> None:
        """Offer the domain *name* to the TransIP *customer*; it stays ours until that one accepts.

        TransIP's description and its PHP client differ on the path, so the second is tried where the first is unknown.
        """
        body = {"action": "handover", "targetCustomerName": customer}
        try:
            self._session.change("PATCH", DOMAIN, name, body=body)
        except (BadRequest, NotFound, NotAllowed) as error:
            if not _is_unknown_path(error):
                raise
            self._session.change("PATCH", "/domains", body={**body, "domainName": name})

    def request_auth_code(self, name: str) -> None:
        """Have the registry mail the auth code of the domain *name* to its registrant (`.be`, `.eu`)."""
        self._session.change("POST", DOMAIN + "/auth-code", name)

    def replace_contacts(self, name: str, contacts: Iterable[Contact]) -> None:
        """Replace all contacts of the domain *name*."""
        body = {"contacts": [written(contact) for contact in contacts]}
        self._session.change("PUT", DOMAIN + "/contacts", name, body=body)

    def replace_default_contacts(self, contacts: Iterable[Contact]) -> None:
        """Replace the contacts that new domains get."""
        body = {"contacts": [written(contact) for contact in contacts]}
        self._session.change("PUT", "/domain-defaults/contacts", body=body)

    def add_dns(self, name: str, entry: DnsEntry) -> None:
        """Add *entry* to the DNS of the domain *name*."""
        self._session.change("POST", DOMAIN + "/dns", name, body={"dnsEntry": written(entry)})

    def remove_dns(self, name: str, entry: DnsEntry) -> None:
        """Remove *entry* from the DNS of the domain *name*."""
        self._session.change("DELETE", DOMAIN + "/dns", name, body={"dnsEntry": written(entry)})

    def replace_dns(self, name: str, entries: Iterable[DnsEntry]) -> None:
        """Replace all DNS records of the domain *name*."""
        body = {"dnsEntries": [written(entry) for entry in entries]}
        self._session.change("PUT", DOMAIN + "/dns", name, body=body)

    def replace_dnssec(self, name: str, keys: Iterable[DnssecKey]) -> None:
        """Replace the DNSSEC keys of the domain *name*."""
        body = {"dnsSecEntries": [written(key) for key in keys]}
        self._session.change("PUT", DOMAIN + "/dnssec", name, body=body)

    def replace_nameservers(self, name: str, servers: Iterable[Nameserver]) -> None:
        """Replace the name servers of the domain *name*."""
        body = {"nameservers": [written(server) for server in servers]}
        self._session.change("PUT", DOMAIN + "/nameservers", name, body=body)

    def replace_branding(self, name: str, branding: Branding) -> None:
        """Replace what the WHOIS of the domain *name* says of the reseller."""
        self._session.change(
            "PUT", DOMAIN + "/branding", name, body={"branding": written(branding)}
        )


def domain_of(value: Any, where: str = "domain") -> Domain:
    """Return the domain in the answer's *value*, without its auth code."""
    domain = read(Domain, value, where)
    code = value.get("authCode") if isinstance(value, dict) else None
    return replace(domain, has_auth_code=bool(code), raw=without_secrets(value))


def _is_unknown_path(error: BadRequest | NotFound | NotAllowed) -> bool:
    """Tell an answer about the path from one about what was asked, which says its kind and name."""
    return re.search(r"\b(domain|tld|user)\b[^']*'", error.text, re.IGNORECASE) is None
