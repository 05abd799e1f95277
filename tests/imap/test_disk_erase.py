"""Erasing a person from mail on disk: Maildir by file, mbox by writing it anew under the locks of a mail server."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from overdracht import (
    Aged,
    Category,
    Item,
    Mark,
    Question,
    Result,
    Sighting,
    Subject,
    new_path,
    replacing,
)
from overdracht_imap import maildir_erase, mbox_lock, mbox_rewrite
from overdracht_imap.mailfiles import MailFilesConnector, MailFilesSettings
from tests.imap.asking import JAN, collect
from tests.imap.erasing import approved, erase, objections
from tests.servers.dovecot import PASSWORD, PASSWORD_VARIABLE, Dovecot
from tests.servers.need import need
from tests.servers.permissions import unwritable
from tests.servers.waiting import wait_until

LETTER = b"From: Jan <jan@kaasboer.example>\nTo: info@voorbeeld-ict.example\nSubject: kaas %d\nMessage-ID: <%d@k.example>\nDate: Mon, 05 Jan 2026 10:00:00 +0100\n\nDag,\n>From hier.\n"
OTHER = b"From: Piet <piet@elders.example>\nTo: info@voorbeeld-ict.example\nSubject: iets %d\nMessage-ID: <p%d@k.example>\n\nDag.\n\xff\x00\n"
SEPARATOR = b"From x@y.example Mon Jan  5 10:00:00 2026\n"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mbox_lock, "PATIENCE", 0.4)
    monkeypatch.setattr(mbox_lock, "HEADWAY", 0.05)
    monkeypatch.setattr(mbox_rewrite, "LATECOMERS", 0.4)


def source(path: Path) -> MailFilesConnector:
    return MailFilesConnector("archief", MailFilesSettings.model_validate({"path": path}))


def found(path: Path) -> list[Item]:
    return collect(source(path).find(Question(Subject("v", (JAN,))))).items


def mbox(path: Path, *letters: bytes) -> Path:
    path.write_bytes(b"".join(SEPARATOR + letter + b"\n" for letter in letters))
    return path


def maildir(path: Path, *letters: bytes) -> Path:
    for name in ("cur", "new", "tmp"):
        (path / name).mkdir(parents=True, exist_ok=True)
    for number, letter in enumerate(letters):
        folder = "new" if number % 5 == 4 else "cur"
        (path / folder / f"{number}.M1P1.host{':2,S' if folder == 'cur' else ''}").write_bytes(
            letter
        )
    return path


def mixed(count: int = 6) -> list[bytes]:
    return [(LETTER if number % 2 else OTHER) % (number, number) for number in range(2 * count)]


def snapshot(path: Path) -> dict[str, tuple[Any, ...]]:
    return {
        str(one.relative_to(path)): (
            one.read_bytes(),
            one.stat().st_ino,
            one.stat().st_mtime_ns,
            one.stat().st_mode,
        )
        for one in path.rglob("*")
        if one.is_file()
    }


class TestMaildir:
    """One file a message."""

    def test_exactly_the_planned_files_go(self, tmp_path: Path) -> None:
        """In `cur` and in `new`, with every other file as it was."""
        maildir(tmp_path, *mixed())
        maildir(tmp_path / ".Klanten", *mixed(3))
        items = found(tmp_path)
        before = snapshot(tmp_path)
        assert objections(source(tmp_path), items) == []
        assert snapshot(tmp_path) == before
        done = erase(source(tmp_path), items)
        assert done.counts == {Result.ERASED: 9}
        after = snapshot(tmp_path)
        assert {name: before[name] for name in after} == after
        assert all(b"jan@kaasboer" in before[name][0] for name in before.keys() - after.keys())
        assert len(before) - len(after) == 9
        assert erase(source(tmp_path), items).counts == {Result.ALREADY_GONE: 9}

    def test_a_message_that_was_read_meanwhile_is_found_under_its_new_name(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its flags stand in the name; it is looked up by what stays, also when the flags change while we are at it."""
        maildir(tmp_path, *mixed(3))
        items = found(tmp_path)
        (tmp_path / "cur" / "1.M1P1.host:2,S").rename(tmp_path / "cur" / "1.M1P1.host:2,FRS")
        original = maildir_erase._removed
        calls: list[Any] = []

        def rename_first(step: Any, files: Any) -> Any:
            if not calls:
                (tmp_path / "cur" / "3.M1P1.host:2,S").rename(tmp_path / "cur" / "3.M1P1.host:2,ST")
            calls.append(step)
            return original(step, files)

        monkeypatch.setattr(maildir_erase, "_removed", rename_first)
        assert erase(source(tmp_path), items).counts == {Result.ERASED: 3}
        assert found(tmp_path) == []

    def test_a_message_of_which_a_crash_left_two_names(self, tmp_path: Path) -> None:
        """Both go: they are the same message."""
        maildir(tmp_path, LETTER % (1, 1))
        (tmp_path / "new" / "0.M1P1.host").hardlink_to(tmp_path / "cur" / "0.M1P1.host:2,S")
        assert erase(source(tmp_path), found(tmp_path)).counts == {Result.ERASED: 1}
        assert snapshot(tmp_path) == {}

    def test_another_message_in_its_place_stays(self, tmp_path: Path) -> None:
        """A file of the name with another size is another message: an objection, and CHANGED."""
        maildir(tmp_path, *mixed(3))
        items = found(tmp_path)
        path = tmp_path / "cur" / "1.M1P1.host:2,S"
        path.write_bytes(OTHER % (99, 99))
        assert [one.key for one in objections(source(tmp_path), items)] == ["INBOX/1.M1P1.host"]
        assert erase(source(tmp_path), items).counts == {Result.CHANGED: 1, Result.ERASED: 2}
        assert path.read_bytes() == OTHER % (99, 99)

    def test_no_permission_is_an_objection(self, tmp_path: Path) -> None:
        """A directory that cannot be written is said so, nothing is touched, and forcing it fails message by message."""
        maildir(tmp_path, *mixed(3))
        items = found(tmp_path)
        with unwritable(tmp_path / "cur"):
            (objection,) = objections(source(tmp_path), items)
            assert "permission" in objection.reason
            done = erase(source(tmp_path), items)
        assert done.counts == {Result.FAILED: 3}
        assert all(
            "Permission denied" in one.reason
            for one in done.outcomes.values()
            if one.result is Result.FAILED
        )
        assert erase(source(tmp_path), items).counts == {Result.ERASED: 3}

    def test_a_folder_that_is_gone_is_not_erased(self, tmp_path: Path) -> None:
        """It may have been renamed, with all that is in it."""
        maildir(tmp_path)
        maildir(tmp_path / ".Klanten", *mixed(2))
        items = found(tmp_path)
        (tmp_path / ".Klanten").rename(tmp_path / ".Oud")
        assert len(objections(source(tmp_path), items)) == 1
        assert erase(source(tmp_path), items).counts == {Result.CHANGED: 2}
        assert len(found(tmp_path)) == 2


def kept(letters: list[bytes]) -> bytes:
    return b"".join(SEPARATOR + one + b"\n" for one in letters if b"jan@kaasboer" not in one)


class TestMbox:
    """Many messages in one file."""

    def test_every_other_message_stays_byte_for_byte(self, tmp_path: Path) -> None:
        """Owner, mode, attributes and times too; preparing changes nothing, not even the file's number."""
        path = mbox(tmp_path / "archief", *mixed(40))
        path.chmod(0o640)
        if os.geteuid() == 0:
            os.chown(path, 1234, 2345)
        os.setxattr(path, "user.note", b"van de server")
        os.utime(path, ns=(1_700_000_000_000_000_000, 1_600_000_000_000_000_000))
        status, items = path.stat(), found(path)
        assert len(items) == 40
        before = snapshot(tmp_path)
        assert objections(source(path), items) == []
        assert snapshot(tmp_path) == before
        assert erase(source(path), items).counts == {Result.ERASED: 40}
        assert path.read_bytes() == kept(mixed(40))
        after = path.stat()
        for name in ("st_mode", "st_uid", "st_gid", "st_mtime_ns"):
            assert getattr(after, name) == getattr(status, name)
        assert os.getxattr(path, "user.note") == b"van de server"
        assert [one.name for one in tmp_path.iterdir()] == ["archief"]
        assert erase(source(path), items).counts == {Result.ALREADY_GONE: 40}

    @pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
    def test_first_last_and_all(self, tmp_path: Path, line_end: bytes) -> None:
        """The messages at both ends leave nothing of themselves, and an mbox of which all is gone is an empty mbox, searched whole."""
        letters = [LETTER % (1, 1), OTHER % (2, 2), LETTER % (3, 3)]
        path = mbox(tmp_path / "archief", *letters)
        path.write_bytes(path.read_bytes().replace(b"\n", line_end))
        erase(source(tmp_path), found(tmp_path))
        assert path.read_bytes() == kept(letters).replace(b"\n", line_end)
        mbox(path, LETTER % (1, 1))
        erase(source(tmp_path), found(tmp_path))
        assert path.read_bytes() == b""
        again = collect(source(tmp_path).find(Question(Subject("v", (JAN,)))))
        assert (list(again.searched), again.gaps) == (["archief"], [])

    def test_what_is_kept_keeps_its_key(self, tmp_path: Path) -> None:
        """A message is known by what it says and not by where it stands, so that a decision about one survives what goes before it."""
        path = mbox(tmp_path / "archief", *mixed(5))
        items = found(path)
        erase(source(path), items[:2])
        assert [one.key for one in found(path)] == [one.key for one in items[2:]]
        assert [one.fingerprint for one in found(path)] == [one.fingerprint for one in items[2:]]

    def test_a_flag_changes_neither_key_nor_fingerprint(self, tmp_path: Path) -> None:
        """Mail programs keep flags in header fields of their own."""
        path = mbox(tmp_path / "archief", LETTER % (1, 1))
        (item,) = found(path)
        read = (LETTER % (1, 1)).replace(
            b"\n\nDag",
            b"\nStatus: RO\nX-Status: A\nX-Keywords: Belangrijk\n  nog een\nX-UID: 7  \n\nDag",
        )
        mbox(path, read)
        (again,) = found(path)
        assert (again.key, again.fingerprint) == (item.key, item.fingerprint)
        assert erase(source(path), [item]).counts == {Result.ERASED: 1}

    def test_messages_with_the_same_header_section(self, tmp_path: Path) -> None:
        """Two that differ in their bodies are two; the same message twice is one, and both its copies go."""
        one, other = LETTER % (1, 1), (LETTER % (1, 1)).replace(b"Dag", b"Hoi")
        path = mbox(tmp_path / "archief", one, OTHER % (2, 2), other, one)
        items = found(path)
        assert len(items) == 2
        assert erase(source(path), [items[1]]).counts == {Result.ERASED: 1}
        assert path.read_bytes().count(b"Hoi") == 0
        assert erase(source(path), [items[0]]).counts == {Result.ERASED: 1}
        assert path.read_bytes() == kept([OTHER % (2, 2)])

    def test_another_body_is_another_message(self, tmp_path: Path) -> None:
        """It is an objection, and CHANGED, and stays."""
        path = mbox(tmp_path / "archief", LETTER % (1, 1), LETTER % (2, 2))
        items = found(path)
        mbox(path, (LETTER % (1, 1)).replace(b"Dag", b"Hoi"), LETTER % (2, 2))
        assert [one.key for one in objections(source(path), items)] == [items[0].key]
        assert erase(source(path), items).results.count(Result.CHANGED) == 1
        assert path.read_bytes() == SEPARATOR + (LETTER % (1, 1)).replace(b"Dag", b"Hoi") + b"\n"

    @pytest.mark.parametrize("obstacle", ["dotlock", "fcntl", "directory", "hard link", "room"])
    def test_what_stands_in_the_way(
        self, tmp_path: Path, obstacle: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A lock of either kind, a directory that cannot be written, a second name, a full disk: an objection each, and the file stays."""
        path = mbox(tmp_path / "archief", *mixed(3))
        items, before = found(path), path.read_bytes()
        said = {
            "dotlock": "locked",
            "fcntl": "locked",
            "directory": "directory",
            "hard link": "second name",
            "room": "room",
        }[obstacle]
        with _in_the_way(path, obstacle, monkeypatch):
            (objection,) = objections(source(path), items)
            assert said in objection.reason
            if obstacle not in {"hard link", "room"}:
                done = erase(source(path), items)
                assert done.counts == {Result.FAILED: 3}
            assert path.read_bytes() == before
        assert not new_path(path).exists()

    def test_a_full_disk_leaves_the_old_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Writing the new file fails: FAILED, nothing is left of the attempt, and no lock."""
        path = mbox(tmp_path / "archief", *mixed(3))
        items, before = found(path), path.read_bytes()

        def full(_: int, __: bytes) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(replacing, "write_all", full)
        done = erase(source(path), items)
        assert done.counts == {Result.FAILED: 3}
        assert "No space left" in next(iter(done.outcomes.values())).reason
        assert path.read_bytes() == before
        assert [one.name for one in tmp_path.iterdir()] == ["archief"]

    def test_a_program_that_heeds_no_lock_is_noticed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """When the file grew while it was copied, the copy is thrown away: what came is not lost."""
        path = mbox(tmp_path / "archief", *mixed(3))
        items = found(path)
        original = replacing.dress

        def grow(*arguments: Any) -> None:
            original(*arguments)
            with path.open("ab") as file:
                file.write(SEPARATOR + OTHER % (99, 99) + b"\n")

        monkeypatch.setattr(replacing, "dress", grow)
        done = erase(source(path), items)
        assert done.counts == {Result.FAILED: 3}
        assert "in spite of the lock" in next(iter(done.outcomes.values())).reason
        assert path.read_bytes() == b"".join(
            SEPARATOR + one + b"\n" for one in [*mixed(3), OTHER % (99, 99)]
        )

    def test_a_delivery_that_waited_with_the_old_file_open_is_not_lost(
        self, tmp_path: Path
    ) -> None:
        """A program that heeds only `fcntl` opens the file, waits for our lock, and then writes where nobody would look any more: it is taken along."""
        path = mbox(tmp_path / "archief", *mixed(3))
        items = found(path)
        late = SEPARATOR + OTHER % (99, 99) + b"\n"
        deliver = (
            "import fcntl,sys\nf=open(sys.argv[1],'ab')\nprint('open',flush=True)\nsys.stdin.readline()\nfcntl.lockf(f,fcntl.LOCK_EX)\n"
            f"f.write({late!r})\nf.flush()\n"
        )
        with subprocess.Popen(
            [sys.executable, "-c", deliver, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stdin is not None
            process.stdout.readline()
            with pytest.MonkeyPatch.context() as patch:
                original = mbox_rewrite.Replaced.take_along

                def meanwhile(*arguments: Any) -> None:
                    assert process.stdin is not None
                    process.stdin.write(b"\n")
                    process.stdin.flush()
                    original(*arguments)

                patch.setattr(mbox_rewrite.Replaced, "take_along", meanwhile)
                patch.setattr(mbox_rewrite, "LATECOMERS", 10)
                done = erase(source(path), items)
        assert done.counts == {Result.ERASED: 3}
        assert path.read_bytes() == kept(mixed(3)) + late

    def test_somebody_elses_lock_is_waited_for(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And the erasure is done when it is given up."""
        monkeypatch.setattr(mbox_lock, "PATIENCE", 10)
        path = mbox(tmp_path / "archief", *mixed(3))
        items = found(path)
        mbox_lock.dotlock(path).write_bytes(b"")
        threading.Timer(0.3, mbox_lock.dotlock(path).unlink).start()
        assert erase(source(path), items).counts == {Result.ERASED: 3}


class _in_the_way:  # noqa: N801 - it is used as a function
    """Hold something against the mbox at *path* for a while."""

    def __init__(self, path: Path, obstacle: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path, self.obstacle, self.patch = path, obstacle, monkeypatch

    def __enter__(self) -> None:
        path = self.path
        if self.obstacle == "dotlock":
            mbox_lock.dotlock(path).write_text("1:another.host\n")
        elif self.obstacle == "fcntl":
            hold = "import fcntl,sys\nf=open(sys.argv[1],'r+b')\nfcntl.lockf(f,fcntl.LOCK_EX)\nprint('held',flush=True)\nsys.stdin.read()"
            self.process = subprocess.Popen(
                [sys.executable, "-c", hold, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            assert self.process.stdout is not None
            self.process.stdout.readline()
        elif self.obstacle == "directory":
            self.away = unwritable(path.parent)
            self.away.__enter__()
        elif self.obstacle == "hard link":
            path.with_name("tweede").hardlink_to(path)
        else:
            real = os.statvfs(path.parent)
            values = list(real)
            values[4] = 0  # f_bavail
            self.patch.setattr(os, "statvfs", lambda _: os.statvfs_result(values))

    def __exit__(self, *error: object) -> None:
        if self.obstacle == "dotlock":
            mbox_lock.dotlock(self.path).unlink()
        elif self.obstacle == "fcntl":
            self.process.communicate()
        elif self.obstacle == "directory":
            self.away.__exit__(None, None, None)


class TestCrash:
    """A process that is killed."""

    def dies(self, path: Path, at: str) -> None:
        """Let another process erase, and be killed when it calls *at*."""
        module, name = at.rsplit(".", 1)
        code = (
            "import os,signal,sys\nfrom pathlib import Path\nimport tests.imap.test_disk_erase as t\n"
            f"import {module} as m\n"
            f"def die(*a,**k): os.kill(os.getpid(), signal.SIGKILL)\n"
            f"items=t.found(Path(sys.argv[1]))\nm.{name}=die\nt.erase(t.source(Path(sys.argv[1])), items)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, path],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            check=False,
        )
        assert done.returncode == -signal.SIGKILL

    @pytest.mark.parametrize(
        ("at", "new"),
        [
            ("overdracht_imap.mbox_erase.rewrite", False),
            ("overdracht.replacing.write_all", False),
            ("overdracht.replacing.dress", False),
            ("os.replace", False),
            ("overdracht_imap.mbox_rewrite.Replaced", True),
        ],
    )
    def test_it_leaves_the_old_file_or_the_new(self, tmp_path: Path, at: str, new: bool) -> None:
        """Never half of one; and the next process removes the lock and the unfinished copy that were left, and erases the rest."""
        letters = mixed(6)
        path = mbox(tmp_path / "archief", *letters)
        items, before = found(path), path.read_bytes()
        self.dies(path, at)
        assert path.read_bytes() == (kept(letters) if new else before)
        assert mbox_lock.dotlock(path).exists()
        assert objections(source(path), items) == []
        done = erase(source(path), items)
        assert done.counts == {Result.ALREADY_GONE if new else Result.ERASED: 6}
        assert path.read_bytes() == kept(letters)
        assert [one.name for one in tmp_path.iterdir()] == ["archief"]

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"12\n",
            b"1:%(host)s\n",
            b"999999999:%(host)s\n",
            b"999999999:elders\0overdracht 1\n",
        ],
        ids=["empty", "number", "alive", "another program's", "another machine's"],
    )
    def test_a_lock_that_may_not_be_ours_is_left_alone(
        self, tmp_path: Path, content: bytes
    ) -> None:
        """Only a lock that says it is ours, on this machine, of a process that is gone, is removed."""
        path = mbox(tmp_path / "archief", *mixed(3))
        lock = mbox_lock.dotlock(path)
        lock.write_bytes(content.replace(b"%(host)s", socket.gethostname().encode()))
        assert erase(source(path), found(path)).counts == {Result.FAILED: 3}
        assert lock.exists()

    def test_the_number_of_a_process_that_is_used_again(self, tmp_path: Path) -> None:
        """A lock of a process whose number another one has now does not block for ever."""
        path = mbox(tmp_path / "archief", *mixed(3))
        mbox_lock.dotlock(path).write_bytes(
            b"%d:%s\0overdracht 1\n" % (os.getpid(), socket.gethostname().encode())
        )
        assert erase(source(path), found(path)).counts == {Result.ERASED: 3}


class TestTurns:
    """Others' turn at an mbox that is written anew time and again."""

    @staticmethod
    def _waited(path: Path, *, urgent: bool = False) -> float:
        """Return how long it takes to hold *path*, which nobody else holds."""
        begun = time.monotonic()
        with mbox_lock.held(path, urgent=urgent):
            return time.monotonic() - begun

    def test_others_have_the_file_as_long_as_we_had_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """However long one rewriting takes, the next begins only after as long a pause; each file has its own, and a late letter does not wait."""
        monkeypatch.setattr(mbox_lock, "HEADWAY", 0.0)
        one, other = tmp_path / "een", tmp_path / "ander"
        for path in (one, other):
            path.write_bytes(b"")
        with mbox_lock.held(one):
            time.sleep(0.6)
        assert self._waited(other) < 0.3
        assert self._waited(one, urgent=True) < 0.3
        with mbox_lock.held(one):
            time.sleep(0.6)
        assert self._waited(other) < 0.3
        assert self._waited(one) > 0.4

    def test_it_is_never_less_than_the_others_need(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """They only look now and then whether it is free, also after a rewriting that took a moment."""
        monkeypatch.setattr(mbox_lock, "HEADWAY", 0.4)
        path = tmp_path / "een"
        path.write_bytes(b"")
        self._waited(path)
        assert self._waited(path) > 0.3


@pytest.mark.server
@pytest.mark.parametrize("mail", ["maildir:%h/archief", "mbox:%h/archief:INBOX=%h/archief/INBOX"])
def test_what_dovecot_remembers_is_said_and_goes_by_the_command_that_is_named(
    monkeypatch: pytest.MonkeyPatch, mail: str
) -> None:
    """Its cache keeps the subjects of mail that was taken off the disk; the residue says so, always, and its remedy clears them."""
    need("dovecot", "doveadm")
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    with Dovecot(mail) as server:
        account = server.account()
        account.fill(
            [LETTER.replace(b": kaas", b": Geheimonderwerp") % (one, one) for one in (1, 2)]
        )
        account.fill([OTHER.replace(b"\0", b"") % (one, one) for one in (3, 4)])
        with account.client() as client:
            client.select_folder("INBOX")
            for _ in range(2):
                client.fetch(
                    client.search(), ["ENVELOPE", "BODY.PEEK[HEADER.FIELDS (FROM SUBJECT)]"]
                )

        def remembered(word: bytes) -> int:
            files = account.home.rglob("dovecot.index*")
            return sum(path.read_bytes().count(word) for path in files if path.is_file())

        path = account.home / "archief"
        assert erase(source(path), found(path)).counts == {Result.ERASED: 2}
        assert remembered(b"Geheimonderwerp") == 2
        (said,) = (one for one in source(path).residue() if "dovecot.index" in one.where.en)
        assert "doveadm mailbox cache purge -u ACCOUNT -- FOLDER" in said.remedy.en
        program = ("doveadm", "-c", str(server.config), "mailbox", "cache", "purge")
        subprocess.run([*program, "-u", account.username, "--", "INBOX"], check=True)
        assert remembered(b"Geheimonderwerp") == 0


@pytest.mark.server
class TestBesideDovecot:
    """A mail server on the same files."""

    @pytest.fixture
    def server(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Dovecot]:
        need("dovecot")
        monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
        monkeypatch.setattr(mbox_lock, "PATIENCE", 20)
        monkeypatch.setattr(mbox_lock, "HEADWAY", 0.6)
        monkeypatch.setattr(mbox_rewrite, "LATECOMERS", 2.5)
        with Dovecot("mbox:%h/mbox:INBOX=%h/mbox/INBOX") as server:
            yield server

    def test_deliveries_during_the_erasure_all_arrive(self, server: Dovecot) -> None:
        """Dovecot appends to the mbox all the while it is written anew, many times: nothing is lost, nothing is torn, and all that was planned goes."""
        account = server.account()
        account.fill([one.replace(b"\n", b"\r\n") for one in mixed(20)])
        path = account.home / "mbox" / "INBOX"
        items = found(path)
        assert len(items) == 20
        delivered: list[int] = []
        ended = threading.Event()

        def deliver() -> None:
            with account.client() as client:
                client.socket().settimeout(120)  # it may have to wait for a lock time and again
                while not ended.wait(0.05):
                    number = 1000 + len(delivered)
                    client.append(
                        "INBOX",
                        (OTHER % (number, number)).replace(b"\x00", b"").replace(b"\n", b"\r\n"),
                    )
                    delivered.append(number)

        other = threading.Thread(target=deliver)
        other.start()
        try:
            for at in range(0, 20, 5):
                seen = len(delivered)
                while len(delivered) < seen + 3:
                    assert other.is_alive()
                    time.sleep(0.01)
                assert erase(source(path), items[at : at + 5]).counts == {Result.ERASED: 5}
        finally:
            ended.set()
            other.join(150)
        assert delivered
        assert found(path) == []
        with account.client() as client:
            client.select_folder("INBOX", readonly=True)
            subjects = [
                bytes(one[b"ENVELOPE"].subject)
                for one in client.fetch(client.search(), ["ENVELOPE"]).values()
            ]
        wanted = [b"iets %d" % number for number in (*range(0, 40, 2), *delivered)]
        assert sorted(subjects) == sorted(wanted)

    def test_a_delivery_gets_its_turn(self, server: Dovecot) -> None:
        """However often in a row the file is written anew, Dovecot has its turn in between: no delivery waits for long."""
        account = server.account()
        account.fill([(LETTER % (one, one)).replace(b"\n", b"\r\n") for one in range(8)])
        path = account.home / "mbox" / "INBOX"
        with path.open("ab") as file:
            file.write(
                b"".join(SEPARATOR + OTHER % (one, one) + bytes(50_000) for one in range(99))
            )
        items = found(path)
        waits: list[float] = []
        ended = threading.Event()

        def deliver() -> None:
            with account.client() as client:
                client.socket().settimeout(120)
                while not ended.wait(0.02):
                    begun = time.monotonic()
                    client.append("INBOX", b"From: Piet <piet@elders.example>\r\n\r\nDag.\r\n")
                    waits.append(time.monotonic() - begun)

        other = threading.Thread(target=deliver)
        other.start()
        try:
            wait_until(lambda: bool(waits))  # it has logged in
            for one in items:
                assert erase(source(path), [one]).counts == {Result.ERASED: 1}
        finally:
            ended.set()
            other.join(150)
        assert len(waits) > len(items) / 2
        assert max(waits) < 5

    def test_dovecot_keeps_off_while_we_hold_the_file(self, server: Dovecot) -> None:
        """Its append waits until we are done: both locks are those it knows."""
        account = server.account()
        account.fill([(OTHER % (1, 1)).replace(b"\x00", b"").replace(b"\n", b"\r\n")])
        path = account.home / "mbox" / "INBOX"
        done = threading.Event()

        def deliver() -> None:
            account.fill([(OTHER % (2, 2)).replace(b"\x00", b"").replace(b"\n", b"\r\n")])
            done.set()

        other = threading.Thread(target=deliver)
        with mbox_lock.held(path):
            before = path.read_bytes()
            other.start()
            assert not done.wait(1)
            assert path.read_bytes() == before
        other.join(30)
        assert done.is_set()
        assert path.read_bytes().count(b"Subject: iets") == 2


class TestEyes:
    """What is marked, and what is told of everybody."""

    @pytest.mark.parametrize("form", [maildir, mbox])
    def test_the_request_and_the_passport_are_marked(self, tmp_path: Path, form: Any) -> None:
        """As on a server."""
        request = (
            (LETTER % (1, 1))
            .replace(b"kaas 1", b"Verwijderen van mijn gegevens")
            .replace(
                b"\n\nDag",
                b'\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: application/pdf; name="ID-kaart Jan.pdf"\n\nx\n--x--\n\nDag',
            )
        )
        path = form(tmp_path / "mail", request, LETTER % (2, 2))
        assert {item.marks for item in found(path)} == {(Mark.REQUEST, Mark.IDENTITY_DOCUMENT), ()}

    @pytest.mark.parametrize("form", [maildir, mbox])
    def test_every_address_is_told_and_what_is_old(self, tmp_path: Path, form: Any) -> None:
        """Of every message, under the key that find gives it; what is told to be old can be erased."""
        old = (LETTER % (3, 3)).replace(b"2026", b"2019").replace(b"Jan <", b'"Jan, de" <')
        path = form(tmp_path / "mail", LETTER % (1, 1), OTHER % (2, 2), old)
        told = list(source(path).identifiers())
        assert all(isinstance(one, Sighting) for one in told)
        keys = {one.key for one in told if isinstance(one, Sighting) and one.identifier == JAN}
        assert keys == {item.key for item in found(path)}
        assert len(told) == 6
        (aged,) = source(path).aged({Category.CORRESPONDENCE: date(2020, 1, 1)})
        assert isinstance(aged, Aged)
        assert {one.value for one in aged.parties} == {
            "jan@kaasboer.example",
            "info@voorbeeld-ict.example",
        }
        assert objections(source(path), [aged.item]) == []
        assert erase(source(path), [aged.item]).counts == {Result.ERASED: 1}
        assert len(found(path)) == 1


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("paspoort_jan.jpg", True), ("Kopie ID.pdf", True), ("ID-kaart voorkant.png", True), ("id.jpg", True), ("IMG_rijbewijs.heic", True),
        ("driver's licence.pdf", True), ("passport-scan.PDF", True), ("identiteitsbewijs.pdf", True), ("id card.pdf", True),
        ("idee.pdf", False), ("factuur 2024-01.pdf", False), ("video.mp4", False), ("klant-id-lijst.csv", False), ("Madrid.jpg", False),
    ],
)  # fmt: skip
def test_names_of_identity_documents(name: str, is_one: bool) -> None:
    """A file's name tells, in Dutch and in English; words that merely hold the letters do not."""
    from overdracht_imap.marks import names_identity_document

    assert names_identity_document(name) is is_one


def test_a_removal_is_on_the_disk_before_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut after the outcome brings no letter back: each folder it was removed from has been synced by then, and no other."""
    box = maildir(tmp_path / "box", *(LETTER % (one, one) for one in range(5)))
    synced: set[int] = set()
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.add(os.fstat(descriptor).st_ino)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    connector = source(box)
    steps = approved(connector, found(box))
    assert len(steps) == 5
    for _ in connector.erase(iter(steps)):
        assert {(box / name).stat().st_ino for name in ("cur", "new")} <= synced
    assert (box / "tmp").stat().st_ino not in synced
