"""How long it takes to find a person in a large GnuCash book, beside a hand-written SQL query over the same tables, in the same run.

    python benchmarks/accounting.py [--directory DIR] [--customers 50000] [--invoices 250000] [--rounds 5]

The book is an SQLite file as GnuCash keeps it: no index but those that GnuCash makes, opened read-only. It has 50,000 customers and 250,000
invoices of four lines each: 1,000,000 lines, and as many splits and slots as go with them. The hand-written query is what an administrator who
knows the tables would ask for: the customer by e-mail address, what hangs on the record, and every text in which one of the person's five
identifiers stands as it was typed (`LIKE`). Ours finds them however they are written, tells whose each record is, reads it whole, and takes its
fingerprint. Both must name the same customers, invoices and transactions. The ways alternate, and the median counts.

That is in one process that runs already. As commands, `overdracht find` stands beside `python` with the hand-written query: both start up, and
ours keeps what it found in a state of its own besides.
"""

import argparse
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from accounting_by_hand import by_hand
from installed import as_installed

from overdracht import Item, Kinds, Question, Searched, Subject
from overdracht_accounting.demo_schema import TABLES, VERSIONS
from overdracht_accounting.gnucash import GnuCashConnector
from overdracht_accounting.settings import GnuCashSettings

GOAL = 1.3
"""Of the time of the hand-written query, at most."""
KINDS = Kinds()
LINES = 4
WANTED = (
    "klant777@provider.example",
    "phone:0612300777",
    "customer:K00777",
    "iban:NL91ABNA0417164300",
    "name:Mohammed Visser 777",
)
FIRST = (
    "Jan",
    "Piet",
    "Anneke",
    "Karin",
    "Joost",
    "Bram",
    "Sanne",
    "Mohammed",
    "Fatima",
    "Kees",
    "Zoë",
)
LAST = ("Visser", "de Wit", "Bakker", "van den Brink", "el Amrani", "Jansen", "Mulder")
"""One first name in eleven has a letter that is not ASCII, which is more than in the Netherlands."""
NEVER = "1970-01-01 00:00:00"
CONFIG = """
[organisation]
name = "Voorbeeld ICT"
contact = "privacy@voorbeeld-ict.example"
[state]
directory = "{state}"
[sources.boek]
connector = "gnucash"
book = "{book}"
"""


def guid(kind: int, number: int, part: int = 0) -> str:
    """Return a key like GnuCash's."""
    return f"{kind:04x}{part:04x}{number * 2654435761 % (1 << 96):024x}"


def make(path: Path, customers: int, invoices: int) -> None:
    """Write the book."""
    chance = random.Random(1)
    with closing(sqlite3.connect(path)) as db:
        db.executescript("PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF;" + TABLES)
        insert(db, "versions", VERSIONS.items())
        insert(db, "customers", map(customer, range(customers)))
        owners = [chance.randrange(customers) for _ in range(invoices)]
        insert(db, "invoices", (invoice(one, owner) for one, owner in enumerate(owners)))
        insert(
            db, "entries", (entry(one, line) for one in range(invoices) for line in range(LINES))
        )
        insert(db, "lots", ((guid(5, one), guid(6, 2), -1) for one in range(invoices)))
        insert(
            db,
            "transactions",
            (row for one, owner in enumerate(owners) for row in booked(one, owner)),
        )
        insert(db, "splits", (row for one, owner in enumerate(owners) for row in split(one, owner)))
        insert(db, "slots", (row for one in range(invoices) for row in slots(one)))
        db.commit()


def insert(db: sqlite3.Connection, table: str, rows: object) -> None:
    """Put all *rows* in *table*."""
    width = len(db.execute(f"SELECT * FROM {table} LIMIT 0").description)
    db.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * width)})", rows)  # type: ignore[arg-type]


def name(number: int) -> str:
    """Return a customer's name."""
    return f"{FIRST[number % len(FIRST)]} {LAST[number % len(LAST)]} {number}"


def customer(number: int) -> tuple[object, ...]:
    address = (
        name(number),
        f"Kerkstraat {number}",
        "2511 AB Den Haag",
        "",
        "Nederland",
        f"06-123{number:05}",
        "",
        f"klant{number}@provider.example",
    )
    return (
        guid(1, number),
        name(number),
        f"K{number:05}",
        "belt liever na vijven",
        1,
        0,
        1,
        0,
        1,
        guid(9, 1),
        0,
        *address,
        *("",) * 8,
        None,
        3,
        None,
    )


def day(number: int) -> str:
    return f"{2016 + number % 11}-{1 + number // 11 % 12:02}-{1 + number // 132 % 28:02}"


def invoice(number: int, owner: int) -> tuple[object, ...]:
    when = day(number)
    return (
        guid(2, number),
        f"F{number:06}",
        f"{when} 00:00:00",
        f"{when} 10:59:00",
        "",
        1,
        guid(9, 1),
        2,
        guid(1, owner),
        None,
        "",
        guid(4, number),
        guid(5, number),
        guid(6, 2),
        None,
        None,
        0,
        1,
    )


def entry(number: int, line: int) -> tuple[object, ...]:
    text = f"Onderhoud en hosting, regel {line} van opdracht {number}"
    tail = (None, 0, 1, None, 1, 0, None, 1, 0, None, None, None)
    return (
        guid(3, number, line),
        f"{day(number)} 00:00:00",
        NEVER,
        text,
        "Uren",
        "",
        100,
        100,
        guid(6, 3),
        6500,
        100,
        0,
        1,
        guid(2, number),
        "PERCENT",
        "PRETAX",
        1,
        0,
        guid(8, 1),
        *tail,
    )


def booked(number: int, owner: int) -> Iterator[tuple[object, ...]]:
    when = f"{day(number)} 10:59:00"
    yield guid(4, number), guid(9, 1), f"F{number:06}", when, when, name(owner)
    yield guid(7, number), guid(9, 1), "", when, when, name(owner)


def split(number: int, owner: int) -> Iterator[tuple[object, ...]]:
    memo, paid = (
        f"Factuur F{number:06} {name(owner)}",
        f"NL{owner % 97:02}RABO{owner:010} {name(owner).upper()} factuur F{number:06}",
    )
    for part, (transaction, text, cents, lot) in enumerate(
        (
            (4, memo, 31460, 1),
            (4, memo, -26000, 0),
            (4, memo, -5460, 0),
            (7, paid, 31460, 0),
            (7, paid, -31460, 1),
        )
    ):
        yield (
            guid(10, number, part),
            guid(transaction, number),
            guid(6, part),
            text,
            "",
            "n",
            NEVER,
            cents,
            100,
            cents,
            100,
            guid(5, number) if lot else None,
        )


def slots(number: int) -> Iterator[tuple[object, ...]]:
    for key, kind, value in (
        ("trans-read-only", 4, "Generated from an invoice. Try unposting the invoice."),
        ("trans-txn-type", 4, "I"),
        ("date-posted", 10, None),
        ("gncInvoice", 9, None),
    ):
        yield None, guid(4, number), key, kind, 0, value, None, NEVER, None, 0, 1, None


def ours(path: Path) -> set[str]:
    """Find the person, and return the records that are told of."""
    connector = GnuCashConnector("boek", GnuCashSettings.model_validate({"book": path}))
    question = Question(
        Subject("benchmark", tuple(KINDS.parse(one) for one in WANTED)), thorough=True
    )
    told = list(connector.find(question))
    assert sum(isinstance(one, Searched) for one in told) == 11
    return {one.key for one in told if isinstance(one, Item)}


def as_commands(path: Path, directory: Path, rounds: int) -> tuple[float, float]:
    """Return the seconds that the hand-written query and `overdracht find` take from the prompt to the prompt."""
    config = directory / "overdracht.toml"
    config.write_text(CONFIG.format(state=directory / "state", book=path))
    hand = [sys.executable, str(Path(__file__).with_name("accounting_by_hand.py")), str(path)]
    mine = [sys.executable, "-m", "overdracht", "--config", str(config), "find", *WANTED]
    seconds: dict[str, list[float]] = {"hand": [], "mine": []}
    for _ in range(rounds):
        for name, command in (("hand", hand), ("mine", mine)):
            start = time.perf_counter()
            done = subprocess.run(command, capture_output=True, check=False)
            seconds[name].append(time.perf_counter() - start)
            assert done.returncode == 0, done.stderr.decode()
    return statistics.median(seconds["hand"]), statistics.median(seconds["mine"])


def timed(act: Callable[[Path], set[str]], path: Path) -> float:
    """Return the seconds that *act* takes."""
    start = time.perf_counter()
    act(path)
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--directory", type=Path)
    parser.add_argument("--customers", type=int, default=50_000)
    parser.add_argument("--invoices", type=int, default=250_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    as_installed()
    with tempfile.TemporaryDirectory() as temporary:
        path = (
            given.directory or Path(temporary)
        ) / f"boek-{given.customers}-{given.invoices}.gnucash"
        if not path.exists():
            make(path, given.customers, given.invoices)
        print(
            f"{given.customers:,} customers, {given.invoices * LINES:,} lines, {path.stat().st_size / 1e6:,.0f} MB"
        )
        found, asked = ours(path), by_hand(path)
        assert found == asked, (found - asked, asked - found)
        print(f"{len(found)} records are the person's, and both ways name the same")
        times: dict[str, list[float]] = {"by hand": [], "ours": []}
        for _ in range(given.rounds):
            times["by hand"].append(timed(by_hand, path))
            times["ours"].append(timed(ours, path))
        hand, mine = (statistics.median(one) for one in times.values())
        for way, seconds in times.items():
            print(
                f"{way:8} {statistics.median(seconds):6.2f} s  ({min(seconds):.2f}-{max(seconds):.2f})"
            )
        print(f"ratio    {mine / hand:6.2f}  (goal: at most {GOAL})")
        hand, mine = as_commands(path, Path(temporary), given.rounds)
        print(
            f"as commands: by hand {hand:.2f} s, overdracht find {mine:.2f} s, ratio {mine / hand:.2f}"
        )
        tracemalloc.start()
        ours(path)
        print(f"memory   {tracemalloc.get_traced_memory()[1] / 1e6:6.1f} MB at most")


if __name__ == "__main__":
    main()
