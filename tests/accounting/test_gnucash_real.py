"""A book that real GnuCash wrote is erased from, and real GnuCash opens it again: nothing to repair, and the same amounts."""

import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy import table as sql_table
from sqlalchemy.pool import NullPool

from overdracht import File, Result
from overdracht_accounting.database import Database
from tests.accounting.asking import TODAY, erase, find, gnucash, proposed
from tests.accounting.gnucash_print import printed
from tests.servers.databases import PASSWORD, PostgreSQL
from tests.servers.need import need

PROGRAMS = Path(__file__).parent / "gnucash"
PYTHON = "/usr/bin/python3"
pytestmark = pytest.mark.server
OLD = ("oud@klant.example", "iban:NL44RABO0123456789")
ANNA = ("anna@devries.example", "iban:NL91ABNA0417164300")
LOCALLY = {"gnclock", "versions"}
"""The tables that opening a book writes in."""


def run(program: str, uri: str, home: Path) -> str:
    """Have GnuCash's own Python run one of our programs on the book at *uri*."""
    done = subprocess.run(
        [PYTHON, str(PROGRAMS / program), uri],
        env={"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout.decode()


def opened(uri: str, home: Path) -> dict[str, Any]:
    """Return what GnuCash tells of the book."""
    told: dict[str, Any] = json.loads(run("read_book.py", uri, home).splitlines()[-1])
    return told


@pytest.fixture(autouse=True)
def installed() -> None:
    """GnuCash with its Python bindings is there."""
    need("gnucash-cli")
    asked = [PYTHON, "-c", "import gnucash"]
    if subprocess.run(asked, capture_output=True, check=False).returncode:
        reason = "needs the bindings of GnuCash: apt-get install python3-gnucash libdbd-sqlite3 libdbd-pgsql"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A directory with a book that GnuCash wrote, and the log beside it."""
    directory = tmp_path_factory.mktemp("gnucash")
    need("gnucash-cli")
    run("write_book.py", f"sqlite3://{directory}/boek.gnucash", directory)
    yield directory


@pytest.fixture
def book(written: Path, tmp_path: Path) -> Path:
    """A copy of the book and of its log."""
    for path in written.glob("boek.gnucash*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path / "boek.gnucash"


def everything(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of the book but for what opening it writes."""
    engine = create_engine(Database(url).url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            names = set(inspect(connection).get_table_names()) - LOCALLY
            return {
                name: sorted(
                    (
                        tuple(row)
                        for row in connection.execute(
                            select(text("*")).select_from(sql_table(name))
                        )
                    ),
                    key=repr,
                )
                for name in names
            }
    finally:
        engine.dispose()


def amounts(told: dict[str, Any]) -> Any:
    """Return everything of an invoice, an account and a customer that is no text, in an order without names."""
    invoices = {
        number: [one[name] for name in ("posted", "paid", "credit", "total", "tax", "lot")]
        for number, one in told["invoices"].items()
    }
    balances = sorted(balance for _, balance in told["customers"].values())
    return told["accounts"], invoices, balances, told["transactions"], told["imbalance"]


def test_it_opens_an_erased_book_with_the_same_amounts(book: Path) -> None:
    """Of one customer everything is past its term and of the other nothing: balances, totals, VAT, what is open and paid, all
    as before; invoices still have their customer and lines; and opening the book repairs nothing."""
    uri = f"sqlite3://{book}"
    before = opened(uri, book.parent)
    for one in (OLD, ANNA):
        outcomes = erase(gnucash(book), find(gnucash(book), *one))
        assert {outcome.result for outcome in outcomes.values()} <= {
            Result.ANONYMISED,
            Result.ERASED,
        }
    erased = everything(f"sqlite:///{book}")
    after = opened(uri, book.parent)
    assert amounts(after) == amounts(before)
    assert after["dirty"] is False
    assert everything(f"sqlite:///{book}") == erased, "opening the book repaired something"
    old, kept = after["invoices"]["2017-0003"], after["invoices"]["2025-0040"]
    assert (old["owner"], old["lines"]) == ("[gewist]", ["[gewist]"])
    assert kept == before["invoices"]["2025-0040"]
    assert after["invoices"]["2016-0008"]["lines"] == [
        "Domein bakkerijjansen.example",
        "Storing verholpen, op verwijzing van W. Oudeklant ([gewist])",
    ]


def test_nothing_of_the_erased_is_left_in_the_book_or_beside_it(book: Path) -> None:
    """Neither the book's file nor the log that GnuCash wrote beside it holds a word of him, and of the others the log still tells."""
    (log,) = book.parent.glob("boek.gnucash.*.log")
    assert "\nbellen op 06-10000000\t" in log.read_text(), "a memo is no longer written as it is"
    found = find(gnucash(book), *OLD, "name:W. Oudeklant")
    assert {one.part for one in found} >= {"customers", "invoices", "transactions", "files"}
    erase(gnucash(book), found)
    for path in book.parent.glob("boek.gnucash*"):
        content = path.read_bytes()
        for word in (
            b"Oudeklant",
            b"oud@klant",
            b"NL44RABO",
            b"OUDEKLANT",
            b"Laan 99",
            b"bellen op",
        ):
            assert word not in content, (path.name, word)
    assert "Schaakvereniging" in log.read_text()
    assert find(gnucash(book), *OLD, "name:W. Oudeklant") == []


def test_the_numbers_that_an_invoice_shows_stay_with_it(book: Path) -> None:
    """Within the term the notes go, and of them the KvK and VAT numbers stay: the invoice leaves as the same document as before."""

    def invoice() -> bytes:
        issuer = {
            "name": "Voorbeeld ICT",
            "street": "Weg 1",
            "postcode": "2600 AA",
            "city": "Delft",
        }
        issuer |= {"kvk": "90000011", "vat": "NL001234566B01", "iban": "NL91ABNA0417164300"}
        connector = gnucash(book, issuer=issuer)
        (item,) = [one for one in find(connector, "customer:000002") if one.title == "2021-0011"]
        (piece,) = [
            one
            for one in connector.export([item])
            if isinstance(one, File) and one.path.startswith("facturen/")
        ]
        assert not isinstance(piece.content, Path)
        return b"".join([piece.content] if isinstance(piece.content, bytes) else piece.content)

    sent = invoice()
    assert b"nlcius" in sent
    erase(gnucash(book), find(gnucash(book), "customer:000002"))
    asked = "SELECT notes, addr_email FROM customers WHERE id = '000002'"
    with closing(sqlite3.connect(book)) as connection:
        (told,) = connection.execute(asked).fetchall()
    assert told == ("KvK 40398765, btw NL001234567B01", "")
    reached = (b"+31 15 2123456", b"bestuur@detoren.example")
    before, after = (one.splitlines() for one in (sent, invoice()))
    lost = [one for one in before if one not in after]
    assert all(any(word in one for word in reached) for one in lost)
    assert (b"40398765" in sent, b"NL001234567B01" in sent) == (True, True)
    again = proposed(gnucash(book), find(gnucash(book), "customer:000002"))
    assert {one.action for one in again if one.item.part == "customers"} == {""}


def test_who_never_bought_anything_is_gone(book: Path) -> None:
    """A customer without invoices is deleted, and GnuCash does not miss him."""
    erase(gnucash(book), find(gnucash(book), "nooit@klant.example"))
    after = opened(f"sqlite3://{book}", book.parent)
    assert "000005" not in after["customers"]
    assert len(after["customers"]) == 4


@pytest.mark.parametrize(
    ("number", "report", "notes"),
    [
        ("2025-0040", "Printable Invoice", ["Bedankt, Anna!"]),
        ("2026-0007", "Printable Invoice", []),
        ("2026-0009", "Printable Invoice", ["creditnota"]),
        ("2025-0040", "Tax Invoice", ["Bedankt, Anna!"]),
    ],
)
def test_it_prints_a_kept_invoice_as_it_was_sent(
    book: Path, tmp_path: Path, number: str, report: str, notes: list[str]
) -> None:
    """On paper are the same name, address, lines, VAT, amounts and payments as before; only the notes, which need not be kept,
    are gone, and of telephone and e-mail address there is nothing in the book."""
    before = printed(book, number, tmp_path, report)
    erase(gnucash(book), find(gnucash(book), *ANNA))
    after = printed(book, number, tmp_path, report)
    assert after == [one for one in before if one not in notes]
    assert set(notes) <= set(before)
    assert {"Anna de Vries-Özdemir", "Kerkstraat 12", "2511 AB Den Haag"} <= set(after)
    assert sum("€" in one for one in after) >= 3
    with closing(sqlite3.connect(book)) as connection:
        asked = "SELECT * FROM customers WHERE name LIKE 'Anna%'"
        (customer,) = connection.execute(asked).fetchall()
    assert not {"+31 6 12345678", "anna@devries.example", "Belt liever na 17 uur."} & {*customer}


def test_it_prints_an_anonymised_invoice_with_the_same_amounts(book: Path, tmp_path: Path) -> None:
    """Past its term nobody is named on it any more, and every date, number and amount is where it was."""
    before = printed(book, "2017-0003", tmp_path)
    erase(gnucash(book), find(gnucash(book), *OLD))
    after = printed(book, "2017-0003", tmp_path)
    assert [one for one in after if "€" in one] == [one for one in before if "€" in one]
    assert "€72.60" in after
    told = " ".join(after)
    assert "[gewist]" in told
    assert [word for word in ("Oudeklant", "Laan 99", "Delft", "per post") if word in told] == []
    assert "Oudeklant" in " ".join(before)


def test_our_own_writer_writes_what_gnucash_opens(tmp_path: Path) -> None:
    """The book that the demo and these tests write without GnuCash is opened by it, with nothing to repair."""
    from tests.accounting.bookshop import open_shop

    shop = open_shop(tmp_path)
    before = everything(f"sqlite:///{shop.path}")
    told = opened(f"sqlite3://{shop.path}", tmp_path)
    assert told["imbalance"] == []
    assert told["invoices"]["2017-0003"]["paid"] is True
    assert told["invoices"]["2025-0040"]["total"] == "34364/100"
    assert everything(f"sqlite:///{shop.path}") == before


def test_a_book_in_postgresql_is_erased_and_opened(postgresql: PostgreSQL, tmp_path: Path) -> None:
    """The same in a database server, by the schema that GnuCash makes there."""
    database = postgresql.database()
    uri = f"postgres://{database.name}:{PASSWORD}@127.0.0.1:{postgresql.port}/{database.name}"
    run("write_book.py", uri, tmp_path)
    before = opened(uri, tmp_path)

    def connector() -> Any:
        given = {"url": database.url, "password": database.password, "logs": logs}
        return gnucash(None, **given)  # type: ignore[arg-type]

    logs = next(tmp_path.rglob("translog"), tmp_path)
    assert [one for one in connector().check() if not one.ok] == []
    for one in (OLD, ANNA):
        erase(connector(), find(connector(), *one), TODAY)
    after = opened(uri, tmp_path)
    assert amounts(after) == amounts(before)
    assert after["invoices"]["2017-0003"]["owner"] == "[gewist]"
    assert find(connector(), *OLD) == []
