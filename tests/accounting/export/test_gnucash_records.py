"""The books of a GnuCash user leave as what they are: invoices to the cent, payments with who paid, bookings that balance."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text

from overdracht_accounting.auditfile import Auditfile, FinancialYear
from overdracht_accounting.columns import booking_rows
from overdracht_accounting.gnucash_amounts import TaxTable, line_of, ratio
from overdracht_accounting.gnucash_records import GnuCashRecords
from overdracht_accounting.invoices import (
    Booking,
    Customer,
    Invoice,
    InvoiceKind,
    Payment,
    Record,
    Vat,
    VatCategory,
)
from overdracht_accounting.ubl import ubl
from tests.accounting.bookshop import open_shop
from tests.accounting.export.rulebook import en16931, schema_errors, schemas
from tests.accounting.export.samples import HIGH, SELLER

PARTS = ("customers", "invoices", "transactions")


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Connection]:
    """A copy of the book that GnuCash itself wrote."""
    written = schemas().parent / "gnucash" / "book.gnucash"
    if not written.is_file():
        pytest.skip("needs the book of GnuCash beside the schemas")
    shutil.copy(written, tmp_path / "book.gnucash")
    engine = create_engine(f"sqlite:///{tmp_path / 'book.gnucash'}")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _all(book: Connection) -> list[Record]:
    wanted = [
        (part, guid)
        for part in PARTS
        for (guid,) in book.execute(text(f"SELECT guid FROM {part}"))  # noqa: S608
    ]
    found = GnuCashRecords(book).of(wanted)
    for (part, guid), records in found.items():
        assert {one.key for one in records} == {f"{part}:{guid}"}
    assert set(found) == set(wanted)
    return [one for records in found.values() for one in records]


def _invoices(records: list[Record]) -> dict[str, Invoice]:
    return {one.number: one for one in records if isinstance(one, Invoice)}


def test_invoices_of_gnucash_are_valid(book: Connection) -> None:
    """Every posted invoice and credit note comes out as valid UBL with the amount that GnuCash posted; a draft is one."""
    invoices = _invoices(_all(book))
    amounts = {number: one.total for number, one in invoices.items()}
    assert amounts == {
        "2017-0003": Decimal("72.60"),
        "2021-0011": Decimal("114.95"),
        "2025-0040": Decimal("500.94"),
        "2026-0007": Decimal("157.30"),
        "2026-0008": Decimal("93.78"),
        # GnuCash took the quantity of this one for what is charged, not given back.
        "2026-0009": Decimal("-78.65"),
        "2026-0010": None,
    }
    assert invoices.pop("2026-0010").kind is InvoiceKind.DRAFT
    assert invoices["2026-0009"].kind is InvoiceKind.CREDIT_NOTE
    for one in invoices.values():
        document = ubl(one, SELLER)
        assert schema_errors(document) == []
        assert en16931().verdict(document).failed == ()
        assert f">{one.total}</cbc:PayableAmount>".encode() in document


def test_an_invoice_knows_its_customer(book: Connection) -> None:
    """The customer is found through the job, with the address taken apart; the day and the day it is due are those of the Netherlands."""
    one = _invoices(_all(book))["2026-0007"]
    assert (one.buyer.name, one.buyer.number) == ("Anna de Vries-Özdemir", "000001")
    assert one.buyer.address.postcode == "2511 AB"
    assert (one.issued, one.due) == (date(2026, 2, 1), date(2026, 2, 15))
    assert one.paid == one.total
    assert [(line.description, line.unit) for line in one.lines] == [("Onderhoud wifi", "uur")]


def test_payments_tell_who_paid_what(book: Connection) -> None:
    """A payment has the account and the name with it, the invoice and the customer; a loose bank line has what the bank wrote."""
    payments = [one for one in _all(book) if isinstance(one, Payment)]
    paid = next(one for one in payments if "2025-0040" in one.invoices)
    assert (paid.amount, paid.when) == (Decimal("500.94"), date(2025, 9, 10))
    assert (paid.iban, paid.name) == ("NL91ABNA0417164300", "A DE VRIES OZDEMIR")
    assert paid.customer == "000001"
    loose = next(one for one in payments if one.amount == Decimal(-50))
    assert (loose.invoices, loose.customer) == ((), "")
    assert "borg" in loose.description


def test_bookings_balance(book: Connection) -> None:
    """Every transaction is a booking that adds up to nothing, in whole cents, the customer on the account that is kept by customer."""
    bookings = [one for one in _all(book) if isinstance(one, Booking)]
    assert len(bookings) == 12
    for one in bookings:
        assert sum(line.amount for line in one.lines) == 0
        for line in one.lines:
            assert bool(line.customer) <= (line.account.code == "1300")


def test_a_booking_in_another_currency_says_so(tmp_path: Path) -> None:
    """Dollars on accounts in euro are the euros that were booked; on accounts of both they stay dollars, say so, and are in no audit file."""
    shop = open_shop(tmp_path)
    engine = create_engine(f"sqlite:///{shop.path}")
    with engine.connect() as connection:
        (tx,) = connection.execute(
            text("SELECT post_txn FROM invoices WHERE id = '2019-0004'")
        ).one()
        dollar = (
            "INSERT INTO commodities VALUES (:usd, 'CURRENCY', 'USD', 'USD', '840', 100, 1, '', '')"
        )
        connection.execute(text(dollar), {"usd": "d" * 32})
        connection.execute(
            text("UPDATE transactions SET currency_guid = :usd WHERE guid = :tx"),
            {"usd": "d" * 32, "tx": tx},
        )
        change = "UPDATE splits SET value_num = 2 * value_num WHERE tx_guid = :tx"
        connection.execute(text(change), {"tx": tx})
        both = [_booking(connection, tx)]
        account = "UPDATE accounts SET commodity_guid = :usd WHERE guid IN (SELECT account_guid FROM splits WHERE tx_guid = :tx LIMIT 1)"
        connection.execute(text(account), {"usd": "d" * 32, "tx": tx})
        both.append(_booking(connection, tx))
    engine.dispose()
    euros, dollars = both
    assert (euros.currency, dollars.currency) == ("EUR", "USD")
    assert [one.amount * 2 for one in euros.lines] == [one.amount for one in dollars.lines]
    for one, expected in ((euros, True), (dollars, False)):
        with ExitStack() as stack:
            year = FinancialYear.of(one.when, 1)
            assert Auditfile(year, SELLER, "EUR", one.when).add(one, stack) is expected
    assert {row["currency"] for row in booking_rows(dollars, "")} == {"USD"}


def _booking(connection: Connection, guid: str) -> Booking:
    records = GnuCashRecords(connection).of([("transactions", guid)])["transactions", guid]
    return next(one for one in records if isinstance(one, Booking))


def test_one_transfer_for_two_customers_is_nobodys(book: Connection) -> None:
    """Where one transfer pays for two customers, nothing in the book says which side is whose, so no customer is named."""
    (mine, theirs) = (
        book.execute(
            text("SELECT post_lot, post_txn FROM invoices WHERE id = :number"), {"number": number}
        ).one()
        for number in ("2026-0007", "2021-0011")
    )
    lots = {"a": mine[0], "b": theirs[0], "post": mine[1]}
    question = "SELECT tx_guid FROM splits WHERE lot_guid = :a AND tx_guid <> :post"
    paid = book.execute(text(question), lots).scalar_one()
    statement = "UPDATE splits SET tx_guid = :tx WHERE lot_guid = :b AND action = 'Payment'"
    book.execute(text(statement), {"tx": paid, **lots})
    records = GnuCashRecords(book).of([("transactions", paid)])[("transactions", paid)]
    for one in records:
        if isinstance(one, Booking):
            assert {line.customer for line in one.lines} == {""}
            assert {line.iban for line in one.lines} == {""}
        elif isinstance(one, Payment):
            assert one.customer == ""


def test_register_numbers_stand_in_the_notes(book: Connection) -> None:
    """GnuCash has no field for KvK and VAT numbers: they are read from the notes; a delivery address only where it differs."""
    book.execute(
        text(
            "UPDATE customers SET notes = 'KvK 90000031, btw NL001234567B01',"
            " shipaddr_addr1 = 'Loods 2', addr_fax = '015-1' WHERE id = '000002'"
        )
    )
    one = next(c for c in _all(book) if isinstance(c, Customer) and c.party.number == "000002")
    assert (one.party.kvk, one.party.vat_number) == ("90000031", "NL001234567B01")
    assert dict(one.further) == {"shipaddr_addr1": "Loods 2", "fax": "015-1"}


ENTRY: Mapping[str, object] = {
    "description": "Uur",
    "action": "Uren",
    "notes": None,
    "quantity_num": 300,
    "quantity_denom": 100,
    "i_price_num": 6500,
    "i_price_denom": 100,
    "i_discount_num": 0,
    "i_discount_denom": 1,
    "i_disc_type": "PERCENT",
    "i_disc_how": "PRETAX",
    "i_taxable": 1,
    "i_taxincluded": 0,
}
TABLE = TaxTable("BTW hoog", Decimal(21), frozenset({"vat"}))


@pytest.mark.parametrize(
    ("changes", "net", "discount"),
    [
        ({}, "195.00", "0"),
        ({"i_discount_num": 10}, "175.50", "19.50"),
        ({"i_discount_num": 15, "i_disc_type": "VALUE"}, "180.00", "15.00"),
        ({"i_discount_num": 10, "i_disc_how": "POSTTAX"}, "171.41", "23.59"),
        ({"i_taxincluded": 1}, "161.16", "0"),
        ({"i_price_num": None}, "0.00", "0"),
    ],
)
def test_an_entry_is_reckoned_as_gnucash_does(
    changes: Mapping[str, object], net: str, discount: str
) -> None:
    """Discounts in per cent and in money, before and after VAT, and prices with VAT in them come to what GnuCash makes of them."""
    line = line_of({**ENTRY, **changes}, TABLE, credit=False)
    assert (line.net, line.discount) == (Decimal(net), Decimal(discount))
    back = line_of({**ENTRY, **changes}, TABLE, credit=True)
    assert back.net == -line.net


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("BTW verlegd", VatCategory.REVERSE_CHARGE),
        ("ICL 0%", VatCategory.WITHIN_EU),
        ("Export buiten EU", VatCategory.EXPORT),
        ("Vrijgesteld", VatCategory.EXEMPT),
        ("0%", VatCategory.ZERO),
    ],
)
def test_a_tax_table_without_a_rate_tells_why(name: str, category: VatCategory) -> None:
    """The name of a tax table says why no VAT is charged; a line without a table bears none."""
    assert replace(TABLE, name=name, rate=Decimal(0)).vat == Vat(category)
    assert TABLE.vat == HIGH
    assert line_of(ENTRY, None, credit=False).vat.category is VatCategory.OUTSIDE


def test_a_fraction_is_exact() -> None:
    """Cents stay cents, thirds are as exact as a decimal can be, and nothing is nothing."""
    assert str(ratio(7260, 100)) == "72.60"
    assert ratio(1, 3) == Decimal(1) / 3
    assert ratio(None, 100) == ratio(5, 0) == 0
