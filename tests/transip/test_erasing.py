"""What names a person goes or gets another name, and nothing else in the account changes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from overdracht import (
    ApprovedStep,
    Certainty,
    Item,
    Kinds,
    Outcome,
    Result,
    Sighting,
    Subject,
    Verdict,
)
from overdracht.people import CLUB, PIET, SANNE
from overdracht.testing.acting import approved, ruling
from overdracht.testing.watching import find
from overdracht_transip.sandbox import Fault, Kind, contact, record
from tests.transip.account_harness import HOLDER, LOGIN, Account, contacts_of

ERASE = ruling(Verdict.ERASE)
HERS = SANNE.email
CLUBS = CLUB.domains[0]


def role(kind: str, email: str = HERS, **changes: str) -> dict[str, str]:
    """Return Sanne as a contact."""
    named = {"firstName": "Sanne", "lastName": "van der Berg", "phoneNumber": SANNE.phone}
    return contact(kind, email=email, **named, **changes)


@pytest.fixture
def transip(tmp_path: Path) -> Iterator[Account]:
    """An account in which Sanne is named in every place that there is, beside others."""
    account = Account(tmp_path)
    world = account.world
    board = [contact(email=CLUB.email), role("administrative"), contact("technical")]
    dmarc = record("_dmarc", "TXT", f"v=DMARC1; p=none; rua=mailto:{HERS}", 3600)
    others = [record("@", "A", "192.0.2.1"), record("@", "TXT", "v=spf1 -all")]
    world.add_domain(LOGIN, CLUBS, contacts=board, dns=[*others, dmarc, dmarc])
    world.add_domain(LOGIN, PIET.domains[0], contacts=contacts_of(PIET))
    members = [HERS, PIET.email, "penningmeester@oudehaven.example"]
    world.add_mail(
        LOGIN,
        CLUBS,
        mailboxes=[{"localPart": "info"}],
        forwards=[{"localPart": "bestuur", "forwardTo": HERS}, {"localPart": "x", "forwardTo": PIET.email}],
        lists=[{"name": "leden", "emailAddress": f"leden@{CLUBS}", "entries": members}],
    )  # fmt: skip
    world.add_mail(LOGIN, "vanderberg.example", mailboxes=[{"localPart": "sanne"}])
    rules = [
        _rule("thuis bij sanne@vanderberg.example", "203.0.113.21/32"),
        _rule("kantoor", "203.0.113.21/32", "198.51.100.7/32"),
    ]
    world.add_server(
        LOGIN,
        "club-vps",
        firewall={"isEnabled": True, "ruleSet": rules},
        addresses=[
            {"address": "192.0.2.80", "reverseDns": "www.vanderberg.example", "subnetMask": "255.255.255.0"},
            {"address": "192.0.2.81", "reverseDns": "club.example"},
        ],
    )  # fmt: skip
    world.set_default_contacts(LOGIN, [contact(), role("administrative"), contact("technical")])
    for number, (name, email) in enumerate(((SANNE.name, HERS), (PIET.name, PIET.email)), 1):
        person = {"id": number, "name": name, "email": email, "telephone": ""}
        world.add(LOGIN, "monitoringContacts", str(number), person)
    key = {"id": 7, "key": f"ssh-ed25519 AAAA {HERS}", "description": "laptop", "isDefault": False}
    world.add(LOGIN, "sshKeys", "7", key)
    user = {"id": "u1", "username": "sanne", "description": "", "email": HERS}
    world.add(LOGIN, "openstackUsers", "u1", user)
    yield account
    account.close()


def _rule(description: str, *whitelist: str) -> dict[str, Any]:
    ports = {"startPort": 22, "endPort": 22, "protocol": "tcp"}
    return {"description": description, "whitelist": list(whitelist), **ports}


def items(account: Account, *identifiers: str, **settings: Any) -> dict[str, Item]:
    """Return what is found by *identifiers*, Sanne's addresses where there are none, by key."""
    asked = tuple(Kinds().parse(one) for one in identifiers or SANNE.emails)
    found = find(account.connector(**settings), Subject("test", asked), thorough=True)
    assert found.gaps == []
    return {one.key: one for one in found.items}


def steps(account: Account, *keys: str, **settings: Any) -> list[ApprovedStep]:
    """Return the approved steps that erase what has one of *keys*, or begins with it."""
    asked = (*SANNE.emails, "ip:203.0.113.21", "domain:vanderberg.example")
    found = [one for one in items(account, *asked).values() if one.key.startswith(keys)]
    assert found
    return [approved(account.connector(**settings).propose(one, ERASE)) for one in found]


def carried_out(account: Account, made: list[ApprovedStep]) -> list[Outcome]:
    """Prepare and carry out the steps that were *made*; they are all of one mind the second time."""
    connector = account.connector()
    before = account.objects, account.world.changes()
    assert list(connector.prepare(iter(made))) == []
    assert (account.objects, account.world.changes()) == before
    return list(connector.erase(iter(made)))


def changed(account: Account, before: dict[str, Any]) -> set[str]:
    """Return which collections of the account are not what they were *before*."""
    return {kind for kind, held in account.objects.items() if held != before[kind]}


def test_all_that_names_her_is_found(transip: Account) -> None:
    """By her address: contacts, members, users, keys, records, reverse DNS, rules; not the club's or Piet's own."""
    found = items(transip, *SANNE.emails, "ip:203.0.113.21", "domain:vanderberg.example")
    kinds = sorted(key.split("/")[0] for key in found)
    assert kinds == sorted(
        [
            *("contact", "default-contact", "dns", "firewall-address", "firewall-rule"),
            *("forward", "list-member", "mailbox", "monitoring-contact", "openstack-user"),
            *("reverse-dns", "ssh-key"),
        ]
    )


def test_it_knows_whom_it_holds_as_surely_as_it_finds_them(transip: Account) -> None:
    """By each of two people's addresses the account tells of exactly the things that are found as surely theirs."""
    hers = contacts_of(SANNE)
    hers[1] = contact("administrative", email="andere@elders.example", phoneNumber=SANNE.phone)
    transip.world.add_domain(LOGIN, "vanderberg.example", contacts=hers)
    transip.world.add_server(LOGIN, "hers", tags=["klant-K10023"])
    sightings = list(transip.connector().identifiers())
    asked = (HERS, PIET.email, SANNE.phone, "andere@elders.example", "customer:K10023")
    for identifier in map(Kinds().parse, asked):
        told = {
            one.key
            for one in sightings
            if isinstance(one, Sighting) and one.identifier == identifier
        }
        sure = {
            one.key
            for one in items(transip, str(identifier)).values()
            if one.certainty is Certainty.EXACT
        }
        assert told == sure
        assert told


def test_her_contact_gets_another_name_and_the_domain_stays(transip: Account) -> None:
    """Of somebody else's domain in which she is the administrative contact only that contact changes; it is confirmed by its name,
    and a second time is no change."""
    before = transip.objects
    (made,) = steps(transip, "contact/")
    assert made.disposition.verdict is Verdict.ANONYMISE
    assert made.external == f"{CLUBS}/administrative"
    (told,) = carried_out(transip, [made])
    assert told.result is Result.ANONYMISED
    registrant, administrative, technical = transip.objects["domains"][CLUBS]["_contacts"]
    assert (registrant, technical) == tuple(before["domains"][CLUBS]["_contacts"][::2])
    assert administrative["email"] == HOLDER["email"]
    assert administrative["lastName"] == HOLDER["last_name"]
    assert changed(transip, before) == {"domains"}
    assert not [key for key in items(transip) if key.startswith("contact/")]
    now = transip.objects
    assert carried_out(transip, [made]) == [told]
    assert transip.objects == now


def test_without_a_replacement_it_is_left_to_people(transip: Account) -> None:
    """No contact to put in her place: nothing is proposed but that somebody looks, with the reason."""
    (made,) = steps(transip, "contact/", replacement=None)
    assert made.disposition.verdict is Verdict.REVIEW
    assert "replacement" in made.disposition.ground.en


@pytest.mark.parametrize(
    ("kind", "collection"),
    [
        ("default-contact/", "defaults"),
        ("dns/", "domains"),
        ("list-member/", "mail"),
        ("monitoring-contact/", "monitoringContacts"),
        ("openstack-user/", "openstackUsers"),
        ("ssh-key/", "sshKeys"),
        ("reverse-dns/", "vps"),
        ("firewall-address/", "vps"),
        ("firewall-rule/", "vps"),
    ],
)
def test_what_names_her_goes_and_nothing_else(transip: Account, kind: str, collection: str) -> None:
    """Each is gone at once and found no more, and nothing changed outside its own collection."""
    before = transip.objects
    made = steps(transip, kind)
    told = carried_out(transip, made)
    assert {one.result for one in told} <= {Result.ERASED, Result.ANONYMISED}
    assert changed(transip, before) == {collection}
    left = items(transip, *SANNE.emails, "ip:203.0.113.21", "domain:vanderberg.example")
    assert not [key for key in left if key.startswith(kind)]
    again = transip.objects
    results = {one.result for one in transip.connector().erase(iter(made))}
    assert results <= {Result.ALREADY_GONE, Result.ANONYMISED}
    assert transip.objects == again


@pytest.mark.parametrize(
    "kind",
    [
        *(
            "contact/",
            "default-contact/",
            "dns/",
            "firewall-address/",
            "firewall-rule/",
            "forward/",
        ),
        *("list-member/", "mailbox/", "monitoring-contact/", "openstack-user/", "reverse-dns/"),
        "ssh-key/",
    ],
)
@pytest.mark.parametrize("fault", [Kind.CUT_AFTER, Kind.STATUS_AFTER, Kind.CUT, Kind.STATUS])
def test_a_lost_answer_is_looked_up(transip: Account, kind: str, fault: Kind) -> None:
    """Where the change took effect and its answer was lost the account shows it, and it is done; where it did not it is failed, never
    called done, and done when it is tried again. Nothing is asked for twice in between."""
    made = steps(transip, kind)
    carried = {Result.ERASED, Result.ANONYMISED, Result.SCHEDULED}
    for method in ("DELETE", "PUT"):
        transip.world.break_down(Fault(fault, method=method, times=-1))
    told = list(transip.connector().erase(iter(made)))
    transip.world.mend()
    sent = len(transip.sent("DELETE")) + len(transip.sent("PUT"))
    if fault in {Kind.CUT_AFTER, Kind.STATUS_AFTER} and kind != "dns/":
        assert {one.result for one in told} <= carried
        assert sent == len(made)
    elif kind != "dns/":
        assert {one.result for one in told} == {Result.FAILED}
        assert all(one.reason for one in told)
    again = list(transip.connector().erase(iter(made)))
    assert {one.result for one in again} <= carried | {Result.ALREADY_GONE}
    left = items(transip, *SANNE.emails, "ip:203.0.113.21", "domain:vanderberg.example")
    gone = kind not in {"mailbox/", "forward/"}
    assert not gone or not [key for key in left if key.startswith(kind)]


def test_the_others_stay_on_the_list(transip: Account) -> None:
    """A shared mail list loses one member."""
    carried_out(transip, steps(transip, "list-member/"))
    entries = transip.objects["mail"][CLUBS]["mail-lists"]["1"]["entries"]
    assert entries == [PIET.email, "penningmeester@oudehaven.example"]


def test_both_of_two_equal_records_go(transip: Account) -> None:
    """One request takes one of two equal records, so it takes two; the other records stay."""
    carried_out(transip, steps(transip, "dns/"))
    assert [one["type"] for one in transip.objects["domains"][CLUBS]["_dns"]] == ["A", "TXT"]


def test_a_rule_that_let_in_nobody_else_goes_with_her(transip: Account) -> None:
    """A firewall rule without addresses would let in the whole world: where hers was the only one the rule goes, elsewhere her
    address does."""
    carried_out(transip, steps(transip, "firewall-address/"))
    (rule,) = transip.objects["vps"]["club-vps"]["_firewall"]["ruleSet"]
    assert (rule["description"], rule["whitelist"]) == ("kantoor", ["198.51.100.7/32"])


def test_mail_is_scheduled_until_transip_has_deleted_it(transip: Account) -> None:
    """TransIP deletes mail in its own time: scheduled, once asked for; erased when it is not listed any more."""
    made = steps(transip, "mailbox/", "forward/")
    assert {one.external for one in made} == {HERS, ""}
    told = carried_out(transip, made)
    assert [one.result for one in told] == [Result.SCHEDULED] * 2
    assert {one.result for one in transip.connector().erase(iter(made))} == {Result.SCHEDULED}
    assert len(transip.sent("DELETE")) == 2
    transip.world.pass_by(minutes=15)
    again = list(transip.connector().erase(iter(made)))
    assert {one.result for one in again} == {Result.ALREADY_GONE}
    kept = transip.objects["mail"][CLUBS]
    assert set(kept["mailboxes"]) == {f"info@{CLUBS}"}
    assert [one["forwardTo"] for one in kept["mail-forwards"].values()] == [PIET.email]


@pytest.mark.parametrize(
    ("kind", "alter", "reason"),
    [
        ("contact/", ("domains", CLUBS, {"isTransferLocked": True}), "switch its lock off"),
        ("contact/", ("domains", CLUBS, {"_busy": True}), "wait until"),
        ("mailbox/", ("mailboxes", "vanderberg.example", {"isLocked": True}), "locked it"),
        ("reverse-dns/", ("vps", "club-vps", {"isCustomerLocked": True}), "on purpose"),
        ("firewall-rule/", ("vps", "club-vps", {"isBlocked": True}), "blocked"),
    ],
)
def test_what_is_locked_is_an_objection_that_says_what_to_do(
    transip: Account, kind: str, alter: tuple[str, str, dict[str, Any]], reason: str
) -> None:
    """Before anything is touched; and where it came to it after all, it is refused and stays as it was."""
    made = steps(transip, kind)
    collection, name, values = alter
    with transip.sandbox.state() as state:
        mine = state["objects"][LOGIN]
        if collection == "mailboxes":
            mine["mail"][name]["mailboxes"][HERS] |= values
        else:
            mine[collection][name] |= values
    if "_busy" in values:
        transip.world.keep_busy(f"domains/{name}", times=-1)
    before = transip.objects
    (told,) = transip.connector().prepare(iter(made))
    assert reason in told.reason
    assert HERS not in told.reason
    (outcome,) = transip.connector().erase(iter(made))
    assert outcome.result is Result.REFUSED
    assert transip.objects == before


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Domain 'x' has action 'changeNameservers' running, no modification is allowed", "wait"),
        ("Domain 'x' is locked, no modification is allowed", "switch its lock off"),
        ("VPS 'x' is customer locked, no modification is allowed", "on purpose"),
        ("Target user 'y' is not capable of receiving handover", "409"),
        ("Authentication failed, API is not enabled for customer", "409"),
    ],
)
def test_409_has_five_meanings(transip: Account, text: str, reason: str) -> None:
    """What passes is waited for, what is locked is said to be, what stays refused is; that it was cancelled already is success, as
    the cancellations show. Nothing of TransIP's names stands in the reason."""
    made = steps(transip, "contact/")
    fault = Fault(Kind.STATUS, method="PUT", times=-1, status=409, text=text)
    with transip.failing(fault):
        (outcome,) = transip.connector().erase(iter(made))
        (told,) = transip.connector().prepare(iter(made))
    for said in (outcome.reason, told.reason):
        assert reason in said
        assert "'x'" not in said


def test_a_registry_that_does_not_allow_it_is_named(transip: Account) -> None:
    """A top-level domain without change of owner (.ch): an objection that says whom to ask."""
    transip.world.add_domain(
        LOGIN, "club.ch.example", contacts=[role("registrant"), *contacts_of(PIET)[1:]]
    )
    stays = {"stays": ["club.ch.example"]}
    found = items(transip, **stays)
    connector = transip.connector(**stays)
    made = approved(connector.propose(found["contact/club.ch.example/registrant"], ERASE))
    (told,) = connector.prepare(iter([made]))
    assert "TransIP's support" in told.reason


def test_two_domains_that_share_a_contact_are_two_items(transip: Account) -> None:
    """The same person is the registrant of one customer's domain and another's: both found, each with its own holder, which is how a
    shared address shows; one of them is given up and the other is untouched."""
    for name, customer in (("een.example", "K1"), ("twee.example", "K2")):
        transip.world.add_domain(
            LOGIN, name, contacts=contacts_of(SANNE), tags=[f"klant-{customer}"]
        )
    found = items(transip)
    one, two = found["domain/een.example"], found["domain/twee.example"]
    assert {one.holder, two.holder} == {Kinds().parse("customer:K1"), Kinds().parse("customer:K2")}
    before = transip.objects
    cancel = approved(transip.connector().propose(one, ruling(Verdict.CANCEL)))
    carried_out(transip, [cancel])
    assert transip.objects["domains"]["twee.example"] == before["domains"]["twee.example"]


def test_a_domain_that_stays_loses_her_and_nothing_else(transip: Account) -> None:
    """A domain that went over to another holder: her contact is replaced, whichever role it has, and it is not cancelled."""
    transip.world.add_domain(LOGIN, "over.example", contacts=contacts_of(SANNE))
    stays = {"stays": ["over.example"]}
    found = items(transip, **stays)
    assert "domain/over.example" not in found
    connector = transip.connector(**stays)
    made = approved(connector.propose(found["contact/over.example/registrant"], ERASE))
    assert list(connector.prepare(iter([made]))) == []
    (told,) = connector.erase(iter([made]))
    assert told.result is Result.ANONYMISED
    domain = transip.objects["domains"]["over.example"]
    assert domain["_contacts"][0]["email"] == HOLDER["email"]
    assert domain["cancellationDate"] == ""


def test_mail_goes_before_the_domain_it_hangs_on(transip: Account) -> None:
    """Items come in the order in which they are best given up: the mail of a domain before it, servers after."""
    transip.world.add_domain(LOGIN, "vanderberg.example", contacts=contacts_of(SANNE))
    keys = list(items(transip, *SANNE.emails))
    assert keys.index(f"mailbox/vanderberg.example/{HERS}") < keys.index(
        "domain/vanderberg.example"
    )
