"""Who has what at TransIP is told by fields that say so; the rest is a mention; and it takes few requests."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from overdracht import Certainty, Gap, Item, Kinds, Question, Subject, Verdict
from overdracht.people import BAKERY, CLUB, NAMESAKE, PIET, PROVIDER, SANNE
from overdracht.testing.acting import ruling
from overdracht.testing.watching import Found, export, find
from overdracht_transip.sandbox import Fault, Kind, contact, record
from tests.transip.account_harness import LOGIN, Account, contacts_of

KINDS = Kinds()


@pytest.fixture
def transip(tmp_path: Path) -> Iterator[Account]:
    account = Account(tmp_path)
    yield account
    account.close()


def found(account: Account, *identifiers: str, thorough: bool = True, **settings: Any) -> Found:
    """Return what is found by *identifiers*."""
    asked = tuple(KINDS.parse(one) for one in identifiers)
    return find(account.connector(**settings), Subject("test", asked), thorough=thorough)


def keys(result: Found, certainty: Certainty = Certainty.EXACT) -> set[str]:
    """Return the keys of what was found so surely."""
    return {one.key for one in result.of(certainty)}


def the(result: Found, key: str) -> Item:
    """Return the item of this *key*."""
    return next(one for one in result.items if one.key == key)


@pytest.mark.parametrize(
    "identifier",
    [
        SANNE.email,
        "Sanne+transip@VanderBerg.example",
        "+31 6 12345678",
        "kvk:90000123",
        "customer:k10023",
        "vanderberg.example",
    ],
)
def test_a_domain_is_its_registrants(transip: Account, identifier: str) -> None:
    """By address, with or without what follows a plus, by telephone however it is written, KvK number, tag, or its own name."""
    hers = contacts_of(SANNE)
    hers[0] |= {
        "companyKvk": "90000123",
        "companyType": "EENMANSZAAK",
        "email": identifier if "+transip" in identifier else SANNE.email,
    }
    transip.world.add_domain(LOGIN, "vanderberg.example", contacts=hers, tags=["klant-K10023"])
    transip.world.add_domain(LOGIN, "dewit.example", contacts=contacts_of(PIET))
    asked = SANNE.email if "+transip" in identifier else identifier
    assert keys(found(transip, asked)) == {"domain/vanderberg.example"}


def test_a_domain_tells_who_its_registrant_is(transip: Account) -> None:
    """Address, telephone, customer number and the domain itself surely; a name and a company's number only perhaps."""
    company = contact(email=BAKERY.email, companyName=BAKERY.name, companyKvk=BAKERY.kvk, companyType="BV")  # fmt: skip
    transip.world.add_domain(LOGIN, BAKERY.domains[0], contacts=[company], tags=["klant-K10008"])
    told = the(found(transip, BAKERY.email), f"domain/{BAKERY.domains[0]}")
    by_kind = {(one.identifier.kind, one.certainty) for one in told.reveals}
    sure = {kind for kind, certainty in by_kind if certainty is Certainty.EXACT}
    assert sure == {"email", "phone", "customer", "domain"}
    assert ("kvk", Certainty.POSSIBLE) in by_kind
    assert told.holder == KINDS.parse("customer:K10008")
    assert told.running


def test_an_administrative_contact_does_not_have_the_domain(transip: Account) -> None:
    """Who is only that is found as the contact, and the domain is not theirs."""
    board = [contact(email=CLUB.email), contact("administrative", email=SANNE.email), contact("technical")]  # fmt: skip
    transip.world.add_domain(LOGIN, CLUB.domains[0], contacts=board)
    result = found(transip, SANNE.email)
    assert keys(result) == {f"contact/{CLUB.domains[0]}/administrative"}
    assert keys(found(transip, CLUB.email)) == {f"domain/{CLUB.domains[0]}"}


def test_the_provider_in_every_domain_is_a_third_party_nowhere(transip: Account) -> None:
    """The organisation's own contact is counted as nobody else; a stranger's is."""
    stranger = contact("technical", email="webbouwer@elders.example")
    transip.world.add_domain(LOGIN, "een.example", contacts=contacts_of(SANNE))
    transip.world.add_domain(LOGIN, "twee.example", contacts=[*contacts_of(SANNE)[:2], stranger])
    own = frozenset(KINDS.parse(one) for one in PROVIDER.domains)
    subject = Subject("test", (KINDS.parse(SANNE.email),))
    told = list(transip.connector().find(Question(subject, own=own)))
    others = {one.key: one.third_parties for one in told if isinstance(one, Item)}
    assert others == {"domain/een.example": 0, "domain/twee.example": 1}


def test_a_namesake_is_only_possible_and_goes_when_excluded(transip: Account) -> None:
    """A name alone makes a domain possible; with the namesake's address excluded it is no longer hers."""
    transip.world.add_domain(LOGIN, NAMESAKE.domains[0], contacts=contacts_of(NAMESAKE))
    by_name = found(transip, f"name:{SANNE.name}")
    assert keys(by_name, Certainty.POSSIBLE) == {f"domain/{NAMESAKE.domains[0]}"}
    subject = Subject("test", (KINDS.parse(f"name:{SANNE.name}"),), (KINDS.parse(NAMESAKE.email),))
    assert find(transip.connector(), subject, thorough=True).items == []


def test_a_tag_is_free_text_unless_the_settings_say_more(transip: Account) -> None:
    """Without `customer_tag` a tag is a mention; with it, it says whose the server is, and `owners` says it where nothing else does."""
    transip.world.add_server(LOGIN, "voorbeeldict-vps", tags=["K10023"])
    transip.world.add_server(LOGIN, "voorbeeldict-vps2", description="oud")
    loose = found(transip, "customer:K10023", customer_tag=None)
    assert (keys(loose), keys(loose, Certainty.MENTION)) == (set(), {"server/voorbeeldict-vps"})
    strict = found(
        transip,
        "customer:K10023",
        customer_tag="{}",
        owners={"VOORBEELDICT-VPS2": ["customer:K10023", SANNE.email]},
    )
    assert keys(strict) == {"server/voorbeeldict-vps", "server/voorbeeldict-vps2"}


def test_a_server_tells_its_addresses_and_has_its_disks(transip: Account) -> None:
    """Every address of a server that is somebody's is told, as what may be anybody's later; what hangs on it is that customer's."""
    addresses = [{"address": "192.0.2.80"}, {"address": "2001:db8::80"}]
    transip.world.add_server(LOGIN, "vps1", tags=["klant-K10023"], addresses=addresses)
    transip.world.add_storage(LOGIN, "schijf1", vpsName="vps1")
    transip.world.add_storage(LOGIN, "schijf2", vpsName="vps2")
    result = found(transip, "customer:K10023")
    assert keys(result) == {"server/vps1", "disk/schijf1"}
    told = {str(one.identifier) for one in the(result, "server/vps1").reveals}
    assert told >= {"ip:192.0.2.80", "ip:2001:db8::80"}


def test_networks_and_addresses_before_servers_are_searched_too(transip: Account) -> None:
    """By what is written about them and by the settings; cancelled by hand."""
    network = {"name": "net1", "description": f"voor {SANNE.email}", "vpsNames": []}
    haip = {
        "name": "haip1",
        "description": "",
        "ipv4Address": "192.0.2.90",
        "ptrRecord": "x.example",
    }
    transip.world.add(LOGIN, "privateNetworks", "net1", network)
    transip.world.add(LOGIN, "haips", "haip1", haip)
    owners = {"haip1": [f"customer:{SANNE.customer}"]}
    result = found(transip, SANNE.email, f"customer:{SANNE.customer}", owners=owners)
    assert keys(result) == {"ha-ip/haip1"}
    assert keys(result, Certainty.MENTION) == {"private-network/net1"}
    proposed = transip.connector().propose(the(result, "ha-ip/haip1"), ruling(Verdict.CANCEL))
    assert proposed.disposition.verdict is Verdict.REVIEW
    assert "by hand" in proposed.disposition.ground.en
    assert export(transip.connector(), result.items).keys == {one.key for one in result.items}


def test_who_ordered_a_certificate_is_found(transip: Account) -> None:
    """By address and telephone, in the certificate's details."""
    details = {"firstName": "Sanne", "lastName": "van der Berg", "email": SANNE.email, "phoneNumber": "+316 12345678"}  # fmt: skip
    certificate = {"certificateId": 3, "commonName": "*.oudehaven.example", "_details": details}
    transip.world.add(LOGIN, "certificates", "3", certificate | {"status": "active"})
    assert keys(found(transip, "+31612345678")) == {"certificate/3"}
    plain = found(transip, "+31612345678", thorough=False)
    assert plain.items == []
    assert plain.searched["ssl-certificates"].note


def test_a_mailbox_of_somebody_else_in_her_domain_is_a_mention(transip: Account) -> None:
    """A family has one domain and several people: that a mailbox lies in it does not make it hers."""
    transip.world.add_domain(LOGIN, "dewit.example", contacts=contacts_of(PIET))
    boxes = [{"localPart": "familie"}, {"localPart": "annelies"}]
    transip.world.add_mail(LOGIN, "dewit.example", mailboxes=boxes)
    result = found(transip, PIET.email, "dewit.example", thorough=False)
    assert "mailbox/dewit.example/familie@dewit.example" in keys(result)
    assert keys(result, Certainty.MENTION) == {"mailbox/dewit.example/annelies@dewit.example"}


def test_an_internationalised_domain_is_found_in_either_spelling(transip: Account) -> None:
    """TransIP may write it with its own letters, an administrator as the registry does, and the other way round."""
    transip.world.add_domain(LOGIN, "özdemir-café.example", contacts=contacts_of(SANNE))
    transip.world.add_domain(LOGIN, "xn--mller-kva.example", contacts=contacts_of(SANNE))
    assert keys(found(transip, "domain:xn--zdemir-caf-hcb2g.example")) <= {"domain/%C3%B6zdemir-caf%C3%A9.example"}  # fmt: skip
    assert keys(found(transip, "domain:özdemir-café.example")) == {"domain/%C3%B6zdemir-caf%C3%A9.example"}  # fmt: skip
    assert keys(found(transip, "domain:müller.example")) == {"domain/xn--mller-kva.example"}


def test_a_domain_with_two_thousand_records_is_searched_to_the_last(transip: Account) -> None:
    """One mention among 2,000 records of somebody else's domain."""
    records = [record(f"klant{n}", "A", "192.0.2.1", 300) for n in range(2000)]
    dmarc = record("_dmarc", "TXT", f"v=DMARC1; rua=mailto:{SANNE.email}")
    transip.world.add_domain(LOGIN, "groot.example", dns=[*records, dmarc])
    (item,) = found(transip, SANNE.email).items
    assert item.key.startswith("dns/groot.example/_dmarc/TXT/")
    assert item.certainty is Certainty.MENTION


def test_every_domain_with_its_contacts_in_one_request_and_its_dns_in_one_each(
    transip: Account,
) -> None:
    """Of 60 domains, 59 of others: one request for all of them, one for each other zone, and one for every other collection; asked
    again with more identifiers the zones are not asked for a second time."""
    transip.world.add_domain(LOGIN, "vanderberg.example", contacts=contacts_of(SANNE))
    for number in range(59):
        transip.world.add_domain(LOGIN, f"klant{number}.example")
    connector = transip.connector()
    asked = (KINDS.parse(SANNE.email), KINDS.parse(SANNE.phone))
    assert find(connector, Subject("test", asked[:1]), thorough=True).gaps == []
    paths = Counter(one["path"] for one in transip.world.requests())
    assert paths["/v6/domains"] == 1
    assert sum(count for path, count in paths.items() if path.endswith("/dns")) == 59
    assert max(paths.values()) == 1
    assert find(connector, Subject("test", asked), thorough=True).gaps == []
    again = Counter(one["path"] for one in transip.world.requests())
    assert sum(count for path, count in again.items() if path.endswith("/dns")) == 59


def test_a_missing_key_is_a_gap_and_never_nothing_found(transip: Account) -> None:
    """An answer without the key that should be in it: the part is a gap, and the others are searched."""
    transip.world.add_domain(LOGIN, "vanderberg.example", contacts=contacts_of(SANNE))
    for path, part in (("/v6/monitoring-contacts", "monitoring-contacts"), ("/v6/domains", "domains")):  # fmt: skip
        with transip.failing(Fault(Kind.LACKING, path=path, times=-1)):
            result = found(transip, SANNE.email)
        assert part in {one.part for one in result.gaps}
        assert part not in result.searched
        assert "servers" in result.searched


def test_one_zone_that_cannot_be_read_makes_the_part_a_gap(transip: Account) -> None:
    """The other zones are searched all the same, and what is in them is told."""
    dmarc = record("_dmarc", "TXT", f"v=DMARC1; rua=mailto:{SANNE.email}")
    for name in ("een.example", "twee.example", "drie.example"):
        transip.world.add_domain(LOGIN, name, dns=[dmarc])
    with transip.failing(Fault(Kind.STATUS, path="/v6/domains/twee.example/dns", times=-1)):
        result = found(transip, SANNE.email)
    assert [one.part for one in result.gaps] == ["dns"]
    assert len(result.items) == 2


def test_the_account_going_away_half_way_leaves_gaps(transip: Account) -> None:
    """Revoked in the middle: what was not searched is a gap each, and the error says what to do."""
    fault = Fault(Kind.STATUS, path="/v6/*", skip=3, times=-1, status=401, text="No such token")
    told = []
    with transip.failing(fault), pytest.raises(Exception, match="check login"):
        for finding in transip.connector().find(
            Question(Subject("t", (KINDS.parse("a@b.example"),)))
        ):
            told.append(finding)  # noqa: PERF402 - it raises on the way
    assert {one.part for one in told if isinstance(one, Gap)} >= {"domains", "servers", "email"}


def test_the_rate_limit_is_kept(transip: Account) -> None:
    """With 20 requests in a window and 40 domains to ask about, it waits for the window's end as the headers say, and finds all."""
    waits: list[float] = []
    for number in range(40):
        transip.world.add_domain(LOGIN, f"klant{number}.example")
    transip.world.set(rateLimit=20, rateWindow=900)

    class Waiting(type(transip.connector())):  # type: ignore[misc]  # the class of the moment
        @staticmethod
        def pause(seconds: float) -> None:
            waits.append(seconds)
            transip.world.pass_by(seconds=seconds + 1)

    # One at a time: several that wait at once would make the sandbox's clock run faster than any.
    connector = Waiting("transip", transip.connector(connections=1).settings)
    result = find(connector, Subject("test", (KINDS.parse("a@b.example"),)), thorough=True)
    assert result.gaps == []
    assert waits
    assert not [one for one in transip.world.requests() if one["status"] == 429]
