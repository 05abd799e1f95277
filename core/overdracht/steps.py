"""What an erasure and a correction consist of: dispositions, steps, objections, outcomes, and what stays behind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from overdracht.errors import IdentifierError
from overdracht.identifiers import Identifier, Kinds
from overdracht.items import Category, Item
from overdracht.text import NOTHING, Text


class Verdict(StrEnum):
    """What a plan does with an item."""

    ERASE = "erase"
    ANONYMISE = "anonymise"
    """Blank or replace what is personal in it, and keep the rest."""
    RETAIN = "retain"
    CANCEL = "cancel"
    """End what runs (a subscription, a domain) at the end of its notice; what is left then is erased."""
    REVIEW = "review"
    """Leave alone until somebody has looked at it."""
    RECTIFY = "rectify"
    """Put the right value in the place of a wrong one; never part of an erasure."""


NOT_ABOUT_YOU = Text(
    "Wat over u gaat, wordt eruit gewist; de rest gaat over iemand anders, of is nodig om de boeken te laten kloppen.",
    "What is about you is erased from it; the rest is about somebody else, or is needed for the books to balance.",
)


@dataclass(frozen=True, slots=True)
class Disposition:
    """A verdict with what it rests on."""

    verdict: Verdict
    ground: Text = NOTHING
    """The sentence of the rule, for the person concerned."""
    article: Text = NOTHING
    until: date | None = None
    """For RETAIN and ANONYMISE the first day on which what is kept may go; for CANCEL the day on which it ends."""

    @property
    def kept_on(self) -> tuple[Text, Text]:
        """The ground and the article on which what stays of the item does.

        What is taken out of an item of which the rest stays without a term is taken out on the disposition's own ground, and that is no reason
        for the rest to stay.
        """
        if self.verdict is Verdict.ANONYMISE and self.until is None:
            return NOT_ABOUT_YOU, NOTHING
        return self.ground, self.article


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the retention rules say about one item, and about fields of it that fall under other categories.

    A connector that knows fields asks for each: the e-mail address on an invoice's customer falls under `contact`, the amount under
    `invoice`.
    """

    disposition: Disposition
    """Of the item as a whole."""
    by_category: Mapping[Category, Disposition] = field(default_factory=dict)

    def of(self, category: Category) -> Disposition:
        """Return what holds for fields of *category* in the item."""
        return self.by_category.get(category, self.disposition)


@dataclass(frozen=True, slots=True)
class Change:
    """A value that is wrong, and the one that takes its place; both of one kind."""

    old: Identifier
    new: Identifier
    written: str
    """The new one as it was given, for where people read it: one line, nothing but printable characters."""

    def replaces(self, text: str, kinds: Kinds | None = None) -> bool:
        """Say whether *text*, however it is written, is the old value."""
        try:
            return (kinds or Kinds()).identifier(self.old.kind, text) == self.old
        except IdentifierError:
            return False


@dataclass(frozen=True, slots=True)
class Edit:
    """What a correction does to one field of an item."""

    where: str
    """The field's own name: `TEL;TYPE=cell`, `addr_phone`."""
    old: str
    """The wrong value as it stands there."""
    new: str
    """The right one as it will stand there."""


@dataclass(frozen=True, slots=True)
class Step:
    """How one system carries out one disposition; made by `propose` or `corrections`, which change nothing."""

    item: Item
    disposition: Disposition
    action: str
    """The connector's own words, by which `erase` knows what to do: `expunge`, `blank addr_email addr_phone`."""
    external: str = ""
    """The name of the thing, when the step has an effect outside the organisation that cannot be taken back."""
    edits: tuple[Edit, ...] = ()
    """For RECTIFY, what happens to which fields."""


_MILDER: Mapping[Verdict, frozenset[Verdict]] = {
    Verdict.ERASE: frozenset(Verdict) - {Verdict.RECTIFY},
    Verdict.ANONYMISE: frozenset({Verdict.ANONYMISE, Verdict.RETAIN, Verdict.REVIEW}),
    Verdict.CANCEL: frozenset({Verdict.CANCEL, Verdict.RETAIN, Verdict.REVIEW}),
    Verdict.RETAIN: frozenset({Verdict.RETAIN, Verdict.ANONYMISE, Verdict.REVIEW}),
    Verdict.REVIEW: frozenset({Verdict.REVIEW}),
    Verdict.RECTIFY: frozenset({Verdict.RECTIFY, Verdict.RETAIN, Verdict.REVIEW}),
}


def harsher(proposed: Disposition, ruling: Ruling) -> str:
    """Say in what *proposed* goes beyond the *ruling*; empty when it does not.

    What is kept may lose fields only where some of its fields may go, and is kept exactly as long as ruled. What is kept although it may
    go needs a day on which it does: nothing is kept in silence.
    """
    ruled, said = ruling.disposition, proposed.verdict
    if said not in _MILDER[ruled.verdict]:
        return f"{said} for {ruled.verdict}"
    if ruled.verdict is Verdict.RETAIN and said is not Verdict.REVIEW:
        if proposed.until != ruled.until:
            return f"until {proposed.until} for {ruled.until}"
        erasable = any(one.verdict is Verdict.ERASE for one in ruling.by_category.values())
        if said is Verdict.ANONYMISE and not erasable:
            return f"{said} although no field may go"
    if said is Verdict.RETAIN and proposed.until is None:
        return f"{said} without a day"
    return ""


class ApprovedStep(Step):
    """A step of a plan whose digest was approved. The core alone makes these, and `prepare`, `erase` and `rectify` take nothing else."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a step cannot be done; one of them stops the whole plan before anything is touched."""

    reason: str
    """One line without personal data."""
    key: str = ""
    """The item's key; empty when it is the whole source."""


class Result(StrEnum):
    """What happened to an item."""

    ERASED = "erased"
    ANONYMISED = "anonymised"
    ALREADY_GONE = "already gone"
    CHANGED = "changed since the plan"
    RETAINED = "retained"
    SCHEDULED = "scheduled"
    RECTIFIED = "rectified"
    RESTORED = "restored"
    """What was exported is there again."""
    REFUSED = "refused"
    FAILED = "failed"


DONE = frozenset(
    {
        Result.ERASED,
        Result.ANONYMISED,
        Result.ALREADY_GONE,
        Result.RETAINED,
        Result.SCHEDULED,
        Result.RECTIFIED,
        Result.RESTORED,
    }
)
"""The results after which nothing is left to do for a step."""


UNDONE = frozenset({Result.CHANGED, Result.REFUSED, Result.FAILED})
"""The results that leave an item as it was."""

RESULTS: Mapping[Verdict, frozenset[Result]] = {
    Verdict.ERASE: frozenset({Result.ERASED, Result.ALREADY_GONE}),
    Verdict.ANONYMISE: frozenset({Result.ANONYMISED, Result.ALREADY_GONE}),
    Verdict.CANCEL: frozenset({Result.SCHEDULED, Result.ERASED, Result.ALREADY_GONE}),
    Verdict.RETAIN: frozenset({Result.RETAINED}),
    Verdict.REVIEW: frozenset(),
    Verdict.RECTIFY: frozenset({Result.RECTIFIED, Result.ALREADY_GONE}),
}
"""By verdict, what carrying it out can come to, besides leaving the item as it was."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one step."""

    key: str
    result: Result
    reason: str = ""
    """One line without personal data; needed for REFUSED and FAILED."""
    on: date | None = None
    """The day for which it is SCHEDULED."""
    fingerprint: str = ""
    """What the item's fingerprint is now, when the act left some of it: what is kept is erased by it later."""


@dataclass(frozen=True, slots=True)
class Residue:
    """What physically stays behind after an erasure, where, and until when."""

    what: Text
    where: Text
    until: Text
    """When it goes by itself: a date, a duration, or what makes it go."""
    remedy: Text = NOTHING
    """How to clear it sooner."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One identifier in one item, of whomever: for erasing again after a restore, and for finding what outlived its term."""

    identifier: Identifier
    key: str
    """Empty where the item is not there any more, and the system still tells of the contact."""
    part: str
    when: datetime | None = None
    is_contact: bool = False
    """It counts as contact with a customer on that day, as the end of a subscription does."""
    running: bool = False
    """It belongs to a subscription that runs: the term since the last contact has not begun."""
    of_one: bool = False
    """The item is about one person or organisation, as an address card is: what else is seen in it is theirs too."""


@dataclass(frozen=True, slots=True)
class Aged:
    """An item that is older than a term, with everybody it is about."""

    item: Item
    """Its matches are empty: nobody was looked for."""
    parties: tuple[Identifier, ...]
