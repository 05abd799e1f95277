"""Until when an item may be kept: the rules as data, and calendar arithmetic as the law has it.

A term counts in whole calendar units from the day after the one it counts from (Regulation 1182/71, art. 3): one month
from 31 August ends with 30 September, and a day that does not exist is the last of its month. `ends` gives the first day on which an item may go.
"""

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Self
from zoneinfo import ZoneInfo

from overdracht.financial_year import JANUARY, next_year
from overdracht.items import Category, Item
from overdracht.text import Text

_TERM = re.compile(r"P(?=\d)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,5})D)?")


@dataclass(frozen=True, slots=True)
class Term:
    """A number of calendar years, months and days."""

    years: int = 0
    months: int = 0
    days: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the term that *text* writes in ISO 8601: `P7Y`, `P3M`, `P1Y6M`, `P10D`. Raise ValueError for anything else."""
        written = _TERM.fullmatch(text)
        if written is None:
            raise ValueError("not an ISO 8601 term of years, months and days, such as P7Y or P3M")
        return cls(*(int(number or 0) for number in written.groups()))

    def after(self, day: date) -> date:
        """Return the last day of the term that counts from *day*."""
        months = day.year * 12 + day.month - 1 + self.years * 12 + self.months
        year, month = divmod(months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return date(year, month + 1, min(day.day, last)) + timedelta(days=self.days)

    @property
    def rough_days(self) -> int:
        """About how many days it is, to tell a longer term from a shorter."""
        return self.years * 365 + self.months * 30 + self.days

    def __str__(self) -> str:
        units = ((self.years, "Y"), (self.months, "M"), (self.days, "D"))
        return "P" + ("".join(f"{number}{unit}" for number, unit in units if number) or "0D")


class CountsFrom(StrEnum):
    """What a term counts from."""

    FINANCIAL_YEAR = "financial-year"
    """The end of the financial year in which the item's own time falls."""
    LAST_CONTACT = "last-contact"
    """The last customer contact in any source."""
    ITEM = "item"
    """The item's own time."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How long one category is kept, and on what ground."""

    category: Category
    term: Term
    counts_from: CountsFrom
    ground: Text
    article: Text
    binding: bool = False
    """The law demands that it is kept: a request to erase does not shorten the term."""
    year_starts: int = JANUARY
    """The month in which the organisation's financial year begins."""

    def first_day_after(self, start: date) -> date | None:
        """Return the first day on which what counts from *start* may go; None when the calendar ends before."""
        try:
            return self.term.after(start) + timedelta(days=1)
        except (ValueError, OverflowError):
            return None

    def first_day_after_year(self, day: date) -> date | None:
        """Return the first day on which what counts from the end of the financial year of *day* may go; None when the calendar ends before.

        It is as many whole months after the first day of the next year, so that a year that ends with February ends with its last day.
        """
        try:
            return self.term.after(next_year(day, self.year_starts))
        except (ValueError, OverflowError):
            return None


_BOOKS = Text(
    "De administratie moet zeven jaar bewaard blijven, gerekend vanaf het einde van het boekjaar.",
    "The books must be kept for seven years from the end of the financial year.",
)
_TAX_LAW = Text("art. 52 lid 4 AWR", "Art. 52(4) Dutch State Taxes Act (AWR)")
_CLAIMS = Text(
    "Bewaard tot vijf jaar na het laatste klantcontact: zo lang kan uit een overeenkomst nog iets worden gevorderd.",
    "Kept until five years after the last customer contact: for so long a claim can arise from an agreement.",
)
_LIMITATION = Text(
    "art. 6 lid 1 onder f AVG; art. 3:307 BW", "Art. 6(1)(f) GDPR; Art. 3:307 Dutch Civil Code"
)
_SECURITY = Text(
    "Bewaard tot drie maanden na de vastlegging, om storing en misbruik te kunnen onderzoeken.",
    "Kept until three months after it was recorded, to be able to look into faults and abuse.",
)
_INTEREST = Text("art. 6 lid 1 onder f AVG", "Art. 6(1)(f) GDPR")


def _rules() -> dict[Category, Rule]:
    books = (Category.INVOICE, Category.PAYMENT, Category.WORK, Category.DEVICE)
    traffic = Rule(Category.TRAFFIC, Term.parse("P3M"), CountsFrom.ITEM, _SECURITY, _INTEREST)
    rules = {traffic.category: traffic}
    for category in Category:
        if category in books:
            rules[category] = Rule(
                category,
                Term.parse("P7Y"),
                CountsFrom.FINANCIAL_YEAR,
                _BOOKS,
                _TAX_LAW,
                binding=True,
            )
        elif category not in rules:
            rules[category] = Rule(
                category, Term.parse("P5Y"), CountsFrom.LAST_CONTACT, _CLAIMS, _LIMITATION
            )
    return rules


DEFAULT_RULES: Mapping[Category, Rule] = MappingProxyType(_rules())


@cache
def _dutch_time() -> ZoneInfo:
    return ZoneInfo("Europe/Amsterdam")


def local_day(moment: datetime) -> date:
    """Return the day that *moment* falls on in the Netherlands: the books' and the law's days are local ones."""
    return moment.astimezone(_dutch_time()).date()


def day_of(moment: datetime | None) -> date | None:
    """Return the local day of *moment*; None when there is none, or none that the calendar knows."""
    try:
        return None if moment is None else local_day(moment)
    except OverflowError:
        return None


def ends(rule: Rule, item: Item, last_contact: date | None) -> date | None:
    """Return the first day on which *item* may go by *rule*; None when that cannot be computed, which is a finding.

    *last_contact* is the day of the last customer contact, None when there is none on record.
    """
    contact = rule.counts_from is CountsFrom.LAST_CONTACT
    start = last_contact if contact else day_of(item.when)
    if start is None:
        return None
    if rule.counts_from is CountsFrom.FINANCIAL_YEAR:
        return rule.first_day_after_year(start)
    return rule.first_day_after(start)
