"""Register numbers in notes: found as people write them, kept as they are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overdracht_accounting.register_numbers import kvk_number, register_numbers, vat_number


@pytest.mark.parametrize(
    ("notes", "kvk", "vat"),
    [
        ("KvK 12345678, btw NL001234567B01. Belt graag.", "12345678", "NL001234567B01"),
        ("kvk-nummer: 12 34 56 78", "12345678", ""),
        ("K.v.K. nr. 12345678", "12345678", ""),
        ("kvknr.12345678", "12345678", ""),
        ("Kamer van Koophandel 12345678", "12345678", ""),
        ("VAT nl 0012.34.567.b01", "", "NL001234567B01"),
        ("USt-IdNr. DE 123 456 789", "", "DE123456789"),
        ("BE 0123.456.789 (btw)", "", "BE0123456789"),
        ("ATU12345678", "", "ATU12345678"),
        ("ESX1234567X; FRAB123456789", "", "ESX1234567X"),
        ("IE1234567WA", "", "IE1234567WA"),
        ("CY12345678X", "", "CY12345678X"),
        ("betaalt van DE89 3704 0044 0532 0130 00", "", ""),
        ("rekening NL91 ABNA 0417 1643 00", "", ""),
        ("belt 12345678, de 612345678", "", ""),
        ("kvk 123456789", "", ""),
    ],
)
def test_a_register_number_is_found(notes: str, kvk: str, vat: str) -> None:
    """The KvK number is what is called so; a VAT number is told by its looks, and an account or a telephone number is none."""
    assert (kvk_number(notes), vat_number(notes)) == (kvk, vat)


PIECES = (
    "KvK 12345678",
    "btw NL001234567B01",
    "BE 0123.456.789",
    "DE123456789",
    "06-12345678",
    "Belt graag",
    ", ",
    " ",
)


@given(st.lists(st.sampled_from(PIECES)).map("".join) | st.text())
def test_what_stays_is_read_as_before(notes: str) -> None:
    """What stays of any text gives the same numbers, and nothing more goes of it the second time."""
    stays = register_numbers(notes)
    assert (kvk_number(stays), vat_number(stays)) == (kvk_number(notes), vat_number(notes))
    assert register_numbers(stays) == stays


def test_every_number_stays() -> None:
    """Of a customer who got another VAT number both stay, for there are invoices with either."""
    notes = "btw NL001234567B01, sinds 2024 NL001234567B02 (KvK 12345678)"
    assert register_numbers(notes) == "KvK 12345678, btw NL001234567B01, btw NL001234567B02"
