"""Before which day an item must lie, for its term to be over: what the sources are asked for."""

from collections.abc import Collection
from datetime import date, timedelta

from overdracht.erasure.outlived import counts_from_contact
from overdracht.erasure.planning import BY_NATURE
from overdracht.items import Category
from overdracht.retention import Term
from overdracht.ruling import Rules


def earliest(rules: Rules, today: date, only: Collection[Category]) -> dict[Category, date]:
    """Return, by category, the day before which an item must lie for its term to be over, or that of contact data in it; the rules decide
    exactly.

    Where the term counts from the last contact, and the item itself is none, that is no day at all: a newsletter of today may be to
    somebody who was silent for the term.
    """
    over = {category: _over(rules, category, today) for category in {*only, Category.CONTACT}}
    days = {}
    for category in only:
        known = [one for one in (over[category], over[Category.CONTACT]) if one is not None]
        if category not in BY_NATURE and counts_from_contact(rules, category):
            days[category] = today + timedelta(days=1)
        elif over[category] is not None:
            days[category] = max(known)
    return days


def _over(rules: Rules, category: Category, today: date) -> date | None:
    terms = [rule.term for rule in rules.of(category)]
    return min(_back(term, today) for term in terms) + timedelta(days=1) if terms else None


def _back(term: Term, today: date) -> date:
    months = today.year * 12 + today.month - 1 - term.years * 12 - term.months
    year, month = divmod(months, 12)
    # The first of the month after would be too late by at most a month; the last day that surely is not too early is wanted.
    first = date(year + month // 12, month % 12 + 1, 1)
    return first + timedelta(days=today.day - 1) - timedelta(days=term.days)
