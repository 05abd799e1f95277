"""What in a GnuCash book is two people's: neither loses what is the other's, and when both terms are over all of it goes."""

from datetime import date
from pathlib import Path

import pytest

from overdracht import Aged, Result, Verdict
from overdracht.ruling import Rules, Situation
from tests.accounting.asking import TODAY, approved, change, erase, find, gnucash, proposed, rows
from tests.accounting.bookshop import OLD, OLD_IBAN, Shop, open_shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """The book."""
    return open_shop(tmp_path)


def _joint_payment(shop: Shop, memo: str) -> str:
    """Let Oudeklant's payment of 2017 be one of the baker's too, and return its key."""
    (lot,) = rows(shop.path, "SELECT post_lot FROM invoices WHERE id = '2016-0008'")
    (tx,) = rows(
        shop.path,
        "SELECT tx_guid FROM splits WHERE lot_guid = (SELECT post_lot FROM invoices WHERE id = '2017-0003') AND action = 'Payment'",
    )
    change(
        shop.path,
        "INSERT INTO splits SELECT 'f' || substr(guid, 2), tx_guid, account_guid, ?, action, reconcile_state, reconcile_date, 0, 100, 0, 100, ?"
        " FROM splits WHERE tx_guid = ? AND lot_guid IS NOT NULL",
        memo,
        lot[0],
        tx[0],
    )
    return f"transactions:{tx[0]}"


def test_a_payment_of_two_customers_keeps_the_others_words(shop: Shop) -> None:
    """In a transaction that is another customer's too only his identifiers are masked."""
    (lot,) = rows(shop.path, "SELECT post_lot FROM invoices WHERE id = '2019-0004'")
    (tx,) = rows(
        shop.path,
        "SELECT tx_guid FROM splits WHERE lot_guid = (SELECT post_lot FROM invoices WHERE id = '2017-0003') AND action = 'Payment'",
    )
    change(
        shop.path,
        "INSERT INTO splits SELECT 'f' || substr(guid, 2), tx_guid, account_guid, 'deel van Anna', action, reconcile_state, reconcile_date, 0, 100, 0, 100, ?"
        " FROM splits WHERE tx_guid = ? AND lot_guid IS NOT NULL",
        lot[0],
        tx[0],
    )
    found = [one for one in find(gnucash(shop.path), OLD, f"iban:{OLD_IBAN}") if one.third_parties]
    (step,) = proposed(gnucash(shop.path), found)
    assert step.action == "mask payment"
    erase(gnucash(shop.path), found)
    memos = {one for (one,) in rows(shop.path, "SELECT memo FROM splits WHERE tx_guid = ?", tx[0])}
    assert memos == {"[gewist] W OUDEKLANT factuur 2017-0003", "deel van Anna"}


def test_a_payment_of_two_customers_goes_by_its_age_for_both(shop: Shop) -> None:
    """Past its term, told by its age and by nobody's name, it is anonymised as a whole, and is not told again."""
    key = _joint_payment(shop, "deel Bakkerij Jansen")
    connector = gnucash(shop.path)
    before = dict.fromkeys(connector.categories, date(2019, 1, 1))
    aged = [one.item for one in connector.aged(before) if isinstance(one, Aged)]
    (item,) = [one for one in aged if one.key == key]
    assert item.third_parties
    ruling = Rules().ruling(item, Situation(TODAY, date(2018, 6, 1), requested=False))
    done = list(connector.erase(iter(approved([connector.propose(item, ruling)]))))
    assert [one.result for one in done] == [Result.ANONYMISED]
    memos = rows(shop.path, "SELECT memo FROM splits WHERE tx_guid = ?", key.partition(":")[2])
    assert {one for (one,) in memos} <= {"", "[gewist]"}
    left = {one.item.key for one in gnucash(shop.path).aged(before) if isinstance(one, Aged)}
    assert key not in left


def test_what_is_anothers_too_and_names_nobody_is_for_somebody_to_look_at(shop: Shop) -> None:
    """There is nothing to mask in it: that is said, and not called done."""
    key = _joint_payment(shop, "deel Bakkerij Jansen")
    found = [one for one in find(gnucash(shop.path), OLD) if one.key == key]
    (step,) = proposed(gnucash(shop.path), found)
    assert (step.disposition.verdict, step.action) == (Verdict.REVIEW, "")
    assert "somebody else's" in step.disposition.ground.en


def test_a_line_of_a_bill_and_an_invoice_goes_with_the_invoice(shop: Shop) -> None:
    """What was bought for a customer and invoiced again is one row of two documents: it is no part of the supplier's, and is kept as
    long as the customer's invoice."""
    change(shop.path, "UPDATE invoices SET date_posted = '2018-12-20 10:59:00' WHERE id = 'Z-9'")
    change(
        shop.path,
        "UPDATE entries SET bill = (SELECT guid FROM invoices WHERE id = 'Z-9'), notes = 'noot voor Anna, zeno@zzp.example'"
        " WHERE invoice = (SELECT guid FROM invoices WHERE id = '2019-0004')",
    )
    asked = "SELECT description, notes FROM entries WHERE notes LIKE 'noot voor Anna%'"
    kept = rows(shop.path, asked)
    assert len(kept) == 1
    found = [one for one in find(gnucash(shop.path), "zeno@zzp.example") if one.title == "Z-9"]
    erase(gnucash(shop.path), found)
    assert rows(shop.path, asked) == kept
    asked_of = {one.title for one in find(gnucash(shop.path), "zeno@zzp.example")}
    assert "2019-0004" in asked_of
