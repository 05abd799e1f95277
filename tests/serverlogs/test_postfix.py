"""A real Postfix with its own log: a person is found as sender, recipient, alias, login and client, and erased while it goes on delivering."""

import gzip
import os
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest

from overdracht import Certainty, Kinds, Result, Subject
from overdracht.testing.watching import find
from overdracht_serverlogs.connector import ServerLogs
from overdracht_serverlogs.logs import logs
from overdracht_serverlogs.looks import look
from overdracht_serverlogs.settings import ServerLogsSettings
from tests.serverlogs.asking import count
from tests.serverlogs.busy import Busy
from tests.serverlogs.erasing import erase_all
from tests.servers.need import need
from tests.servers.postfix import Postfix

SANNE = "sanne@vanderberg.example"
PIET = "piet@dewit.example"
TRUUS = "truus@vanderberg.example"


@pytest.fixture(scope="module")
def postfix() -> Iterator[Postfix]:
    need("postfix")
    if os.geteuid() != 0:
        pytest.skip("Postfix runs as root alone")
    with Postfix() as server:
        yield server


def _connector(postfix: Postfix) -> ServerLogs:
    family = {"paths": [f"{postfix.log}*"], "reopen": postfix.command("reload")}
    return ServerLogs("mail", ServerLogsSettings.model_validate({"logs": [family]}))


def _subject(*texts: str) -> Subject:
    return Subject("2026-0001", tuple(Kinds().parse(one) for one in texts))


def _lines(postfix: Postfix) -> list[str]:
    """Return every line of the log and its rotations."""
    lines: list[str] = []
    for path in sorted(postfix.log.parent.iterdir()):
        content = path.read_bytes()
        text = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
        assert not text or text.endswith(b"\n")
        lines += text.decode().splitlines()
    return lines


def _told(lines: list[str]) -> dict[str, Counter[str]]:
    """Return for each queue number what is told of it, by the first word, and how often."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for line in lines:
        match = re.match(
            r"\w{3} \d\d \S+ mx postfix/\w+\[\d+\]: ([0-9A-Za-z]{10,}): ([a-z-]+)", line
        )
        if match:
            found[match[1]][match[2]] += 1
    return found


@pytest.mark.server
def test_a_person_is_found_wherever_a_delivery_names_her(postfix: Postfix) -> None:
    """As who logged in, sender and recipient surely, also behind an alias; by address as possible; and not in the lines of the same queue number
    that name somebody else or nobody."""
    sent = postfix.deliver(TRUUS, PIET, name="t1@x.example", address="203.0.113.7", login=TRUUS)
    got = postfix.deliver(PIET, TRUUS, name="t2@x.example", address="IPV6:2001:db8:52:1::9")
    postfix.settled()
    connector = _connector(postfix)
    (log,) = logs(connector.settings)
    assert look(log, log.files[0]).form.name == "rfc3164"
    lines = [one.partition("]: ")[2] for one in _lines(postfix)]
    (item,) = find(connector, _subject(TRUUS)).items
    assert item.certainty is Certainty.EXACT
    assert [one.split(",")[0] for one in lines if TRUUS in one] == [
        f"{sent}: client=pc.example[203.0.113.7]",
        f"{sent}: from=<{TRUUS}>",
        f"{got}: to=<{TRUUS}>",
    ]
    assert count([item]) == 3
    (revealed,) = item.reveals
    assert revealed.identifier.value == "203.0.113.7"
    assert revealed.certainty is Certainty.POSSIBLE
    (alone,) = find(connector, _subject("ip:2001:db8:52::/48")).items
    assert alone.certainty is Certainty.POSSIBLE
    assert (
        next(one for one in lines if "2001:db8" in one)
        == f"{got}: client=pc.example[2001:db8:52:1::9]"
    )


@pytest.mark.server
def test_an_address_beside_a_port_in_the_statistics_is_found(postfix: Postfix) -> None:
    """Postfix tells how often an address came, behind the number of the port, without brackets."""
    for _ in range(2):  # it tells of the one who came most often
        postfix.deliver(PIET, TRUUS, name="t3@x.example", address="IPV6:2001:db8:7::9")
    postfix.run("reload")  # which makes it tell
    postfix.settled()
    lines = [one for one in _lines(postfix) if "2001:db8:7::9" in one]
    assert [one for one in lines if "rate 2/60s for (127.0.0.1:" in one]
    (item,) = find(_connector(postfix), _subject("2001:db8:7::9")).items
    assert count([item]) == len(lines)


class Senders(Busy):
    """Messages by two people, numbered, one after another, until the end; every tenth is Sanne's."""

    def __init__(self, postfix: Postfix) -> None:
        super().__init__()
        self.postfix = postfix
        self.sent: dict[str, bool] = {}

    def work(self) -> None:
        """Send again and again."""
        number = 0
        while not self.ended.is_set():
            ours = number % 10 == 0
            told = {"address": "203.0.113.7", "login": SANNE} if ours else {}
            queued = self.postfix.deliver(
                SANNE if ours else PIET,
                "info2@vanderberg.example",
                name=f"n{number}@x.example",
                **told,
            )
            self.sent[queued] = ours
            number += 1


@pytest.mark.server
def test_no_line_is_lost_while_a_person_is_erased_and_postfix_rotates(postfix: Postfix) -> None:
    """Over hundreds of messages, erasures with a reload each, and Postfix's own rotations, all that is told of everybody else's messages is there
    once; of the person's messages what does not name her stays."""
    results: Counter[str] = Counter()
    with Senders(postfix) as senders:
        for turn in range(4):
            time.sleep(0.2)
            rotation = threading.Thread(target=postfix.run, args=("logrotate",))
            if turn % 2:
                rotation.start()  # at the same time, and it compresses a second later
            results += erase_all(_connector(postfix), _subject(SANNE))
            if turn % 2:
                rotation.join()
    postfix.settled()
    results += erase_all(_connector(postfix), _subject(SANNE))
    lines = _lines(postfix)
    assert results[Result.ERASED] >= 3, results
    assert len(senders.sent) > 200
    assert not [one for one in lines if SANNE in one]
    told = _told(lines)
    everything = {"client", "message-id", "from", "to", "removed"}
    for queued, ours in senders.sent.items():
        assert told[queued].keys() == everything - ({"client", "from"} if ours else set()), queued
        # A queue manager that is told to reload tells again what it takes over from the one before, which has another number.
        assert set(told[queued].values()) <= {1} or told[queued].total() == told[queued]["from"] + 4
    queued_lines = [one for one in lines if re.search(r": [0-9A-Za-z]{10,}: ", one)]
    assert len(queued_lines) == len(set(queued_lines))
    assert not [one for one in postfix.log.parent.iterdir() if one.name.startswith(".")]
