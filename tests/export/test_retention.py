"""Until when an item may be kept."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overdracht import Category
from overdracht.retention import DEFAULT_RULES, CountsFrom, Term, ends
from tests.export.world import item


@pytest.mark.parametrize(
    ("start", "term", "end"),
    [
        (date(2026, 3, 5), "P1M", date(2026, 4, 5)),
        (date(2026, 8, 31), "P1M", date(2026, 9, 30)),
        (date(2028, 1, 31), "P1M", date(2028, 2, 29)),
        (date(2028, 2, 29), "P1Y", date(2029, 2, 28)),
        (date(2026, 11, 30), "P3M", date(2027, 2, 28)),
        (date(2026, 12, 31), "P7Y", date(2033, 12, 31)),
        (date(2026, 1, 31), "P1Y1M1D", date(2027, 3, 1)),
    ],
)
def test_a_term_ends_as_the_law_counts(start: date, term: str, end: date) -> None:
    """A term of months ends on the same day of the month, or on its last day when there is no such day."""
    assert Term.parse(term).after(start) == end


@pytest.mark.parametrize("text", ["", "P", "7Y", "PT5M", "P7Y ", "P-1Y", "P1.5Y", "P1D1Y"])
def test_what_is_no_term_is_refused(text: str) -> None:
    """Only years, months and days in that order make a term."""
    with pytest.raises(ValueError, match="ISO 8601"):
        Term.parse(text)


@given(st.integers(0, 99), st.integers(0, 999), st.integers(0, 999))
def test_a_term_reads_as_it_writes(years: int, months: int, days: int) -> None:
    """Writing a term and reading it back gives an equal one."""
    term = Term(years, months, days)
    assert Term.parse(str(term)) == term


def _ends(category: Category, when: datetime | None, contact: date | None = None) -> date | None:
    return ends(DEFAULT_RULES[category], item("k", category=category, when=when), contact)


def test_an_invoice_of_2026_may_go_in_2034() -> None:
    """Seven years count from the end of the financial year, and the term's last day still counts."""
    assert _ends(Category.INVOICE, datetime(2026, 5, 3, tzinfo=UTC)) == date(2034, 1, 1)


def test_the_financial_year_ends_at_midnight_in_the_netherlands() -> None:
    """An invoice made an hour before midnight UTC on New Year's Eve belongs to the new year."""
    late = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert _ends(Category.INVOICE, late) == date(2035, 1, 1)


@pytest.mark.parametrize(
    ("first_month", "when", "end"),
    [
        (7, datetime(2018, 9, 1, tzinfo=UTC), date(2026, 7, 1)),
        (7, datetime(2018, 6, 30, tzinfo=UTC), date(2025, 7, 1)),
        (12, datetime(2018, 11, 30, tzinfo=UTC), date(2025, 12, 1)),
        (3, datetime(2017, 2, 1, tzinfo=UTC), date(2024, 3, 1)),
    ],
)
def test_a_broken_financial_year_ends_when_it_ends(
    first_month: int, when: datetime, end: date
) -> None:
    """Seven years count from the last day of the organisation's own year, also where that is the last of February."""
    rule = replace(DEFAULT_RULES[Category.INVOICE], year_starts=first_month)
    assert ends(rule, item("k", category=Category.INVOICE, when=when), None) == end


def test_a_letter_may_go_five_years_after_the_last_contact() -> None:
    """What counts from the last contact does not look at the item's own time."""
    when = datetime(2019, 1, 1, tzinfo=UTC)
    assert _ends(Category.CORRESPONDENCE, when, date(2024, 2, 29)) == date(2029, 3, 1)


def test_a_log_line_may_go_after_three_months() -> None:
    """Traffic data counts from the time of the line."""
    assert _ends(Category.TRAFFIC, datetime(2026, 3, 5, 12, tzinfo=UTC)) == date(2026, 6, 6)


def test_an_end_that_cannot_be_computed_is_said_to_be_so() -> None:
    """Without a time, without a contact, or beyond the calendar there is no end, rather than a wrong one."""
    assert _ends(Category.INVOICE, None) is None
    assert _ends(Category.NOTE, datetime(2026, 1, 1, tzinfo=UTC), None) is None
    assert _ends(Category.INVOICE, datetime(9997, 1, 1, tzinfo=UTC)) is None
    assert _ends(Category.TRAFFIC, datetime.max.replace(tzinfo=UTC)) is None


def test_every_category_has_a_rule_with_its_ground() -> None:
    """Nothing is kept without a term and a reason in both languages."""
    assert set(DEFAULT_RULES) == set(Category)
    for rule in DEFAULT_RULES.values():
        assert all((rule.ground.nl, rule.ground.en, rule.article.nl, rule.article.en))
    books = {c for c, r in DEFAULT_RULES.items() if r.counts_from is CountsFrom.FINANCIAL_YEAR}
    assert books == {Category.INVOICE, Category.PAYMENT, Category.WORK, Category.DEVICE}
