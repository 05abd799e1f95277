"""An identifier is a kind and a normalised value; equal values are equal bytes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Period:
    """The days on which an identifier was the person's, both inclusive; None leaves the end open."""

    since: date | None = None
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Say whether *day* lies in the period."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )

    def includes(self, other: "Period") -> bool:
        """Say whether every day of *other* lies in the period."""
        return (self.since is None or (other.since is not None and self.since <= other.since)) and (
            self.until is None or (other.until is not None and other.until <= self.until)
        )

    def spanning(self, other: "Period") -> "Period":
        """Return the period from the first day of both to the last."""
        begins, ends = (self.since, other.since), (self.until, other.until)
        return Period(
            None if None in begins else min(one for one in begins if one),
            None if None in ends else max(one for one in ends if one),
        )

    def __str__(self) -> str:
        return f"{self.since or '..'}/{self.until or '..'}"


ALWAYS = Period()


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """Something that points at a person: a *kind* and a *value* normalised by that kind.

    Make one with `Kinds.identifier`, which normalises; the constructor trusts its caller. The period takes no part in equality.
    """

    kind: str
    value: str = field(repr=False)
    period: Period = field(default=ALWAYS, compare=False)

    def __str__(self) -> str:
        window = "" if self.period == ALWAYS else f"[{self.period}]"
        return f"{self.kind}:{self.value}{window}"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of identifier.

    *normalise* turns what people write into the one form that is compared, and raises ValueError with the reason, which must not
    repeat the text it was given. A *strong* kind points at one person or customer; a weak one (a name) does not.
    """

    name: str
    label_nl: str
    label_en: str
    strong: bool
    normalise: Callable[[str], str]
    example: str
