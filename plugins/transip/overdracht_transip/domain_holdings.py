"""Domains, their contacts and DNS records as things that are somebody's.

The registrant is whose a domain is. Who is only its administrative or technical contact does not have the domain: of that person the contact
alone is held. Of a domain that another has taken over nothing but the contacts is anybody's.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from overdracht import Category, Certainty
from overdracht_transip.client import (
    Certificate,
    CertificateDetails,
    Contact,
    DnsEntry,
    Domain,
    written,
)
from overdracht_transip.holding import Field, Holding, digest, key_of, midnight, moment, texts
from overdracht_transip.matching import identities
from overdracht_transip.ownership import Ownership

DOMAINS, DNS, CERTIFICATES, DEFAULTS = "domains", "dns", "ssl-certificates", "domain-defaults"
DOMAIN, CONTACT, RECORD, CERTIFICATE, DEFAULT = (
    "domain",
    "contact",
    "dns",
    "certificate",
    "default-contact",
)
REGISTRANT = "registrant"
ONE_MAN = frozenset({"EENMANSZAAK", "eenmanszaak"})
"""The company type in which the KvK number is a person's."""


def registrant(domain: Domain) -> Contact | None:
    """Return whose *domain* is."""
    return next((one for one in domain.contacts or () if one.type == REGISTRANT), None)


def domain_holding(domain: Domain, ownership: Ownership) -> Holding:
    """Return *domain* as something that is its registrant's; one that has ended counts as contact on the day of its end."""
    ended = moment(domain.cancellation_date) if domain.has_ended else None
    holder = registrant(domain)
    others = tuple(one.email for one in domain.contacts or () if one is not holder and one.email)
    return Holding(
        key=key_of(DOMAIN, domain.name),
        part=DOMAINS,
        category=Category.DOMAIN,
        title=domain.name,
        content=_content(domain),
        fields=(Field("domain", domain.name, "name"), *(_fields(holder) if holder else ())),
        known=ownership.of((domain.name,), domain.tags),
        texts=(*(_texts(holder) if holder else ()), *texts(tags=ownership.free(domain.tags))),
        others=_names(holder) if holder else (),
        people=others,
        when=ended or midnight(domain.registration_date),
        running=not domain.has_ended,
        is_contact=ended is not None,
    )


def _content(domain: Domain) -> dict[str, Any]:
    """Return what makes it this customer's domain: not the dates, locks and states, which change with what is done to it."""
    return {
        "name": domain.name,
        "registered": str(domain.registration_date),
        "contacts": sorted((written(one) for one in domain.contacts or ()), key=str),
        "nameservers": sorted(one.hostname for one in domain.nameservers or ()),
        "tags": sorted(domain.tags),
    }


def contact_holdings(domain: Domain, ownership: Ownership) -> Iterator[Holding]:
    """Yield the contacts of *domain* that are held apart from it."""
    stays = is_staying(domain, ownership)
    holder = registrant(domain)
    of_holder = () if holder is None or stays else (*_fields(holder), *_names(holder))
    taken = {one for field in of_holder for one in identities(field)}
    for contact in domain.contacts or ():
        if contact is holder and not stays:
            continue
        holding = contact_holding(domain.name, contact)
        fields = tuple(
            one for one in holding.fields if taken.isdisjoint(identities(one)) and one.text.strip()
        )
        if fields:
            yield replace(holding, fields=fields)


def is_staying(domain: Domain, ownership: Ownership) -> bool:
    """Say whether another holder has taken *domain* over."""
    return identities_of(domain.name) in ownership.stays


def identities_of(name: str) -> str:
    """Return the domain *name* as it is compared."""
    found = next(identities(Field("domain", name, "name")), None)
    return found.value if found else name.lower()


def contact_holding(domain: str, contact: Contact) -> Holding:
    """Return a *contact* of *domain* as something that is that person's."""
    return _contact(
        key_of(CONTACT, domain, contact.type), DOMAINS, f"{domain}: {contact.type}", contact
    )


def default_holding(contact: Contact) -> Holding:
    """Return a *contact* that new domains get."""
    return _contact(
        key_of(DEFAULT, contact.type), DEFAULTS, f"new domains: {contact.type}", contact
    )


def _contact(key: str, part: str, title: str, contact: Contact) -> Holding:
    return Holding(
        key=key,
        part=part,
        category=Category.CONTACT,
        title=title,
        content=written(contact),
        fields=_fields(contact),
        texts=_texts(contact),
        others=_names(contact),
    )


def _fields(contact: Contact) -> tuple[Field, ...]:
    personal = Certainty.EXACT if contact.company_type in ONE_MAN else Certainty.POSSIBLE
    return (
        Field("email", contact.email, f"{contact.type} email"),
        Field("phone", contact.phone_number, f"{contact.type} phoneNumber"),
        Field("phone", contact.fax_number, f"{contact.type} faxNumber", Certainty.POSSIBLE),
        Field("kvk", contact.company_kvk, f"{contact.type} companyKvk", personal),
    )


def _names(contact: Contact) -> tuple[Field, ...]:
    name = f"{contact.first_name} {contact.last_name}".strip()
    return (
        Field("name", name, f"{contact.type} name", Certainty.POSSIBLE),
        Field("address", _address(contact), f"{contact.type} address", Certainty.POSSIBLE),
    )


def _address(contact: Contact) -> str:
    if not contact.street.strip():
        return ""
    return f"{contact.street} {contact.number}, {contact.postal_code} {contact.city}"


def _texts(contact: Contact) -> tuple[tuple[str, str], ...]:
    named = texts(
        name=f"{contact.first_name} {contact.last_name}",
        companyName=contact.company_name,
        address=_address(contact),
    )
    return tuple((f"{contact.type} {where}", text) for where, text in named)


def dns_holding(domain: str, entry: DnsEntry) -> Holding:
    """Return a DNS record of *domain*: it may name a person, and never says whose it is."""
    return Holding(
        key=key_of(RECORD, domain, entry.name, entry.type, digest(*_key_parts(entry))),
        part=DNS,
        category=Category.DOMAIN,
        title=f"{entry.name} {entry.type} ({domain})",
        content={"domain": domain, **written(entry)},
        texts=texts(record=(entry.name, entry.content)),
    )


def _key_parts(entry: DnsEntry) -> tuple[object, ...]:
    return entry.name, entry.expire, entry.type, entry.content


def certificate_holding(certificate: Certificate, details: CertificateDetails) -> Holding:
    """Return an SSL *certificate* as something that is theirs who ordered it."""
    name = f"{details.first_name} {details.last_name}"
    return Holding(
        key=key_of(CERTIFICATE, certificate.certificate_id),
        part=CERTIFICATES,
        category=Category.DOMAIN,
        title=f"SSL certificate {certificate.common_name}",
        content={"certificate": written(certificate), "details": written(details)},
        fields=(
            Field("email", details.email, "email"),
            Field("phone", details.phone_number, "phoneNumber"),
        ),
        texts=texts(
            name=name,
            company=details.company,
            address=f"{details.address}, {details.zipcode} {details.city}",
            commonName=certificate.common_name,
        ),
        others=(Field("name", name, "name", Certainty.POSSIBLE),),
        when=moment(certificate.order_date),
    )
