"""Mail as a system for the contract: Maildir and mbox on disk, and a real Dovecot."""

import base64
import hashlib
import os
import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import count
from pathlib import Path
from typing import Any

from imapclient.imap_utf7 import encode as utf7

from overdracht import Connector
from overdracht.testing import Harness, Record
from overdracht_imap.demo_messages import address
from overdracht_imap.imap import ImapConnector
from overdracht_imap.mailfiles import MailFilesConnector, MailFilesSettings
from tests.servers.dovecot import PASSWORD, Account
from tests.servers.permissions import unreadable

UGLY = 'Klanten "Één" & <b>%s\\ \u202etxt.exe'
"""A folder's name with all that a name may hold in all three."""


def message(record: Record) -> bytes:
    """Return *record* as the message that its person sent to the organisation."""
    person = record.person
    title = base64.b64encode(record.title.encode()).decode()
    headers = (
        f"From: {address(person.name, person.email)}",
        "To: info@voorbeeld-ict.example",
        f"Subject: =?utf-8?B?{title}?=" if title else "X-No: subject",
        f"Date: {format_datetime(record.when)}",
        f"Message-ID: <{record.token}@kit.example>",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    )
    return "\n".join([*headers, "", f"Ref: {record.token}", record.text, ""]).encode()


class FilesHarness(Harness):
    """A directory with mail, read as files."""

    many = 10_000
    batch = 5 << 20
    """It searches some thousands of files at a time."""

    def __init__(self, directory: Path) -> None:
        self.root = directory / "mail"
        self.root.mkdir()
        self.numbers = count(1)

    def connector(self) -> Connector[Any]:
        settings = MailFilesSettings.model_validate({"path": self.root})
        return MailFilesConnector("archief", settings)

    def snapshot(self) -> object:
        return {
            str(path.relative_to(self.root)): (_digest(path), *_times(path.stat()))
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
        }

    @contextmanager
    def break_whole(self) -> Iterator[None]:
        """Move the whole archive away, as a disk that is not mounted."""
        away = self.root.with_name("away")
        self.root.rename(away)
        try:
            yield
        finally:
            away.rename(self.root)

    @property
    @abstractmethod
    def second(self) -> Path:
        """Where the second part is."""

    def break_part(self) -> AbstractContextManager[None]:
        return unreadable(self.second)


def _times(status: os.stat_result) -> tuple[int, ...]:
    return status.st_ino, status.st_mode, status.st_mtime_ns, status.st_atime_ns


def _digest(path: Path) -> str:
    """Return the digest of a file without changing the time of its last reading."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOATIME", 0))
    with os.fdopen(descriptor, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


class MaildirHarness(FilesHarness):
    """A Maildir++ with a folder."""

    @property
    def second(self) -> Path:
        return self.root / f".{utf7(UGLY).decode()}" / "cur"

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        for folder in (self.root, self.second.parent):
            for inside in ("cur", "new", "tmp"):
                (folder / inside).mkdir(parents=True)

    def fill(self, records: Iterable[Record]) -> None:
        for record in records:
            folder = self.second if record.second_part else self.root / "cur"
            content = message(record)
            stamp, number = int(record.when.timestamp()), next(self.numbers)
            name = f"{stamp}.M{number:06}P1.host,S={len(content)}:2,{'S' if number % 2 else ''}"
            (folder / name).write_bytes(content)

    def remove(self, token: str) -> None:
        needle = f"Ref: {token}".encode()
        for path in self.root.rglob("*"):
            if path.is_file() and needle in path.read_bytes():
                path.unlink()


class MboxHarness(FilesHarness):
    """A folder with two mboxrd files."""

    @property
    def second(self) -> Path:
        return self.root / "Klanten" / (UGLY + ".mbox")

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        (self.root / "Klanten").mkdir()
        for path in (self.root / "archief.mbox", self.second):
            path.touch()

    def fill(self, records: Iterable[Record]) -> None:
        with (self.root / "archief.mbox").open("ab") as first, self.second.open("ab") as second:
            for record in records:
                (second if record.second_part else first).write(_mboxrd(record))

    def remove(self, token: str) -> None:
        needle = f"Ref: {token}".encode()
        for path in (self.root / "archief.mbox", self.second):
            letters = re.split(rb"(?m)^(?=From kit@)", path.read_bytes())
            kept = b"".join(one for one in letters if needle not in one)
            replacement = path.with_name("new")
            replacement.write_bytes(kept)
            replacement.replace(path)


def _mboxrd(record: Record) -> bytes:
    quoted = re.sub(rb"(?m)^(>*From )", rb">\1", message(record))
    return (
        f"From kit@voorbeeld-ict.example {record.when:%a %b %d %H:%M:%S %Y}\n".encode()
        + quoted
        + b"\n"
    )


class Impatient(ImapConnector):
    """Tries again at once."""

    @staticmethod
    def pause(seconds: float) -> None:
        """Wait no moment."""


class ImapHarness(Harness):
    """An account on a real Dovecot."""

    secrets = (PASSWORD,)

    def __init__(self, account: Account) -> None:
        self.account = account
        with account.client() as client:
            client.create_folder(UGLY)

    def fill(self, records: Iterable[Record]) -> None:
        if len(records := tuple(records)) > 100:
            self._deliver(records)
            return
        first: list[bytes] = []
        second: list[bytes] = []
        for record in records:
            (second if record.second_part else first).append(
                message(record).replace(b"\n", b"\r\n")
            )
        when = datetime(2024, 3, 1, tzinfo=UTC)
        self.account.fill(first, "INBOX", (b"\\Flagged",), when)
        self.account.fill(second, UGLY, (), when)

    def _deliver(self, records: Iterable[Record]) -> None:
        """Put many *records* straight into the server's Maildir, as a delivery agent does: APPEND takes too long."""
        inbox = self.account.home / "mail"
        owner = inbox.stat()
        for record in records:
            stamp = int(record.when.timestamp())
            path = inbox / "cur" / f"{stamp}.{record.token}.host:2,S"
            path.write_bytes(message(record).replace(b"\n", b"\r\n"))
            os.chown(path, owner.st_uid, owner.st_gid)

    def connector(self) -> Connector[Any]:
        return Impatient("postbus", self.account.settings())

    def snapshot(self) -> object:
        return self.account.everything()

    def remove(self, token: str) -> None:
        with self.account.client() as client:
            for folder in ("INBOX", UGLY):
                client.select_folder(folder)
                client.delete_messages(client.search(["HEADER", "Message-ID", token]))
                client.expunge()

    def break_part(self) -> AbstractContextManager[None]:
        (folder,) = (one for one in self.account.home.rglob("cur") if "Klanten" in str(one))
        return unreadable(folder.parent)

    @contextmanager
    def break_whole(self) -> Iterator[None]:
        self.account.server.stop()
        try:
            yield
        finally:
            self.account.server.start()
