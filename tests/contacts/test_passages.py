"""Passages: nothing is lost in taking a text apart, what is left names the person no more, and others keep every word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overdracht import Kinds
from overdracht_contacts.documents import moment, spelled, stated
from overdracht_contacts.passages import Reader
from overdracht_contacts.sought import Sought

KINDS = Kinds()
HERS = ("annelies@dewit.example", "06-55012344", "Annelies de Wit")
HIS = ("piet@dewit.example", "0251-799033", "NL21 VICT 0000 9988 77")
SOUGHT = Sought(
    (
        KINDS.identifier("email", HERS[0]),
        KINDS.identifier("phone", HERS[1]),
        KINDS.identifier("name", HERS[2]),
    )
)
READER = Reader(SOUGHT)
WORDS = st.sampled_from(
    ["belde", "wil een offerte.", "Modem stuk!", "14:00", "02-03-2026", "\n", "\n\n", "- ", "# ", "| ", *HERS, *HIS]
)  # fmt: skip
TEXTS = st.lists(WORDS, max_size=14).map(" ".join)


@given(st.one_of(TEXTS, st.text(max_size=200)))
def test_passages_joined_are_the_text(text: str) -> None:
    """Whatever the text, no letter of it is lost or doubled."""
    assert "".join(one.text for one in READER.passages(text)) == text


@given(TEXTS)
def test_what_is_left_does_not_name_the_person(text: str) -> None:
    """After the person's part is taken out neither an address, a number nor the name is found in it."""
    for whole in (False, True):
        assert not READER.names_subject(READER.left(text, whole=whole))


@given(TEXTS)
def test_what_is_shown_does_not_hold_others(text: str) -> None:
    """In what the person gets stands nobody else's address, number or account."""
    for whole in (False, True):
        assert not READER.names_others(READER.shown(text, whole=whole))


@given(TEXTS)
def test_others_keep_theirs(text: str) -> None:
    """Every address and number of somebody else is still there, as often as before."""
    left = READER.left(text, whole=False)
    for value in HIS:
        assert left.count(value) == text.count(value) or not left


@given(st.text(max_size=60))
def test_a_date_is_a_date_or_none(text: str) -> None:
    """Whatever stands in a date field, it is an aware time or nothing, and no error."""
    found = moment(text)
    assert found is None or found.utcoffset() is not None


def test_a_date_and_a_time_are_no_telephone_number() -> None:
    """In a line of a log the number is found and the date and time beside it are not."""
    for text in ("02-03-2026 14:00 (06-55012344)", "2026-03-02 06 55012344", "14:00 06-55012344"):
        assert [written for _, _, written in spelled(text)] == [
            text[-13:].strip(" ()")
        ] or "06" in text
        assert {kind for kind, _, _ in spelled(text)} == {"phone"}
        assert len(list(spelled(text))) == 1


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Annelies (de Wit) 0251-799033", "[gewist] 0251-799033"),
        ("(Annelies) de Wit 0251-799033", "[gewist] 0251-799033"),
        ("(klant Annelies de Wit) 0251-799033", "(klant [gewist]) 0251-799033"),
        ("(klant Annelies) de Wit 0251-799033", "(klant [gewist]) 0251-799033"),
        ("Annelies (de Wit, klant) 0251-799033", "[gewist] (, klant) 0251-799033"),
        ("(Annelies de Wit) 0251-799033", "([gewist]) 0251-799033"),
    ],
)
def test_a_name_goes_with_its_brackets(text: str, left: str) -> None:
    """What is left where a name was has each bracket with its other one."""
    assert READER.left(text, whole=False) == left


def test_a_telephone_number_is_no_customer_number() -> None:
    """What people dial is told as a telephone number only; other numbers may be a customer's."""
    for text in ("0612345678", "06-29384756", "31629384756", "0031629384756", "020-6241111"):
        assert not [one for one in stated(text, codes=True) if one.kind == "customer"], text
    for text in ("K10045", "10045", "201234567", "0012345", "2026-0001", "06-2026"):
        assert [one.kind for one in stated(text, codes=True)] == ["customer"], text
