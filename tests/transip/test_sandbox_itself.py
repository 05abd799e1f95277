"""The sandbox's own things: faults, the clock, the log, the file, the orders from outside, and running it by hand."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from overdracht_transip.client import EndTime, KeyLogin, PanelToken, Patience, Reader, Writer
from overdracht_transip.client.session import Session
from overdracht_transip.sandbox import Fault, Kind, Sandbox, World, contacts
from overdracht_transip.sandbox.core import empty_objects
from overdracht_transip.sandbox.routes import ROUTES
from overdracht_transip.sandbox.server import SandboxServer
from overdracht_transip.sandbox.transport import SandboxTransport
from tests.transip.conftest import LOGIN, KeyPair, Raw

NAME = "vanderberg.example"


@pytest.fixture(autouse=True)
def domain(world: World) -> None:
    """A domain."""
    world.add_domain(LOGIN, NAME)


def test_every_answer_but_a_tokens_says_how_many_requests_are_left(raw: Raw, world: World) -> None:
    """Errors too; the window stands still and begins anew when it ends."""
    world.set_clock(datetime(2026, 3, 1, 12, tzinfo=UTC), stands_still=True)
    world.set(rateLimit=3, rateWindow=60)
    answers = [raw("GET", f"/domains/{name}") for name in (NAME, "elders.example", NAME, NAME)]

    assert [one.status_code for one in answers] == [200, 404, 200, 429]
    assert [one.headers["X-Rate-Limit-Remaining"] for one in answers] == ["2", "1", "0", "0"]
    assert len({one.headers["X-Rate-Limit-Reset"] for one in answers}) == 1
    assert {one.headers["X-Rate-Limit-Limit"] for one in answers} == {"3"}
    assert answers[-1].json() == {"error": "Too many requests"}
    world.pass_by(seconds=60)
    assert raw("GET", f"/domains/{NAME}").headers["X-Rate-Limit-Remaining"] == "2"


def test_times_are_in_the_zone_that_was_asked_for(raw: Raw, world: World) -> None:
    """In Amsterdam where none was; a day is a day everywhere."""
    world.set_clock(datetime(2026, 7, 1, 12, tzinfo=UTC), stands_still=True)
    raw("DELETE", f"/domains/{NAME}", {"endTime": "immediately"})

    def cancelled(zone: str | None) -> str:
        headers = {} if zone is None else {"Time-Zone": zone}
        domain = raw("GET", f"/domains/{NAME}", **headers).json()["domain"]
        assert domain["renewalDate"] == "2027-01-01"
        return str(domain["cancellationDate"])

    assert cancelled(None) == cancelled("Europa/Nergens") == "2026-07-01 14:00:00"
    assert cancelled("UTC") == "2026-07-01 12:00:00"
    assert cancelled("America/New_York") == "2026-07-01 08:00:00"


def test_a_connection_can_be_cut_after_the_effect(raw: Raw, world: World) -> None:
    """The client gets nothing, and the domain is cancelled."""
    world.break_down(Fault(Kind.CUT_AFTER, method="DELETE"))

    with pytest.raises(httpx.RemoteProtocolError):
        raw("DELETE", f"/domains/{NAME}", {"endTime": "end"})
    assert raw("GET", f"/domains/{NAME}").json()["domain"]["cancellationStatus"] == "signed"


@pytest.mark.parametrize("kind", [Kind.CUT, Kind.SILENCE, Kind.STATUS])
def test_a_fault_before_the_effect_has_none(raw: Raw, world: World, kind: Kind) -> None:
    """Nothing is changed and nothing counted."""
    raw.log_in()
    world.break_down(Fault(kind, method="DELETE", seconds=0.01))
    with contextlib.suppress(httpx.TransportError):
        raw("DELETE", f"/domains/{NAME}", {"endTime": "end"})
    assert world.changes() == []


def test_a_fault_waits_for_its_turn(raw: Raw, world: World) -> None:
    """It skips some and happens so many times, to those it is meant for."""
    raw.log_in()
    world.break_down(Fault(Kind.STATUS, path="/v6/api-*", skip=1, times=2, status=503, text="x"))
    answers = [raw("GET", "/api-test").status_code for _ in range(4)]
    assert answers == [200, 503, 503, 200]
    world.break_down(Fault(Kind.STATUS, times=-1))
    assert [raw("GET", "/api-test").status_code for _ in range(3)] == [500] * 3
    world.mend()
    assert raw("GET", "/api-test").status_code == 200


def test_the_silence_ends_with_the_server(key: KeyPair) -> None:
    """Who waits for an answer is let go when the sandbox stops, and stopping does not wait for them."""
    with SandboxServer() as server:
        world = World(server.sandbox)
        world.add_account(LOGIN, key.public)
        world.break_down(Fault(Kind.SILENCE, path="/v6/auth"))
        failed: list[Exception] = []

        def ask() -> None:
            try:
                httpx.post(server.url + "/auth", timeout=20, trust_env=False)
            except httpx.TransportError as error:
                failed.append(error)

        thread = threading.Thread(target=ask)
        thread.start()
        asked = False
        while not asked:
            time.sleep(0.01)
            with server.sandbox.state() as state:
                asked = state["faults"][0]["times"] == 0
    thread.join(5)
    assert len(failed) == 1


def test_the_log_tells_a_rehearsal_from_the_deed(raw: Raw, world: World) -> None:
    """Requests are all noted; changes only where something is different afterwards, with what and by whom."""
    raw("DELETE", f"/domains/{NAME}?test=1", {"endTime": "end"})
    raw("PUT", f"/domains/{NAME}", {"domain": {"tags": []}})  # as it was
    raw("PUT", f"/domains/{NAME}", {"domain": {"tags": ["a"]}})

    deeds = [(one["method"], one["test"], one["status"]) for one in world.requests()][1:]
    assert deeds == [("DELETE", True, 204), ("PUT", False, 204), ("PUT", False, 204)]
    (change,) = world.changes()
    assert change["changed"] == [f"{LOGIN}/domains/{NAME}#tags"]
    assert change["by"] == f"PUT /v6/domains/{NAME}"


def test_an_account_for_tests_changes_nothing(raw: Raw, world: World, key: KeyPair) -> None:
    """As TransIP's demo account, which is always in test mode."""
    with world.sandbox.state() as state:
        state["accounts"][LOGIN]["onlyTests"] = True
    assert raw("DELETE", f"/domains/{NAME}", {"endTime": "end"}).status_code == 204
    assert world.changes() == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nergens", 404),
        ("GET", "/domains/x.example/nergens", 404),
        ("POST", "/vps/x/ip-addresses/y/z", 404),
        ("DELETE", "/domains", 405),
        ("PATCH", "/monitoring-contacts", 405),
    ],
)
def test_what_is_not_there_is_said_not_to_be(raw: Raw, method: str, path: str, status: int) -> None:
    """A path without anything, and a method that a path does not have."""
    assert raw(method, path).status_code == status


def test_bodies_that_are_none_are_refused(raw: Raw, world: World) -> None:
    """What is no JSON, or no object."""
    raw.log_in()
    headers = {"Authorization": f"Bearer {raw.token}"}
    for body in (b"{", b"[1]", b'"tekst"', b"\xff"):
        response = raw.http.request("PUT", f"domains/{NAME}", content=body, headers=headers)
        assert response.status_code == 422
    version = raw.http.get(str(raw.http.base_url).replace("v6", "v5") + "domains", headers=headers)
    assert version.status_code == 400
    assert world.changes() == []


KEYS = [
    "domain",
    "tags",
    "isTransferLocked",
    "isWhitelabel",
    "action",
    "targetCustomerName",
    "domainName",
    "endTime",
    "contacts",
    "type",
    "nameservers",
    "hostname",
    "ipv4",
    "ipv6",
    "dnsEntry",
    "dnsEntries",
    "name",
    "expire",
    "content",
    "dnsSecEntries",
    "branding",
    "companyName",
    "vps",
    "description",
    "isCustomerLocked",
    "vpsFirewall",
    "ruleSet",
    "ipAddress",
    "reverseDns",
    "blockStorage",
    "privateNetwork",
    "vpsName",
    "localPart",
    "forwardTo",
    "emailAddress",
    "entries",
    "contact",
    "email",
    "user",
    "domainNames",
    "login",
    "nonce",
    "label",
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.sampled_from(["handover", "end", "A", "andere", "0123456789"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=10,
)  # fmt: skip
WRITES = sorted((method, path) for method, path in ROUTES if method != "GET")


@pytest.fixture(scope="module")
def inside(key: KeyPair) -> Iterator[tuple[Raw, World]]:
    """A sandbox with one of everything, without a socket."""
    sandbox = Sandbox()
    world = World(sandbox)
    world.add_account(LOGIN, key.public)
    world.add_account("andere")
    world.set(disputedPaths="both", rateLimit=10**9)
    raw = Raw("http://sandbox.invalid/v6", key.private)
    raw.http.close()
    transport = SandboxTransport(sandbox)
    with httpx.Client(
        base_url="http://sandbox.invalid/v6", transport=transport, trust_env=False
    ) as http:
        raw.http = http
        yield raw, world


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(route=st.sampled_from([("POST", "/auth"), *WRITES]), body=VALUES)
def test_whatever_is_sent_is_done_or_refused(
    inside: tuple[Raw, World], route: tuple[str, str], body: object
) -> None:
    """No body makes the sandbox stumble, what is refused changes nothing, and after what is done everything can still be read."""
    raw, world = inside
    method, path = route
    with world.sandbox.state() as state:
        state["objects"] = {LOGIN: empty_objects(), "andere": empty_objects()}
    names = iter((NAME, "1") if path.startswith(("/domains", "/email")) else ("1", "1"))
    url = re.sub(r"\{\}", lambda _: next(names), path)
    world.add_domain(LOGIN, NAME)
    world.add_server(LOGIN, "1", snapshots=[{"name": "1"}], addresses=[{"address": "1"}])
    world.add_storage(LOGIN, "1")
    world.add_mail(LOGIN, NAME, (), [{"localPart": "x"}], [{"emailAddress": "x", "entries": []}])
    world.set_default_contacts(LOGIN, contacts())
    for kind in ("monitoringContacts", "openstackUsers", "sshKeys", "privateNetworks"):
        world.add(LOGIN, kind, "1", {"id": 1, "name": "1", "vpsNames": []})
    before = world.objects(LOGIN)

    if path == "/auth":
        assert raw.http.post("auth", json=body, headers={"Signature": "x"}).status_code < 500
        return
    answer = raw(method, url, body)

    assert answer.status_code in {201, 204, 403, 404, 405, 406, 409, 422}
    if answer.status_code >= 400:
        assert world.objects(LOGIN) == before
    read = Reader.__new__(Reader)
    read._session = Session(raw.http, PanelToken(raw.token))
    found = [*read.domains(), *read.servers()]
    assert found or answer.status_code == 204
    read.dns(NAME)
    read.dnssec(NAME)
    read.branding(NAME)
    read.mailboxes(NAME)
    read.mail_lists(NAME)
    read.storages()


def test_two_processes_share_one_file(key: KeyPair, tmp_path: Path) -> None:
    """Each sees at once what the other did, and nothing gets lost when both write."""
    path = tmp_path / "state.json"
    one, other = (World(Sandbox.of_file(path)) for _ in range(2))
    one.add_account(LOGIN, key.public)
    other.add_domain(LOGIN, NAME)
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from overdracht_transip.sandbox import Sandbox, World\n"
        "world = World(Sandbox.of_file(Path(sys.argv[1])))\n"
        "for number in range(20):\n"
        "    world.add_domain('voorbeeld', f'{sys.argv[2]}{number}.example')\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(path), name]) for name in ("a", "b")
    ]
    assert [process.wait(30) for process in running] == [0, 0]
    assert len(one.objects(LOGIN)["domains"]) == 41


def test_a_crash_leaves_the_old_file_or_the_new_one(key: KeyPair, tmp_path: Path) -> None:
    """Killed while it writes, the state can still be read."""
    path = tmp_path / "state.json"
    World(Sandbox.of_file(path)).add_account(LOGIN, key.public)
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from overdracht_transip.sandbox import Sandbox, World\n"
        "world = World(Sandbox.of_file(Path(sys.argv[1])))\n"
        "number = 0\n"
        "while True:\n"
        "    world.add_domain('voorbeeld', f'a{number}.example')\n"
        "    number += 1\n"
    )
    for delay in (0.0, 0.011, 0.023):
        World(Sandbox.of_file(path)).add_account(LOGIN, key.public)  # empty again
        process = subprocess.Popen([sys.executable, "-c", code, str(path)])
        while not World(Sandbox.of_file(path)).objects(LOGIN)["domains"]:
            time.sleep(0.02)
        time.sleep(delay)
        process.kill()
        process.wait()
        domains = World(Sandbox.of_file(path)).objects(LOGIN)["domains"]
        assert set(domains) == {f"a{number}.example" for number in range(len(domains))}


def test_it_is_the_same_with_and_without_a_socket(server: SandboxServer, key: KeyPair) -> None:
    """Word for word, but for what differs every time."""
    raw = Raw(server.url, key.private)
    inside = Raw("http://sandbox.invalid/v6", key.private)
    inside.http.close()
    inside.http = httpx.Client(
        base_url="http://sandbox.invalid/v6",
        transport=SandboxTransport(server.sandbox),
        trust_env=False,
    )
    with raw.http, inside.http:
        for method, path in (
            ("GET", f"/domains/{NAME}?include=contacts"),
            ("GET", "/domains/x.example"),
            ("DELETE", f"/domains/{NAME}?test=1"),
            ("PUT", f"/domains/{NAME}"),
        ):
            first, second = raw(method, path), inside(method, path)
            assert first.status_code == second.status_code
            assert links_aside(first) == links_aside(second)
            assert {*first.headers} - {"content-length"} == {*second.headers} - {"content-length"}


def links_aside(response: httpx.Response) -> object:
    """Return the body without its links, which name the host."""
    body = response.json()
    body.pop("_links", None)
    return body


def test_orders_from_outside(server: SandboxServer, raw: Raw) -> None:
    """The clock, the settings, faults, actions, tokens and hand-overs; and what is wrong with an order is said."""
    base = server.url.removesuffix("/v6")
    world = World(server.sandbox)
    world.add_account("andere")

    def order(what: str, **body: object) -> int:
        return raw.http.post(f"{base}/sandbox/{what}", json=body).status_code

    assert order("clock", now="2026-03-01 12:00:00", still=True) == 200
    raw("PATCH", f"/domains/{NAME}", {"action": "handover", "targetCustomerName": "andere"})
    assert order("clock", days=2) == 200
    with server.sandbox.state() as state:
        assert datetime.fromtimestamp(state["clock"]["fixed"], UTC).day == 3
    raw.log_in()
    assert order("settings", disputedPaths="php") == 200
    assert raw("GET", f"/domains/{NAME}/authCode").status_code == 200
    assert order("busy", key=f"domains/{NAME}", times=1) == 200
    assert raw("PUT", f"/domains/{NAME}", {"domain": {}}).status_code == 409
    assert order("faults", kind="status", path="/v6/api-test") == 200
    assert raw("GET", "/api-test").status_code == 500
    assert order("accept", name=NAME) == 200
    assert order("revoke") == 200
    assert raw("GET", "/api-test").status_code == 401
    assert order("accept", name="x") == order("faults", kind="brand") == 406
    assert order("settings", onzin=1) == order("clock") == order("clock", now="morgen") == 406
    assert order("nergens") == 404
    for shown in ("changes", "requests", "objects", "settings", "faults"):
        assert shown in raw.http.get(f"{base}/sandbox/{shown}").json()


def test_it_runs_by_hand(tmp_path: Path) -> None:
    """`python -m overdracht_transip.sandbox` makes a key, says where it is, serves, ends when told to, and goes on from its file."""
    command = [sys.executable, "-m", "overdracht_transip.sandbox"]
    command += ["--state", str(tmp_path / "s.json"), "--key", str(tmp_path / "key.pem")]
    patience = Patience(sleep=lambda _: None)
    cancelled = []
    for _ in range(2):
        with subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, env={**os.environ}
        ) as process:
            assert process.stderr is not None
            url = ""
            while not url:
                line = process.stderr.readline()
                assert line
                match = re.search(r"http://\S+", line)
                url = match[0] if match else ""
            login = KeyLogin(LOGIN, (tmp_path / "key.pem").read_text())
            with Writer(login, url, patience=patience) as client:
                domain = client.domain(NAME)
                cancelled.append(domain.is_cancelled)
                if not domain.is_cancelled:
                    client.cancel_domain(NAME, EndTime.END)
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
    assert cancelled == [False, True]
    assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600


def test_five_hundred_domains_come_at_once(reader: Reader, world: World) -> None:
    """With contacts and name servers, in one request."""
    for number in range(500):
        world.add_domain(LOGIN, f"klant{number}.example")

    domains = list(reader.domains())

    assert len(domains) == 501
    assert all(one.contacts and one.nameservers for one in domains)
    assert len(world.requests()) == 2  # the token and the list


def test_the_connector_starts_without_the_sandbox_or_httpx() -> None:
    """Every command imports the plugin, and few speak to TransIP."""
    code = "import overdracht_transip, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ}
    )
    loaded = set(done.stdout.split())
    assert not loaded & {"httpx", "cryptography", "overdracht_transip.sandbox", "http.server"}
