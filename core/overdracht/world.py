"""A small provider's world to try things on: whom it serves, in which directory, on which day.

The people and their addresses are invented; every domain ends in `.example` (RFC 2606). `overdracht demo` makes such a world,
and each plugin writes its own systems into it (the hook `overdracht_demo`).
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path

WINTER = timezone(timedelta(hours=1))
"""The world's clock: one offset the whole year, so that it needs no time zone database and never shifts."""


@dataclass(frozen=True, slots=True)
class Person:
    """One customer, employee or passer-by; every value is written as people write it, not normalised."""

    id: str
    """A short name of its own to find the person by, e.g. `sanne`."""
    name: str
    emails: tuple[str, ...]
    phone: str = ""
    iban: str = ""
    customer: str = ""
    """The customer number; empty for who is no customer."""
    domains: tuple[str, ...] = ()
    address: str = ""
    kvk: str = ""

    @property
    def email(self) -> str:
        """The address the person writes from."""
        return self.emails[0]

    @property
    def first_name(self) -> str:
        """How a colleague greets the person."""
        return self.name.split()[0]


@dataclass(frozen=True, slots=True)
class World:
    """Where a plugin writes its part of the demo, about whom, and what day it is there."""

    directory: Path
    people: tuple[Person, ...]
    today: date

    def person(self, identity: str) -> Person:
        """Return the person whose id is *identity*; there must be one."""
        return next(one for one in self.people if one.id == identity)

    def moment(self, days_ago: int, hour: int = 9, minute: int = 0) -> datetime:
        """Return an aware moment, *days_ago* days before today."""
        day = self.today - timedelta(days=days_ago)
        return datetime.combine(day, time(hour, minute), WINTER)
