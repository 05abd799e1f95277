"""What stands beside the logs as systems for the contract: btmp and wtmp, fail2ban's database, the journal."""

import hashlib
import json
import os
import re
import sqlite3
import subprocess
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest

from overdracht import Connector
from overdracht.testing import ErasingHarness, Harness, Record
from overdracht_serverlogs import utmp
from overdracht_serverlogs.fail2ban import Fail2ban, Fail2banSettings
from overdracht_serverlogs.journald import Journald, JournaldSettings
from overdracht_serverlogs.logins import Logins, LoginsSettings
from tests.servers.need import need
from tests.servers.permissions import unreadable, unwritable

UGLY = 'wtmp "Één" & <b>%s\\ \u202e'
TOKEN = re.compile(rb"tok[0-9]{5}")


def read(path: Path) -> bytes:
    """Read a file without changing the time of its last reading."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOATIME", 0))
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def state(root: Path) -> dict[str, tuple[object, ...]]:
    """Return content, inode, mode and time of every file below *root*."""
    return {
        str(path.relative_to(root)): (
            hashlib.sha256(read(path)).hexdigest(),
            (status := path.stat()).st_ino,
            status.st_mode,
            status.st_mtime_ns,
        )
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@contextmanager
def away(root: Path) -> Iterator[None]:
    """Move the directory *root* away, as a disk that is not mounted."""
    elsewhere = root.with_name("away")
    root.rename(elsewhere)
    try:
        yield
    finally:
        elsewhere.rename(root)


class LoginsHarness(ErasingHarness):
    """Two files with logins; people log in by their customer number."""

    known_by: ClassVar[tuple[str, ...]] = ("customer",)
    mentions = False
    parties = False

    def __init__(self, directory: Path) -> None:
        self.root = directory / "log"
        self.root.mkdir()
        self.files = (self.root / "btmp", self.root / UGLY)
        for path in self.files:
            path.touch()

    def fill(self, records: Iterable[Record]) -> None:
        for record in records:
            host = f"{record.token}.kit.example"
            with self.files[record.second_part].open("ab") as file:
                file.write(utmp.write(7, "pts/1", record.person.customer, host, "", record.when))

    def connector(self) -> Connector[Any]:
        return Logins("aanmeldingen", LoginsSettings(paths=self.files))

    def snapshot(self) -> object:
        return state(self.root)

    def remove(self, token: str) -> None:
        self._write(lambda one: b"" if token.encode() in one else one)

    def change(self, token: str) -> None:
        self._write(lambda one: one.replace(token.encode() + b".kit", token.encode() + b".KIT"))

    def _write(self, made: Callable[[bytes], bytes]) -> None:
        for path in self.files:
            content = read(path)
            after = b"".join(made(one.raw) for one in utmp.records(content))
            if after != content:
                path.write_bytes(after)

    def held(self) -> frozenset[str]:
        return frozenset(one.decode() for path in self.files for one in TOKEN.findall(read(path)))

    def rest(self, tokens: Collection[str]) -> object:
        gone = [one.encode() for one in tokens]
        return [
            [one.raw for one in utmp.records(read(path)) if not any(t in one.raw for t in gone)]
            for path in self.files
        ]

    def obstacles(self) -> Mapping[str, Callable[[], AbstractContextManager[None]]]:
        return {"read-only": lambda: unwritable(self.root)}

    def break_part(self) -> AbstractContextManager[None]:
        return unreadable(self.files[1])

    def break_whole(self) -> AbstractContextManager[None]:
        return away(self.root)


MAKE = """
import sys
from fail2ban.server.database import Fail2BanDb
class Jail:
    def __init__(self, name): self.name = name
db = Fail2BanDb(sys.argv[1])
for name in sys.argv[2:]: db.addJail(Jail(name))
db.close()
"""


def make_database(path: Path, *jails: str) -> None:
    """Have fail2ban itself make its database at *path*."""
    need("fail2ban-server")
    subprocess.run(["/usr/bin/python3", "-c", MAKE, path, *jails], check=True, capture_output=True)


class Fail2banHarness(ErasingHarness):
    """A database that fail2ban made, with two jails."""

    parties = False
    JAILS = ("postfix-sasl", UGLY)

    def __init__(self, directory: Path) -> None:
        self.root = directory / "fail2ban"
        self.root.mkdir()
        self.path = self.root / "fail2ban.sqlite3"
        make_database(self.path, *self.JAILS)

    @contextmanager
    def _db(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path)) as db, db:
            yield db

    def fill(self, records: Iterable[Record]) -> None:
        with self._db() as db:
            for number, record in enumerate(records):
                line = f"postfix/smtpd[7]: {record.token}: SASL LOGIN authentication failed, sasl_username={record.person.email}"
                data = json.dumps(
                    {"matches": [line, f"{record.title} {record.text}"], "failures": 5}
                )
                when = int(record.when.timestamp())
                row = (
                    self.JAILS[record.second_part],
                    f"192.0.2.{number % 250}",
                    when,
                    600,
                    1,
                    data,
                )
                db.execute("INSERT INTO bans VALUES (?, ?, ?, ?, ?, ?)", row)

    def connector(self) -> Connector[Any]:
        return Fail2ban("fail2ban", Fail2banSettings(path=self.path))

    def snapshot(self) -> object:
        return state(self.root)

    def _rows(self) -> list[tuple[object, ...]]:
        uri = f"{self.path.as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as db:
            return db.execute("SELECT * FROM bans ORDER BY rowid").fetchall()

    def remove(self, token: str) -> None:
        with self._db() as db:
            db.execute("DELETE FROM bans WHERE instr(data, ?)", (token,))

    def change(self, token: str) -> None:
        with self._db() as db:
            db.execute("UPDATE bans SET bancount = 2 WHERE instr(data, ?)", (token,))

    def held(self) -> frozenset[str]:
        # The bytes of the file, and not what the database still tells: what was deleted must not stand there.
        return frozenset(one.decode() for one in TOKEN.findall(read(self.path)))

    def rest(self, tokens: Collection[str]) -> object:
        return [one for one in self._rows() if not any(token in str(one) for token in tokens)]

    def obstacles(self) -> Mapping[str, Callable[[], AbstractContextManager[None]]]:
        return {"read-only": lambda: unwritable(self.root), "locked": self._locked}

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with closing(sqlite3.connect(self.path, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            yield
            db.execute("ROLLBACK")

    def break_part(self) -> AbstractContextManager[None]:
        pytest.skip("all jails stand in one file: it is readable or not")

    def break_whole(self) -> AbstractContextManager[None]:
        return away(self.root)


JOURNAL_REMOTE = "/lib/systemd/systemd-journal-remote"


def write_journal(path: Path, entries: Iterable[Mapping[str, str]]) -> None:
    """Have systemd itself add *entries* to the journal file at *path*; each has `__REALTIME_TIMESTAMP`."""
    if not Path(JOURNAL_REMOTE).exists():
        need("systemd-journal-remote")
    text = b""
    for number, entry in enumerate(entries):
        fields = {"__MONOTONIC_TIMESTAMP": str(number + 1), "_BOOT_ID": "7" * 32, **entry}
        for name, value in fields.items():
            raw = value.encode("utf-8", "replace")
            # The export format: a value with a line end in it goes behind its length.
            plain = b"\n" not in raw and name.startswith("__")
            text += (
                f"{name}=".encode() + raw + b"\n"
                if plain
                else f"{name}\n".encode() + len(raw).to_bytes(8, "little") + raw + b"\n"
            )
        text += b"\n"
    if text:
        subprocess.run(
            [JOURNAL_REMOTE, f"--output={path}", "-"], input=text, check=True, capture_output=True
        )


def micros(record: Record) -> str:
    """Return the record's time as the journal has it."""
    return str(int(record.when.timestamp() * 1_000_000))


class JournalHarness(Harness):
    """A directory with two journals that systemd wrote."""

    def __init__(self, directory: Path) -> None:
        need("journalctl")
        self.root = directory / "journal"
        self.files = (
            self.root / "host" / "system.journal",
            self.root / "host" / "remote-b.journal",
        )
        self.files[0].parent.mkdir(parents=True)
        self.records: list[Record] = []

    def fill(self, records: Iterable[Record]) -> None:
        records = tuple(records)
        self.records += records
        for number, path in enumerate(self.files):
            write_journal(path, [_entry(one) for one in records if one.second_part == number])

    def connector(self) -> Connector[Any]:
        return Journald("journaal", JournaldSettings(directory=self.root))

    def snapshot(self) -> object:
        return state(self.root)

    def remove(self, token: str) -> None:
        (gone,) = (one for one in self.records if one.token == token)
        self.records.remove(gone)
        self.files[gone.second_part].unlink()
        same = [one for one in self.records if one.second_part == gone.second_part]
        write_journal(self.files[gone.second_part], map(_entry, same))

    def break_part(self) -> AbstractContextManager[None]:
        return unreadable(self.files[1])

    def break_whole(self) -> AbstractContextManager[None]:
        return away(self.root)


def _entry(record: Record) -> dict[str, str]:
    return {
        "__REALTIME_TIMESTAMP": micros(record),
        "MESSAGE": f"{record.token}: client=unknown[192.0.2.7], sasl_method=LOGIN, sasl_username={record.person.email}",
        "PROTOCOL": f"{record.title}\n{record.text}",
        "SYSLOG_IDENTIFIER": "postfix/smtpd",
        "_HOSTNAME": "mx1",
    }
