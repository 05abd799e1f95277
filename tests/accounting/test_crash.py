"""A process that is killed in the middle of an erasure leaves the book as it was or erased, and nothing between; and what stays physically."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from overdracht import Result
from tests.accounting.asking import approved, change, erase, find, gnucash, proposed, rows, sql
from tests.accounting.bookshop import OLD, OLD_IBAN, Shop, open_shop

ROOT = Path(__file__).parents[2]
_PROGRAM = """
import sys
from pathlib import Path
from overdracht_accounting.erasing import Erasure
from tests.accounting.asking import approved, find, gnucash, proposed

moment, book = sys.argv[1:]

def die():
    print("here", flush=True)
    sys.stdin.read()

original = getattr(Erasure, moment)

def dying(self, *arguments):
    result = original(self, *arguments)
    die()
    return result

setattr(Erasure, moment, dying)
connector = gnucash(Path(book))
steps = approved(proposed(connector, find(connector, "oud@klant.example")))
for outcome in connector.erase(iter(steps)):
    die()
"""


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """The book."""
    return open_shop(tmp_path)


def killed(shop: Shop, moment: str) -> None:
    """Let another process erase, and kill it at the *moment*."""
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, moment, str(shop.path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    with process.stdout, process.stdin:
        assert process.stdout.readline() == b"here\n"
        process.send_signal(signal.SIGKILL)
        process.wait()


def everything(shop: Shop) -> list[object]:
    """Return all rows of the tables with people in them."""
    tables = ("customers", "invoices", "entries", "transactions", "splits", "slots", "jobs")
    return [rows(shop.path, f"SELECT * FROM {name} ORDER BY 1") for name in tables]  # noqa: S608 - our own names


@pytest.mark.parametrize("moment", ["_read", "_decide", "_look_again", "_apply"])
def test_killed_before_the_commit_nothing_happened(shop: Shop, moment: str) -> None:
    """Killed when it had read, decided, changed or checked: the book is as it was, and all steps over again are done."""
    before = everything(shop)
    connector = gnucash(shop.path)
    steps = approved(proposed(connector, find(connector, OLD)))
    killed(shop, moment)
    assert everything(shop) == before
    results = [one.result for one in gnucash(shop.path).erase(iter(steps))]
    assert set(results) == {Result.ANONYMISED}
    assert len(results) == len(steps)
    assert rows(shop.path, "SELECT count(*) FROM customers WHERE name = '[gewist]'") == [(1,)]


def test_killed_after_the_commit_it_is_done(shop: Shop) -> None:
    """Killed before it could say so: it is erased, and all steps over again say that it is, and change nothing."""
    connector = gnucash(shop.path)
    steps = approved(proposed(connector, find(connector, OLD)))
    killed(shop, "_carried_out")
    after = everything(shop)
    assert rows(shop.path, "SELECT count(*) FROM customers WHERE name = '[gewist]'") == [(1,)]
    results = [one.result for one in gnucash(shop.path).erase(iter(steps))]
    assert set(results) == {Result.ANONYMISED}
    assert everything(shop) == after


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_nothing_of_it_stays_in_the_file_or_its_log(shop: Shop, journal: str) -> None:
    """With an SQLite that does not overwrite what it deletes, and pages set free earlier, and a write-ahead log: after the erasure no file
    of the database holds the erased words, and reading it left nothing beside it."""
    with closing(sqlite3.connect(shop.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute(f"PRAGMA journal_mode = {journal}")
        connection.execute("CREATE TABLE vol (tekst TEXT)")
        words = [(f"W. Oudeklant {OLD_IBAN} " * 40,)] * 200
        connection.executemany("INSERT INTO vol VALUES (?)", words)
        connection.execute("DROP TABLE vol")
    assert OLD_IBAN.encode() in shop.path.read_bytes()
    before = {one.name for one in shop.path.parent.iterdir()}
    found = find(gnucash(shop.path), OLD, f"iban:{OLD_IBAN}")
    assert {one.name for one in shop.path.parent.iterdir()} == before
    # The baker's invoice of 2026 is kept as it was sent.
    change(shop.path, "UPDATE entries SET description = 'kassa' WHERE date LIKE '2026%'")
    outcomes = erase(gnucash(shop.path), [one for one in found if one.title != "2026-0008"])
    assert {one.reason for one in outcomes.values()} == {""}
    for path in shop.path.parent.iterdir():
        for word in (OLD_IBAN.encode(), b"oud@klant", b"Hosting voor", b"015-2123456"):
            assert word not in path.read_bytes(), path.name


def test_what_could_not_be_cleared_is_said(shop: Shop) -> None:
    """Somebody reads the book meanwhile: it is erased, and each outcome says that the file could not be cleared."""
    change(shop.path, "PRAGMA journal_mode = wal")
    connector = gnucash(shop.path)
    steps = approved(proposed(connector, find(connector, OLD)))
    with closing(sqlite3.connect(shop.path, isolation_level=None)) as reading:
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM customers").fetchall()
        outcomes = list(gnucash(shop.path).erase(iter(steps)))
    assert {one.result for one in outcomes} == {Result.ANONYMISED}
    assert all("could not be cleared" in one.reason for one in outcomes)


def test_the_file_beside_the_book_loses_the_persons_lines_only(shop: Shop) -> None:
    """GnuCash's log loses the lines of the person's bookings, a dated copy of the whole book goes whole, other files stay, and a log that
    grew since is not touched."""
    (guid,) = rows(shop.path, "SELECT guid FROM transactions WHERE num = '2017-0003'")
    log = shop.path.with_name("boek.gnucash.20260101120000.log")
    log.write_text(
        f"mod\ttrans_guid\n===== START\nB\t{guid[0]}\tW. Oudeklant\n===== END\n===== START\nB\t{'0' * 32}\tBakker\n===== END\n"
    )
    grown = shop.path.with_name("boek.gnucash.20260102120000.log")
    grown.write_text(f"B\t{guid[0]}\tW. Oudeklant\n")
    copy = shop.path.with_name("boek.gnucash.20250101120000.gnucash")
    copy.write_bytes(shop.path.read_bytes())
    other = shop.path.with_name("aantekeningen.txt")
    other.write_text("oud@klant.example")
    found = [one for one in find(gnucash(shop.path), OLD) if one.part == "files"]
    assert {one.title for one in found} == {log.name, grown.name, copy.name}
    steps = approved(proposed(gnucash(shop.path), found))
    with grown.open("a") as file:
        file.write("meer\n")
    assert len(list(gnucash(shop.path).prepare(iter(steps)))) == 1
    results = {
        one.key.partition(":")[2]: one.result for one in gnucash(shop.path).erase(iter(steps))
    }
    assert results == {
        log.name: Result.ERASED,
        copy.name: Result.ERASED,
        grown.name: Result.CHANGED,
    }
    assert not copy.exists()
    assert "Oudeklant" not in log.read_text()
    assert "Bakker" in log.read_text()
    assert other.read_text() == "oud@klant.example"
    again = [one for one in steps if one.item.title != grown.name]
    assert {one.result for one in gnucash(shop.path).erase(iter(again))} == {Result.ALREADY_GONE}


def test_finding_holds_no_transaction_open(tmp_path: Path) -> None:
    """While an export waits to be read on, somebody else can write in an SQLite database."""
    path = tmp_path / "x.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE klanten (id INTEGER PRIMARY KEY, email TEXT)")
        connection.executemany("INSERT INTO klanten(email) VALUES (?)", [("a@b.example",)] * 500)
    table = {
        "table": "klanten",
        "category": "contact",
        "identifies": {"email": "email"},
        "columns": {"email": "contact"},
    }
    source = sql(f"sqlite:///{path}", [table])
    items = find(source, "a@b.example")
    pieces = source.export(iter(items))
    next(pieces)
    start = time.monotonic()
    change(path, "INSERT INTO klanten(email) VALUES ('c@d.example')")
    assert time.monotonic() - start < 2
    pieces.close()  # type: ignore[attr-defined]
