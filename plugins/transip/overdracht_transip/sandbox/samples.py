"""What a domain, a server and mail usually look like at TransIP, for filling a sandbox."""

import secrets
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from overdracht_transip.sandbox.exchange import Record

PARTS = (
    "contacts",
    "nameservers",
    "dns",
    "dnssec",
    "ssl",
    "branding",
    "products",
    "dnssecIsTransips",
)
"""Of a domain, what the API shows elsewhere."""

SERVER_PARTS = ("addresses", "snapshots", "backups", "firewall", "addons", "monitors", "termEnds")


def contact(kind: str = "registrant", **changes: str) -> dict[str, str]:
    """Return an invented contact with *changes*."""
    return {
        "type": kind,
        "firstName": "Jan",
        "lastName": "Jansen",
        "companyName": "",
        "companyKvk": "",
        "companyType": "",
        "street": "Kerkstraat",
        "number": "12",
        "postalCode": "1972 BC",
        "city": "Voorbeeldstad",
        "phoneNumber": "+31 251799000",
        "faxNumber": "",
        "email": "jan@jansen.example",
        "country": "nl",
        **changes,
    }


def contacts(**changes: str) -> list[dict[str, str]]:
    """Return the same invented person with *changes* as all three contacts."""
    return [contact(kind, **changes) for kind in ("registrant", "administrative", "technical")]


def record(name: str, kind: str, content: str, expire: int = 86400) -> Record:
    """Return a DNS record."""
    return {"name": name, "expire": expire, "type": kind, "content": content}


def domain_record(name: str, changes: Mapping[str, Any]) -> Record:
    """Return the domain *name* with *changes*, among which may be its PARTS."""
    hidden = {f"_{key}": value for key, value in changes.items() if key in PARTS}
    return {
        "name": name,
        "authCode": secrets.token_urlsafe(12),
        "isTransferLocked": False,
        "registrationDate": "2016-01-01",
        "renewalDate": "2027-01-01",
        "isWhitelabel": False,
        "cancellationDate": "",
        "cancellationStatus": "",
        "isDnsOnly": False,
        "hasAutoDns": False,
        "hasDnsSec": bool(changes.get("dnssec")),
        "canEditDns": True,
        "tags": [],
        "status": "registered",
        "supportsLocking": True,
        "_contacts": contacts(),
        "_nameservers": [
            {"hostname": f"ns{number}.transip.{end}", "ipv4": None, "ipv6": None}
            for number, end in enumerate(("net", "nl", "eu"))
        ],
        "_dns": [
            record("@", "A", "192.0.2.10", 300),
            record("@", "AAAA", "2001:db8::10", 300),
            record("@", "MX", "10 @"),
            record("www", "CNAME", "@"),
            record("@", "TXT", "v=spf1 a mx -all"),
        ],
        "_dnssec": [],
        "_dnssecIsTransips": False,
        "_ssl": [],
        "_branding": {
            "companyName": "Voorbeeld ICT",
            "supportEmail": "support@voorbeeld-ict.example",
            "companyUrl": "www.voorbeeld-ict.example",
            "termsOfUsageUrl": "",
            "bannerLine1": "",
            "bannerLine2": "",
            "bannerLine3": "",
        },
        "_products": False,
        "_ownerLockUntil": "",
        "_quarantineUntil": "",
        "_mailed": [],
        **{key: value for key, value in changes.items() if key not in PARTS},
        **hidden,
    }


def server_record(name: str, changes: Mapping[str, Any]) -> Record:
    """Return the server *name* with *changes*, among which may be its SERVER_PARTS."""
    hidden = {f"_{key}": value for key, value in changes.items() if key in SERVER_PARTS}
    address = str(changes.get("ipAddress", "192.0.2.80"))
    return {
        "name": name,
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_DNS, name)),
        "description": "",
        "productName": "vps-bladevps-x1",
        "operatingSystem": "Debian 12",
        "diskSize": 157286400,
        "memorySize": 4194304,
        "cpus": 2,
        "status": "running",
        "ipAddress": address,
        "macAddress": "52:54:00:3b:52:65",
        "currentSnapshots": len(changes.get("snapshots", ())),
        "maxSnapshots": 10,
        "isLocked": False,
        "isBlocked": False,
        "isCustomerLocked": False,
        "availabilityZone": "ams0",
        "tags": [],
        "createdAt": "2024-01-01 23:59:59",
        "flavor": "shared",
        "_addresses": [
            {
                "address": address,
                "subnetMask": "255.255.255.0",
                "gateway": "192.0.2.1",
                "dnsResolvers": ["195.8.195.8", "195.135.195.135"],
                "reverseDns": f"{name}.voorbeeld-ict.example",
            }
        ],
        "_snapshots": [],
        "_backups": [],
        "_firewall": {"isEnabled": False, "ruleSet": []},
        "_addons": {"active": [], "cancellable": [], "available": []},
        "_monitors": [],
        "_termEnds": "2027-01-01 00:00:00",
        "_cancelledFor": "",
        **{key: value for key, value in changes.items() if key not in SERVER_PARTS},
        **hidden,
    }


def mail_record(
    domain: str,
    mailboxes: Iterable[Mapping[str, Any]],
    forwards: Iterable[Mapping[str, Any]],
    lists: Iterable[Mapping[str, Any]],
) -> Record:
    """Return the mail of *domain*."""
    extra = {"isLocked": False, "status": "created", "_deletedAt": ""}
    boxes = [{**_mailbox(domain, str(one["localPart"])), **extra, **one} for one in mailboxes]
    return {
        "mailboxes": {box["identifier"]: box for box in boxes},
        "mail-forwards": {
            str(number): {"id": number, "domain": domain, **extra, **one}
            for number, one in enumerate(forwards, 1)
        },
        "mail-lists": {
            str(number): {"id": number, "name": "", **extra, **one}
            for number, one in enumerate(lists, 1)
        },
        "addons": [],
    }


def _mailbox(domain: str, local: str) -> Record:
    return {
        "identifier": f"{local}@{domain}",
        "localPart": local,
        "domain": domain,
        "forwardTo": "",
        "availableDiskSpace": 1000,
        "usedDiskSpace": 0.5,
        "imapServer": "imap.transip.email",
        "imapPort": 993,
        "smtpServer": "smtp.transip.email",
        "smtpPort": 465,
        "pop3Server": "pop3.transip.email",
        "pop3Port": 995,
        "webmailUrl": "https://transip.email/",
    }
