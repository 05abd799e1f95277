"""Erasing a person from a real mail server: exactly what was planned, and not a flag of anything else."""

import gc
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overdracht import (
    Aged,
    Category,
    Disposition,
    Gap,
    Item,
    Mark,
    Outcome,
    Refused,
    Result,
    Ruling,
    Sighting,
    Unreachable,
    Verdict,
)
from overdracht_imap import imap_erase
from overdracht_imap.clearing import then_clear
from overdracht_imap.download import uid_sets
from overdracht_imap.imap import ImapConnector
from overdracht_imap.settings import ImapSettings
from tests.imap.asking import JAN, LETTER, OTHER, Impatient, find
from tests.imap.erasing import approved, erase, objections
from tests.imap.scripted import ScriptedServer
from tests.servers.dovecot import PASSWORD, PASSWORD_VARIABLE, Account, Dovecot
from tests.servers.need import need
from tests.servers.proxy import Proxy

server = pytest.mark.server
WHEN = datetime(2019, 5, 1, 12, 30, tzinfo=UTC)
KEYWORDS = (b"\\Flagged", b"\\Seen", b"Belangrijk")


def connector(settings: ImapSettings) -> ImapConnector:
    return Impatient("post", settings)


def mixed(account: Account, count: int = 6, folder: str = "INBOX") -> None:
    """Fill *folder* with *count* letters of the person among as many of others, with flags and dates."""
    for number in range(count):
        account.fill([LETTER % number], folder, (), WHEN)
        account.fill([OTHER % number], folder, KEYWORDS, WHEN)


def everything(
    account: Account, *, but: frozenset[bytes] = frozenset({b"\\Recent"})
) -> dict[str, Any]:
    """Return all there is to see, but for the mark of what no session has seen yet: it is the session's, not the message's."""
    seen = account.everything()
    for messages in seen.values():
        for values in messages.values():
            values[b"FLAGS"] = frozenset(values[b"FLAGS"]) - but
            del values[b"SEQ"]
    return seen


def unnumbered(account: Account) -> dict[str, Any]:
    """Return all there is to see but the change numbers: Dovecot counts anew when a client still has a folder open that was made anew."""
    seen = everything(account)
    for messages in seen.values():
        for values in messages.values():
            values.pop(b"MODSEQ")
    return seen


def without(seen: dict[str, Any], items: list[Item]) -> dict[str, Any]:
    """Return what is to be left of *seen* when *items* are gone."""
    gone = {(item.part, int(item.key.rpartition("=")[2])) for item in items}
    return {
        folder: {uid: one for uid, one in messages.items() if (folder, uid) not in gone}
        for folder, messages in seen.items()
    }


@server
class TestExactly:
    """What goes is what was planned."""

    def test_all_copies_go_and_nothing_else_changes(self, account: Account) -> None:
        """A letter that lies in three folders is three items; other people's mail keeps its bytes, flags, dates and change numbers."""
        for folder in ("INBOX", "Verzonden", "Klanten/Één & Zn"):
            mixed(account, folder=folder)
        settings = account.settings()
        items = find(settings).items
        assert len(items) == 18
        before = everything(account)
        assert objections(connector(settings), items) == []
        assert everything(account) == before
        done = erase(connector(settings), items)
        assert done.counts == {Result.ERASED: 18}
        assert everything(account) == without(before, items)
        assert find(settings).items == []

    def test_again_is_no_fault(self, account: Account) -> None:
        """What is gone is no objection, and erasing it once more says so."""
        mixed(account)
        settings = account.settings()
        items = find(settings).items
        erase(connector(settings), items[:4])
        assert objections(connector(settings), items) == []
        assert erase(connector(settings), items).counts == {
            Result.ALREADY_GONE: 4,
            Result.ERASED: 2,
        }

    def test_what_another_client_flags_all_the_while_survives(self, account: Account) -> None:
        """A second client flags its own messages as deleted during the whole erasure, and unflags and flags them again: they stay."""
        mixed(account, 40)
        settings = account.settings()
        items = find(settings).items
        before = everything(account)
        ended = threading.Event()
        rounds: list[int] = []

        def flag() -> None:
            with account.client() as client:
                client.select_folder("INBOX")
                theirs = client.search(["FROM", "piet@elders.example"])
                while not ended.is_set() or not rounds:
                    client.add_flags(theirs, [b"\\Deleted"])
                    rounds.append(len(theirs))
                    if not ended.is_set():
                        client.remove_flags(theirs[::2], [b"\\Deleted"])

        other = threading.Thread(target=flag)
        other.start()
        try:
            while not rounds:
                pass
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(imap_erase, "BATCH", 3)
                done = erase(connector(settings), items)
        finally:
            ended.set()
            other.join(20)
        assert done.counts == {Result.ERASED: 40}
        assert set(rounds) == {40}
        after = everything(account, but=frozenset({b"\\Recent", b"\\Deleted"}))
        for messages in (*before.values(), *after.values()):
            for values in messages.values():
                values.pop(b"MODSEQ")
        assert after == without(before, items)

    def test_only_these_commands_change_anything(self, account: Account) -> None:
        """On the wire there is no CLOSE and no EXPUNGE without numbers, in preparing not even a STORE."""
        mixed(account)
        with Proxy(account.server.port) as proxy:
            settings = account.settings(port=proxy.port)
            items = find(settings).items
            objections(connector(settings), items)
            assert not re.search(
                rb" (?:STORE|EXPUNGE|CLOSE|DELETE|APPEND|MOVE|COPY)\b", proxy.asked
            )
            erase(connector(settings), items)
            asked = proxy.asked
        assert not re.search(rb" CLOSE\b", asked)
        assert (
            len(re.findall(rb"EXPUNGE", asked))
            == len(re.findall(rb" UID EXPUNGE [\d:,]+\r", asked))
            == 1
        )

    def test_a_message_that_was_flagged_before_goes_too(self, account: Account) -> None:
        """What somebody has already flagged as deleted is planned and expunged like the rest."""
        account.fill([LETTER % 1], "INBOX", (b"\\Deleted",))
        items = find(account.settings()).items
        assert erase(connector(account.settings()), items).counts == {Result.ERASED: 1}


@server
class TestChanged:
    """What is not the planned message is left alone."""

    def test_a_folder_made_anew(self, account: Account) -> None:
        """With another UIDVALIDITY the numbers mean other messages: an objection, and CHANGED, and nothing is touched."""
        mixed(account, folder="Klanten")
        settings = account.settings()
        items = find(settings).items
        with account.client() as client:
            client.delete_folder("Klanten")
        mixed(account, folder="Klanten")
        before = everything(account)
        assert [one.reason for one in objections(connector(settings), items)] == [
            imap_erase.RENUMBERED
        ]
        assert erase(connector(settings), items).counts == {Result.CHANGED: 6}
        assert everything(account) == before

    def test_a_folder_that_is_gone(self, account: Account) -> None:
        """It may have been renamed with all that is in it, so its messages are not called gone."""
        mixed(account, folder="Klanten")
        settings = account.settings()
        items = find(settings).items
        with account.client() as client:
            client.rename_folder("Klanten", "Oud")
        before = everything(account)
        (objection,) = objections(connector(settings), items)
        assert "not there" in objection.reason
        assert erase(connector(settings), items).counts == {Result.CHANGED: 6}
        assert everything(account) == before

    def test_another_message_by_that_number(self, account: Account) -> None:
        """A message of another size is another message, and the others are erased."""
        mixed(account)
        settings = account.settings()
        items = find(settings).items
        uid = int(items[0].key.rpartition("=")[2])
        (validity, _, size) = items[0].fingerprint.split("/")
        items[0] = _with_fingerprint(items[0], f"{validity}/{uid}/{int(size) + 1}")
        (objection,) = objections(connector(settings), items)
        assert objection.key == items[0].key
        done = erase(connector(settings), items)
        assert done.counts == {Result.CHANGED: 1, Result.ERASED: 5}
        assert done.outcomes[items[0].key].result is Result.CHANGED
        assert [one.key for one in find(settings).items] == [items[0].key]


def _with_fingerprint(item: Item, fingerprint: str) -> Item:
    from dataclasses import replace

    return replace(item, fingerprint=fingerprint)


@server
class TestBroken:
    """A server that goes away."""

    def test_a_break_at_any_point_is_taken_up_again(
        self, account: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The connection breaks off after ever more of the answers: it is Unreachable each time, the next pass does the rest, nobody else notices."""
        monkeypatch.setattr(imap_erase, "BATCH", 2)
        mixed(account, 40)
        settings = account.settings()
        items = find(settings).items
        before = everything(account)
        broken = 0
        gone: set[str] = set()
        for cut in range(1150, 2300, 90):
            with Proxy(account.server.port, [cut]) as proxy:
                rest = [item for item in items if item.key not in gone]
                done = erase(connector(account.settings(port=proxy.port)), rest)
            assert done.raised is None or isinstance(done.raised, Unreachable)
            broken += done.raised is not None
            gone |= set(done.outcomes)
            assert set(done.results) <= {Result.ERASED, Result.ALREADY_GONE}
        assert broken > 5
        done = erase(connector(settings), [item for item in items if item.key not in gone])
        assert done.raised is None
        assert gone | set(done.outcomes) == {item.key for item in items}
        after, left = everything(account), without(before, items)
        assert after == left

    def test_a_server_that_is_away_is_said_so(self, account: Account) -> None:
        """Nothing is called done by a server that does not answer."""
        mixed(account)
        settings = account.settings()
        items = find(settings).items
        away = ImapSettings.model_validate(
            settings.model_dump() | {"port": 1, "password": {"env": PASSWORD_VARIABLE}}
        )
        with pytest.raises(Unreachable):
            objections(connector(away), items)
        done = erase(connector(away), items)
        assert isinstance(done.raised, Unreachable)
        assert done.outcomes == {}


def scripted_settings(port: int) -> ImapSettings:
    return ImapSettings.model_validate(
        {
            "host": "127.0.0.1",
            "port": port,
            "tls": "none",
            "username": "u",
            "password": {"env": PASSWORD_VARIABLE},
        }
    )


class Shelf:
    """Two messages on a scripted server, 1 and 2, of which it never lets *stubborn* go."""

    def __init__(self, stubborn: int = 0) -> None:
        self.stubborn = stubborn
        self.there = {1: set[str](), 2: set[str]()}

    def numbers(self, line: bytes) -> list[int]:
        found = re.search(rb"UID (?:FETCH|STORE|EXPUNGE) ([\d,:]+)", line)
        assert found
        wanted: list[int] = []
        for one in found[1].decode().split(","):
            low, _, high = one.partition(":")
            wanted += range(int(low), int(high or low) + 1)
        return [number for number in wanted if number in self.there]

    def fetch(self, line: bytes) -> bytes:
        return (
            b"".join(
                b"* %d FETCH (UID %d RFC822.SIZE 10 FLAGS (%s))\r\n"
                % (number, number, " ".join(self.there[number]).encode())
                for number in self.numbers(line)
            )
            + b"<tag> OK done\r\n"
        )

    def store(self, line: bytes) -> bytes:
        for number in self.numbers(line):
            change = self.there[number].add if b"+FLAGS" in line else self.there[number].discard
            change("\\Deleted")
        return b"<tag> OK done\r\n"

    def expunge(self, line: bytes) -> bytes:
        numbers = self.numbers(line)
        if self.stubborn in numbers:
            return b"<tag> NO [NOPERM] not this one, Jan\r\n"
        for number in numbers:
            if "\\Deleted" in self.there[number]:
                del self.there[number]
        return b"<tag> OK done\r\n"

    def answers(self, **more: bytes | Callable[[bytes], bytes]) -> dict[str, Any]:
        return {
            "CAPABILITY": b"* CAPABILITY IMAP4rev1 UIDPLUS\r\n<tag> OK done\r\n",
            "SELECT": b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 3]\r\n<tag> OK [READ-WRITE] done\r\n",
            "LOGIN": b"<tag> OK done\r\n",
            "LIST": b'* LIST () "/" INBOX\r\n<tag> OK done\r\n',
            "LOGOUT": b"* BYE\r\n<tag> OK done\r\n",
            "UID FETCH": self.fetch,
            "UID STORE": self.store,
            "UID EXPUNGE": self.expunge,
            **more,
        }


def scripted_items(numbers: Iterable[int] = (1, 2)) -> list[Item]:
    return [
        Item(
            f"INBOX;UIDVALIDITY=7/;UID={uid}",
            "INBOX",
            Category.CORRESPONDENCE,
            (),
            f"7/{uid}/10",
            "t",
        )
        for uid in numbers
    ]


class TestRefused:
    """A server that cannot, or does not want to."""

    @pytest.fixture(autouse=True)
    def password(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(PASSWORD_VARIABLE, "geheim")

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n<tag> OK done\r\n"}, "UIDPLUS"),
            (
                {"SELECT": b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n<tag> OK [READ-ONLY] done\r\n"},
                "reading only",
            ),
            (
                {"SELECT": b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n<tag> OK done\r\n"},
                "reading only",
            ),
            (
                {
                    "SELECT": b"* 2 EXISTS\r\n* OK [PERMANENTFLAGS (\\Seen)]\r\n* OK [UIDVALIDITY 7]\r\n<tag> OK [READ-WRITE] done\r\n"
                },
                "Deleted",
            ),
            ({"SELECT": b"* 2 EXISTS\r\n<tag> OK [READ-WRITE] done\r\n"}, "UIDVALIDITY"),
            (
                {
                    "CAPABILITY": b"* CAPABILITY IMAP4rev1 UIDPLUS ACL\r\n<tag> OK done\r\n",
                    "MYRIGHTS": b"* MYRIGHTS INBOX lrswit\r\n<tag> OK done\r\n",
                },
                "ACL",
            ),
        ],
    )
    def test_what_stands_in_the_way_is_an_objection(
        self, change: dict[str, Any], said: str
    ) -> None:
        """No UIDPLUS, a read-only folder, no lasting flag or number, too few rights: said before anything is touched, and nothing is touched then."""
        shelf = Shelf()
        with ScriptedServer(shelf.answers(**change)) as fake:
            (objection,) = objections(connector(scripted_settings(fake.port)), scripted_items())
            assert said in objection.reason
            done = erase(connector(scripted_settings(fake.port)), scripted_items())
            assert done.counts == {Result.FAILED: 2}
            assert not [line for line in fake.lines if b"STORE" in line or b"EXPUNGE" in line]
        assert set(shelf.there) == {1, 2}

    @pytest.mark.parametrize("rights", [b"lrswipkxtecda", b"lrswipcda"])
    def test_rights_of_either_standard_suffice(self, rights: bytes) -> None:
        """Old servers know one right for deleting, new ones two."""
        more = {
            "CAPABILITY": b"* CAPABILITY IMAP4rev1 UIDPLUS ACL\r\n<tag> OK done\r\n",
            "MYRIGHTS": b"* MYRIGHTS INBOX %s\r\n<tag> OK done\r\n" % rights,
        }
        with ScriptedServer(Shelf().answers(**more)) as fake:
            assert objections(connector(scripted_settings(fake.port)), scripted_items()) == []

    def test_one_message_that_stays_does_not_keep_the_others(self) -> None:
        """It is FAILED with the reason and loses the flag again; the rest goes; the server's own words, which may hold names, are not told."""
        shelf = Shelf(stubborn=1)
        with ScriptedServer(shelf.answers()) as fake:
            done = erase(connector(scripted_settings(fake.port)), scripted_items())
        assert done.results == [Result.FAILED, Result.ERASED]
        reason = done.outcomes[scripted_items()[0].key].reason
        assert "permission" in reason
        assert "Jan" not in reason
        assert shelf.there == {1: set()}

    def test_a_flag_of_somebody_elses_stays_on_what_stays(self) -> None:
        """Only what we flagged is unflagged."""
        shelf = Shelf(stubborn=1)
        shelf.there[1].add("\\Deleted")
        with ScriptedServer(shelf.answers()) as fake:
            erase(connector(scripted_settings(fake.port)), scripted_items())
        assert shelf.there == {1: {"\\Deleted"}}

    def test_a_server_that_only_says_it_did_is_not_believed(self) -> None:
        """Expunging is answered with OK and the messages are still there: FAILED."""
        shelf = Shelf()
        with ScriptedServer(shelf.answers(**{"UID EXPUNGE": b"<tag> OK done\r\n"})) as fake:
            done = erase(connector(scripted_settings(fake.port)), scripted_items())
        assert done.counts == {Result.FAILED: 2}
        assert shelf.there == {1: set(), 2: set()}


class TestAtOnce:
    """Flagging and expunging sent in one go."""

    @pytest.fixture(autouse=True)
    def password(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(PASSWORD_VARIABLE, "geheim")

    def test_a_server_that_expunges_before_it_has_seen_the_flags_is_asked_again(self) -> None:
        """As Dovecot does now and then: it says OK and expunges nothing; asked once more, one after the other, it does, and all is erased."""
        shelf = Shelf()
        asked: list[bytes] = []

        def expunge(line: bytes) -> bytes:
            asked.append(line)
            return b"<tag> OK done\r\n" if len(asked) == 1 else shelf.expunge(line)

        with ScriptedServer(shelf.answers(**{"UID EXPUNGE": expunge})) as fake:
            done = erase(connector(scripted_settings(fake.port)), scripted_items())
        assert done.counts == {Result.ERASED: 2}
        assert len(asked) == 2
        assert shelf.there == {}

    def test_no_line_is_longer_than_every_server_takes(self) -> None:
        """A thousand numbers apart go in several commands, each below 8,192 bytes, and every one is in exactly one."""
        shelf = Shelf()
        numbers = range(1_000_001, 1_009_001, 3)
        shelf.there = {number: set() for number in numbers}
        with ScriptedServer(shelf.answers()) as fake:
            done = erase(connector(scripted_settings(fake.port)), scripted_items(numbers))
            lines = list(fake.lines)
        assert done.counts == {Result.ERASED: len(numbers)}
        assert max(map(len, lines)) <= 8192
        expunged = [one for line in lines if b"UID EXPUNGE" in line for one in numbers_in_set(line)]
        assert sorted(expunged) == list(numbers)

    @given(st.lists(st.integers(1, 5_000), unique=True), st.integers(10, 60))
    def test_sets_are_short_and_hold_each_number_once(self, numbers: list[int], most: int) -> None:
        """Whatever the numbers: no set is longer than allowed, together they are all of them, in order."""
        numbers.sort()
        sets = list(uid_sets(numbers, most))
        assert all(len(one) <= most for one in sets)
        assert [one for some in sets for one in numbers_in_set(b"UID STORE " + some)] == numbers


def numbers_in_set(line: bytes) -> list[int]:
    """Return the numbers in the set of a command."""
    found = re.search(rb"UID (?:STORE|EXPUNGE) ([\d,:]+)", line)
    assert found
    pairs = (one.partition(":") for one in found[1].decode().split(","))
    return [number for low, _, high in pairs for number in range(int(low), int(high or low) + 1)]


@server
class TestKept:
    """The conversation that was prepared in."""

    def test_it_is_gone_on_with(self, account: Account) -> None:
        """Erasing right after preparing logs in and opens the folder no second time."""
        mixed(account)
        with Proxy(account.server.port) as proxy:
            settings = account.settings(port=proxy.port)
            items = find(settings).items
            before = proxy.connections
            one = connector(settings)
            assert objections(one, items) == []
            asked = len(proxy.asked)
            assert erase(one, items).counts == {Result.ERASED: 6}
            assert proxy.connections == before + 1
            assert b"SELECT" not in proxy.asked[asked:]

    def test_it_is_begun_anew_when_it_broke_off_meanwhile(self, account: Account) -> None:
        """Or rested too long: another is opened, and nothing is lost."""
        mixed(account)
        settings = account.settings()
        items = find(settings).items
        for moment in ("cut", "old"):
            one = connector(settings)
            assert objections(one, items) == []
            with pytest.MonkeyPatch.context() as patch:
                if moment == "cut":
                    account.server.stop()
                    account.server.start()
                    patch.setattr(imap_erase, "SHORT_REST", 0.0)
                else:
                    patch.setattr(imap_erase, "LONGEST_REST", 0.0)
                half = items[:3] if moment == "cut" else items[3:]
                assert erase(one, half).counts == {Result.ERASED: 3}

    def test_a_folder_made_anew_meanwhile_is_not_touched(self, account: Account) -> None:
        """Between preparing and erasing: its messages are others, though they have the same numbers."""
        mixed(account, folder="Klanten")
        settings = account.settings()
        items = find(settings).items
        one = connector(settings)
        assert objections(one, items) == []
        with account.client() as client:
            client.delete_folder("Klanten")
        mixed(account, folder="Klanten")
        before = unnumbered(account)
        done = erase(one, items)
        if done.raised is not None:
            # The server may end the conversation first; the core comes back then.
            assert isinstance(done.raised, Unreachable | Refused)
            done = erase(one, items)
        assert not set(done.counts) & {Result.ERASED, Result.ALREADY_GONE}
        assert unnumbered(account) == before

    def test_it_ends_with_the_connector(self, account: Account) -> None:
        """Whoever prepares and does not erase leaves no connection open."""
        mixed(account)
        settings = account.settings()
        one = connector(settings)
        assert objections(one, find(settings).items) == []
        kept = one._prepared.take()
        assert kept is not None
        one._prepared.keep(kept)
        sock = kept._archive.session()._client.socket()
        del one
        gc.collect()
        assert sock.fileno() == -1


def purge_command(account: Account) -> tuple[str, ...]:
    """Return the command that the documentation gives for the setting `purge`."""
    program = ("doveadm", "-c", str(account.server.config))
    return (*program, "mailbox", "cache", "purge", "-u", account.username, "--", "{folder}")


@server
class TestResidue:
    """What Dovecot remembers of erased mail."""

    def remembered(self, account: Account, word: bytes) -> int:
        files = (path for path in account.home.rglob("dovecot*") if path.is_file())
        return sum(path.read_bytes().count(word) for path in files)

    def read_by_a_client(self, account: Account) -> None:
        """Have the server cache what a mail program shows in its list."""
        with account.client() as client:
            for folder in ("INBOX", "Klanten/-Één"):
                client.select_folder(folder)
                for _ in range(2):
                    client.fetch(
                        client.search(), ["ENVELOPE", "BODY.PEEK[HEADER.FIELDS (FROM SUBJECT)]"]
                    )

    def test_the_cache_is_cleared_by_the_command(self, account: Account) -> None:
        """Subjects of expunged mail stand in Dovecot's cache; with the setting they are gone at the end of the erasure, those of others stay."""
        need("doveadm")
        letter = LETTER.replace(b"hallo", b"Geheimonderwerp")
        for folder in ("INBOX", "Klanten/-Één"):
            account.fill([letter % number for number in range(8)], folder)
            account.fill([OTHER % number for number in range(8)], folder)
        self.read_by_a_client(account)
        items = find(account.settings()).items
        plain = connector(account.settings())
        assert any("dovecot.index.cache" in one.where.nl for one in plain.residue())
        assert erase(plain, items[:2]).counts == {Result.ERASED: 2}
        assert self.remembered(account, b"Geheimonderwerp") >= 16
        clearing = connector(account.settings(purge=purge_command(account)))
        done = erase(clearing, items)
        assert done.counts == {Result.ERASED: 14, Result.ALREADY_GONE: 2}
        assert self.remembered(account, b"Geheimonderwerp") == 0
        assert self.remembered(account, b"piet@elders.example") > 0
        assert not any("dovecot.index.cache" in one.where.nl for one in clearing.residue())

    def test_the_cache_is_cleared_of_what_was_erased_before_an_interruption(
        self, account: Account
    ) -> None:
        """Wherever an erasure over several folders is cut off, what is left of the plan comes back to every folder that has something to clear."""
        need("doveadm")
        letter = LETTER.replace(b"hallo", b"Geheimonderwerp")
        for cut in range(0, 9, 2):
            for folder in ("INBOX", "Klanten/-Één"):
                account.fill([letter % number for number in range(4)], folder)
            self.read_by_a_client(account)
            clearing = connector(account.settings(purge=purge_command(account)))
            items = find(account.settings()).items
            outcomes = clearing.erase(iter(approved(clearing, items)))
            known = {one.key for one in islice(outcomes, cut)}
            outcomes.close()  # type: ignore[attr-defined]  # it is a generator
            left = [item for item in items if item.key not in known]
            assert set(erase(clearing, left).counts) <= {Result.ERASED, Result.ALREADY_GONE}
            assert self.remembered(account, b"Geheimonderwerp") == 0

    @pytest.mark.parametrize("command", [("false", "{folder}"), ("/bestaat/niet",)])
    def test_a_command_that_fails_leaves_a_step_open(
        self, account: Account, command: tuple[str, ...]
    ) -> None:
        """All mail is gone, one step says what could not be cleared, and trying that one again runs the command again."""
        mixed(account)
        settings = account.settings(purge=command)
        items = find(settings).items
        done = erase(connector(settings), items)
        assert done.counts == {Result.ERASED: 5, Result.FAILED: 1}
        (failed,) = (one for one in done.outcomes.values() if one.result is Result.FAILED)
        assert command[0] in failed.reason
        again = erase(
            connector(account.settings(purge=("true",))),
            [one for one in items if one.key == failed.key],
        )
        assert again.counts == {Result.ALREADY_GONE: 1}

    def test_a_folders_name_is_no_option(self, account: Account, tmp_path: Path) -> None:
        """A folder that is called like an option is not given to a command that would take it for one."""
        account.fill([LETTER % 1], "-A")
        settings = account.settings(
            purge=(sys.executable, "-c", f"open({str(tmp_path / 'ran')!r}, 'w')", "{folder}")
        )
        done = erase(connector(settings), find(settings).items)
        assert done.counts == {Result.FAILED: 1}
        assert not (tmp_path / "ran").exists()

    def test_one_folder_that_is_not_cleared_does_not_make_others_fail(self) -> None:
        """Only the folders of the command that failed have a step open; the others are done."""
        here = [(f"map{number}", Outcome(f"k{number}", Result.ERASED)) for number in range(3)]
        told = list(
            then_clear([*here, ("-A", Outcome("a", Result.ERASED))], ("test", "-n", "{folder}"))
        )
        assert {one.key for one in told if one.result is Result.FAILED} == {"k0", "k1", "k2", "a"}
        told = list(then_clear([*here, ("-A", Outcome("a", Result.ERASED))], ("true", "{folder}")))
        assert {one.key for one in told if one.result is Result.FAILED} == {"a"}

    def test_residue_is_said_in_both_languages(self, account: Account) -> None:
        """Every residue has its what, where and until, in Dutch and in English."""
        for one in connector(account.settings()).residue():
            for text in (one.what, one.where, one.until):
                assert text.nl.strip()
                assert text.en.strip()

    def test_mdbox_keeps_the_message_until_it_is_purged(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What the residue says of mdbox is true: the whole message stays in its file until `doveadm purge`."""
        need("dovecot", "doveadm")
        monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
        with Dovecot("mdbox:%h/mdbox") as box:
            account = box.account()
            mixed(account)
            items = find(account.settings()).items
            assert erase(connector(account.settings()), items).counts == {Result.ERASED: 6}

            def left() -> int:
                return sum(
                    path.read_bytes().count(b"jan@kaasboer") for path in account.home.rglob("m.*")
                )

            assert left() == 6
            subprocess.run(
                ["doveadm", "-c", str(box.config), "purge", "-u", account.username], check=True
            )
            assert left() == 0


class TestPropose:
    """How mail carries out a ruling."""

    @pytest.mark.parametrize(
        ("verdict", "becomes", "action"),
        [
            (Verdict.ERASE, Verdict.ERASE, "expunge"),
            (Verdict.RETAIN, Verdict.RETAIN, ""),
            (Verdict.REVIEW, Verdict.REVIEW, ""),
            (Verdict.ANONYMISE, Verdict.REVIEW, ""),
            (Verdict.CANCEL, Verdict.REVIEW, ""),
        ],
    )
    def test_verdicts(self, verdict: Verdict, becomes: Verdict, action: str) -> None:
        """A message goes or stays whole: what asks for a part of it goes to review."""
        until = date(2030, 1, 1) if verdict is Verdict.RETAIN else None
        (step,) = approved(
            connector(scripted_settings(1)),
            scripted_items()[:1],
            Ruling(Disposition(verdict, until=until)),
        )
        assert (step.disposition.verdict, step.action, step.disposition.until) == (
            becomes,
            action,
            until,
        )


PASSPORT = (
    b"From: Jan <jan@kaasboer.example>\r\nTo: info@voorbeeld-ict.example\r\nSubject: =?utf-8?Q?Verzoek_op_grond_van_de_AVG?=\r\n"
    b"Date: Mon, 05 Jan 2026 10:00:00 +0100\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    b"--x\r\nContent-Type: text/plain\r\n\r\nZie bijlage.\r\n"
    b"--x\r\nContent-Type: image/jpeg\r\nContent-Disposition: attachment;\r\n filename*0*=utf-8''Kopie%%20pas; filename*1=poort.jpg\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--x--\r\n"
)


@server
class TestEyes:
    """What is marked, and what is told of everybody."""

    def test_the_request_and_the_passport_are_marked(self, account: Account) -> None:
        """The person's own request and the copy of a document that came with it; an answer with the same subject is not the request."""
        account.fill([PASSPORT.replace(b"%%", b"%"), LETTER % 1])
        account.fill(
            [
                b"From: info@voorbeeld-ict.example\r\nTo: jan@kaasboer.example\r\nSubject: Re: Verzoek AVG\r\n\r\nGoed.\r\n"
            ],
            "Verzonden",
        )
        marks = {item.title: item.marks for item in find(account.settings()).items}
        assert marks == {
            "Verzoek op grond van de AVG": (Mark.REQUEST, Mark.IDENTITY_DOCUMENT),
            "hallo": (),
            "Re: Verzoek AVG": (),
        }

    def test_every_address_is_told(self, account: Account) -> None:
        """Of every message, with its key as find gives it, whether it counts as contact, and when; nothing is changed by it."""
        account.fill([LETTER % 1, OTHER % 1], "INBOX", (), WHEN)
        account.fill(
            [
                b"From: robot@x.example\r\nTo: Jan <JAN@Kaasboer.example>\r\nAuto-Submitted: auto-generated\r\n\r\n"
            ],
            "Klanten",
            (),
            WHEN,
        )
        before = account.everything()
        told = list(connector(account.settings()).identifiers())
        assert account.everything() == before
        seen = [one for one in told if isinstance(one, Sighting)]
        assert len(told) == len(seen) == 6
        jan = [one for one in seen if one.identifier == JAN]
        assert {one.key for one in jan} == {item.key for item in find(account.settings()).items}
        assert {(one.part, one.is_contact) for one in jan} == {("INBOX", True), ("Klanten", False)}
        assert {one.when for one in seen} == {WHEN}

    def test_what_is_older_than_a_day(self, account: Account) -> None:
        """By the day in the Netherlands of its date; with everybody it is from and for, and as something that can be erased."""
        account.fill([LETTER % 1], "INBOX", (), datetime(2020, 12, 31, 22, 59, tzinfo=UTC))
        account.fill([LETTER % 2], "INBOX", (), datetime(2020, 12, 31, 23, 1, tzinfo=UTC))
        source = connector(account.settings())
        assert list(source.aged({Category.INVOICE: date(2030, 1, 1)})) == []
        (old,) = source.aged({Category.CORRESPONDENCE: date(2021, 1, 1)})
        assert isinstance(old, Aged)
        assert old.item.matches == ()
        assert {one.value for one in old.parties} == {
            "jan@kaasboer.example",
            "info@voorbeeld-ict.example",
        }
        assert erase(source, [old.item]).counts == {Result.ERASED: 1}
        assert not [one for one in source.identifiers() if isinstance(one, Gap)]
        assert len(find(account.settings()).items) == 1
