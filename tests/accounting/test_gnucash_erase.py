"""Erasing from a GnuCash book: what tax law wants kept stays, field by field, and past its term the ledger still balances."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from overdracht import Aged, ApprovedStep, Certainty, Item, Outcome, Result, Ruling, Step, Verdict
from overdracht.erasure.closing import _reference as scheduled
from overdracht.ruling import Rules, Situation
from tests.accounting.asking import (
    TODAY,
    approved,
    change,
    erase,
    find,
    gnucash,
    proposed,
    rows,
)
from tests.accounting.bookshop import ANNA, NEVER, OLD, OLD_IBAN, Shop, open_shop

LATER = date(2034, 1, 1)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """The book."""
    return open_shop(tmp_path)


def customer(shop: Shop, who: str) -> dict[str, Any]:
    """Return the row of a customer, by column."""
    names = [one[1] for one in rows(shop.path, "PRAGMA table_info(customers)")]
    found = rows(shop.path, "SELECT * FROM customers WHERE guid = ?", shop.keys[who])
    return dict(zip(names, found[0], strict=True)) if found else {}


def ledger(shop: Shop) -> Any:
    """Return everything in the ledger and on the invoices that is a number, a day or a key."""
    return (
        rows(
            shop.path,
            "SELECT guid, tx_guid, account_guid, value_num, value_denom, lot_guid FROM splits ORDER BY 1",
        ),
        rows(shop.path, "SELECT guid, num, post_date FROM transactions ORDER BY 1"),
        rows(
            shop.path,
            "SELECT guid, id, date_posted, owner_guid, post_txn, post_lot FROM invoices ORDER BY 1",
        ),
        rows(
            shop.path,
            "SELECT guid, date, quantity_num, i_price_num, i_taxtable, invoice FROM entries ORDER BY 1",
        ),
    )


def verdicts(steps: list[Step]) -> dict[str, tuple[Verdict, date | None, str]]:
    """Return what becomes of each item, by its title."""
    return {
        one.item.title: (one.disposition.verdict, one.disposition.until, one.action)
        for one in steps
    }


def test_within_the_term_name_and_address_stay_and_the_rest_goes(shop: Shop) -> None:
    """Her last invoice is of 2026: name and address stay until 2034, and telephone, e-mail and notes go at once."""
    before = customer(shop, "anna")
    found = find(gnucash(shop.path), ANNA)
    said = verdicts(proposed(gnucash(shop.path), found))
    assert said["000001 Anna de Vries-Özdemir"] == (Verdict.ANONYMISE, LATER, "blank contact note")
    assert said["2025-0040"] == (Verdict.ANONYMISE, date(2033, 1, 1), "blank note")
    assert said["2026-0007"] == (Verdict.RETAIN, LATER, "")
    assert said["2019-0004"] == (Verdict.RETAIN, date(2027, 1, 1), "")
    ledger_before = ledger(shop)
    outcomes = erase(gnucash(shop.path), found)
    assert {one.result for one in outcomes.values()} == {Result.ANONYMISED}
    gone = dict.fromkeys(("notes", "addr_phone", "addr_email"), "")
    assert customer(shop, "anna") == before | gone
    assert rows(shop.path, "SELECT notes FROM invoices WHERE id = '2025-0040'") == [("",)]
    assert rows(shop.path, "SELECT count(*) FROM splits WHERE memo GLOB '*A DE VRIES*'") == [(4,)]
    assert ledger(shop) == ledger_before


def test_the_term_begins_with_the_end_of_the_year_the_invoice_is_of(shop: Shop) -> None:
    """An invoice of the last day of 2019 is kept through 2026 and may go on the first day of 2027, not one day earlier."""
    (item,) = [one for one in find(gnucash(shop.path), ANNA) if one.title == "2019-0004"]
    (kept,) = proposed(gnucash(shop.path), [item], date(2026, 12, 31))
    assert (kept.disposition.verdict, kept.disposition.until) == (Verdict.RETAIN, date(2027, 1, 1))
    (gone,) = proposed(gnucash(shop.path), [item], date(2027, 1, 1))
    assert gone.disposition.verdict is Verdict.ANONYMISE
    assert gone.action.startswith("blank")


def test_past_the_term_everything_is_anonymised_and_the_ledger_is_the_same(shop: Shop) -> None:
    """Of who bought last in 2018 nothing personal is left: record, lines, booking, payment, memos, import texts; every amount, date and
    key is as before, and so is everybody else."""
    others = [customer(shop, one) for one in shop.keys if one not in {"old", "vendor"}]
    before = ledger(shop)
    found = find(gnucash(shop.path), OLD, f"iban:{OLD_IBAN}")
    outcomes = erase(gnucash(shop.path), found)
    assert {one.result for one in outcomes.values()} == {Result.ANONYMISED}
    assert ledger(shop) == before
    assert [customer(shop, one) for one in shop.keys if one not in {"old", "vendor"}] == others
    row = customer(shop, "old")
    assert row["name"] == "[gewist]"
    assert row["id"].startswith("gewist-")
    assert not any(row[f"addr_{one}"] for one in ("name", "addr1", "addr2", "phone", "email"))
    for text in (b"oud@klant", OLD_IBAN.encode(), b"W OUDEKLANT", b"Hosting voor"):
        kept = text in shop.path.read_bytes()
        # The baker's invoice of 2026 is kept as it was sent, with the mention on it.
        assert kept == (text == b"oud@klant")
    assert rows(shop.path, "SELECT count(*) FROM entries WHERE description LIKE '%oud@klant%'") == [
        (1,)
    ]


def test_register_numbers_in_the_notes_go_with_the_last_invoice(shop: Shop) -> None:
    """Past the term nothing of the notes stays, and of who never bought anything neither."""
    notes = "KvK 12345678, btw DE123456789, belt graag"
    for who in ("old", "never"):
        change(shop.path, "UPDATE customers SET notes = ? WHERE guid = ?", notes, shop.keys[who])
        erase(gnucash(shop.path), find(gnucash(shop.path), {"old": OLD, "never": NEVER}[who]))
    assert customer(shop, "old")["notes"] == ""
    assert customer(shop, "never") == {}


def test_what_was_never_invoiced_goes_whole(shop: Shop) -> None:
    """A customer with nothing to keep is deleted, and by nothing but that the book differs."""
    before = rows(shop.path, "SELECT * FROM customers WHERE guid <> ?", shop.keys["never"])
    outcomes = erase(gnucash(shop.path), find(gnucash(shop.path), NEVER))
    assert [one.result for one in outcomes.values()] == [Result.ERASED]
    assert rows(shop.path, "SELECT * FROM customers") == before
    assert NEVER.encode() not in shop.path.read_bytes()


def test_a_draft_is_for_somebody_to_look_at(shop: Shop) -> None:
    """An invoice that was never posted has no date to count from, and his record is not deleted while it hangs on it."""
    found = [one for one in find(gnucash(shop.path), "customer:000006") if one.part != "slots"]
    steps = proposed(gnucash(shop.path), found)
    assert {one.item.part for one in steps} == {"customers", "invoices"}
    assert {one.disposition.verdict for one in steps} == {Verdict.REVIEW}
    assert approved(steps) == []


def test_somebody_elses_line_loses_the_words_and_nothing_else(shop: Shop) -> None:
    """On the baker's invoice of 2016 only the address is masked; the one of 2026 is kept as it was sent until its term ends."""
    found = [one for one in find(gnucash(shop.path), OLD) if one.part == "invoices"]
    said = verdicts(proposed(gnucash(shop.path), found))
    assert said["2016-0008"] == (Verdict.ANONYMISE, None, "mask invoice")
    assert said["2026-0008"] == (Verdict.RETAIN, LATER, "")
    erase(gnucash(shop.path), found)
    asked = "SELECT description FROM entries WHERE description LIKE '%op verwijzing%' ORDER BY date"
    assert [one for (one,) in rows(shop.path, asked)] == [
        "Storing bij de bakker, op verwijzing van W. Oudeklant ([gewist]), 1 uur",
        "Storing bij de bakker, op verwijzing van W. Oudeklant (oud@klant.example), 1 uur",
    ]
    assert customer(shop, "baker")["addr_email"].startswith("info@")


def test_the_words_of_the_bank_import_and_the_notes_of_an_account_are_masked(shop: Shop) -> None:
    """What GnuCash learnt of his IBAN, and his address in the notes of an account, are masked, and the rest of the text stays."""
    found = find(gnucash(shop.path), OLD, f"iban:{OLD_IBAN}")
    erase(gnucash(shop.path), [one for one in found if one.part == "slots"])
    names = [
        one for (one,) in rows(shop.path, "SELECT name FROM slots WHERE name LIKE 'import-map%'")
    ]
    assert len(names) == 1
    assert names[0].startswith("import-map-bayes/[gewist]/")
    asked = "SELECT string_val FROM slots WHERE name = 'notes' AND string_val LIKE 'Vaste%'"
    assert rows(shop.path, asked) == [("Vaste tegenrekening van [gewist], niet gebruiken",)]


def test_a_name_is_known_by_its_longest_word_where_words_stand_alone(shop: Shop) -> None:
    """The bank import learns a description word by word: his surname is found there as possible and masked, and another word stays."""
    account = "b" * 32
    for word in ("Oudeklant", "hosting"):
        name = f"import-map-bayes/{word}/{account}"
        insert = "INSERT INTO slots (obj_guid, name, slot_type, int64_val) VALUES (?, ?, 1, 3)"
        change(shop.path, insert, account, name)
    found = [one for one in find(gnucash(shop.path), "name:W. Oudeklant") if one.part == "slots"]
    assert [(one.title, one.certainty) for one in found] == [
        (f"import-map-bayes/Oudeklant/{account}", Certainty.POSSIBLE)
    ]
    erase(gnucash(shop.path), found)
    asked = "SELECT name FROM slots WHERE obj_guid = ? ORDER BY id"
    assert rows(shop.path, asked, account) == [
        (f"import-map-bayes/[gewist]/{account}",),
        (f"import-map-bayes/hosting/{account}",),
    ]


def test_what_gnucash_writes_stays_and_what_people_write_there_goes(shop: Shop) -> None:
    """Past the term a number and an action that hold a name or an account are blank, and an invoice's number and a kind of action stay."""
    path = shop.path
    (tx,) = rows(path, "SELECT guid FROM transactions WHERE description = 'W. Oudeklant' LIMIT 1")[
        0
    ]
    (invoice,) = rows(path, "SELECT guid FROM invoices WHERE id = '2017-0003'")[0]
    (other,) = rows(path, "SELECT post_txn FROM invoices WHERE id = '2017-0003'")[0]
    change(path, "UPDATE transactions SET num = ? WHERE guid = ?", OLD_IBAN, tx)
    change(path, "UPDATE splits SET action = 'door W. Oudeklant' WHERE tx_guid = ?", tx)
    if other != tx:
        change(path, "UPDATE transactions SET num = '2017-0003' WHERE guid = ?", other)
        change(path, "UPDATE splits SET action = 'Verkoopfactuur' WHERE tx_guid = ?", other)
    change(path, "UPDATE entries SET action = 'W. Oudeklant' WHERE invoice = ?", invoice)
    erase(gnucash(path), find(gnucash(path), OLD))
    assert rows(path, "SELECT num FROM transactions WHERE guid = ?", tx) == [("",)]
    assert {one for (one,) in rows(path, "SELECT action FROM splits WHERE tx_guid = ?", tx)} == {""}
    assert rows(path, "SELECT action FROM entries WHERE invoice = ?", invoice) == [("",)]
    if other != tx:
        assert rows(path, "SELECT num FROM transactions WHERE guid = ?", other) == [("2017-0003",)]
        asked = "SELECT DISTINCT action FROM splits WHERE tx_guid = ?"
        assert rows(path, asked, other) == [("Verkoopfactuur",)]


@pytest.mark.parametrize(
    ("statement", "part"),
    [
        ("UPDATE transactions SET num = ? WHERE description = 'Startkapitaal'", "transactions"),
        ("UPDATE splits SET action = ? WHERE rowid = 1", "transactions"),
        ("UPDATE entries SET action = ? WHERE rowid = 1", "invoices"),
        (
            "INSERT INTO billterms VALUES ('c', '30 dagen', ?, 0, 0, 'GNC_TERM_TYPE_DAYS', 0, 30, 0, 0, 1, 0)",
            "billterms",
        ),
        ("INSERT INTO budgets VALUES ('d', ?, '', 12)", "budgets"),
    ],
)
def test_every_text_of_the_book_is_searched(shop: Shop, statement: str, part: str) -> None:
    """Numbers, actions, terms of payment and budgets are free text too."""
    change(shop.path, statement, "voor nieuw@persoon.example")
    assert {one.part for one in find(gnucash(shop.path), "nieuw@persoon.example")} == {part}


def test_what_is_kept_now_is_erased_later_by_what_was_said_of_it(shop: Shop) -> None:
    """An item that was blanked in part is erased by its outcome's fingerprint once its term is over, without finding it again."""
    connector = gnucash(shop.path)
    items = {one.key: one for one in find(connector, ANNA)}
    outcomes = erase(connector, items.values())
    later = [_again(one, outcomes.get(one.key)) for one in items.values()]
    done = erase(gnucash(shop.path), later, LATER)
    assert {one.result for one in done.values()} == {Result.ANONYMISED}
    assert customer(shop, "anna")["name"] == "[gewist]"
    assert "Vries" not in shop.path.read_bytes().decode("latin-1")


def _again(item: Item, outcome: Outcome | None) -> Item:
    fingerprint = item.fingerprint if outcome is None else outcome.fingerprint
    return Item(item.key, item.part, item.category, (), fingerprint, item.title, item.when)


def test_a_mention_that_is_kept_now_takes_nothing_else_with_it_later(shop: Shop) -> None:
    """The baker's address names him: when the term of that is over his words go, and the baker's number, name, notes and e-mail stay."""
    note = "UPDATE customers SET addr_name = 't.a.v. oud@klant.example', notes = 'na 8 uur' WHERE guid = ?"
    change(shop.path, note, shop.keys["baker"])
    key = f"customers:{shop.keys['baker']}"
    before = customer(shop, "baker")
    found = [one for one in find(gnucash(shop.path), OLD) if one.key == key]
    (kept,) = proposed(gnucash(shop.path), found)
    assert kept.disposition.verdict is Verdict.RETAIN
    later = scheduled(kept, Outcome(key, Result.RETAINED)).item
    done = erase(gnucash(shop.path), [later], LATER)
    assert done[key].result is Result.ANONYMISED
    assert customer(shop, "baker") == before | {"addr_name": "t.a.v. [gewist]"}


def test_a_new_invoice_since_the_plan_stops_it(shop: Shop) -> None:
    """Somebody posts an invoice for him after the plan was made: his record is no longer the one that was planned, and stays."""
    connector = gnucash(shop.path)
    steps = approved(proposed(connector, find(connector, OLD)))
    new = "UPDATE invoices SET owner_guid = ? WHERE id = '2026-0008'"
    change(shop.path, new, shop.keys["old"])
    told = {one.key for one in connector.prepare(iter(steps))}
    assert f"customers:{shop.keys['old']}" in told
    outcomes = {one.key: one.result for one in connector.erase(iter(steps))}
    assert outcomes[f"customers:{shop.keys['old']}"] is Result.CHANGED
    assert customer(shop, "old")["name"] == "W. Oudeklant"


def test_the_retention_sweep_sees_what_is_old_and_not_what_is_blank(shop: Shop) -> None:
    """Without a request everything past seven years is told with whom it is about, and once it is anonymised it is not told again."""
    connector = gnucash(shop.path)
    before = dict.fromkeys(connector.categories, date(2019, 1, 1))
    told = {one.item.title: one for one in connector.aged(before) if isinstance(one, Aged)}
    assert {"2017-0003", "2016-0008", "000004 W. Oudeklant"} <= set(told)
    assert "2019-0004" not in told
    assert "email:oud@klant.example" in {str(one) for one in told["2017-0003"].parties}
    rules, situation = Rules(), Situation(TODAY, date(2018, 6, 1), requested=False)
    steps: list[ApprovedStep] = []
    for one in told.values():
        ruling: Ruling = rules.ruling(one.item, situation)
        steps += approved([connector.propose(one.item, ruling)])
    done = {one.key: one.result for one in connector.erase(iter(steps))}
    assert done
    assert set(done.values()) == {Result.ANONYMISED}
    left = {one.item.title for one in gnucash(shop.path).aged(before) if isinstance(one, Aged)}
    assert "2017-0003" not in left
    assert rows(
        shop.path,
        "SELECT description FROM entries WHERE invoice = (SELECT guid FROM invoices WHERE id = '2017-0003')",
    ) == [("[gewist]",)]
