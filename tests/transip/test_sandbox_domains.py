"""The sandbox's domains lock, refuse, are cancelled and leave as TransIP's do."""

from datetime import UTC, datetime

import pytest

from overdracht_transip.client import DnsEntry, EndTime, NotFound, Writer
from overdracht_transip.sandbox import World, contacts, record
from tests.transip.conftest import LOGIN, Raw

NAME = "vanderberg.example"
PATH = f"/domains/{NAME}"


@pytest.fixture(autouse=True)
def domain(world: World) -> None:
    """The first of March 2026, and a domain whose term ends with the year."""
    world.set_clock(datetime(2026, 3, 1, 12, tzinfo=UTC), stands_still=True)
    world.add_account("andere")
    world.add_domain(LOGIN, NAME, renewalDate="2026-12-31")


def error(raw: Raw, method: str, path: str, body: object = None) -> tuple[int, str]:
    """Return the status and text of a refusal."""
    response = raw(method, path, body)
    return response.status_code, response.json()["error"]


def test_a_domain_looks_like_one(raw: Raw) -> None:
    """With `""` for what is empty, an undocumented key, the auth code, and no more than was asked for."""
    domain = raw("GET", PATH).json()["domain"]

    assert domain["cancellationDate"] == domain["cancellationStatus"] == ""
    assert domain["hasActionRunning"] is False
    assert domain["supportsLocking"] is True
    assert domain["authCode"]
    assert not {"contacts", "nameservers"} & domain.keys()
    assert not [key for key in domain if key.startswith("_")]
    both = raw("GET", PATH + "?include=nameservers,contacts").json()["domain"]
    assert [one["type"] for one in both["contacts"]] == [
        "registrant",
        "administrative",
        "technical",
    ]
    assert set(both["nameservers"][0]) == {"hostname", "ipv4", "ipv6"}


def test_links_have_both_forms(raw: Raw) -> None:
    """A list in most answers, of which one has `href`; an object where pages were asked for; slashes escaped."""
    response = raw("GET", PATH + "/dns")
    assert [set(one) for one in response.json()["_links"]] == [{"rel", "link"}, {"rel", "href"}]
    assert b"https:\\/\\/" in response.content or b"http:\\/\\/" in response.content
    pages = raw("GET", "/domains?pageSize=1&page=1").json()["_links"]["pages"]
    assert pages == []
    assert isinstance(raw("GET", "/domains").json()["_links"], list)


@pytest.mark.parametrize(
    ("page", "rels"),
    [
        (1, ["last", "next"]),
        (2, ["first", "last", "next", "previous"]),
        (3, ["first", "previous"]),
    ],
)
def test_pages_name_their_neighbours(raw: Raw, world: World, page: int, rels: list[str]) -> None:
    """The first has no previous and the last no next."""
    for number in range(4):
        world.add_domain(LOGIN, f"klant{number}.example")

    body = raw("GET", f"/domains?pageSize=2&page={page}").json()
    assert sorted(one["rel"] for one in body["_links"]["pages"]) == rels
    assert len(body["domains"]) == (1 if page == 3 else 2)
    assert raw("GET", "/domains?pageSize=0").status_code == 406


def test_domains_are_listed_by_tag(raw: Raw, world: World) -> None:
    """Any of several, and in both forms that clients send."""
    world.add_domain(LOGIN, "a.example", tags=["rood"])
    world.add_domain(LOGIN, "b.example", tags=["blauw", "groen"])
    for query in ("tags=rood,groen", "tags=rood&tags=groen"):
        names = [one["name"] for one in raw("GET", f"/domains?{query}").json()["domains"]]
        assert names == ["a.example", "b.example"]


def test_somebody_elses_domain_does_not_exist(raw: Raw, world: World) -> None:
    """Not to see, not to change."""
    world.add_domain("andere", "kleikunst.example")

    text = "Domain with name 'kleikunst.example' not found"
    assert error(raw, "GET", "/domains/kleikunst.example") == (404, text)
    assert error(raw, "DELETE", "/domains/kleikunst.example", {"endTime": "end"}) == (404, text)


def test_a_cancellation_at_the_end_of_the_term_happens_then(raw: Raw, world: World) -> None:
    """It is signed at once, the domain works until its date, is dropped and gone; the registry keeps it in quarantine."""
    assert raw("DELETE", PATH, {"endTime": "end"}).status_code == 204
    domain = raw("GET", PATH).json()["domain"]
    assert (domain["status"], domain["cancellationStatus"]) == ("registered", "signed")
    assert domain["cancellationDate"] == "2026-12-31 01:00:00"  # in Amsterdam

    world.set_clock(datetime(2026, 12, 31, tzinfo=UTC), stands_still=True)
    raw.log_in()
    assert raw("GET", PATH).json()["domain"]["status"] == "dropinprogress"
    world.pass_by(hours=1)
    raw.log_in()
    assert raw("GET", PATH).status_code == 404
    assert raw("GET", "/domains").json()["domains"] == []
    (gone,) = raw("GET", "/domains?include=goneDomains").json()["domains"]
    assert (gone["name"], gone["status"]) == (NAME, "gone")
    availability = f"/domain-availability/{NAME}"
    assert raw("GET", availability).json()["availability"]["status"] == "unavailable"
    world.pass_by(days=36)
    raw.log_in()
    assert raw("GET", availability).json()["availability"]["status"] == "free"
    assert [one["by"] for one in world.changes()] == [f"DELETE /v6{PATH}", "time", "time"]


def test_an_immediate_cancellation_happens_at_once(raw: Raw, world: World) -> None:
    """The registry drops it, and an hour later it is gone, or shown as gone where the sandbox is set so."""
    raw("DELETE", PATH, {"endTime": "immediately"})
    assert raw("GET", PATH).json()["domain"]["status"] == "dropinprogress"
    world.pass_by(hours=1)
    raw.log_in()

    assert raw("GET", PATH).status_code == 404
    world.set(goneIsShown=True)
    assert raw("GET", PATH).json()["domain"]["status"] == "gone"


@pytest.mark.parametrize("body", [None, {}, {"endTime": "now"}, {"endTime": None}])
def test_a_cancellation_says_when(raw: Raw, world: World, body: object) -> None:
    """Nothing is assumed of a domain, as nothing is documented."""
    status, text = error(raw, "DELETE", PATH, body)
    assert status == 406
    assert text.endswith("please use either 'end' or 'immediately'")
    assert world.changes() == []


def test_a_domain_is_cancelled_once(raw: Raw, world: World) -> None:
    """The second time it says so, and a change of mind is a matter for the control panel."""
    raw("DELETE", PATH, {"endTime": "end"})

    text = f"The domain '{NAME}' already has a cancellation pending"
    assert error(raw, "DELETE", PATH, {"endTime": "end"}) == (409, text)
    assert error(raw, "DELETE", PATH, {"endTime": "immediately"}) == (409, text)
    assert len(world.changes()) == 1


def test_a_domain_with_products_cannot_be_cancelled(raw: Raw, world: World) -> None:
    """Hosting or mail hangs on it."""
    world.add_domain(LOGIN, NAME, products=True)

    text = f"The domain '{NAME}' has additional products attached, and thus can't be cancelled"
    assert error(raw, "DELETE", PATH, {"endTime": "end"}) == (403, text)


def test_a_running_action_stops_every_change_and_passes(raw: Raw, world: World) -> None:
    """It is seen at /actions, and after so many refusals it is done."""
    world.keep_busy(f"domains/{NAME}", "changeNameservers", times=2)
    assert raw("GET", PATH + "/actions").json()["action"]["name"] == "changeNameservers"
    assert raw("GET", PATH).json()["domain"]["hasActionRunning"] is True

    text = f"Domain '{NAME}' has action 'changeNameservers' running, no modification is allowed"
    assert error(raw, "DELETE", PATH, {"endTime": "end"}) == (409, text)
    assert error(raw, "PUT", PATH + "/contacts", {"contacts": contacts()}) == (409, text)
    assert raw("GET", PATH + "/actions").json()["action"]["name"] is None
    assert raw("PUT", PATH + "/contacts", {"contacts": contacts()}).status_code == 204


def test_a_locked_domain_keeps_its_contacts(raw: Raw, world: World) -> None:
    """Until it is unlocked, by putting the whole domain back."""
    world.add_domain(LOGIN, NAME, isTransferLocked=True)
    text = f"Domain '{NAME}' is locked, no modification is allowed"
    changed = {"contacts": contacts(email="nieuw@post.example")}
    assert error(raw, "PUT", PATH + "/contacts", changed) == (409, text)

    domain = raw("GET", PATH).json()["domain"]
    assert raw("PUT", PATH, {"domain": {**domain, "isTransferLocked": False}}).status_code == 204
    assert raw("PUT", PATH + "/contacts", changed).status_code == 204
    assert raw("GET", PATH + "/contacts").json()["contacts"][0]["email"] == "nieuw@post.example"


def test_contacts_are_checked(raw: Raw, world: World) -> None:
    """All keys but the fax, a known company type, an address, a country in two small letters."""
    one = contacts()[0]
    for key in one.keys() - {"faxNumber"}:
        wrong = [{name: value for name, value in one.items() if name != key}]
        text = f"Please supply the '{key}' parameter"
        assert error(raw, "PUT", PATH + "/contacts", {"contacts": wrong}) == (406, text)
    for change in (
        {"type": "eigenaar"},
        {"companyType": "INC"},
        {"email": "geen adres"},
        {"country": "NL"},
    ):
        body = {"contacts": contacts(**change)}
        assert raw("PUT", PATH + "/contacts", body).status_code == 406
    assert raw("PUT", PATH + "/contacts", {"contacts": []}).status_code == 406
    assert raw("PUT", PATH + "/contacts", {}).status_code == 406
    assert world.changes() == []


def test_a_change_of_registrant_locks_a_generic_domain(raw: Raw, world: World) -> None:
    """For 60 days it cannot be transferred out: who anonymises first has lost the domain for the customer."""
    code = raw("GET", PATH + "/auth-code").json()["authCode"]
    anonymous = contacts(firstName="Verwijderd", lastName="Verwijderd", email="x@weg.example")
    raw("PUT", PATH + "/contacts", {"contacts": anonymous})

    refused = world.transfer_out(LOGIN, NAME, code)
    assert refused is not None
    assert "2026-04-30" in refused
    world.pass_by(days=60)
    assert world.transfer_out(LOGIN, NAME, code) is None


def test_a_change_of_another_contact_locks_nothing(raw: Raw, world: World) -> None:
    """Nor does any change of a .nl domain."""
    registrant, administrative, technical = contacts()
    administrative = {**administrative, "firstName": "Zoë"}
    raw("PUT", PATH + "/contacts", {"contacts": [registrant, administrative, technical]})
    code = raw("GET", PATH + "/auth-code").json()["authCode"]
    assert world.transfer_out(LOGIN, NAME, "fout") == "the auth code is wrong"
    assert world.transfer_out(LOGIN, NAME, code) is None

    world.add_domain(LOGIN, "x.nl.example", authCode="c")
    raw("PUT", "/domains/x.nl.example/contacts", {"contacts": contacts(firstName="Weg")})
    assert world.transfer_out(LOGIN, "x.nl.example", "c") is None


def test_what_a_top_level_domain_cannot_do_is_refused(raw: Raw, world: World) -> None:
    """No other owner for .ch, no lock for .nl."""
    world.add_domain(LOGIN, "x.ch.example")
    world.add_domain(LOGIN, "x.nl.example")
    body = {"contacts": contacts(firstName="Weg")}

    text = "Domain TLD doesn't support 'canSetOwner' capability"
    assert error(raw, "PUT", "/domains/x.ch.example/contacts", body) == (406, text)
    text = "Domain TLD doesn't support 'canSetLock' capability"
    locked = {"domain": {"name": "x.nl.example", "isTransferLocked": True}}
    assert error(raw, "PUT", "/domains/x.nl.example", locked) == (406, text)
    capabilities = raw("GET", "/tlds/.nl").json()["tld"]["capabilities"]
    assert "canSetLock" not in capabilities
    assert raw("GET", "/tlds/.bestaatniet").status_code == 404


@pytest.mark.parametrize("end", ["be", "eu"])
def test_some_registries_mail_the_auth_code_to_the_registrant(
    raw: Raw, world: World, end: str
) -> None:
    """To whoever is the registrant then: after anonymising, to nobody who can use it."""
    name = f"bakkerij.{end}.example"
    world.add_domain(LOGIN, name, contacts=contacts(email="bestelling@bakkerij-jansen.example"))
    text = f"Tld '.{end}.example' does not allow this action"
    assert error(raw, "GET", f"/domains/{name}/auth-code") == (405, text)

    response = raw("POST", f"/domains/{name}/auth-code")

    assert (response.status_code, response.json()) == (201, [])
    mailed = world.objects(LOGIN)["domains"][name]["_mailed"]
    assert mailed == ["bestelling@bakkerij-jansen.example"]
    assert error(raw, "POST", PATH + "/auth-code")[0] == 405


def test_our_client_has_the_code_mailed(writer: Writer, world: World) -> None:
    """Where it cannot be asked for."""
    world.add_domain(LOGIN, "x.be.example", contacts=contacts(email="zoe@ozdemir-advies.example"))
    writer.request_auth_code("x.be.example")
    mailed = world.objects(LOGIN)["domains"]["x.be.example"]["_mailed"]
    assert mailed == ["zoe@ozdemir-advies.example"]


@pytest.mark.parametrize("paths", ["spec", "php", "both"])
def test_both_disputed_paths_can_be_had(raw: Raw, writer: Writer, world: World, paths: str) -> None:
    """Those of the description, those of the PHP client, or both; our client finds the one there is, and it is noted which."""
    world.set(disputedPaths=paths)
    expected = {"spec": (200, 404), "php": (404, 200), "both": (200, 200)}[paths]
    both = [raw("GET", PATH + "/auth-code"), raw("GET", PATH + "/authCode")]
    assert tuple(one.status_code for one in both) == expected

    code = writer.auth_code(NAME)
    assert code.reveal() == world.objects(LOGIN)["domains"][NAME]["authCode"]
    assert code.reveal() not in repr(code)
    writer.hand_over_domain(NAME, "andere")
    assert world.objects(LOGIN)["domains"][NAME]["_handover"] == "andere"
    used = [one["route"] for one in world.requests() if one["status"] == 204]
    assert used == ["/domains" if paths == "php" else "/domains/{}"]


def test_our_client_tells_a_missing_path_from_a_missing_domain(
    writer: Writer, world: World
) -> None:
    """Only for the path it tries the other one."""
    with pytest.raises(NotFound):
        writer.auth_code("elders.example")
    with pytest.raises(NotFound):
        writer.hand_over_domain(NAME, "niemand")
    routes = [one["route"] for one in world.requests() if one["route"]]
    assert routes == ["/domains/{}/auth-code", "/domains/{}"]


def test_a_hand_over_waits_for_the_other(raw: Raw, world: World) -> None:
    """The domain stays ours until the target accepts; then it is gone, and the target has it."""
    body = {"action": "handover", "targetCustomerName": "andere"}
    assert raw("PATCH", PATH, body).status_code == 204
    availability = raw("GET", f"/domain-availability/{NAME}").json()["availability"]
    assert availability["status"] == "internalpush"
    assert raw("GET", PATH).json()["domain"]["status"] == "registered"

    world.accept_hand_over(NAME)

    assert raw("GET", PATH).status_code == 404
    assert world.objects("andere")["domains"][NAME]["status"] == "registered"
    with pytest.raises(ValueError, match="no such hand-over"):
        world.accept_hand_over(NAME)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"targetCustomerName": "andere"}, (406, "Please supply the 'action' parameter")),
        ({"action": "handover"}, (406, "Please supply the 'targetCustomerName' parameter")),
        (
            {"action": "handover", "targetCustomerName": "niemand"},
            (404, "Target user 'niemand' does not exist"),
        ),
        (
            {"action": "handover", "targetCustomerName": LOGIN},
            (409, f"Target user '{LOGIN}' is not capable of receiving handover"),
        ),
    ],
)
def test_a_hand_over_needs_somebody_who_can_take_it(
    raw: Raw, body: object, expected: tuple[int, str]
) -> None:
    """Every refusal in its own words."""
    assert error(raw, "PATCH", PATH, body) == expected


def test_a_domain_is_registered_or_transferred_here(raw: Raw, world: World) -> None:
    """A free one without a code, another's with one; what is not so is refused in the words of the real one."""
    world.add_domain("andere", "bezet.example")
    world.set_default_contacts(LOGIN, contacts(firstName="Voorbeeld"))
    assert raw("POST", "/domains", {"domainName": "nieuw.example"}).status_code == 201
    new = world.objects(LOGIN)["domains"]["nieuw.example"]
    assert new["_contacts"][0]["firstName"] == "Voorbeeld"
    text = "The domain 'bezet.example' is not free and thus cannot be registered"
    assert error(raw, "POST", "/domains", {"domainName": "bezet.example"}) == (406, text)
    text = "The domain 'vrij.example' is not registered and thus cannot be transferred"
    body = {"domainName": "vrij.example", "authCode": "x"}
    assert error(raw, "POST", "/domains", body) == (409, text)
    names = ["nieuw.example", "bezet.example", "vrij.example"]
    answer = raw("GET", "/domain-availability", {"domainNames": names}).json()["availability"]
    assert [one["status"] for one in answer] == ["inyouraccount", "unavailable", "free"]


def test_dns_entries_are_added_changed_and_removed_one_at_a_time(raw: Raw, world: World) -> None:
    """A change has to fit one entry, and a removal all four parts; of two equal ones one goes."""
    text = {"name": "x", "expire": 300, "type": "TXT", "content": "een"}
    for content in ("een", "een", "twee"):
        response = raw("POST", PATH + "/dns", {"dnsEntry": {**text, "content": content}})
        assert (response.status_code, response.json()) == (201, [])
    change = {"dnsEntry": {**text, "content": "drie"}}
    assert error(raw, "PATCH", PATH + "/dns", change) == (
        406,
        "Multiple matches found for DNS entry 'x 300 TXT'",
    )
    assert raw("DELETE", PATH + "/dns", {"dnsEntry": text}).status_code == 204
    entries = raw("GET", PATH + "/dns").json()["dnsEntries"]
    assert [one["content"] for one in entries if one["name"] == "x"] == ["een", "twee"]
    other = {"dnsEntry": {**text, "expire": 60}}
    assert error(raw, "PATCH", PATH + "/dns", other)[0] == 406
    assert error(raw, "DELETE", PATH + "/dns", other)[0] == 404
    bad = {"dnsEntry": {**text, "type": "B"}}
    assert error(raw, "POST", PATH + "/dns", bad) == (406, "Invalid DNS entry type 'B'")
    raw("PUT", PATH + "/dns", {"dnsEntries": [text]})
    assert raw("GET", PATH + "/dns").json()["dnsEntries"] == [text]


def test_dns_that_is_being_saved_can_be_neither_read_nor_changed(raw: Raw, world: World) -> None:
    """For as long as it takes."""
    world.keep_busy(f"dns/{NAME}", times=2)
    text = "Error fetching Dns Entries: DNS Entries are currently being saved"
    assert error(raw, "GET", PATH + "/dns") == (409, text)
    assert error(raw, "PUT", PATH + "/dns", {"dnsEntries": []}) == (409, text)
    assert raw("GET", PATH + "/dns").status_code == 200


def test_a_zone_of_two_thousand_records_comes_whole(writer: Writer, world: World) -> None:
    """And goes back whole."""
    zone = [record(f"host{number}", "A", f"198.51.100.{number % 250}") for number in range(2000)]
    world.add_domain(LOGIN, NAME, dns=zone)
    entries = writer.dns(NAME)
    assert len(entries) == 2000

    writer.replace_dns(NAME, entries[::-1])

    assert [one.name for one in writer.dns(NAME)] == [f"host{n}" for n in reversed(range(2000))]
    writer.remove_dns(NAME, DnsEntry("host7", 86400, "A", "198.51.100.7"))
    assert len(writer.dns(NAME)) == 1999


def test_dnssec_keys_are_ours_or_transips(raw: Raw, world: World) -> None:
    """Those that TransIP made cannot be replaced."""
    key = {"keyTag": 67239, "flags": 257, "algorithm": 8, "publicKey": "kljlfkjsdfkjasdklf="}
    raw("PUT", PATH + "/dnssec", {"dnsSecEntries": [key]})
    assert raw("GET", PATH + "/dnssec").json()["dnsSecEntries"] == [key]
    assert raw("GET", PATH).json()["domain"]["hasDnsSec"] is True
    world.add_domain(LOGIN, NAME, dnssecIsTransips=True)
    text = f"DNSSEC Entries for domain '{NAME}' cannot be edited."
    assert error(raw, "PUT", PATH + "/dnssec", {"dnsSecEntries": []}) == (409, text)


def test_name_servers_have_their_addresses_said(raw: Raw) -> None:
    """Also where there are none."""
    body: dict[str, object] = {"nameservers": [{"hostname": "ns1.elders.example"}]}
    text = "Please supply the 'ipv4' parameter"
    assert error(raw, "PUT", PATH + "/nameservers", body) == (406, text)
    server = {"hostname": "ns1.elders.example", "ipv4": None, "ipv6": None}
    assert raw("PUT", PATH + "/nameservers", {"nameservers": [server]}).status_code == 204
    assert raw("GET", PATH + "/nameservers").json()["nameservers"] == [server]


def test_defaults_are_changed_where_there_are_some(raw: Raw, world: World) -> None:
    """Where there are none it says so to both."""
    text = "No default domain contacts were found for this account"
    assert error(raw, "GET", "/domain-defaults/contacts") == (404, text)
    assert error(raw, "PUT", "/domain-defaults/contacts", {"contacts": contacts()}) == (404, text)
    world.set_default_contacts(LOGIN, contacts())
    changed = contacts(firstName="Voorbeeld", lastName="ICT")
    assert raw("PUT", "/domain-defaults/contacts", {"contacts": changed}).status_code == 204
    assert raw("GET", "/domain-defaults/contacts").json()["contacts"] == changed


def test_what_is_no_domain_name_is_said_to_be_none(raw: Raw) -> None:
    """Rather than not found."""
    text = "This is not a valid domain name: 'power-ranger$.nl'"
    for path in ("contacts", "dns", "nameservers", "whois", "actions", "ssl", "dnssec", "branding"):
        assert error(raw, "GET", f"/domains/power-ranger$.nl/{path}") == (406, text)


def test_every_change_of_a_domain_can_be_rehearsed(writer: Writer, world: World) -> None:
    """With `test=1` each is validated and none is done: what there is stays the same to the byte."""
    world.set_default_contacts(LOGIN, contacts())
    before = world.objects(LOGIN)
    api = writer.rehearsal()

    api.set_transfer_lock(NAME, locked=True)
    api.set_domain_tags(NAME, ["weg"])
    api.replace_contacts(NAME, api.contacts(NAME)[:1])
    api.replace_default_contacts(api.contacts(NAME)[:1])
    api.add_dns(NAME, DnsEntry("x", 300, "A", "192.0.2.9"))
    api.remove_dns(NAME, api.dns(NAME)[0])
    api.replace_dns(NAME, ())
    api.replace_dnssec(NAME, ())
    api.replace_nameservers(NAME, api.nameservers(NAME)[:1])
    api.replace_branding(NAME, api.branding(NAME))
    api.hand_over_domain(NAME, "andere")
    api.cancel_domain(NAME, EndTime.IMMEDIATELY)

    assert world.objects(LOGIN) == before
    assert world.changes() == []


def test_the_lock_goes_back_with_all_that_we_do_not_know(writer: Writer, world: World) -> None:
    """The client puts the whole domain back: only the lock changes."""
    before = world.objects(LOGIN)
    writer.set_transfer_lock(NAME, locked=True)

    (change,) = world.changes()
    assert change["changed"] == [f"{LOGIN}/domains/{NAME}#isTransferLocked"]
    writer.set_transfer_lock(NAME, locked=False)
    assert world.objects(LOGIN) == before
