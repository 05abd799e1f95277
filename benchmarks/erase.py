"""How long it takes to erase a person from a mail server, beside `doveadm expunge` of the same messages, in the same run.

    python benchmarks/erase.py [--directory DIR] [--messages 100000] [--person 1500] [--rounds 3]

Ours is `execute` with all that the product does: every source prepared, every fingerprint checked twice, each intent and outcome durable in the
encrypted journal, each message looked at once more when it should be gone. `doveadm` is told the numbers of the messages and does it from the
inside, without a network. Each round gives all an archive of their own (hard links), opened once just before; the rounds alternate, and the median
counts. The archive is that of `mail.py`.

Two more show where the floor is for whoever goes over IMAP, who looks at nothing and writes nothing down. `IMAPClient` logs in, flags the messages and
expunges them, as a program does that was written in ten lines; `floor` sends the same on a bare socket, all of it at once, which is the least that can
be done: Dovecot then writes its folder down once and not twice.
"""

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import mail_world

sys.path.insert(0, str(Path(__file__).parents[1]))  # the tests know how to run a Dovecot

from tests.servers.dovecot import PASSWORD, PASSWORD_VARIABLE, Account, Dovecot

from overdracht import Kinds
from overdracht.erasure import Limits, execute, plan_erasure, unfinished
from overdracht.ruling import Rules
from overdracht.state import Given, PlanFile, Store
from overdracht.survey import Organisation, Pool, survey
from overdracht_imap.download import uid_sets
from overdracht_imap.folders import numbers_in
from overdracht_imap.imap import ImapConnector

GOAL = 1.5
"""Of the time of `doveadm expunge`, at most."""
KINDS = Kinds()


@dataclass(frozen=True)
class Source:
    """The mail server as a configured source."""

    connector: ImapConnector
    name: str = "post"
    connector_name: str = "imap"


@dataclass
class Times:
    """What each round took, in seconds."""

    ours: list[float] = field(default_factory=list)
    doveadm: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)
    journal: list[float] = field(default_factory=list)


def filled(server: Dovecot, archive: Path) -> Account:
    """Return a new account that holds *archive*, opened once."""
    account = server.account()
    inbox = account.home / "mail"
    account.home.mkdir()
    subprocess.run(["cp", "-al", archive, inbox], check=True)
    owner = account.home.parent.stat()
    for path in (account.home, inbox, *(inbox / name for name in ("cur", "new", "tmp"))):
        os.chown(path, owner.st_uid, owner.st_gid)
    open_once(account)
    return account


def open_once(account: Account) -> None:
    """Open the folder of *account* for writing."""
    with account.client() as client:
        client.select_folder("INBOX")


@contextmanager
def planned(account: Account, directory: Path) -> Iterator[tuple[PlanFile, ImapConnector]]:
    """Give a plan that erases the person from *account*."""
    now = datetime.now(UTC)
    connector = ImapConnector("post", account.settings(timeout=600))
    source: Any = Source(connector)
    given = [Given(KINDS.parse(one)) for one in mail_world.IDENTIFIERS if "@" in one]
    with Store(directory) as store, Pool() as pool:
        request = store.new_request(given, now)
        found = survey(request, [source], Organisation(), KINDS, pool=pool)
        plan = plan_erasure(request, found.identity, {"post": connector}, Rules(), Limits(), now)
        yield plan, connector


@contextmanager
def timed(seconds: list[float], *calls: tuple[type, str]) -> Iterator[None]:
    """Add up in one number what the *calls* take."""
    total = 0.0

    def wrapped(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            nonlocal total
            began = time.perf_counter()
            try:
                return original(*arguments)
            finally:
                total += time.perf_counter() - began

        return call

    patches = [mock.patch.object(kind, name, wrapped(getattr(kind, name))) for kind, name in calls]
    for patch in patches:
        patch.start()
    try:
        yield
    finally:
        for patch in patches:
            patch.stop()
        seconds.append(total)


def ours(account: Account, times: Times) -> list[int]:
    """Erase the person from *account* by a plan; return the UIDs."""
    directory = Path(tempfile.mkdtemp(dir=account.server.base))
    with planned(account, directory) as (plan, connector):
        uids = [numbers_in(one.step.item.key)[1] for one in plan.steps() if one.step.action]
        open_once(account)  # what the search has left to the server to write down is not ours
        with timed(times.journal, (PlanFile, "intend"), (PlanFile, "settle")):
            began = time.perf_counter()
            execute(plan, {"post": connector})
            times.ours.append(time.perf_counter() - began)
        if unfinished(plan):
            sys.exit("not all was erased")
    return uids


def doveadm(account: Account, uids: list[int], times: Times) -> None:
    """Expunge *uids* from the inside."""
    words = ["doveadm", "-c", str(account.server.config), "expunge", "-u", account.username]
    began = time.perf_counter()
    subprocess.run([*words, "mailbox", "INBOX", "uid", ",".join(map(str, uids))], check=True)
    times.doveadm.append(time.perf_counter() - began)


def bare(account: Account, uids: list[int], times: Times) -> None:
    """Expunge *uids* over IMAP, with nothing else."""
    began = time.perf_counter()
    with account.client() as client:
        client.select_folder("INBOX")
        client.add_flags(uids, [b"\\Deleted"], silent=True)
        client.uid_expunge(uids)
    times.bare.append(time.perf_counter() - began)


def floor(account: Account, uids: list[int], times: Times) -> None:
    """Expunge *uids* by the fewest and fastest words there are."""
    secret = b64encode(f"\0{account.username}\0{PASSWORD}".encode())
    sets = tuple(uid_sets(uids, 8000))
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", account.server.port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answers = connection.makefile("rb")
        answers.readline()
        for commands in (
            [b"AUTHENTICATE PLAIN " + secret],
            [b"SELECT INBOX"],
            [
                *(b"UID STORE %s +FLAGS.SILENT (\\Deleted)" % some for some in sets),
                *(b"UID EXPUNGE %s" % some for some in sets),
            ],
        ):
            connection.sendall(b"".join(b"a " + one + b"\r\n" for one in commands))
            for _ in commands:
                while not answers.readline().startswith(b"a OK"):
                    pass
    times.floor.append(time.perf_counter() - began)


def left(account: Account) -> int:
    """Return how many messages *account* holds, and remove it."""
    with account.client() as client:
        count = int(client.select_folder("INBOX", readonly=True)[b"EXISTS"])
    shutil.rmtree(account.home)
    return count


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--directory", type=Path, default=Path(tempfile.gettempdir()) / "overdracht-benchmark"
    )
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--person", type=int, default=1_500)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    size = mail_world.Size(options.messages, options.person)
    options.directory.mkdir(parents=True, exist_ok=True)
    archive = options.directory / f"Maildir-{size.messages}-{size.of_person}"
    mail_world.build(archive, size)
    os.environ[PASSWORD_VARIABLE] = PASSWORD
    times = Times()
    with Dovecot() as server:
        for _ in range(options.rounds):
            accounts = [filled(server, archive) for _ in range(4)]
            os.sync()  # what was made for the round is not written while it is timed
            uids = ours(accounts[0], times)
            doveadm(accounts[1], uids, times)
            bare(accounts[2], uids, times)
            floor(accounts[3], uids, times)
            counts = [left(account) for account in accounts]
            if counts != [size.messages - len(uids)] * 4:
                sys.exit(f"{counts} messages are left, of {size.messages} less {len(uids)}")
    report(times, len(uids), size.messages)


def report(times: Times, erased: int, messages: int) -> None:
    """Print what it took."""
    mine, peer = statistics.median(times.ours), statistics.median(times.doveadm)
    journal = statistics.median(times.journal)
    print(f"{erased:,} of {messages:,} messages erased")
    print(f"  doveadm expunge  {peer:7.3f} s")
    for name, seconds in (("IMAPClient", times.bare), ("floor", times.floor)):
        median = statistics.median(seconds)
        print(f"  {name:<16} {median:7.3f} s  {median / peer:5.2f} of it")
    print(
        f"  execute          {mine:7.3f} s  {mine / peer:5.2f} of it, {'meets' if mine <= GOAL * peer else 'MISSES'} {GOAL}"
    )
    print(f"  of which journal {journal:7.3f} s  {journal / erased * 1e6:5.0f} µs an item")


if __name__ == "__main__":
    main()
