"""What leaves is enough for another party to resume the service, and a transfer code leaves in one file only."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import vobject

from overdracht import Item, Kinds, Subject
from overdracht.people import SANNE, ZOE
from overdracht.testing.watching import Export, export, find
from overdracht_transip.client import Contact
from overdracht_transip.sandbox import Fault, Kind, contact, record
from overdracht_transip.vcards import vcard
from tests.servers.need import need
from tests.servers.nsd import Nsd
from tests.transip.account_harness import LOGIN, Account, contacts_of

NAME = "vanderberg.example"
CODE = "verhuis-ÉÉN-geheim"
KEY = {"keyTag": 67239, "flags": 257, "algorithm": 13, "publicKey": "kljlfkjsdfkjasdklf="}


@pytest.fixture
def transip(tmp_path: Path) -> Iterator[Account]:
    account = Account(tmp_path)
    yield account
    account.close()


def items(account: Account, *identifiers: str) -> list[Item]:
    """Return what is found by *identifiers*."""
    asked = tuple(Kinds().parse(one) for one in identifiers or (SANNE.email,))
    return find(account.connector(), Subject("test", asked), thorough=True).items


def exported(account: Account, *identifiers: str) -> Export:
    """Return the export of what is found by *identifiers*."""
    return export(account.connector(), items(account, *identifiers))


def file(made: Export, end: str) -> bytes:
    """Return the one file whose path ends in *end*."""
    (content,) = (one.content for one in made.pieces if one.path.endswith(end))
    return content


def told(made: Export, end: str = "domain.json") -> dict[str, Any]:
    """Return the one file of JSON whose path ends in *end*."""
    result: dict[str, Any] = json.loads(file(made, end))
    return result


@pytest.mark.server
def test_a_domain_can_be_resumed_elsewhere(transip: Account, tmp_path: Path) -> None:
    """Zone, contacts as cards and JSON, keys, name servers with glue, lock, dates and code; the zone is accepted and served."""
    transip.world.add_domain(
        LOGIN,
        NAME,
        contacts=contacts_of(SANNE),
        authCode=CODE,
        isTransferLocked=True,
        registrationDate="2016-05-04",
        renewalDate="2027-05-04",
        dnssec=[KEY],
        nameservers=[{"hostname": f"ns1.{NAME}", "ipv4": "192.0.2.53", "ipv6": None}],
        dns=[record("@", "A", "192.0.2.1"), record("@", "ALIAS", "elders.example.")],
    )
    made = exported(transip)
    assert made.gaps == []
    zone = file(made, f"{NAME}.zone").decode()
    need("named-checkzone", "nsd")
    path = tmp_path / "zone"
    path.write_text(zone)
    command = ["/usr/bin/named-checkzone", "-k", "fail", "-n", "fail", NAME, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    with Nsd({NAME: zone}) as server:
        served = server.transferred(NAME)
    assert served.get_rdataset(f"ns1.{NAME}.", "A")
    domain = told(made)
    assert domain["registered"] == "2016-05-04"
    assert domain["renews"] == "2027-05-04"
    assert domain["transferLock"] is True
    assert domain["dnssec"]["keys"] == [KEY]
    assert domain["nameservers"][0]["ipv4"] == "192.0.2.53"
    assert "ALIAS" in domain["zoneWarnings"][0]
    assert domain["notRead"] == {}
    roles = ("registrant", "administrative", "technical")
    for kind in roles:
        card = vobject.readOne(file(made, f"{kind}.vcf").decode())
        person = told(made, f"{kind}.json")
        assert card.email.value == person["email"]
        assert card.tel.value == person["phoneNumber"]
    assert vobject.readOne(file(made, "registrant.vcf").decode()).fn.value == SANNE.name


def test_the_code_leaves_in_one_file_and_nowhere_else(transip: Account) -> None:
    """An auth code lets whoever has it take the domain: it is in its own file, fetched for the export, and in no other piece, item or
    answer that is kept."""
    transip.world.add_domain(LOGIN, NAME, contacts=contacts_of(SANNE), authCode=CODE)
    assert CODE not in repr(items(transip))
    asked = [one["path"] for one in transip.world.requests()]
    assert not [path for path in asked if "auth" in path.removeprefix("/v6/auth")]
    made = exported(transip)
    holding = [one.path for one in made.pieces if CODE.encode() in one.content]
    assert holding == [f"domains/{NAME}/auth-code.txt"]
    assert json.dumps(CODE).encode() not in made.content.replace(file(made, "auth-code.txt"), b"")
    assert told(made)["authCode"] == "in auth-code.txt"


def test_where_the_registry_mails_the_code_that_is_said(transip: Account) -> None:
    """For .be and .eu there is no code to have, and none is asked to be mailed: that would be an act, not a reading."""
    transip.world.add_domain(LOGIN, "club.be.example", contacts=contacts_of(SANNE), authCode=CODE)
    made = exported(transip)
    assert CODE.encode() not in made.content
    assert "registrant" in told(made)["authCode"]
    assert not transip.sent("POST", "auth-code")


def test_a_cancelled_domain_says_until_when(transip: Account) -> None:
    """The successor has to be in time."""
    ending = {"cancellationDate": "2027-01-01 00:00:00", "cancellationStatus": "signed"}
    transip.world.add_domain(LOGIN, NAME, contacts=contacts_of(SANNE), **ending)
    assert told(exported(transip))["cancellation"]["status"] == "signed"


def test_a_server_is_described_whole(transip: Account) -> None:
    """Specification, addresses with reverse DNS, firewall, snapshots, backups, disks; and that no image can be had."""
    transip.world.add_server(
        LOGIN,
        "vps1",
        tags=["klant-K10023"],
        addresses=[{"address": "192.0.2.80", "reverseDns": "www.vanderberg.example"}],
        snapshots=[{"name": "1", "description": "vóór", "dateTimeCreate": "2026-01-01 10:00:00"}],
        backups=[{"id": 1, "dateTimeCreate": "2026-11-01 10:00:00"}],
        firewall={"isEnabled": True, "ruleSet": [{"description": "SSH", "whitelist": ["203.0.113.2/32"], "startPort": 22, "endPort": 22, "protocol": "tcp"}]},
    )  # fmt: skip
    transip.world.add_storage(LOGIN, "schijf1", vpsName="vps1")
    transip.world.add_storage(LOGIN, "schijf2", vpsName="vps2")
    server = told(exported(transip, "customer:K10023"), "server.json")
    assert server["specification"]["cpus"] == 2
    assert server["addresses"][0]["reverseDns"] == "www.vanderberg.example"
    assert server["firewall"]["ruleSet"][0]["whitelist"] == ["203.0.113.2/32"]
    assert server["snapshots"][0]["description"] == "vóór"
    assert len(server["backups"]) == 1
    assert [one["name"] for one in server["disks"]] == ["schijf1"]
    assert "no way to download" in server["note"]


def test_of_what_is_shared_only_her_part_leaves(transip: Account) -> None:
    """As a member of a list she gets her own entry, and as an administrative contact her own card: not the others' addresses."""
    board = [contact(email="bestuur@oudehaven.example"), contact("administrative", email=SANNE.email), contact("technical")]  # fmt: skip
    transip.world.add_domain(LOGIN, "oudehaven.example", contacts=board)
    entries = [SANNE.email, ZOE.email]
    lists = [{"emailAddress": "leden@oudehaven.example", "entries": entries}]
    transip.world.add_mail(LOGIN, "oudehaven.example", lists=lists)
    content = exported(transip).content.decode()
    assert SANNE.email in content
    assert ZOE.email not in content
    assert "bestuur@oudehaven.example" not in content


def test_what_cannot_be_read_of_a_domain_is_said(transip: Account) -> None:
    """Without its DNS the rest leaves, with a gap for the item; a smaller thing that fails stands in the file."""
    transip.world.add_domain(LOGIN, NAME, contacts=contacts_of(SANNE))
    with transip.failing(Fault(Kind.STATUS, path="/v6/domains/*/dns", times=-1)):
        made = exported_items(transip)
    (gap,) = made.gaps
    assert gap.key == f"domain/{NAME}"
    assert not [one for one in made.pieces if one.path.endswith(".zone")]
    with transip.failing(Fault(Kind.STATUS, path="/v6/domains/*/whois", times=-1)):
        made = exported_items(transip)
    assert made.gaps == []
    assert "whois" in told(made)["notRead"]


def exported_items(account: Account) -> Export:
    """Return the export of what a plain search finds, which reads no zones."""
    subject = Subject("test", (Kinds().parse(SANNE.email),))
    return export(account.connector(), find(account.connector(), subject).items)


def test_a_hostile_contact_is_one_card() -> None:
    """Line breaks, separators and control characters in a name make no second field or card."""
    hostile = Contact(
        "registrant",
        first_name="Sanne\r\nEMAIL:boef@elders.example",
        last_name="van der; Berg, \\n\x1b[31m",
        company_name="END:VCARD\nBEGIN:VCARD",
        street="Kerkstraat\u2028",
        number="12",
        city="Voorbeeldstad",
        email="sanne@vanderberg.example",
    )
    text = vcard(hostile).decode()
    assert text.splitlines().count("BEGIN:VCARD") == 1
    card = vobject.readOne(text)
    assert [one.value for one in card.contents["email"]] == ["sanne@vanderberg.example"]
    assert "\x1b" not in text
    assert card.n.value.family.startswith("van der; Berg, ")
