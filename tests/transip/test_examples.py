"""Answers that others recorded or published are read, and the sandbox answers as they do.

They lie beside the repository and are not part of it; without them these tests are skipped.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from overdracht_transip.client import PanelToken, Patience, Reader
from overdracht_transip.client import account_records as account
from overdracht_transip.client import domain_records as domain
from overdracht_transip.client import server_records as servers
from overdracht_transip.client.errors import Conflict, Refused, refusal
from overdracht_transip.client.reading import read, read_all
from overdracht_transip.sandbox import World, contacts, record
from overdracht_transip.sandbox.core import empty_objects
from tests.transip.conftest import LOGIN, Raw

EXAMPLES = Path(__file__).parents[3] / "shared" / "transip" / "examples"

pytestmark = pytest.mark.skipif(
    not EXAMPLES.is_dir(), reason=f"the recorded answers are not at {EXAMPLES}"
)

RECORDS: dict[str, type[object]] = {
    "domains": domain.Domain,
    "domain": domain.Domain,
    "nameservers": domain.Nameserver,
    "dnsEntries": domain.DnsEntry,
    "dnsSecEntries": domain.DnssecKey,
    "branding": domain.Branding,
    "certificates": domain.Certificate,
    "certificate": domain.Certificate,
    "certificateDetails": domain.CertificateDetails,
    "availability": domain.Availability,
    "tld": domain.Tld,
    "tlds": domain.Tld,
    "vps": servers.Vps,
    "vpss": servers.Vps,
    "snapshots": servers.Snapshot,
    "snapshot": servers.Snapshot,
    "vpsFirewall": servers.Firewall,
    "addons": servers.Addons,
    "tcpMonitors": servers.TcpMonitor,
    "blockStorages": servers.Storage,
    "blockStorage": servers.Storage,
    "privateNetworks": servers.PrivateNetwork,
    "privateNetwork": servers.PrivateNetwork,
    "haips": servers.HaIp,
    "haip": servers.HaIp,
    "packages": account.MailPackage,
    "mailboxes": account.Mailbox,
    "mailbox": account.Mailbox,
    "Mailbox": account.Mailbox,
    "forwards": account.Forward,
    "forward": account.Forward,
    "lists": account.MailList,
    "list": account.MailList,
    "mailLists": account.MailList,
    "mailList": account.MailList,
    "projects": account.OpenStackProject,
    "project": account.OpenStackProject,
    "users": account.OpenStackUser,
    "user": account.OpenStackUser,
    "sshKeys": account.SshKey,
    "sshKey": account.SshKey,
    "invoices": account.Invoice,
    "invoice": account.Invoice,
    "invoiceItems": account.InvoiceItem,
}
"""By the key that an answer has it under. The same key may mean something else under another path; see SPECIAL."""

NOT_READ = {
    "ping", "token", "error", "key", "pdf", "whois", "authCode", "actions", "availabilityZones",
    "bigStorages", "bigStorage", "cluster", "clusters", "colocation", "colocations", "event",
    "events", "filehostingDisks", "kubeConfig", "labels", "licenses", "loadBalancer",
    "loadBalancers", "mailServiceInformation", "node", "nodePool", "nodePools", "nodes",
    "operatingSystems", "portConfiguration", "portConfigurations", "productElements", "products",
    "release", "releases", "rescueImages", "setting", "settings", "statusReport", "statusReports",
    "taints", "tenants", "trafficInformation", "trafficPool", "upgrades", "usage", "vncData",
    "volume", "volumes", "certificateData", "backups", "snapshot", "snapshots", "_links",
}  # fmt: skip
"""What the plugin does not read: other products, secrets, and what is no record."""


SPECIAL: tuple[tuple[str, str, type[object] | None], ...] = (
    ("", "kubernetes", None),
    ("", "colocation", None),
    ("domain", "openstack", None),
    ("contact", "monitoring", account.MonitoringContact),
    ("contacts", "monitoring", account.MonitoringContact),
    ("contact", "", domain.Contact),
    ("contacts", "", domain.Contact),
    ("ipAddress", "/vps/", servers.IpAddress),
    ("ipAddresses", "/vps/", servers.IpAddress),
    ("action", "/domains/", domain.Action),
    ("backups", "big-storages", None),
    ("backups", "", servers.Backup),
    ("addons", "mail", account.MailAddon),
    ("certificates", "haips", None),
)
"""What a key means where a path has this in it; the first that fits."""


def kind_of(key: str, path: str) -> type[object] | None:
    """Return what *key* holds in an answer of *path*."""
    for special, part, kind in SPECIAL:
        if special in {key, ""} and part in path:
            return kind
    return RECORDS.get(key)


def answers() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield where it stands, the path and the body of every answer there is."""
    for file in sorted((EXAMPLES / "gotransip").glob("*.json")):
        for one in json.loads(file.read_text()):
            body = one.get("response", one.get("value"))
            if isinstance(body, dict) and one.get("method", "GET") == "GET":
                path = one.get("url", file.stem)
                yield (
                    one["source"],
                    file.stem.replace("_", "-") if path == "expectedURL" else path,
                    body,
                )
    responses = json.loads((EXAMPLES / "openapi-v6.53" / "responses.json").read_text())
    for path, body in responses["responses"].items():
        if path.startswith("GET"):
            yield f"openapi {path}", path.replace("{vpsIdentifier}", "x"), body
    for file in sorted((EXAMPLES / "recorded").glob("*.json")):
        for one in json.loads(file.read_text()):
            if isinstance(one["response_body"], dict):
                yield f"{file.stem} {one['uri']}", one["uri"], one["response_body"]


def test_every_answer_is_read() -> None:
    """All of the official client's tests, of the API's description and of recorded traffic, as far as the plugin reads them at all."""
    count = 0
    for source, path, body in answers():
        for key, value in body.items():
            kind = kind_of(key, path)
            if kind is None:
                assert key in NOT_READ | {"ipAddresses", "ipAddress", "action", "certificates"} or (
                    "kubernetes" in path or "colocation" in path
                ), (source, key)
                continue
            count += 1
            if isinstance(value, list):
                read_all(kind, value, key)
            else:
                read(kind, value, key)
    assert count > 80


def test_every_documented_error_has_a_kind() -> None:
    """A 409 whose words are not known is not acted on; of those that are documented one is so, which the plugin never asks for."""
    errors = json.loads((EXAMPLES / "openapi-v6.53" / "errors.json").read_text())["errors"]
    assert len(errors) > 100
    kinds = {
        (one["status"], one["body"]["error"]): type(
            refusal("x", one["status"], one["body"]["error"])
        )
        for one in errors
    }
    assert Refused not in kinds.values()
    unknown = {text for (_, text), kind in kinds.items() if kind is Conflict}
    assert unknown == {"This project is locked, no modification is allowed"}


def test_the_sandbox_says_what_is_documented(raw: Raw, world: World) -> None:
    """Every text that it gives for what the plugin does stands among the documented ones, word for word."""
    errors = json.loads((EXAMPLES / "openapi-v6.53" / "errors.json").read_text())["errors"]
    documented = {(one["status"], one["body"]["error"]) for one in errors}
    name = "example.com"
    path = f"/domains/{name}"
    world.add_account("example2")
    with world.sandbox.state() as state:
        state["settings"]["cannotReceive"] = ["example2"]
    world.add_domain(LOGIN, name, products=True)
    world.add_server(LOGIN, "example-vps", isCustomerLocked=True)
    end = {"endTime": "end"}

    said = [raw("DELETE", path, end), raw("DELETE", path, {"endTime": "now"})]
    said.append(raw("PATCH", path, {"action": "handover", "targetCustomerName": "example2"}))
    said.append(raw("PUT", path, {"domain": {"isWhitelabel": True}}))
    said.append(raw("POST", path + "/auth-code"))
    world.keep_busy(f"domains/{name}")
    said.append(raw("PUT", path, {"domain": {}}))
    world.keep_busy(f"dns/{name}")
    said.append(raw("GET", path + "/dns"))
    dns = {"name": "test", "expire": 300, "type": "A", "content": "192.0.2.1"}
    world.add_domain(LOGIN, name, dns=[dns, dns], isTransferLocked=True, dnssecIsTransips=True)
    said.append(raw("PATCH", path + "/dns", {"dnsEntry": dns}))
    said.append(raw("POST", path + "/dns", {"dnsEntry": {**dns, "type": "B"}}))
    people = raw("GET", path + "/contacts").json()
    said.append(raw("PUT", path + "/contacts", people))
    said.append(raw("PUT", path + "/dnssec", {"dnsSecEntries": []}))
    raw("DELETE", path, end)
    said.append(raw("DELETE", path, end))
    said.append(raw("DELETE", "/vps/example-vps", end))
    long = {"vps": {"description": "x" * 33}}
    said.append(raw("PUT", "/vps/example-vps", long))
    world.add_server(LOGIN, "example-vps", isBlocked=True)
    said.append(raw("DELETE", "/vps/example-vps", end))
    said.append(raw("GET", "/domain-defaults/contacts"))
    world.add_mail(LOGIN, name)
    world.set(emptyMailIsNotFound=True)
    said += [
        raw("GET", f"/email/{name}/{kind}") for kind in ("mailboxes", "mail-forwards", "mail-lists")
    ]
    said += [raw("DELETE", f"/email/{name}/mailboxes/x"), raw("DELETE", "/monitoring-contacts/123")]

    texts = {(one.status_code, one.json()["error"]) for one in said}
    assert texts <= documented | {(405, "Tld '.com' does not allow this action")}
    assert len(texts) == len(said)


def test_the_sandbox_takes_what_the_official_client_sends(raw: Raw, world: World) -> None:
    """Each request of its tests that the sandbox knows at all has the status that its authors expect."""
    calls = 0
    for file in sorted((EXAMPLES / "gotransip").glob("*.json")):
        for one in json.loads(file.read_text()):
            url, status = str(one.get("url", "")), one.get("status") or 500
            if status >= 400 or not url.startswith("/"):
                continue
            fill(world, with_forward=one["method"] != "POST")
            if (one["method"], url) == ("POST", "/domains"):
                move_away(world, exists="authCode" in one["request"])
            answer = raw(one["method"], url.replace("%s", "example.com"), one.get("request"))
            if answer.status_code in {404, 405} and answer.json()["error"] in UNKNOWN:
                continue  # another product
            assert answer.status_code == status, one
            calls += 1
    assert calls > 100


UNKNOWN = {"Not found", "Method not allowed"}


def fill(world: World, *, with_forward: bool) -> None:
    """Put into the account what the official client's tests ask for."""
    with world.sandbox.state() as state:
        state["objects"][LOGIN] = empty_objects()
    for other in ("bobexample", "example2"):
        world.add_account(other)
    name = "example.com"
    dns = [record("www", "A", "127.0.0.1", 1337)]
    world.add_domain(LOGIN, name, dns=dns, ssl=[{"certificateId": 12358}])
    snapshots = [{"name": "1337"}, {"name": "1572607577"}]
    addresses = [{"address": "37.97.254.6"}, {"address": "2a01::1"}]
    world.add_server(LOGIN, "example-vps", snapshots=snapshots, addresses=addresses)
    world.add_storage(LOGIN, "example-blockstorage")
    forwards = [{"localPart": "test", "forwardTo": "a@b.example"}] if with_forward else []
    mail_list = {"emailAddress": f"lijst@{name}", "entries": []}
    world.add_mail(LOGIN, name, [{"localPart": "test"}], forwards, [mail_list])
    world.set_default_contacts(LOGIN, contacts())
    for collection, number in (
        ("monitoringContacts", "1"),
        ("sshKeys", "123"),
        ("openstackUsers", "6322872d9c7e445dbbb49c1f9ca28adc"),
        ("openstackProjects", "7a7a3bcb46c6450f95c53edb8dcebc7b"),
        ("haips", "example-haip"),
        ("privateNetworks", "example-privatenetwork"),
        ("actions", "6c7fa1c1-f509-4999-a513-bdf4e7a0cebb"),
        ("invoices", "F0000.1911.0000.0004"),
        ("certificates", "1"),
    ):
        world.add(LOGIN, collection, number, {"id": number, "_details": {}, "_items": []})


def move_away(world: World, *, exists: bool) -> None:
    """Let the domain be somebody else's, or nobody's."""
    with world.sandbox.state() as state:
        domain = state["objects"][LOGIN]["domains"].pop("example.com")
        if exists:
            state["objects"]["example2"]["domains"]["example.com"] = domain


def test_the_sandbox_answers_what_was_recorded_in_the_same_shape(raw: Raw, world: World) -> None:
    """The same requests in the same order: equal status, equal names of headers, equal keys, as far as the real one still has them."""
    recorded = sorted((EXAMPLES / "recorded").glob("*update_record*.json"))
    assert recorded
    name = "example.nl"
    world.add_domain(LOGIN, name)
    calls = 0
    for one in json.loads(recorded[0].read_text()):
        path = one["uri"].removeprefix("https://api.transip.nl/v6")
        if path == "/auth":
            answer = raw.ask_token(**{k: v for k, v in one["request_body"].items() if k != "nonce"})
        else:
            answer = raw(one["method"], path, one["request_body"])
        assert answer.status_code == one["status"]["code"]
        assert_same_shape(one, answer)
        calls += 1
    assert calls > 5


def assert_same_shape(one: dict[str, Any], answer: httpx.Response) -> None:
    """Compare an *answer* with the recorded *one*."""
    headers = {header.lower() for header in one["response_headers"]} - {"transfer-encoding"}
    assert headers == set(answer.headers) - {"content-length"}
    body = one["response_body"]
    if not isinstance(body, dict):
        assert (answer.json() if answer.content else None) == body
        return
    ours = answer.json()
    assert set(body) == set(ours)
    for key, value in body.items():
        if key == "_links":
            assert [set(link) for link in ours[key]] == [set(link) for link in value]
            assert [link["rel"] for link in ours[key]] == [link["rel"] for link in value]
        elif isinstance(value, dict):
            assert set(value) <= set(ours[key])
        elif isinstance(value, list):
            assert {tuple(entry) for entry in value} == {tuple(entry) for entry in ours[key]}


def test_the_client_reads_what_was_recorded() -> None:
    """Through the client, as it came over the wire."""
    (recorded,) = (EXAMPLES / "recorded").glob("*update_record*.json")
    by_path = {
        (one["method"], one["uri"].removeprefix("https://api.transip.nl")): one
        for one in json.loads(recorded.read_text())
    }

    def answer(request: httpx.Request) -> httpx.Response:
        one = by_path[request.method, request.url.path]
        headers = {name: values[0] for name, values in one["response_headers"].items()}
        headers.pop("Transfer-Encoding", None)
        return httpx.Response(one["status"]["code"], headers=headers, json=one["response_body"])

    with Reader(PanelToken("x"), patience=Patience(sleep=lambda _: None)) as reader:
        reader._session._http._transport.close()
        reader._session._http._transport = httpx.MockTransport(answer)
        reader._session._http._mounts = {}
        found = reader.domain("example.nl")
        entries = reader.dns("example.nl")

    assert found.has_auth_code
    assert found.cancellation_date is None
    assert found.raw["supportsLocking"] is False
    assert len(entries) > 20
