"""The hand-written query of the benchmark of the books: a program of its own, with nothing but SQLite.

python benchmarks/accounting_by_hand.py BOOK
"""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

TYPED = (
    "klant777@provider.example",
    "0612300777",
    "K00777",
    "NL91ABNA0417164300",
    "Mohammed Visser 777",
)
BY_CUSTOMER = """
WITH c AS (SELECT guid FROM customers WHERE lower(addr_email) = :e OR lower(shipaddr_email) = :e OR id = :n),
     o AS (SELECT guid FROM c UNION SELECT guid FROM jobs WHERE owner_guid IN c),
     i AS (SELECT * FROM invoices WHERE owner_guid IN o),
     t AS (SELECT DISTINCT tx_guid FROM splits WHERE lot_guid IN (SELECT post_lot FROM i))
"""
QUESTIONS = {
    "customers": "SELECT * FROM customers WHERE guid IN c",
    "invoices": "SELECT * FROM invoices WHERE guid IN (SELECT guid FROM i)",
    "entries": "SELECT * FROM entries WHERE invoice IN (SELECT guid FROM i)",
    "transactions": "SELECT * FROM transactions WHERE guid IN t",
    "splits": "SELECT * FROM splits WHERE tx_guid IN t",
}
PART_OF = {
    "entries": ("invoices", "invoice"),
    "splits": ("transactions", "tx_guid"),
    "slots": ("transactions", "obj_guid"),
}
"""What is part of something else, and by which column."""
TEXTS = {
    "customers": (
        "name",
        "addr_name",
        "addr_addr1",
        "addr_addr2",
        "addr_phone",
        "notes",
        "shipaddr_name",
    ),
    "jobs": ("name", "reference"),
    "invoices": ("notes", "billing_id"),
    "entries": ("description", "notes"),
    "transactions": ("description",),
    "splits": ("memo",),
    "slots": ("string_val",),
}


def by_hand(path: Path) -> set[str]:
    """Ask what an administrator would, and return the records that are named."""
    given = {"e": TYPED[0], "n": TYPED[2]} | {
        f"t{place}": f"%{one}%" for place, one in enumerate(TYPED)
    }
    found: set[str] = set()
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        for table, question in QUESTIONS.items():
            found |= named(table, db.execute(BY_CUSTOMER + question, given))
        for table, columns in TEXTS.items():
            tests = " OR ".join(
                f"{column} LIKE :t{place}" for column in columns for place in range(len(TYPED))
            )
            found |= named(table, db.execute(f"SELECT * FROM {table} WHERE {tests}", given))
    return found


def named(table: str, rows: sqlite3.Cursor) -> set[str]:
    """Return the records that *rows* of *table* are, or are part of."""
    part, column = PART_OF.get(table, (table, "guid"))
    place = [name for name, *_ in rows.description].index(column)
    return {f"{part}:{row[place]}" for row in rows.fetchall()}


if __name__ == "__main__":
    print(len(by_hand(Path(sys.argv[1]))))
