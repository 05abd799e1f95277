"""The VAT that leaves is what was booked."""

import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

from overdracht_accounting.database import Database
from overdracht_accounting.gnucash_invoices import BookInvoices
from overdracht_accounting.gnucash_tables import BookTables
from tests.accounting.bookshop import open_shop


def test_two_tax_tables_of_one_rate_are_one_vat(tmp_path: Path) -> None:
    """Services and hardware bear 21% on an account each: the invoice's VAT is that of both accounts together."""
    shop = open_shop(tmp_path)
    with closing(sqlite3.connect(shop.path)) as book, book:
        asked = "SELECT guid, post_txn FROM invoices WHERE id = '2025-0040'"
        invoice, transaction = book.execute(asked).fetchone()
        (vat,) = book.execute("SELECT account FROM taxtable_entries").fetchone()
        other = "9" * 32
        book.execute(
            "INSERT INTO accounts SELECT ?, 'Btw hardware', account_type, commodity_guid, commodity_scu, non_std_scu, parent_guid, '1631', '', 0, 0"
            " FROM accounts WHERE guid = ?",
            (other, vat),
        )
        book.execute("INSERT INTO taxtables VALUES ('t2', 'BTW 21% hardware', 0, 0, NULL)")
        book.execute(
            "INSERT INTO taxtable_entries SELECT NULL, 't2', ?, amount_num, amount_denom, type FROM taxtable_entries",
            (other,),
        )
        book.execute(
            "UPDATE entries SET i_taxtable = 't2' WHERE invoice = ? AND description LIKE 'FRITZ%'",
            (invoice,),
        )
        book.execute(
            "UPDATE splits SET value_num = value_num + 4599 WHERE tx_guid = ? AND account_guid = ?",
            (transaction, vat),
        )
        book.execute(
            "INSERT INTO splits SELECT 'e' || substr(guid, 2), tx_guid, ?, memo, action, reconcile_state, reconcile_date, -4599, 100, -4599, 100, NULL"
            " FROM splits WHERE tx_guid = ? AND account_guid = ?",
            (other, transaction, vat),
        )
    with Database(f"sqlite:///{shop.path}").reading() as connection:
        (made,) = BookInvoices(BookTables(connection)).of([invoice])
    (booked,) = made.vat
    # 65 + 219 at 21%.
    assert (booked.taxable, booked.amount) == (Decimal(284), Decimal("59.64"))
