"""How long something is kept, and what follows when a term cannot be computed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overdracht import Category, Certainty, Item, Match, Text, Verdict
from overdracht.erasure.planning import last_contact
from overdracht.retention import DEFAULT_RULES, CountsFrom, Rule, Term, ends
from overdracht.ruling import Rules, Situation
from tests.erasure.world import SANNE

TODAY = date(2026, 11, 24)
ASKED = Situation(TODAY)
UNASKED = Situation(TODAY, date(2026, 1, 2), requested=False)
FISCAL = DEFAULT_RULES[Category.INVOICE]


def item(category: Category = Category.INVOICE, **more: object) -> Item:
    """Return an item of 15 March 2026."""
    plain = Item(
        key="1",
        part="p",
        category=category,
        matches=(Match(SANNE, Certainty.EXACT, "from"),),
        fingerprint="f",
        title="Factuur 2026-0117",
        when=datetime(2026, 3, 15, 10, tzinfo=UTC),
    )
    return replace(plain, **more)  # type: ignore[arg-type]  # the fields are named by the tests


def rule(category: Category, term: str, counts_from: CountsFrom, *, binding: bool = True) -> Rule:
    """Return a rule whose ground says its term."""
    return Rule(
        category, Term.parse(term), counts_from, Text(term, term), Text(term, term), binding
    )


@pytest.mark.parametrize(
    ("start", "term", "last"),
    [
        (date(2026, 8, 31), "P1M", date(2026, 9, 30)),
        (date(2026, 3, 5), "P1M", date(2026, 4, 5)),
        (date(2024, 2, 29), "P1Y", date(2025, 2, 28)),
        (date(2026, 11, 30), "P3M", date(2027, 2, 28)),
        (date(2023, 11, 30), "P3M", date(2024, 2, 29)),
        (date(2026, 12, 31), "P7Y", date(2033, 12, 31)),
        (date(2026, 1, 31), "P1M10D", date(2026, 3, 10)),
    ],
)
def test_a_term_counts_in_calendar_units(start: date, term: str, last: date) -> None:
    """A month after 31 August is 30 September: a day that does not exist is the last of its month."""
    assert Term.parse(term).after(start) == last


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)), st.integers(0, 240), st.integers(0, 400))
def test_a_longer_term_never_ends_sooner(start: date, months: int, days: int) -> None:
    """Terms keep their order, for every day of the calendar."""
    term = Term(months=months, days=days)
    assert start <= term.after(start) <= Term(months=months, days=days + 1).after(start)
    assert term.after(start) <= Term(months=months + 1, days=days).after(start)


def test_an_invoice_of_2026_may_go_on_the_first_day_of_2034() -> None:
    """Seven years from the end of the financial year: kept through 31 December 2033, and not a day longer."""
    disposition = Rules().ruling(item(), ASKED).disposition
    assert (disposition.verdict, disposition.until) == (Verdict.RETAIN, date(2034, 1, 1))
    assert disposition.article.nl == "art. 52 lid 4 AWR"

    def then(day: date) -> Verdict:
        return Rules().ruling(item(), Situation(day)).disposition.verdict

    assert then(date(2033, 12, 31)) is Verdict.RETAIN
    assert then(date(2034, 1, 1)) is Verdict.ERASE


def test_the_financial_year_is_a_dutch_one() -> None:
    """An invoice made at 23:30 UTC on 31 December is one of the next year in the Netherlands."""
    late = item(when=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    assert ends(FISCAL, late, None) == date(2035, 1, 1)


def test_a_request_shortens_every_term_but_those_of_the_law() -> None:
    """Without a request a letter is kept until five years after the last contact; asked for, it goes at once, and the invoice stays."""
    letter = item(Category.CORRESPONDENCE)
    kept = Rules().ruling(letter, UNASKED).disposition
    assert (kept.verdict, kept.until) == (Verdict.RETAIN, date(2031, 1, 3))
    assert Rules().ruling(letter, ASKED).disposition.verdict is Verdict.ERASE
    assert Rules().ruling(item(), ASKED).disposition.verdict is Verdict.RETAIN


def test_traffic_goes_after_three_months_without_a_request() -> None:
    """Three months from the line itself, whoever it is about."""
    line = item(Category.TRAFFIC, when=datetime(2026, 8, 23, 10, tzinfo=UTC))
    assert Rules().ruling(line, UNASKED).disposition.verdict is Verdict.ERASE
    younger = replace(line, when=datetime(2026, 8, 24, 10, tzinfo=UTC))
    assert Rules().ruling(younger, UNASKED).disposition.until == date(2026, 11, 25)


def test_of_several_rules_the_longest_wins() -> None:
    """Whatever their order, and with the ground of the one that wins."""
    several = [
        rule(Category.INVOICE, "P7Y", CountsFrom.FINANCIAL_YEAR),
        rule(Category.INVOICE, "P10Y", CountsFrom.ITEM),
        rule(Category.INVOICE, "P1Y", CountsFrom.ITEM),
    ]
    for rules in (several, several[::-1]):
        disposition = Rules(rules).ruling(item(), ASKED).disposition
        assert disposition.until == date(2036, 3, 16)
        assert disposition.ground.en == "P10Y"


def test_a_field_falls_under_its_own_category() -> None:
    """The e-mail address on an invoice is contact data: it may go while the invoice stays."""
    ruling = Rules().ruling(item(), ASKED)
    assert ruling.of(Category.CONTACT).verdict is Verdict.ERASE
    assert ruling.of(Category.INVOICE) == ruling.disposition


@pytest.mark.parametrize("undated", [None, datetime.max.replace(tzinfo=UTC)])
def test_a_term_that_cannot_be_computed_is_a_finding(undated: datetime | None) -> None:
    """An invoice without a date that can be believed is neither kept nor erased in silence: somebody has to look."""
    disposition = Rules().ruling(item(when=undated), ASKED).disposition
    assert disposition.verdict is Verdict.REVIEW
    assert "cannot be computed" in disposition.ground.en
    without = Situation(TODAY, None, requested=False)
    letter = item(Category.CORRESPONDENCE)
    assert Rules().ruling(letter, without).disposition.verdict is Verdict.REVIEW


def test_a_term_beyond_the_calendar_is_a_finding() -> None:
    """A term that ends after the year 9999 cannot be computed."""
    endless = Rules([rule(Category.INVOICE, "P999Y", CountsFrom.FINANCIAL_YEAR)])
    far = item(when=datetime(9200, 1, 1, tzinfo=UTC))
    assert endless.ruling(far, ASKED).disposition.verdict is Verdict.REVIEW


def test_a_category_without_a_rule_goes_on_request_only() -> None:
    """Nothing obliges to keep it, so a request takes it; without one nobody knows when it may go."""
    assert Rules([]).ruling(item(), ASKED).disposition.verdict is Verdict.ERASE
    assert Rules([]).ruling(item(), UNASKED).disposition.verdict is Verdict.REVIEW


def test_a_running_subscription_is_cancelled_first() -> None:
    """Whatever its category: nothing of it is erased while it runs. Without a request it is left alone."""
    for category in Category:
        running = item(category, running=True)
        assert Rules().ruling(running, ASKED).disposition.verdict is Verdict.CANCEL
        assert Rules().ruling(running, UNASKED).disposition.verdict is Verdict.REVIEW


def test_the_last_contact_is_the_latest_of_all() -> None:
    """A letter somebody wrote, a note, an invoice, a payment; no automatic message, and nothing without a date."""
    letter = item(Category.CORRESPONDENCE, is_contact=True)
    automatic = replace(letter, is_contact=False, when=datetime(2026, 9, 1, tzinfo=UTC))
    note = item(Category.NOTE, when=datetime(2026, 4, 1, tzinfo=UTC))
    undated = item(Category.NOTE, when=datetime.max.replace(tzinfo=UTC))
    assert last_contact([letter, automatic]) == (date(2026, 3, 15), False)
    assert last_contact([note, letter, undated, item(when=None)]) == (date(2026, 4, 1), False)
    assert last_contact([automatic]) == (None, False)


def test_the_clock_stands_still_while_a_subscription_runs() -> None:
    """No term counts from a contact as long as something runs, and that is the reason given; what counts from itself is not held up."""
    contact = item(Category.NOTE)
    last, subscribed = last_contact([contact, item(Category.DOMAIN, running=True)])
    assert (last, subscribed) == (date(2026, 3, 15), True)
    running = Situation(TODAY, last, subscribed)
    binding = Rules([rule(Category.NOTE, "P5Y", CountsFrom.LAST_CONTACT)])
    said = binding.ruling(contact, running).disposition
    assert said.verdict is Verdict.REVIEW
    assert "while a subscription runs" in said.ground.en
    assert "no date is known" not in said.ground.en
    assert Rules().ruling(item(), running) == Rules().ruling(item(), Situation(TODAY, last))
    alone = Rules().ruling(item(Category.DOMAIN, running=True), UNASKED).disposition
    assert "while a subscription runs" in alone.ground.en


@given(st.datetimes(timezones=st.just(UTC)), st.integers(-20, 20))
def test_nothing_goes_before_its_day_and_all_on_it(when: datetime, shift: int) -> None:
    """For every date: kept until the day that `ends` names, erasable from that day on."""
    one = item(when=when)
    end = ends(FISCAL, one, None)
    if end is None or not date(1, 2, 1) < end < date(9999, 12, 1):
        return
    verdict = Rules().ruling(one, Situation(end + timedelta(days=shift))).disposition.verdict
    assert verdict is (Verdict.RETAIN if shift < 0 else Verdict.ERASE)


def test_what_outlived_its_term_goes_because_the_term_is_over() -> None:
    """The ground on which it was kept is none on which it goes, and is not given as one."""
    said = Rules().ruling(item(when=datetime(2010, 1, 2, tzinfo=UTC)), ASKED).disposition
    assert said.verdict is Verdict.ERASE
    assert said.ground.en == f"{FISCAL.ground.en} That term is over."
    assert said.ground.nl == f"{FISCAL.ground.nl} Die termijn is om."
