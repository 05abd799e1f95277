"""Export a domain so that another registrar and another name server can take it over."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from overdracht import File, Gap, Item, Piece, SafeNames
from overdracht_transip.client import (
    Contact,
    DnsEntry,
    Domain,
    NotAllowed,
    NotFound,
    Reader,
    TransipError,
    written,
)
from overdracht_transip.faults import WHOLE, translated
from overdracht_transip.vcards import vcard
from overdracht_transip.zone import zone_file

T = TypeVar("T")
FOLDER = "domains"
MAILED = "the registry mails the code to the registrant: ask for it in the control panel while the registrant's e-mail address is still right"
NONE_GIVEN = "TransIP gives no code for this domain"


def indented(value: object) -> bytes:
    """Return *value* as JSON for people and programs."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str).encode() + b"\n"


class DomainExport:
    """Exports domains of the account behind *api*, on the day *today*."""

    def __init__(self, api: Reader, folders: SafeNames, today: date) -> None:
        self._api = api
        self._folders = folders
        self._today = today

    def pieces(self, item: Item, domain: Domain) -> Iterator[Piece]:
        """Yield the zone file, the contacts, everything else as JSON, and the auth code in a file of its own."""
        missing: dict[str, str] = {}
        folder = f"{FOLDER}/{self._folders(domain.name)}"
        entries = self._asked("dns", self._api.dns, domain.name, missing)
        if entries is None:
            yield Gap(item.part, f"the DNS records could not be read: {missing['dns']}", item.key)
        told = self._told(domain, entries, missing)
        if entries is not None:
            zone = zone_file(domain.name, entries, domain.nameservers or (), self._today)
            told["zoneWarnings"] = list(zone.warnings)
            path = f"{folder}/{SafeNames()(f'{domain.name}.zone')}"
            yield File(path, zone.text.encode(), "text/dns", (item.key,))
        code = self._auth_code(domain.name, told)
        if code:
            yield File(f"{folder}/auth-code.txt", f"{code}\n".encode(), "text/plain", (item.key,))
        yield from contact_files(folder, domain.contacts or (), item.key)
        told["notRead"] = missing
        yield File(f"{folder}/domain.json", indented(told), "application/json", (item.key,))

    def _told(
        self, domain: Domain, entries: tuple[DnsEntry, ...] | None, missing: dict[str, str]
    ) -> dict[str, Any]:
        """Return all that TransIP knows of *domain* but its auth code."""
        name = domain.name
        action = self._asked("action", self._api.domain_action, name, missing)
        return {
            "name": name,
            "registrar": "TransIP",
            "status": domain.status,
            "registered": domain.registration_date,
            "renews": domain.renewal_date,
            "transferLock": domain.is_transfer_locked,
            "cancellation": {
                "on": domain.cancellation_date,
                "status": domain.cancellation_status,
            },
            "runningAction": action and action.name,
            "whitelabel": domain.is_whitelabel,
            "dnsOnly": domain.is_dns_only,
            "tags": list(domain.tags),
            "nameservers": [written(one) for one in domain.nameservers or ()],
            "dnssec": {
                "signed": domain.has_dns_sec,
                "keys": _all(self._asked("dnssec", self._api.dnssec, name, missing)),
                "note": "the keys that were supplied; those with which TransIP's own name servers sign are not given",
            },
            "dns": _all(entries),
            "contacts": [written(one) for one in domain.contacts or ()],
            "certificates": _all(self._asked("ssl", self._api.certificates, name, missing)),
            "whois": self._asked("whois", self._api.whois, name, missing),
            "transip": domain.raw,
        }

    def _auth_code(self, name: str, told: dict[str, Any]) -> str:
        """Return the auth code of the domain *name*, and say in *told* why there is none."""
        try:
            code = self._api.auth_code(name)
        except NotAllowed:
            told["authCode"] = MAILED
            return ""
        except TransipError as error:
            if isinstance(error, WHOLE):
                raise
            told["authCode"] = f"it could not be read: {translated(error).message}"
            return ""
        told["authCode"] = "in auth-code.txt" if code else NONE_GIVEN
        return code.reveal()

    @staticmethod
    def _asked(what: str, read: Callable[[str], T], name: str, missing: dict[str, str]) -> T | None:
        """Return what *read* gives for *name*; None, and in *missing* why, when it gives nothing."""
        try:
            return read(name)
        except NotFound:
            missing[what] = "TransIP has none"
        except TransipError as error:
            if isinstance(error, WHOLE):
                raise
            missing[what] = translated(error).message
        return None


def contact_files(folder: str, contacts: tuple[Contact, ...], key: str) -> Iterator[Piece]:
    """Yield each of *contacts* as a vCard and as JSON."""
    names = SafeNames()
    for one in contacts:
        path = f"{folder}/{names(one.type)}"
        yield File(f"{path}.vcf", vcard(one), "text/vcard", (key,))
        yield File(f"{path}.json", indented(written(one)), "application/json", (key,))


def _all(records: tuple[Any, ...] | None) -> list[dict[str, Any]] | None:
    return None if records is None else [written(one) for one in records]


def today() -> date:
    """Return the day of an export, which a zone's serial number tells."""
    return datetime.now(UTC).date()
