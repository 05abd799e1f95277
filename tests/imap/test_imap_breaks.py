"""A connection that breaks off, and a server that goes away or talks nonsense: it goes on where it was, or says what is missing."""

import signal
import threading
from collections.abc import Iterator
from unittest import mock

import pytest

from overdracht import Identifier, Misbehaving, Progress, Question, Subject, Unreachable
from overdracht_imap import candidates, download
from overdracht_imap.settings import ImapSettings
from tests.imap.asking import JAN, LETTER, OTHER, Impatient, collect, export, find, gather
from tests.imap.scripted import Answer, ScriptedServer
from tests.servers.dovecot import PASSWORD, PASSWORD_VARIABLE, Account, Dovecot
from tests.servers.proxy import Proxy

PADDING = b"X-Padding: " + b"x" * 900 + b"\r\n"


@pytest.fixture
def filled(account: Account) -> Account:
    """An account with 300 letters, every third of them from Jan."""
    letters = (LETTER if number % 3 == 0 else OTHER for number in range(1, 301))
    account.fill(PADDING + one % number for number, one in enumerate(letters, 1))
    account.fill([LETTER % 1], "Ander")
    return account


@pytest.fixture
def small() -> Iterator[None]:
    """Small ranges and batches, so that there is more than one."""
    with (
        mock.patch.object(candidates, "LEAST", 40),
        mock.patch.object(download, "BATCH", 7),
        mock.patch.object(download, "SMALL", 20_000),
    ):
        yield


@pytest.mark.server
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("cut", [200, 2_000, 5_000, 20_000, 60_000])
def test_a_find_goes_on_after_a_connection_broke_off(filled: Account, cut: int) -> None:
    """Wherever the connections break off, one after the other, the answer is the same as without, each item once."""
    expected = find(filled.settings())
    with Proxy(filled.server.port, [None, cut, cut + 777, None, cut, 3 * cut]) as proxy:
        # The first connection is let through: a server that never answered is not waited for.
        settings = filled.settings(port=proxy.port, connections=3)
        connector = Impatient("post", settings)
        found = collect(connector.find(Question(Subject("verzoek", (JAN,)))))
    assert found.raised is None
    assert found.items == expected.items
    assert found.searched == expected.searched
    assert not found.gaps


@pytest.mark.server
@pytest.mark.usefixtures("small")
def test_an_export_goes_on_after_a_connection_broke_off(filled: Account) -> None:
    """Every message comes once and whole, also a large one that is cut in its middle."""
    large = LETTER % 999 + b"regel\r\n" * 30_000
    filled.fill([large], "Ander")
    items = find(filled.settings()).items
    expected = export(filled.settings(), items)
    cuts = [30_000, 50_000, 60_000, 90_000, 40_000]
    with Proxy(filled.server.port, cuts) as proxy:
        exported = export(filled.settings(port=proxy.port), items)
        assert proxy.connections > len(cuts)
    assert exported.files == expected.files
    assert exported.index == expected.index
    assert not exported.gaps
    assert large in exported.files.values()


@pytest.mark.usefixtures("small")
@pytest.mark.server
def test_a_server_that_goes_away_for_good_leaves_gaps(monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGKILL in the middle of a find and of an export: every folder and every item not reached is a gap that says so."""
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    with Dovecot() as server:
        account = server.account()
        account.fill(PADDING * 20 + LETTER % number for number in range(1, 301))
        for folder in ("A", "Z"):
            account.fill([LETTER % 1], folder)
        connector = Impatient("post", account.settings())
        items = find(account.settings()).items

        def killing(findings: Iterator[object]) -> Iterator[object]:
            for one in findings:
                yield one
                if isinstance(one, Progress) and one.part == "INBOX":
                    server.stop(signal.SIGKILL)

        question = Question(Subject("verzoek", (JAN,)))
        found = collect(killing(connector.find(question)))  # type: ignore[arg-type]  # findings, passed on
        server.start()
        pieces = connector.export(items)
        start = [next(pieces) for _ in range(6)]
        server.stop(signal.SIGKILL)
        rest = gather(pieces)
    assert isinstance(found.raised, Unreachable)
    assert [gap.part for gap in found.gaps] == ["INBOX", "Z"]
    assert set(found.searched) == {"A"}
    done = {key for piece in start for key in getattr(piece, "keys", ())}
    assert {item.key for item in items} == done | rest.keys
    assert rest.gaps
    assert all("127.0.0.1" in gap.reason for gap in rest.gaps)


@pytest.mark.server
def test_a_folder_made_anew_meanwhile_is_a_gap(filled: Account) -> None:
    """After a break the folder has another UIDVALIDITY: the old numbers mean nothing in it, so nothing of it is exported."""
    items = find(filled.settings()).items
    with filled.client() as client:
        client.delete_folder("Ander")
    filled.fill([OTHER % 5], "Ander")
    exported = export(filled.settings(), items)
    (gap,) = exported.gaps
    assert gap.part == "Ander"
    assert "made anew" in gap.reason
    assert len(exported.index) == 100


class Mailbox:
    """The answers of a scripted server with letters of Jan under these UIDs."""

    def __init__(self, uids: range, lost: frozenset[int] = frozenset()) -> None:
        self.uids, self.lost, self.exists = uids, lost, len(uids)
        self.fails = b"* BYE\r\n"
        self.lock = threading.Lock()

    def answers(self) -> dict[str, Answer]:
        return {
            "EXAMINE": b"* %d EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT %d]\r\n<tag> OK [READ-ONLY]\r\n"
            % (self.exists, self.uids.stop),
            "UID FETCH": self.fetch,
            "UID SEARCH": b"* SEARCH %s\r\n<tag> OK\r\n"
            % b" ".join(b"%d" % uid for uid in self.uids),
        }

    def fetch(self, line: bytes) -> bytes | None:
        asked = line.split()[3]
        wanted = set()
        for one in asked.split(b","):
            low, _, high = one.partition(b":")
            wanted |= set(range(int(low), int(high or low) + 1))
        answer = b""
        for uid in sorted(wanted & set(self.uids)):
            if uid in self.lost:
                return answer + self.fails if self.fails.startswith(b"<tag>") else None
            letter = LETTER % uid
            name = b"BODY[HEADER.FIELDS (FROM)]" if b"HEADER" in line else b"BODY[]"
            answer += b"* %d FETCH (UID %d RFC822.SIZE %d FLAGS () %s {%d}\r\n%s)\r\n" % (
                uid, uid, len(letter), name, len(letter), letter,
            )  # fmt: skip
        return answer + b"<tag> OK\r\n"


def settings_for(port: int) -> ImapSettings:
    return ImapSettings.model_validate(
        {
            "host": "127.0.0.1",
            "port": port,
            "tls": "none",
            "username": "jan",
            "password": {"env": PASSWORD_VARIABLE},
            "timeout": 5,
        }
    )


@pytest.fixture
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, "geheim")


@pytest.mark.usefixtures("_password", "small")
@pytest.mark.parametrize("fails", [b"<tag> NO [SERVERBUG] oops\r\n", b"hang up"])
def test_a_message_the_server_cannot_give_takes_no_other_with_it(fails: bytes) -> None:
    """Whether it says no or hangs up whenever one message is asked for: that one is a gap, the others are found and exported."""
    mailbox = Mailbox(range(1, 61), frozenset({23, 50}))
    mailbox.fails = fails
    with ScriptedServer(mailbox.answers()) as server:
        found = find(settings_for(server.port))
        mailbox.lost, whole = frozenset(), mailbox.lost
        items = find(settings_for(server.port)).items
        mailbox.lost = whole
        exported = export(settings_for(server.port), items)
    expected = [uid for uid in range(1, 61) if uid not in {23, 50}]
    assert sorted(found.uids) == expected
    assert sorted(int(gap.key.rpartition("=")[2]) for gap in found.gaps) == [23, 50]
    assert found.searched["INBOX"].cursor == ""
    assert sorted(one["uid"] for one in exported.index) == expected
    assert sorted(gap.key for gap in exported.gaps) == sorted(
        items[uid - 1].key for uid in (23, 50)
    )


@pytest.mark.usefixtures("_password")
def test_a_server_that_leaves_messages_out_is_caught() -> None:
    """It says that there are ten and tells of eight: the answer is not whole."""
    mailbox = Mailbox(range(1, 9))
    mailbox.exists = 10
    with ScriptedServer(mailbox.answers()) as server:
        found = find(settings_for(server.port))
    assert len(found.items) == 8
    assert ["left out 2 messages" in gap.reason for gap in found.gaps] == [True]
    assert found.searched["INBOX"].cursor == ""


@pytest.mark.usefixtures("_password", "small")
def test_a_server_that_allows_one_conversation_is_searched_in_one() -> None:
    """That further conversations are refused stops nothing: the first reads it all."""
    mailbox = Mailbox(range(1, 301))
    logins = iter(range(1000))
    answers = mailbox.answers() | {
        "LOGIN": lambda _: b"<tag> NO [LIMIT] too many\r\n" if next(logins) else b"<tag> OK\r\n"
    }
    with ScriptedServer(answers) as server:
        found = find(settings_for(server.port))
    assert found.uids == list(range(1, 301))
    assert not found.gaps


@pytest.mark.usefixtures("_password")
@pytest.mark.parametrize(
    "answers",
    [
        {"EXAMINE": b"* 1 EXISTS\r\n<tag> OK [READ-WRITE]\r\n"},
        {"EXAMINE": b"* 1 EXISTS\r\n* OK [UIDVALIDITY x]\r\n<tag> OK\r\n"},
        {"UID FETCH": b"* 1 FETCH (UID 1 BODY[HEADER.FIELDS (FROM)] {99999999999999}\r\n"},
        {"UID FETCH": b"* 1 FETCH ((((\r\n<tag> OK\r\n"},
        {"UID FETCH": b"* 1 FETCH (UID 1 " + b"x" * 2_000_000},
        {"LIST": b'* LIST () "/" "open\r\n<tag> OK\r\n'},
        {"LIST": b"* LIST (\r\n<tag> OK\r\n"},
        {"LIST": b'* LIST () "/" {999999999999}\r\n'},
    ],
)
def test_nonsense_is_an_error_of_ours_or_a_gap(answers: dict[str, bytes]) -> None:
    """Whatever the server says instead of IMAP, the find ends, with a SourceError or a gap, and no folder counts as searched."""
    with ScriptedServer(answers) as server:
        found = find(settings_for(server.port))
    assert not found.searched
    assert found.gaps or isinstance(found.raised, Misbehaving | Unreachable)
    assert found.raised is None or isinstance(found.raised, Misbehaving | Unreachable)


@pytest.mark.usefixtures("_password")
def test_an_account_without_folders_is_searched_and_check_says_so() -> None:
    """Nothing to search is no failure of find, and `check` points at it."""
    with ScriptedServer({"LIST": b"<tag> OK\r\n"}) as server:
        found = find(settings_for(server.port), Identifier("email", "x@y.example"))
        checks = list(Impatient("post", settings_for(server.port)).check())
    assert not found.searched
    assert [check.ok for check in checks if check.name == "folders"] == [False]
