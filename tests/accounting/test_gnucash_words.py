"""What GnuCash writes, told from what people write in the same fields."""

import pytest

from overdracht_accounting.gnucash_words import document_number, known_action


@pytest.mark.parametrize("text", ["1", "2017-0003", "INV-2025-000123", "F2025/12", "2025.0040", ""])
def test_a_number_of_a_document_stays(text: str) -> None:
    """An invoice and a cheque are numbered so."""
    assert document_number(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "NL44RABO0123456789",
        "NL44 RABO 0123 4567 89",
        "0612345678",
        "06-12345678",
        "0031612345678",
        "oud@klant.example",
        "W. Oudeklant",
        "1234567890123",
    ],
)
def test_anything_else_goes(text: str) -> None:
    """An account, a telephone number, an address and a name are no number of a document."""
    assert document_number(text) == ""


def test_a_kind_of_action_stays() -> None:
    """The words that GnuCash offers stay in either language, in whatever case, and any other goes."""
    for word in ("Payment", "Betaling", "uren", "Lot Link"):
        assert known_action(word) == word
    assert known_action("W. Oudeklant") == ""
