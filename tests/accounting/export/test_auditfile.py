"""A person's bookings leave as an audit file that the official schema and an independent reader accept."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import pyxaf

from overdracht import File, Line
from overdracht_accounting.invoices import Account, AccountKind, Booking, BookingLine, Party, Record
from overdracht_accounting.leaving import Leaving
from tests.accounting.export.samples import BANK, DEBTORS, PLAIN, SELLER, booking, item

LONG = "Een wel heel lange aanduiding van een boeking in een ander programma"
HOSTILE = replace(
    booking("<&>\x00", date(2026, 3, 1)), description="</desc>\x1b&evil;", journal='"<J>&'
)


def _export(
    directory: Path, bookings: Iterable[Booking], seller: Party = SELLER, first_month: int = 1
) -> tuple[list[Path], list[dict[str, object]]]:
    """Return the audit files that *bookings* leave in, and their lines in the table."""
    records: list[Record] = [PLAIN, *bookings]
    files, lines = [], []
    for piece in Leaving(seller, None, first_month).pieces(
        (item(one.key), [one]) for one in records
    ):
        if isinstance(piece, Line) and piece.path == "boekingen.jsonl":
            lines.append(piece.record)
        elif isinstance(piece, File) and piece.path.endswith(".xaf"):
            assert not isinstance(piece.content, bytes)
            path = directory / piece.path.rpartition("/")[2]
            path.write_bytes(b"".join(map(bytes, piece.content)))
            files.append(path)
    return files, lines


def _problems(path: Path) -> list[str]:
    """Return what pyxaf and the official XSD say against the file at *path*."""
    found = pyxaf.validate(path, xsd=True).findings
    # A person's part of a ledger has no opening balance.
    return [one.code for one in found if one.code != "XAF7006"]


BOOKS = (
    booking("1", date(2025, 12, 31)),
    booking("2", date(2026, 1, 1)),
    booking(LONG, date(2026, 6, 30), "-12.50"),
    HOSTILE,
    Booking(
        "transactions:9",
        "9",
        date(2026, 2, 9),
        (
            BookingLine(BANK, Decimal("157.30"), "Betaald", iban="NL10VICT0000123456"),
            BookingLine(DEBTORS, Decimal("-157.30"), "Betaald", "2026-0007", "K10023"),
        ),
        journal="Bank",
    ),
)


@pytest.mark.parametrize("seller", [SELLER, Party("")])
def test_the_official_schema_accepts_it(tmp_path: Path, seller: Party) -> None:
    """One file a year; the Belastingdienst's XSD for 4.0 and pyxaf's own checks (totals, balance, references) find nothing wrong,
    also where we know nothing of who kept the books."""
    files, _ = _export(tmp_path, BOOKS, seller)
    assert [one.name for one in files] == ["2025.xaf", "2026.xaf"]
    for path in files:
        assert _problems(path) == []


def test_the_check_is_able_to_fail(tmp_path: Path) -> None:
    """A total that is a cent off is noticed."""
    (path,), _ = _export(tmp_path, BOOKS[:1])
    content = path.read_bytes()
    path.write_bytes(content.replace(b"<totalDebit>157.30<", b"<totalDebit>157.31<"))
    assert _problems(path)


def test_it_says_what_was_booked(tmp_path: Path) -> None:
    """An independent reader gets the same bookings out, to the cent, with the person as their customer and nobody else."""
    files, _ = _export(tmp_path, BOOKS)
    with pyxaf.open(files[1]) as file:
        assert {number: one.name for number, one in file.relations.items()} == {
            "K10023": "Sanne van der Berg"
        }
        read = {one.number: one for one in file.transactions()}
        assert len(read) == 4
        assert [line.signed_amount for line in read["9"].lines] == [
            Decimal("157.30"),
            Decimal("-157.30"),
        ]
        assert read["9"].lines[0].offset_bank_account == "NL10VICT0000123456"
        assert {one.description for one in file.journals.values()} == {"Memoriaal", '"<J>&', "Bank"}


def test_what_does_not_balance_stays_out_and_is_told(tmp_path: Path) -> None:
    """A booking whose lines do not add up to nothing, or hold parts of a cent, is in the table and in no audit file, and the table says so."""
    good, bad = booking("1", date(2026, 1, 1)), booking("2", date(2026, 1, 1), off="0.01")
    third = booking("3", date(2026, 1, 1), "0.005")
    (path,), lines = _export(tmp_path, [good, bad, third])
    assert _problems(path) == []
    with pyxaf.open(path) as file:
        assert [one.number for one in file.transactions()] == ["1"]
    told = {(one["booking"], one["file"]) for one in lines}
    assert told == {("1", "grootboek/2026.xaf"), ("2", ""), ("3", "")}


def test_a_booking_is_written_once(tmp_path: Path) -> None:
    """A booking that two records come with stands in the audit file once."""
    one = booking("1", date(2026, 1, 1))
    (path,), _ = _export(tmp_path, [one, replace(one, key="transactions:again")])
    with pyxaf.open(path) as file:
        assert len(list(file.transactions())) == 1
    assert _problems(path) == []


def test_a_financial_year_may_begin_in_july(tmp_path: Path) -> None:
    """With a broken financial year the files and their periods are of that year."""
    files, _ = _export(tmp_path, BOOKS, first_month=7)
    assert [one.name for one in files] == ["2025-2026.xaf"]
    assert _problems(files[0]) == []
    with pyxaf.open(files[0]) as file:
        assert {one.number: one.period_number for one in file.transactions()}["1"] == 6


def test_accounts_without_a_number_or_a_name(tmp_path: Path) -> None:
    """An account that has no number or name in the books is still one in the file."""
    odd = Account("", "", AccountKind.BALANCE)
    one = booking("1", date(2026, 1, 1))
    one = replace(one, lines=(replace(one.lines[0], account=odd), one.lines[1]))
    (path,), _ = _export(tmp_path, [one])
    assert _problems(path) == []
