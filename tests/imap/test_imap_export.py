"""Exporting from a real mail server: byte for byte, into a tree with an index that puts everything back, in flat memory."""

import hashlib
import json
import os
import subprocess
import sys
import tracemalloc
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from overdracht import File, Item
from tests.imap.asking import LETTER, Exported, Impatient, export, find
from tests.imap.ugly import LETTERS, PERSON, enormous
from tests.servers.dovecot import PASSWORD, Account, Dovecot

pytestmark = pytest.mark.server

WHEN = datetime(2019, 2, 28, 23, 59, 58, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))
FOLDER = 'Klanten/Één "map" \\ & zo/CON'


def every_message(account: Account) -> list[tuple[str, bytes, tuple[bytes, ...], datetime]]:
    """Return folder, bytes, flags and date of all there is, sorted."""
    return sorted(
        (
            folder,
            message[b"BODY[]"],
            tuple(sorted(set(message[b"FLAGS"]) - {b"\\Recent"})),
            message[b"INTERNALDATE"],
        )
        for folder, messages in account.everything().items()
        for message in messages.values()
    )


def all_of(account: Account) -> list[Item]:
    """Return everything in the account as items, by looking for who is in none of the letters and in all of them."""
    return find(account.settings(), *PERSON, thorough=True).items


def written(exported: Exported, directory: Path) -> None:
    """Write *exported* as the core does."""
    for path, content in exported.files.items():
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    lines = (json.dumps(record) + "\n" for record in exported.index)
    (directory / "index.jsonl").write_text("".join(lines), encoding="utf-8")


def run_importer(
    directory: Path, account: Account, *options: str, password: str = PASSWORD
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-W", "error", directory / "importeer_mail.py", "127.0.0.1", account.username,
         "--port", str(account.server.port), "--tls", "none", *options],
        env={"IMAP_PASSWORD": password, "LANG": "nl_NL.UTF-8", "PYTHONIOENCODING": "utf-8"},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture
def filled(account: Account) -> Account:
    """An account with the ugly letters, one more with bare line ends, in two folders, with flags and dates of all kinds."""
    letters = [
        one.raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for one in LETTERS if one.whole
    ]
    account.fill(letters, "INBOX", (b"\\Seen", b"\\Answered", b"$Zelf"), WHEN)
    account.fill(
        [b"From: jan@kaasboer.example\r\n\r\nkaal\rhier\nen\r\n\r\n"],
        FOLDER,
        (b"\\Draft", b"\\Deleted"),
        datetime(2001, 9, 9, tzinfo=UTC),
    )
    account.fill([LETTER % 5, LETTER % 5], FOLDER)
    return account


def test_every_message_leaves_byte_for_byte(filled: Account) -> None:
    """Each ugly letter is a file with exactly the server's bytes, and its line in the index tells the truth about it."""
    items = all_of(filled)
    exported = export(filled.settings(), items)
    assert not exported.gaps
    assert exported.keys == {item.key for item in items}
    held = filled.everything()
    assert len(exported.index) == len(items) == sum(map(len, held.values()))
    for record in exported.index:
        message: dict[bytes, Any] = held[record["folder"]][record["uid"]]
        content = exported.files[record["path"]]
        assert content == message[b"BODY[]"]
        assert record["sha256"] == hashlib.sha256(content).hexdigest()
        assert record["size"] == len(content)
        assert datetime.fromisoformat(record["internal_date"]) == message[b"INTERNALDATE"]
        assert set(record["flags"]) == {flag.decode() for flag in message[b"FLAGS"]} - {"\\Recent"}


def test_paths_are_safe_whatever_the_folder_is_called(filled: Account) -> None:
    """Folders become folders with names that every system takes."""
    paths = export(filled.settings(), all_of(filled)).files
    assert len({path.casefold() for path in paths}) == len(paths)
    for path in paths:
        assert not set('<>:"\\|?*\0') & set(path)
        assert "CON" not in path.split("/")
        assert ".." not in path.split("/")
    assert sum(path.startswith("Klanten/") for path in paths) == 3


def test_what_was_exported_can_be_put_on_another_server(
    filled: Account, dovecot: Dovecot, tmp_path: Path
) -> None:
    """The shipped script fills an empty account: every message byte for byte, with its flags and its date, in its folder."""
    written(export(filled.settings(), all_of(filled)), tmp_path)
    target = dovecot.account()
    done = run_importer(tmp_path, target)
    assert done.returncode == 0, done.stderr
    assert every_message(target) == every_message(filled)


def test_an_import_can_be_done_again(filled: Account, dovecot: Dovecot, tmp_path: Path) -> None:
    """What is there already is skipped, what is missing is added: equal messages are counted."""
    written(export(filled.settings(), all_of(filled)), tmp_path)
    target = dovecot.account()
    assert run_importer(tmp_path, target).returncode == 0
    with target.client() as client:
        client.select_folder(FOLDER)
        client.delete_messages([1, 3])
        client.expunge()
    done = run_importer(tmp_path, target)
    assert "2 toegevoegd" in done.stdout, done.stderr
    assert every_message(target) == every_message(filled)
    assert "0 toegevoegd" in run_importer(tmp_path, target).stdout


def test_the_importer_fails_in_one_line(filled: Account, dovecot: Dovecot, tmp_path: Path) -> None:
    """A wrong password, a file that was changed, a path that leads out, plain text to another machine: said, and not done."""
    written(export(filled.settings(), find(filled.settings()).items), tmp_path)
    target = dovecot.account()
    wrong = run_importer(tmp_path, target, password="verkeerd")
    assert (wrong.returncode, len(wrong.stderr.splitlines())) == (1, 2)
    index = tmp_path / "index.jsonl"
    record = json.loads(index.read_text(encoding="utf-8").splitlines()[0])
    original = (tmp_path / record["path"]).read_bytes()
    (tmp_path / record["path"]).write_bytes(original + b"!")
    assert "is beschadigd" in run_importer(tmp_path, target).stderr
    (tmp_path.parent / "buiten.eml").write_bytes(original)
    index.write_text(json.dumps(record | {"path": "../buiten.eml"}), encoding="utf-8")
    assert "buiten deze map" in run_importer(tmp_path, target).stderr
    index.write_text("{", encoding="utf-8")
    assert "regel 1" in run_importer(tmp_path, target).stderr
    away = subprocess.run(
        [sys.executable, tmp_path / "importeer_mail.py", "mail.voorbeeld.example", "jan", "--tls", "none"],
        capture_output=True, text=True, check=False, env={**os.environ, "LANG": "en"},
    )  # fmt: skip
    assert away.returncode == 2
    assert "only for this machine" in away.stderr


def test_an_mboxrd_file_comes_beside_the_messages_on_request(filled: Account) -> None:
    """One file a folder, with every message of it, and no message less in the tree."""
    items = all_of(filled)
    plain, extra = export(filled.settings(), items), export(filled.settings(), items, "mboxrd")
    boxes = {path: content for path, content in extra.files.items() if path.endswith(".mbox")}
    assert len(boxes) == 2
    assert {**plain.files, **boxes} == extra.files
    assert sum(content.count(b"\nFrom ") + 1 for content in boxes.values()) == len(items)


def test_a_changed_message_is_a_gap(filled: Account) -> None:
    """A message that is gone, or whose number now stands for another, is not exported but reported."""
    items = find(filled.settings()).items
    with filled.client() as client:
        client.select_folder(FOLDER)
        client.delete_messages([2])
        client.uid_expunge([2])
    exported = export(filled.settings(), items)
    assert [gap.key for gap in exported.gaps] == [
        item.key for item in items if item.part == FOLDER and item.key.endswith("UID=2")
    ]
    assert exported.keys == {item.key for item in items}


def test_a_letter_of_50_megabytes_is_found_and_exported_in_flat_memory(account: Account) -> None:
    """Neither a thorough find nor an export holds a large message."""
    letter = b"".join(enormous())
    account.fill([letter, LETTER % 1])
    digest = hashlib.sha256(letter).hexdigest()
    connector = Impatient("post", account.settings())
    tracemalloc.start()
    try:
        found = find(account.settings(), *PERSON, thorough=True)
        sums = []
        for piece in connector.export(found.items):
            if isinstance(piece, File):
                seen = hashlib.sha256()
                for chunk in [piece.content] if isinstance(piece.content, bytes) else piece.content:
                    seen.update(chunk)
                sums.append(seen.hexdigest())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found.uids == [1, 2]
    assert digest in sums
    assert peak < 25 << 20


def test_no_folder_takes_the_path_of_another(account: Account) -> None:
    """A folder whose name could be a message's, and one of the name that this one is given instead: each has its own path."""
    for number, folder in enumerate(("X.eml", "X.eml_", "x.EML")):
        account.fill([LETTER % number], folder)
    exported = export(account.settings(), find(account.settings()).items)
    paths = [path for path in exported.files if path.endswith(".eml")]
    assert len({path.rpartition("/")[0].casefold() for path in paths}) == 3
