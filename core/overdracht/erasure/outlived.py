"""Say from which day the term of an item counts that nobody asked about, and whether that day can be the one."""

from dataclasses import replace
from datetime import date

from overdracht.erasure.planning import BY_NATURE
from overdracht.items import Category, Item
from overdracht.retention import CountsFrom, day_of
from overdracht.ruling import Rules, Situation
from overdracht.steps import Verdict
from overdracht.text import Text

LATER = Text(
    "Dit is van nadat de bewaartermijn om was, en er is geen klantcontact van daarna bekend: iemand moet het bekijken.",
    "This is of after the term was over, and no contact since is known: somebody has to look at it.",
)


def counts_from_contact(rules: Rules, category: Category) -> bool:
    """Say whether a term of *category* counts from the last contact."""
    return any(rule.counts_from is CountsFrom.LAST_CONTACT for rule in rules.of(category))


def latest(item: Item, contact: date | None) -> date | None:
    """Return the last day of contact with whom *item* is about, which was *contact* as the sources tell.

    The item's own day counts where it is contact itself. A newsletter is none: it goes with the last letter before it. Of whom
    there never was any contact the item's own day is all that shows when there was something, and it goes by that.
    """
    own = day_of(item.when)
    if contact is None or (own and (item.is_contact or item.category in BY_NATURE)):
        return max((one for one in (contact, own) if one is not None), default=None)
    return contact


def is_young(rules: Rules, item: Item, today: date) -> bool:
    """Say whether *item* itself is younger than its term on the day *today*, so that it stays whenever the last contact was."""
    by_itself = Situation(today, day_of(item.when), requested=False)
    return rules.ruling(item, by_itself).disposition.verdict is Verdict.RETAIN


def came_later(rules: Rules, item: Item, situation: Situation) -> bool:
    """Say whether the term was over when *item* came: it kept nobody a customer, but perhaps somebody is one again."""
    own = day_of(item.when)
    if own is None:
        return False
    then = rules.ruling(item, replace(situation, today=min(own, situation.today)))
    return then.disposition.verdict is Verdict.ERASE
