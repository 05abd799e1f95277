"""Write the TransIP part of the demo's world: an account with a handful of domains and servers, in a file that answers like TransIP."""

from datetime import timedelta
from typing import Any

from overdracht import Person, World
from overdracht_transip.sandbox.core import Sandbox
from overdracht_transip.sandbox.samples import contact, record
from overdracht_transip.sandbox.world import World as MadeUp

LOGIN = "voorbeeldict"
FILE = "transip.json"

SOURCES = f"""\
# An account at TransIP, made up: its answers come out of the file.
[sources.transip]
connector = "transip"
world = "{FILE}"
login = "{LOGIN}"
customer_tag = "klant-{{}}"
# Takes a person's place where a domain stays: the club's went over to its new secretary.
stays = ["oudehaven.example"]

[sources.transip.replacement]
first_name = "Karin"
last_name = "Bakker"
company_name = "Voorbeeld ICT"
street = "Havenweg"
number = "3"
postal_code = "1971 AA"
city = "Voorbeeldstad"
phone_number = "+31 251799001"
email = "administratie@voorbeeld-ict.example"
country = "nl"
"""


def write_account(world: World) -> str:
    """Write the account below `world.directory` and return the TOML of the source that reads it."""
    account = MadeUp(Sandbox.of_file(world.directory / FILE))
    account.add_account(LOGIN)
    _domains(world, account)
    _servers(world, account)
    _mail(account)
    sanne = world.person("sanne")
    account.add(
        LOGIN,
        "monitoringContacts",
        "1",
        {"id": 1, "name": sanne.name, "telephone": sanne.phone, "email": sanne.email},
    )
    return SOURCES


def _domains(world: World, account: MadeUp) -> None:
    """Domains as customers have them: the provider is their technical contact, and the club's still had Sanne as its administrative one."""
    provider, sanne = world.person("provider"), world.person("sanne")
    registered = (
        ("sanne", sanne.domains, 300),
        ("namesake", world.person("namesake").domains, 40),
        ("zoe", world.person("zoe").domains, 120),
        ("bakery", world.person("bakery").domains, 200),
    )
    for identity, names, left in registered:
        person = world.person(identity)
        for number, name in enumerate(names):
            account.add_domain(
                LOGIN,
                name,
                tags=[f"klant-{person.customer}"],
                contacts=_contacts(person, person, provider),
                dns=_records(name, number),
                **_dates(world, left - 7 * number, name),
            )
    club = world.person("club")
    account.add_domain(
        LOGIN,
        club.domains[0],
        tags=[f"klant-{club.customer}"],
        contacts=_contacts(club, sanne, provider),
        dns=[
            *_records(club.domains[0], 0),
            record("_dmarc", "TXT", f"v=DMARC1; p=none; rua=mailto:{sanne.email}", 3600),
        ],
        **_dates(world, 90, club.domains[0]),
    )


def _servers(world: World, account: MadeUp) -> None:
    sanne, bakery = world.person("sanne"), world.person("bakery")
    account.add_server(
        LOGIN,
        "voorbeeldict-vps",
        description="fotoarchief",
        tags=[f"klant-{sanne.customer}"],
        ipAddress="192.0.2.81",
        createdAt=f"{world.today - timedelta(days=700)} 09:30:00",
        firewall={"isEnabled": True, "ruleSet": [_rule("HTTPS", 443), _rule("SSH", 22, "203.0.113.21/32")]},
        snapshots=[_snapshot(world)],
        termEnds=f"{world.today + timedelta(days=25)} 00:00:00",
    )  # fmt: skip
    account.add_server(
        LOGIN,
        "voorbeeldict-vps2",
        description="kassa",
        tags=[f"klant-{bakery.customer}"],
        ipAddress="192.0.2.82",
        createdAt=f"{world.today - timedelta(days=410)} 14:00:00",
        termEnds=f"{world.today + timedelta(days=14)} 00:00:00",
    )


def _mail(account: MadeUp) -> None:
    account.add_mail(
        LOGIN,
        "oudehaven.example",
        mailboxes=[{"localPart": "info"}],
        forwards=[{"localPart": "bestuur", "forwardTo": "info@oudehaven.example"}],
        lists=[
            {
                "name": "leden",
                "emailAddress": "leden@oudehaven.example",
                "entries": ["sanne@vanderberg.example", "zoe@ozdemir-advies.example"],
            }
        ],
    )


def _contacts(registrant: Person, administrative: Person, technical: Person) -> list[Any]:
    kinds = ("registrant", "administrative", "technical")
    people = (registrant, administrative, technical)
    return [_contact(kind, person) for kind, person in zip(kinds, people, strict=True)]


def _contact(kind: str, person: Person) -> dict[str, str]:
    street, _, city = person.address.partition(", ")
    road, _, number = street.rpartition(" ")
    first, _, last = person.name.partition(" ")
    return contact(
        kind,
        firstName=first,
        lastName=last,
        companyName=person.name if person.kvk else "",
        companyKvk=person.kvk,
        companyType="ANDERS" if person.kvk else "",
        street=road or "Kade",
        number=number or "1",
        postalCode=city[:7],
        city=city[8:] or "Voorbeeldstad",
        phoneNumber=person.phone,
        email=person.email,
    )


def _records(name: str, number: int) -> list[dict[str, Any]]:
    web = f"192.0.2.{20 + len(name) + number}"
    return [
        record("@", "A", web, 3600),
        record("www", "CNAME", "@", 3600),
        record("@", "MX", "10 mx.voorbeeld-ict.example.", 3600),
        record("@", "TXT", "v=spf1 mx -all", 3600),
        record("x._domainkey", "TXT", f"v=DKIM1; k=rsa; p={'MIIBIjANBgkqhkiG9w0B' * 18}", 3600),
    ]


def _dates(world: World, left: int, name: str) -> dict[str, str]:
    """Return when a domain was registered and is renewed, and an auth code that is the same at every run."""
    renewal = world.today + timedelta(days=left)
    return {
        "registrationDate": str(renewal.replace(year=renewal.year - 6, day=min(renewal.day, 28))),
        "renewalDate": str(renewal),
        "authCode": f"verzonnen-{len(name)}-{name[:4]}",
    }


def _rule(description: str, port: int, *whitelist: str) -> dict[str, Any]:
    return {
        "description": description,
        "startPort": port,
        "endPort": port,
        "protocol": "tcp",
        "whitelist": list(whitelist) or ["0.0.0.0/0", "::/0"],
    }


def _snapshot(world: World) -> dict[str, Any]:
    return {
        "name": "1572607577",
        "description": "voor de verhuizing",
        "diskSize": 314572800,
        "status": "active",
        "dateTimeCreate": f"{world.today - timedelta(days=30)} 12:21:11",
        "operatingSystem": "Debian 12",
    }
