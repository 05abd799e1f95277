"""When the organisation's financial years begin: on the first of a month, which need not be January."""

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationInfo

JANUARY = 1
Month = Annotated[int, Field(ge=1, le=12, strict=True)]


def next_year(day: date, first_month: int) -> date:
    """Return the first day after the financial year that *day* is in; raise ValueError when the calendar ends before."""
    return date(day.year + (day.month >= first_month), first_month, 1)


def _the_organisations(given: object, info: ValidationInfo) -> object:
    unsaid = isinstance(given, int) and given == 0
    return (info.context or {}).get("financial_year_starts", JANUARY) if unsaid else given


FinancialYearStarts = Annotated[
    Month, BeforeValidator(_the_organisations), Field(validate_default=True)
]
"""A setting of a source: the month in which its financial year begins; 0, which is to be its default, is that of the organisation."""
