"""Finding a person in a GnuCash book: the customer, what hangs on it, and whoever mentions it."""

from collections import Counter
from pathlib import Path

import pytest

from overdracht import Certainty, Item, Searched
from tests.accounting.asking import change, find, findings, gnucash, rows
from tests.accounting.bookshop import ANNA, OLD, OLD_IBAN, Shop, open_shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """The book."""
    return open_shop(tmp_path)


def counted(items: list[Item], certainty: Certainty) -> Counter[str]:
    """Return how many items there are of this *certainty*, by part."""
    return Counter(one.part for one in items if one.certainty is certainty)


def titles(items: list[Item], part: str) -> set[str]:
    """Return the titles of the items of a *part*."""
    return {one.title for one in items if one.part == part}


@pytest.mark.parametrize(
    "wanted", [ANNA, "ANNA@devries.example", "+31612345678", "06-12345678", "customer:000001"]
)
def test_every_strong_identifier_leads_to_all_that_is_hers(shop: Shop, wanted: str) -> None:
    """By address, number or telephone, however written, her record, job, invoices and their bookings and payments are exact."""
    found = find(gnucash(shop.path), wanted)
    exact = counted(found, Certainty.EXACT)
    assert exact == {"customers": 1, "jobs": 1, "invoices": 3, "transactions": 5}
    assert titles([one for one in found if one.certainty is Certainty.EXACT], "invoices") == {
        "2019-0004",
        "2025-0040",
        "2026-0007",
    }
    assert {str(one.holder) for one in found} == {"customer:000001"}


def test_a_telephone_number_with_a_remark_is_one(shop: Shop) -> None:
    """`015-2123456 (werk)` is that number, and two addresses in one field are both the customer's."""
    assert counted(find(gnucash(shop.path), "phone:015-2123456"), Certainty.EXACT)["customers"] == 1
    for one in ("info@bakkerijjansen.example", "jan@bakkerijjansen.example"):
        assert titles(find(gnucash(shop.path), one), "customers") == {"000003 Bakkerij Jansen"}


def test_the_record_reveals_and_the_lines_suggest(shop: Shop) -> None:
    """The record reveals number, address and telephone as hers; the domain on a line and the IBAN of a payment are only suggested."""
    found = find(gnucash(shop.path), ANNA)
    revealed = {str(one.identifier): one.certainty for item in found for one in item.reveals}
    assert revealed["customer:000001"] is Certainty.EXACT
    assert revealed["phone:+31612345678"] is Certainty.EXACT
    assert revealed["email:anna@devries.example"] is Certainty.EXACT
    assert revealed["domain:devries.example"] is Certainty.MENTION
    assert revealed["iban:NL91ABNA0417164300"] is Certainty.MENTION
    assert revealed["name:Anna de Vries-Özdemir"] is Certainty.POSSIBLE


def test_an_address_of_two_customers_shows_two_holders(shop: Shop) -> None:
    """One e-mail address on two records: both are found, and their holders differ."""
    found = find(gnucash(shop.path), "familie@dewit.example")
    holders = {str(one.holder) for one in found if one.part == "customers"}
    assert holders == {"customer:000006", "customer:000007"}


def test_somebody_elses_line_is_a_mention(shop: Shop) -> None:
    """His address on the baker's lines makes the baker's invoices mentions, with the baker as the holder."""
    found = find(gnucash(shop.path), OLD)
    mentions = [one for one in found if one.certainty is Certainty.MENTION]
    assert titles(mentions, "invoices") == {"2016-0008", "2026-0008"}
    assert {str(one.holder) for one in mentions if one.part == "invoices"} == {"customer:000003"}
    assert {match.where for one in mentions for match in one.matches} == {
        "entries.description",
        "string_val",
    }


def test_a_loose_bank_line_is_a_mention_of_nobodys(shop: Shop) -> None:
    """By his IBAN the bank line that hangs on no invoice is found in its memo and in the text of the import, without a holder."""
    found = find(gnucash(shop.path), f"iban:{OLD_IBAN}")
    (loose,) = [one for one in found if one.title.startswith("Teruggave")]
    assert loose.certainty is Certainty.MENTION
    assert loose.holder is None
    assert {one.where for one in loose.matches} == {"splits.memo", "slots.string_val"}
    assert "slots" in {one.part for one in found}, "the words by which the import guesses"


def test_an_advance_payment_is_his_by_its_lot(shop: Shop) -> None:
    """A payment that is set against no invoice is exact: its lot names the customer."""
    found = find(gnucash(shop.path), OLD)
    exact = [
        one for one in found if one.part == "transactions" and one.certainty is Certainty.EXACT
    ]
    assert len(exact) == 3
    assert {str(one.holder) for one in exact} == {"customer:000004"}


def test_a_name_alone_is_only_possible(shop: Shop) -> None:
    """By his name nothing is exact or a mention, and the namesake's record is among the possible ones; not once the namesake is excluded."""
    found = find(gnucash(shop.path), "name:W. Oudeklant")
    assert {one.certainty for one in found} == {Certainty.POSSIBLE}
    both = {"000004 W. Oudeklant", "000008 W. Oudeklant"}
    assert titles(found, "customers") == both
    without = find(gnucash(shop.path), "name:W. Oudeklant", excluded=["ander@oudeklant.example"])
    assert titles(without, "customers") == {"000004 W. Oudeklant"}


def test_a_vendor_is_a_person_too(shop: Shop) -> None:
    """A freelancer among the vendors is found, with the bill."""
    found = find(gnucash(shop.path), "zeno@zzp.example")
    assert counted(found, Certainty.EXACT) == {"vendors": 1, "invoices": 1, "transactions": 1}


def test_a_short_customer_number_is_not_looked_for_in_texts(shop: Shop) -> None:
    """A number such as 7 stands in any text: it is looked for in its own field, and the coverage says so."""
    change(shop.path, "UPDATE customers SET id = '17' WHERE id = '000001'")
    told = findings(gnucash(shop.path), "customer:17")
    items = [one for one in told if isinstance(one, Item)]
    assert counted(items, Certainty.EXACT)["customers"] == 1
    assert {str(one.holder) for one in items} == {"customer:17"}
    notes = {one.note for one in told if isinstance(one, Searched) and one.part != "files"}
    assert all(one is not None and "klantnummer" in one.nl for one in notes)


def test_a_transaction_of_two_customers_tells_of_the_other(shop: Shop) -> None:
    """Where one payment settles invoices of two customers, it is hers and the other is counted."""
    (mine,) = rows(shop.path, "SELECT post_lot FROM invoices WHERE id = '2025-0040'")
    (tx,) = rows(
        shop.path,
        "SELECT tx_guid FROM splits WHERE lot_guid = (SELECT post_lot FROM invoices WHERE id = '2017-0003') AND action = 'Payment'",
    )
    change(
        shop.path,
        "INSERT INTO splits SELECT 'f' || substr(guid, 2), tx_guid, account_guid, memo, action, reconcile_state, reconcile_date, 0, 100, 0, 100, ?"
        " FROM splits WHERE tx_guid = ? AND lot_guid IS NOT NULL",
        mine[0],
        tx[0],
    )
    (shared,) = [one for one in find(gnucash(shop.path), ANNA) if one.third_parties]
    assert shared.key == f"transactions:{tx[0]}"
    assert shared.third_parties == 1


def test_a_kind_that_the_book_does_not_know_finds_nothing(shop: Shop) -> None:
    """An IP address is looked for and not found."""
    assert find(gnucash(shop.path), "ip:203.0.113.9") == []
