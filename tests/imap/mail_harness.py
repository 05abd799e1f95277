"""Mail as a system for the contract: Maildir and mbox on disk, and a real Dovecot."""

import base64
import hashlib
import os
import re
from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from email.utils import format_datetime
from itertools import count
from pathlib import Path
from typing import Any

from imapclient.imap_utf7 import encode as utf7

from overdracht import Connector
from overdracht.testing import ErasingHarness, Record
from overdracht_imap.demo_messages import address
from overdracht_imap.imap import ImapConnector
from overdracht_imap.mailfiles import MailFilesConnector, MailFilesSettings
from tests.servers.dovecot import PASSWORD, Account
from tests.servers.permissions import unreadable, unwritable

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


class FilesHarness(ErasingHarness):
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

    def held(self) -> frozenset[str]:
        return frozenset(
            token
            for path in self.root.rglob("*")
            if path.is_file()
            for token in _tokens(_read(path))
        )

    def _read_only(self) -> AbstractContextManager[None]:
        """Let nothing be written to any directory of the archive."""
        return unwritable(self.root, *(one for one in self.root.rglob("*") if one.is_dir()))

    @property
    @abstractmethod
    def second(self) -> Path:
        """Where the second part is."""

    def break_part(self) -> AbstractContextManager[None]:
        return unreadable(self.second)


def _tokens(content: bytes) -> frozenset[str]:
    """Return the tokens of the messages in *content*."""
    return frozenset(one.decode() for one in re.findall(rb"(?m)^Ref: (tok[0-9]{5})", content))


def _times(status: os.stat_result) -> tuple[int, ...]:
    return status.st_ino, status.st_mode, status.st_mtime_ns, status.st_atime_ns


def _read(path: Path) -> bytes:
    """Read a file without changing the time of its last reading."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOATIME", 0))
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def _digest(path: Path) -> str:
    return hashlib.sha256(_read(path)).hexdigest()


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
        self._file(token).unlink()

    def rest(self, tokens: Collection[str]) -> object:
        return {
            str(path.relative_to(self.root)): (_digest(path), *_times(path.stat()))
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and _tokens(_read(path)).isdisjoint(tokens)
        }

    def change(self, token: str) -> None:
        with self._file(token).open("ab") as file:
            file.write(b"PS: gewijzigd\n")

    def obstacles(self) -> Mapping[str, Callable[[], AbstractContextManager[None]]]:
        return {"read-only": self._read_only}

    def _file(self, token: str) -> Path:
        return next(
            path
            for path in self.root.rglob("*")
            if path.is_file() and token in _tokens(_read(path))
        )


class MboxHarness(FilesHarness):
    """A folder with two mboxrd files."""

    most_at_once = 5_000
    """A file is written anew once for so many."""

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

    @property
    def _files(self) -> tuple[Path, Path]:
        return self.root / "archief.mbox", self.second

    def remove(self, token: str) -> None:
        self._write_anew(lambda letter: b"" if token in _tokens(letter) else letter)

    def change(self, token: str) -> None:
        self._write_anew(
            lambda letter: letter + b"PS: gewijzigd\n\n" if token in _tokens(letter) else letter
        )

    def _write_anew(self, change: Callable[[bytes], bytes]) -> None:
        for path in self._files:
            replacement = path.with_name("new")
            replacement.write_bytes(b"".join(map(change, _letters(path))))
            replacement.replace(path)

    def rest(self, tokens: Collection[str]) -> object:
        there = sorted(str(one.relative_to(self.root)) for one in self.root.rglob("*"))
        return there, {
            path.name: (
                path.stat().st_mode,
                [one for one in _letters(path) if _tokens(one).isdisjoint(tokens)],
            )
            for path in self._files
        }

    def obstacles(self) -> Mapping[str, Callable[[], AbstractContextManager[None]]]:
        return {"read-only": self._read_only, "locked": self._locked}

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold both files as a mail server does that is busy with them."""
        locks = [path.with_name(f"{path.name}.lock") for path in self._files]
        for one in locks:
            one.write_bytes(b"1:elders")
        try:
            yield
        finally:
            for one in locks:
                one.unlink()


def _letters(path: Path) -> list[bytes]:
    return re.split(rb"(?m)^(?=From kit@)", _read(path))


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


class ImapHarness(ErasingHarness):
    """An account on a real Dovecot."""

    secrets = (PASSWORD,)
    most_at_once = 2_001

    def __init__(self, account: Account) -> None:
        self.account = account
        with account.client() as client:
            client.create_folder(UGLY)

    def fill(self, records: Iterable[Record]) -> None:
        if len(records := tuple(records)) > 100:
            self._deliver(records)
            return
        for record in records:
            folder, flags = (UGLY, ()) if record.second_part else ("INBOX", (b"\\Flagged",))
            content = message(record).replace(b"\n", b"\r\n")
            self.account.fill([content], folder, flags, record.when)

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
        return self._seen()

    def _seen(self) -> dict[str, dict[int, dict[bytes, Any]]]:
        """Return all there is to see but for `\\Recent`, which whoever opens a folder for writing takes away by that alone."""
        seen = self.account.everything()
        for messages in seen.values():
            for one in messages.values():
                one[b"FLAGS"] = frozenset(one[b"FLAGS"]) - {b"\\Recent"}
                del one[b"SEQ"]  # a place in the folder, which moves up when one before it goes
        return seen

    def held(self) -> frozenset[str]:
        return frozenset(
            token
            for messages in self.account.everything().values()
            for one in messages.values()
            for token in _tokens(one[b"BODY[]"])
        )

    def rest(self, tokens: Collection[str]) -> object:
        return {
            folder: {
                uid: one
                for uid, one in messages.items()
                if _tokens(one[b"BODY[]"]).isdisjoint(tokens)
            }
            for folder, messages in self._seen().items()
        }

    def change(self, token: str) -> None:
        """Put another message of the same number in the place of one: IMAP knows no such thing, but a hand on the server's disk does."""
        mail = self.account.home / "mail"
        letters = (one for one in mail.rglob("*") if one.parent.name in {"cur", "new"})
        path = next(one for one in letters if token in _tokens(one.read_bytes()))
        owner, content = path.stat(), path.read_bytes() + b"PS: gewijzigd\r\n"
        base, _, flags = path.name.partition(":2,")
        other = f"{base.partition(',')[0]},S={len(content)},W={len(content)}"
        path.unlink()
        changed = path.with_name(f"{other}:2,{flags}")
        changed.write_bytes(content)
        os.chown(changed, owner.st_uid, owner.st_gid)
        os.utime(changed, (owner.st_atime, owner.st_mtime))
        numbers = path.parent.parent / "dovecot-uidlist"
        numbers.write_bytes(numbers.read_bytes().replace(base.encode(), other.encode()))
        for index in path.parent.parent.glob("dovecot.index*"):
            index.unlink()

    def obstacles(self) -> Mapping[str, Callable[[], AbstractContextManager[None]]]:
        return {"read-only": self._read_only}

    def _read_only(self) -> AbstractContextManager[None]:
        boxes = tuple((self.account.home / "mail").rglob("cur"))
        return unwritable(*boxes, *(one.parent for one in boxes))

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
