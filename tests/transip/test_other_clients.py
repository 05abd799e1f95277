"""Other people's clients work against the sandbox, unchanged: they believe that they speak to TransIP.

- `python-transip` in Python, whose address alone is replaced, for it has no setting for it and heeds neither proxy nor certificates.
- The TransIP provider of `dns-lexicon`, over TLS through a proxy.
- `gotransip`, TransIP's own client in Go, as it is compiled into lego and shipped in `certbot-dns-multi`, over TLS through a proxy.

TransIP's PHP client cannot be had here (it is on Packagist only). What is its own is sent by hand: its two paths, in `test_sandbox_domains`, and its bodies,
in which an empty object is a list.
"""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from overdracht_transip.client import NotFound, Reader
from overdracht_transip.sandbox import World, record
from overdracht_transip.sandbox.server import SandboxServer
from tests.transip.authority import Authority
from tests.transip.conftest import LOGIN, KeyPair, Raw
from tests.transip.impersonation import Impersonation

NAME = "vanderberg.example"


@pytest.fixture(autouse=True)
def domain(world: World) -> None:
    """A domain and a server."""
    world.add_domain(LOGIN, NAME, tags=["K10023"], dns=[record("www", "A", "192.0.2.10", 300)])
    world.add_server(LOGIN, "voorbeeld-vps")


@pytest.fixture
def key_file(key: KeyPair, tmp_path: Path) -> Path:
    """The account's key in a file."""
    path = tmp_path / "key.pem"
    path.write_text(key.private)
    return path


@pytest.fixture
def impersonation(server: SandboxServer, tmp_path: Path) -> Iterator[Impersonation]:
    """A way from `https://api.transip.nl` to the sandbox."""
    with Impersonation(server.port, tmp_path) as running:
        yield running


class TestPythonTransip:
    """The Python client."""

    @pytest.fixture
    def client(
        self, server: SandboxServer, key: KeyPair, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[Any]:
        """It, logged in."""
        transip = pytest.importorskip("transip", reason="pip install python-transip")
        if not hasattr(transip, "TransIP"):
            pytest.skip("an older package of the same name is installed")
        monkeypatch.setattr(transip.TransIP, "_build_url", lambda _, path: server.url + path)
        made = transip.TransIP(login=LOGIN, private_key=key.private)
        yield made
        made.session.close()

    def test_it_reads(self, client: Any, world: World) -> None:
        """Domains with their contacts, DNS and name servers, servers, keys and the rest of what it knows."""
        assert client.api_test.test() is True
        (domain,) = client.domains.list()
        assert domain.name == NAME
        assert client.domains.get(NAME).attrs["tags"] == ["K10023"]
        assert [one.type for one in domain.contacts.list()] == [
            "registrant",
            "administrative",
            "technical",
        ]
        assert [one.content for one in domain.dns.list()] == ["192.0.2.10"]
        assert len(domain.nameservers.list()) == 3
        assert [one.name for one in client.vpss.list()] == ["voorbeeld-vps"]
        assert client.ssh_keys.list() == client.invoices.list() == []
        assert [one.name for one in client.availability_zones.list()] == ["ams0"]
        assert client.products.list()
        assert {one["status"] for one in world.requests()} == {200, 201}

    def test_it_changes_dns(self, client: Any, reader: Reader) -> None:
        """Adds, changes, replaces and removes entries, as our client sees."""
        domain = client.domains.get(NAME)
        domain.dns.create({"name": "x", "expire": 300, "type": "TXT", "content": "een"})
        (entry,) = [one for one in domain.dns.list() if one.name == "x"]
        entry.content = "twee"
        entry.update()
        assert [one.content for one in reader.dns(NAME) if one.name == "x"] == ["twee"]
        kept = [one for one in domain.dns.list() if one.name == "x"]
        domain.dns.replace(kept)
        assert [one.name for one in reader.dns(NAME)] == ["x"]
        domain.dns.list()[0].delete()
        assert reader.dns(NAME) == ()

    def test_its_cancellation_without_a_time_is_refused(self, client: Any, world: World) -> None:
        """It sends no body, and nothing is documented of a domain that is cancelled without a time."""
        from transip.exceptions import TransIPHTTPError

        with pytest.raises(TransIPHTTPError, match="not a valid cancellation time"):
            client.domains.delete(NAME)
        assert world.changes() == []

    def test_its_errors_are_ours(self, client: Any) -> None:
        """It reads the same words."""
        from transip.exceptions import TransIPHTTPError

        with pytest.raises(TransIPHTTPError, match=r"Domain with name 'x\.example' not found"):
            client.domains.get("x.example")

    def test_its_cancellation_of_a_server_is_at_the_end(self, client: Any, world: World) -> None:
        """Also without a body, which is documented there."""
        client.vpss.delete("voorbeeld-vps")
        (change,) = world.changes()
        assert change["changed"] == [f"{LOGIN}/vps/voorbeeld-vps#cancelledFor"]


def need_package(module: str, package: str) -> None:
    """Skip the test where *package* is not installed, without importing its *module*, which belongs into a process of its own."""
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"pip install {package}")


def test_what_the_php_client_sends_is_taken(raw: Raw, world: World) -> None:
    """PHP writes an empty array as `[]`, escapes slashes, and encodes the commas of a query; it takes no answer to a login but 201."""
    name = "bakkerij.be.example"
    world.add_domain(LOGIN, name, tags=["a/b"])
    assert raw.ask_token(expiration_time="1 day", label="api.lib-1764000000").status_code == 201
    raw.log_in(global_key=True)

    def send(method: str, path: str, body: bytes) -> httpx.Response:
        headers = {"Authorization": f"Bearer {raw.token}", "Content-Type": "application/json"}
        return raw.http.request(method, path, content=body, headers=headers)

    answer = raw("GET", f"/domains/{name}?include=nameservers%2Ccontacts")
    assert {"nameservers", "contacts"} < answer.json()["domain"].keys()
    assert send("POST", f"domains/{name}/auth-code", b"[]").status_code == 201
    body = json.dumps({"domain": {**answer.json()["domain"], "tags": ["c/d"]}})
    assert send("PUT", f"domains/{name}", body.replace("/", "\\/").encode()).status_code == 204
    assert world.objects(LOGIN)["domains"][name]["tags"] == ["c/d"]
    assert send("DELETE", f"domains/{name}", b"[]").status_code == 406
    assert send("DELETE", "vps/voorbeeld-vps", b"[]").status_code == 204
    sent = b'{"domainName": "nieuw.example", "contacts": [], "nameservers": [], "dnsEntries": []}'
    assert send("POST", "domains", sent).status_code == 201
    assert len(world.objects(LOGIN)["domains"]["nieuw.example"]["_contacts"]) == 3


LEXICON = """
import sys
from lexicon.client import Client
from lexicon.config import ConfigResolver
options = {"provider_name": "transip", "action": "list", "domain": sys.argv[2], "type": "TXT"}
options["transip"] = {"auth_username": "voorbeeld", "auth_api_key": sys.argv[1]}
with Client(ConfigResolver().with_dict(options)) as client:
    client.create_record("TXT", "proef", "een")
    (made,) = client.list_records("TXT", "proef")
    client.update_record(made["id"], "TXT", "proef", "twee")
    print([one["content"] for one in client.list_records("TXT", "proef")])
    client.delete_record(None, "TXT", "proef", None)
    print(client.list_records("TXT", "proef"))
"""


def test_dns_lexicon_works_over_tls(
    impersonation: Impersonation, key_file: Path, world: World
) -> None:
    """Its TransIP provider, the one whose traffic with the real API was recorded: it adds, changes and removes a record."""
    need_package("lexicon", "dns-lexicon")
    name = "kleikunst.nl"  # it looks the suffix up, and has never heard of .example
    world.add_domain(LOGIN, name, dns=[])

    done = run([sys.executable, "-c", LEXICON, str(key_file), name], impersonation)

    assert done.stdout.splitlines() == ["['twee']", "[]"], done.stderr
    assert len(world.changes()) == 4


def test_transips_own_go_client_works_over_tls(
    impersonation: Impersonation, key_file: Path, world: World, reader: Reader
) -> None:
    """It logs in, adds an entry, reads the zone, and removes what it added: unchanged, down to the certificate of the server."""
    need_package("lego_bridge", "certbot-dns-multi")
    script = Path(__file__).with_name("lego.py")
    with Authority(NAME) as authority:
        command = [sys.executable, str(script), str(key_file), authority.address, NAME]
        added = run([*command, "perform"], impersonation)
        entries = [one for one in reader.dns(NAME) if one.type == "TXT"]
        both = run([*command, "perform", "cleanup"], impersonation)

    assert [json.loads(line) for line in added.stdout.splitlines()] == [{"success": True}] * 2
    assert [one.name for one in entries] == ["_acme-challenge"]
    assert [json.loads(line) for line in both.stdout.splitlines()] == [{"success": True}] * 3
    by = [one["by"].split()[0] for one in world.changes()]
    assert by == ["POST", "POST", "DELETE"]
    assert {one["status"] for one in world.requests()} == {200, 201, 204}


def test_transips_own_go_client_is_refused_like_anybody(
    impersonation: Impersonation, key_file: Path, world: World
) -> None:
    """For a domain that is not there it passes our sandbox's words on."""
    need_package("lego_bridge", "certbot-dns-multi")
    script = Path(__file__).with_name("lego.py")
    with Authority("elders.example") as authority:
        command = [sys.executable, str(script), str(key_file), authority.address]
        done = run([*command, "elders.example", "perform"], impersonation)

    _, refused = [json.loads(line) for line in done.stdout.splitlines()]
    assert "Domain with name 'elders.example' not found" in refused["error"]
    assert world.changes() == []


def run(command: list[str], impersonation: Impersonation) -> subprocess.CompletedProcess[str]:
    """Run *command*, for which TransIP is where the sandbox is."""
    environment = {**os.environ, **impersonation.environment}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_our_client_works_over_tls_too(
    impersonation: Impersonation, key_file: Path, world: World
) -> None:
    """At the real address, with the certificate verified: with another one nothing is sent."""
    script = (
        "import sys\n"
        "from overdracht_transip.client import KeyLogin, Patience, Reader, TransipError\n"
        "login = KeyLogin('voorbeeld', open(sys.argv[1]).read())\n"
        "try:\n"
        "    with Reader(login, patience=Patience(tries=1)) as client:\n"
        "        print([one.name for one in client.domains()])\n"
        "except TransipError as error:\n"
        "    print(type(error).__name__)\n"
    )
    command = [sys.executable, "-c", script, str(key_file)]

    assert run(command, impersonation).stdout.strip() == f"['{NAME}']"
    asked = len(world.requests())
    environment = {**os.environ, **impersonation.environment}
    del environment["SSL_CERT_FILE"], environment["REQUESTS_CA_BUNDLE"]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "Unreachable"
    assert len(world.requests()) == asked


def test_the_reader_of_the_official_client_finds_nothing_where_the_key_differs(
    reader: Reader,
) -> None:
    """What gotransip answers with an empty list, ours refuses: a domain without mail is not a domain with none."""
    with pytest.raises(NotFound):
        reader.mail_lists(NAME)
