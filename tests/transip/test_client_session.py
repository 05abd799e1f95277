"""What the client does when things go wrong: it goes on where that can do no harm, and nowhere else."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from overdracht_transip.client import (
    BadAnswer,
    Busy,
    Contact,
    DnsEntry,
    EndTime,
    KeyLogin,
    KeyUnusable,
    MissingKey,
    NotFound,
    PanelToken,
    Patience,
    RateLimited,
    Reader,
    ServerFault,
    TimedOut,
    TransferLocked,
    TransipError,
    Unanswered,
    Unreachable,
    Writer,
)
from overdracht_transip.client.ratelimit import Allowance
from overdracht_transip.client.session import _NOTHING_SENT, Session, _next_page
from overdracht_transip.sandbox import Fault, Kind, World, contacts
from overdracht_transip.sandbox.core import Sandbox
from overdracht_transip.sandbox.server import SandboxServer
from tests.transip.conftest import LOGIN, KeyPair

NAME = "vanderberg.example"
PATH = f"/v6/domains/{NAME}"
ENTRY = DnsEntry("proef", 300, "TXT", "tekst")

CHANGES: list[tuple[str, str, Callable[[Writer], None]]] = [
    ("DELETE", PATH, lambda api: api.cancel_domain(NAME, EndTime.END)),
    ("PUT", PATH + "/contacts", lambda api: api.replace_contacts(NAME, api.contacts(NAME))),
    ("POST", PATH + "/dns", lambda api: api.add_dns(NAME, ENTRY)),
    ("PATCH", PATH, lambda api: api.hand_over_domain(NAME, "andere")),
]
"""A change by every method there is."""

each_change = pytest.mark.parametrize(
    ("method", "path", "change"), CHANGES, ids=[method for method, _, _ in CHANGES]
)


@pytest.fixture(autouse=True)
def domain(world: World) -> None:
    """A domain, and somebody to hand it over to."""
    world.add_account("andere")
    world.add_domain(LOGIN, NAME)


def sent(world: World, method: str, path: str) -> int:
    """Return how often a request reached the sandbox's handlers."""
    return sum(one["method"] == method and one["path"] == path for one in world.requests())


@pytest.mark.parametrize(
    "kind", [Kind.STATUS, Kind.CUT, Kind.CUT_AFTER, Kind.CUT_WITHIN, Kind.STATUS_AFTER]
)
def test_reading_goes_on_after_a_fault_that_passes(
    reader: Reader, world: World, naps: list[float], kind: Kind
) -> None:
    """An answer that was lost or a server that stumbled: it waits longer each time and asks again."""
    world.break_down(Fault(kind, path=PATH, times=3))

    assert reader.domain(NAME).name == NAME
    assert len(naps) == 3
    assert all(0.5 <= nap / full <= 1 for nap, full in zip(naps, (1, 2, 4), strict=True))


def test_reading_gives_up_in_the_end(reader: Reader, world: World, naps: list[float]) -> None:
    """With the last error, which says what was asked and not for whom."""
    world.break_down(Fault(Kind.STATUS, path=PATH, times=-1))

    with pytest.raises(ServerFault, match=r"^GET /domains/…: 500 Internal error") as caught:
        reader.domain(NAME)
    assert NAME not in str(caught.value)
    assert len(naps) == Patience().tries - 1


@each_change
@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (Kind.CUT_AFTER, Unanswered),
        (Kind.CUT, Unanswered),
        (Kind.STATUS_AFTER, ServerFault),
        (Kind.STATUS, ServerFault),
    ],
)
def test_a_change_in_doubt_is_never_repeated(  # noqa: PLR0917  # one for each thing that varies
    writer: Writer,
    world: World,
    method: str,
    path: str,
    change: Callable[[Writer], None],
    kind: Kind,
    error: type[TransipError],
    naps: list[float],
) -> None:
    """Whether it took effect or not, for the client cannot know: it is sent once, and the error says that it is in doubt."""
    world.break_down(Fault(kind, method=method, path=path, times=-1))

    with pytest.raises(error) as caught:
        change(writer)

    assert caught.value.in_doubt
    assert naps == []
    assert sent(world, method, path) == (1 if kind in {Kind.CUT_AFTER, Kind.STATUS_AFTER} else 0)


def test_a_cancellation_whose_answer_was_lost_can_be_seen(writer: Writer, world: World) -> None:
    """Reading the domain back shows it, and there was one."""
    world.break_down(Fault(Kind.CUT_AFTER, method="DELETE"))

    with pytest.raises(Unanswered):
        writer.cancel_domain(NAME, EndTime.END)

    assert writer.domain(NAME).is_cancelled
    assert len(world.changes()) == 1


def test_silence_is_an_answer_that_never_came(
    server: SandboxServer, world: World, login: KeyLogin, naps: list[float]
) -> None:
    """After its time the client gives up; the change may have happened, and did."""
    world.break_down(Fault(Kind.SILENCE_AFTER, method="DELETE"))
    with (
        Writer(login, server.url, timeout=0.3, patience=Patience(sleep=naps.append)) as client,
        pytest.raises(Unanswered, match="ReadTimeout") as caught,
    ):
        client.cancel_domain(NAME, EndTime.END)

    assert caught.value.in_doubt
    assert len(world.changes()) == 1
    assert naps == []


def test_a_timeout_at_transip_is_in_doubt_too(writer: Writer, world: World) -> None:
    """408 says no more than a broken connection."""
    world.break_down(Fault(Kind.STATUS_AFTER, method="DELETE", status=408, text="Timeout"))

    with pytest.raises(TimedOut) as caught:
        writer.cancel_domain(NAME, EndTime.END)
    assert caught.value.in_doubt


@each_change
def test_a_change_waits_for_what_passes(
    writer: Writer,
    world: World,
    naps: list[float],
    method: str,
    path: str,
    change: Callable[[Writer], None],
) -> None:
    """An action is running: TransIP refused, so nothing happened, and it may be sent again."""
    world.keep_busy(f"domains/{NAME}", times=2)

    change(writer)

    assert sent(world, method, path) == 3
    assert len(naps) == 2


def test_a_change_does_not_wait_for_ever(writer: Writer, world: World) -> None:
    """What is still running after a while is an error, and nothing was changed."""
    world.keep_busy(f"domains/{NAME}", times=-1)

    with pytest.raises(Busy):
        writer.cancel_domain(NAME, EndTime.END)
    assert world.changes() == []


def test_a_refusal_that_stands_is_not_repeated(
    writer: Writer, world: World, naps: list[float]
) -> None:
    """A locked domain is locked the second time too."""
    world.add_domain(LOGIN, NAME, isTransferLocked=True)

    with pytest.raises(TransferLocked):
        writer.replace_contacts(NAME, [Contact(**snake(one)) for one in contacts()])
    assert naps == []
    assert sent(world, "PUT", PATH + "/contacts") == 1


def snake(contact: dict[str, str]) -> dict[str, str]:
    """Return a contact's keys as ours."""
    return {
        "".join("_" + sign.lower() if sign.isupper() else sign for sign in key): value
        for key, value in contact.items()
    }


def test_nothing_is_sent_where_nobody_listens(login: KeyLogin, naps: list[float]) -> None:
    """That is known, so it is tried again, and then it is an error of its own that is not in doubt."""
    with (
        Writer(login, "http://127.0.0.1:9/v6", patience=Patience(sleep=naps.append)) as client,
        pytest.raises(Unreachable) as caught,
    ):
        client.cancel_domain(NAME, EndTime.END)
    assert not caught.value.in_doubt
    assert len(naps) == Patience().tries - 1


@pytest.mark.parametrize(
    ("kind", "error"),
    [(Kind.GARBAGE_AFTER, BadAnswer), (Kind.HTML_AFTER, ServerFault), (Kind.LACKING, MissingKey)],
)
def test_an_answer_that_is_none_is_an_error(
    reader: Reader, world: World, kind: Kind, error: type[TransipError]
) -> None:
    """Half a JSON, a page instead of one, or one without the key: never an empty list."""
    world.break_down(Fault(kind, path="/v6/domains", times=-1, status=502))

    with pytest.raises(error):
        list(reader.domains())


def test_a_rehearsal_changes_nothing_and_may_be_repeated(
    writer: Writer, world: World, naps: list[float]
) -> None:
    """It says what would be refused, has `test=1` on the wire, and goes on after a fault as reading does."""
    rehearsal = writer.rehearsal()
    world.break_down(Fault(Kind.CUT, method="DELETE"))

    rehearsal.cancel_domain(NAME, EndTime.IMMEDIATELY)
    with pytest.raises(NotFound):
        rehearsal.cancel_domain("elders.example", EndTime.END)

    assert len(naps) == 1
    assert world.changes() == []
    changes = [one for one in world.requests() if one["method"] == "DELETE"]
    assert [one["test"] for one in changes] == [True, True]
    writer.cancel_domain(NAME, EndTime.END)
    assert len(world.changes()) == 1


class Clock:
    """A clock for both sides, which goes on when somebody sleeps."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.naps: list[float] = []
        world.set_clock(datetime(2026, 3, 1, 12, tzinfo=UTC), stands_still=True)

    def now(self) -> float:
        """Return what time it is."""
        with self._world.sandbox.state() as state:
            return float(state["clock"]["fixed"])

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.naps.append(seconds)
        self._world.pass_by(seconds=seconds)


@pytest.mark.parametrize("ahead", [0, 3600, -3600])
def test_it_waits_until_the_window_ends_rather_than_being_refused(
    server: SandboxServer, world: World, login: KeyLogin, ahead: float
) -> None:
    """By TransIP's clock, also where ours is an hour off; not one request is spent on a refusal."""
    clock = Clock(world)
    world.set(rateLimit=10, rateWindow=900)
    patience = Patience(sleep=clock.sleep, clock=lambda: clock.now() + ahead)
    with Reader(login, server.url, patience=patience) as client:
        for _ in range(25):
            client.ping()

    assert clock.naps == [900, 900]
    assert 429 not in {one["status"] for one in world.requests()}


def test_it_waits_when_somebody_else_used_the_allowance(
    server: SandboxServer, world: World, login: KeyLogin
) -> None:
    """The limit is the account's: after a 429 it waits until the window ends, and then it goes on, with a change too."""
    clock = Clock(world)
    world.set(rateLimit=5)
    with Writer(login, server.url, patience=Patience(sleep=clock.sleep, clock=clock.now)) as client:
        client.ping()
        with world.sandbox.state() as state:
            state["windows"][LOGIN]["used"] = 5
        client.cancel_domain(NAME, EndTime.END)

    assert [one["status"] for one in world.requests() if one["method"] == "DELETE"] == [429, 204]
    assert 895 <= sum(clock.naps) <= 905


def test_it_does_not_wait_longer_than_it_was_told(
    server: SandboxServer, world: World, login: KeyLogin
) -> None:
    """Then it says for how long no requests are allowed."""
    clock = Clock(world)
    world.set(rateLimit=2, rateWindow=5000)
    patience = Patience(sleep=clock.sleep, clock=clock.now)
    with Reader(login, server.url, patience=patience) as client:
        client.ping()
        client.ping()
        with pytest.raises(RateLimited, match="5000 seconds"):
            client.ping()
    assert clock.naps == []


def test_a_refusal_for_the_rate_says_when_it_ends(reader: Reader, world: World) -> None:
    """For whoever has to tell the administrator."""
    world.set(rateLimit=0)
    with pytest.raises(RateLimited) as caught:
        reader.ping()
    assert caught.value.reset is not None


def test_answers_that_overtake_one_another_do_not_raise_the_allowance() -> None:
    """Of two answers in one window the lower count holds."""
    now = [1000.0]
    allowance = Allowance(lambda: now[0])

    def headers(remaining: int) -> dict[str, str]:
        return {"x-rate-limit-remaining": str(remaining), "x-rate-limit-reset": "1600"}

    allowance.note(headers(2))
    allowance.note(headers(3))
    assert [allowance.wait_needed() for _ in range(3)] == [0, 0, 600]
    now[0] = 1601
    assert allowance.wait_needed() == 0


def test_a_refusal_counts_for_more_than_what_it_says_is_left() -> None:
    """Who is refused for the rate waits, also where the count is wrong or missing; without an end there is nothing to wait for."""
    allowance = Allowance(lambda: 1000.0)
    allowance.note({"x-rate-limit-remaining": "7", "x-rate-limit-reset": "1600"}, spent=True)
    assert allowance.wait_needed() == 600
    other = Allowance(lambda: 1000.0)
    other.note({"x-rate-limit-reset": "1600"}, spent=True)
    assert other.wait_needed() == 600
    third = Allowance(lambda: 1000.0)
    third.note({"x-rate-limit-remaining": "onzin"}, spent=True)
    assert third.wait_needed() == 0


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 100])
def test_all_pages_are_read(reader: Reader, world: World, size: int) -> None:
    """By the links and not by how full a page is; without pages in one request."""
    names = [NAME, *(f"klant{number}.example" for number in range(6))]
    for name in names:
        world.add_domain(LOGIN, name)

    assert sorted(one.name for one in reader.domains(page_size=size)) == sorted(names)
    asked = sent(world, "GET", "/v6/domains")
    assert asked == -(-len(names) // size)
    assert len(list(reader.domains())) == 7
    assert sent(world, "GET", "/v6/domains") == asked + 1


def test_pages_that_lead_back_are_an_error() -> None:
    """And not a loop without end."""
    page = {"_links": {"pages": [{"rel": "next", "href": "https://elders.example/?page=2"}]}}
    assert _next_page(page) == "2"
    assert _next_page({"_links": [{"rel": "next", "link": "?page=2"}]}) is None
    assert _next_page({"domains": []}) is None
    with pytest.raises(BadAnswer):
        _next_page({"_links": {"pages": [{"rel": "next", "link": "https://elders.example/"}]}})

    def answer(_: httpx.Request) -> httpx.Response:
        links = {"pages": [{"rel": "next", "link": "https://api.transip.nl/v6/domains?page=2"}]}
        return httpx.Response(200, json={"domains": [], "_links": links})

    http = httpx.Client(base_url="https://api.transip.nl/v6", transport=httpx.MockTransport(answer))
    with http, pytest.raises(BadAnswer, match="page 2"):
        list(Session(http, PanelToken("x")).pages("domains", "/domains", query={}))


def test_the_token_goes_nowhere_but_to_the_api(key: KeyPair, naps: list[float]) -> None:
    """Plain http is for this machine, a redirect is not followed, and a link is only a number."""
    login = KeyLogin(LOGIN, key.private)
    for url in ("http://api.transip.nl/v6", "http://192.0.2.1/v6", "ftp://localhost/v6", "x"):
        with pytest.raises(KeyUnusable, match="https"):
            Reader(login, url)
    for url in ("https://api.transip.nl/v6", "http://localhost:1/v6", "http://[::1]:1/v6"):
        Reader(login, url).close()


def test_nothing_personal_is_logged(reader: Reader, caplog: pytest.LogCaptureFixture) -> None:
    """Not above debug, at which httpx would write every URL."""
    with caplog.at_level("INFO"):
        reader.domain(NAME)
    assert NAME not in caplog.text


def test_names_are_quoted_in_paths(reader: Reader, world: World) -> None:
    """What comes from a source cannot ask for something else; IDN domains and mailboxes work."""
    world.add_domain(LOGIN, "café-müller.example")
    world.add_mail(LOGIN, "café-müller.example", mailboxes=[{"localPart": "zoë+x"}])

    assert reader.domain("café-müller.example").name == "café-müller.example"
    assert [one.identifier for one in reader.mailboxes("café-müller.example")] == [
        "zoë+x@café-müller.example"
    ]
    for name in (
        "../vps",
        "x/../../vps",
        f"{NAME}?test=1",
        f"{NAME}#",
        "%2e%2e/vps",
        "",
        "..",
        ".",
    ):
        with pytest.raises(TransipError):
            reader.domain(name)
        with pytest.raises(TransipError):
            reader.dns(name)
    with pytest.raises(NotFound):
        reader.domain("\ud800.example")
    assert not [one for one in world.requests() if one["path"].startswith("/v6/vps")]


def test_whatever_is_in_a_text_can_be_sent(writer: Writer, world: World) -> None:
    """Accents, signs that are no letters, and half of a pair that a source put there: a refusal at worst."""
    entry = DnsEntry("x", 300, "TXT", "zoë \u2028 'quoted' \\ \"ja\" 🏠")
    writer.add_dns(NAME, entry)
    assert writer.dns(NAME)[-1] == entry
    writer.remove_dns(NAME, entry)
    assert entry not in writer.dns(NAME)
    with pytest.raises(TransipError):
        writer.add_dns(NAME, DnsEntry("x", 300, "TXT", "\ud800"))
    assert len(world.changes()) == 2


def test_the_address_is_all_that_differs(key: KeyPair, tmp_path: Path, patience: Patience) -> None:
    """A sandbox in a file answers the same client without a socket, and another process sees what it did."""
    file = tmp_path / "state.json"
    world = World(Sandbox.of_file(file))
    world.add_account(LOGIN, key.public)
    world.add_domain(LOGIN, NAME)
    with Writer(KeyLogin(LOGIN, key.private), f"sandbox:{file}", patience=patience) as client:
        client.cancel_domain(NAME, EndTime.END)
        assert client.domain(NAME).is_cancelled
        world.break_down(Fault(Kind.CUT), Fault(Kind.SILENCE, skip=1), Fault(Kind.SLOW, seconds=0))
        assert client.domain(NAME).is_cancelled

    assert len(World(Sandbox.of_file(file)).changes()) == 1
    assert file.stat().st_mode & 0o077 == 0


def test_httpx_has_the_errors_that_are_known() -> None:
    """Every error of its transport is one of ours; a new one cannot slip through."""
    transport = {
        one
        for one in vars(httpx).values()
        if isinstance(one, type) and issubclass(one, httpx.RequestError)
    }
    known = {one for one in transport if issubclass(one, httpx.TransportError)} | {
        httpx.RequestError,
        httpx.DecodingError,
        httpx.TooManyRedirects,  # redirects are not followed
    }
    assert transport == known
    assert set(_NOTHING_SENT) < transport
