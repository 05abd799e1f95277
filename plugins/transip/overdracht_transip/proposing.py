"""Say how the account can carry out what is ruled: cancel what runs, replace a contact, take the rest away."""

from dataclasses import replace

from overdracht import Disposition, Item, Ruling, Step, Text, Verdict
from overdracht_transip.domain_holdings import (
    CERTIFICATE,
    CONTACT,
    DEFAULT,
    DOMAIN,
    RECORD,
)
from overdracht_transip.holding import names_of
from overdracht_transip.mail_holdings import COPIES, FORWARD, LIST, MAILBOX, MEMBER
from overdracht_transip.ownership import alike
from overdracht_transip.people_holdings import KEY, MONITORED, USER
from overdracht_transip.server_holdings import (
    ALLOWED,
    DISK,
    HAIP,
    NETWORK,
    PROJECT,
    REVERSE,
    RULE,
    SERVER,
)
from overdracht_transip.settings import TransipSettings

CANCEL_AT_END = "cancel at the end of the term"
CANCEL_NOW = "cancel immediately"
AWAIT = "see whether it has ended"
REPLACE = "replace the contact"
REMOVE = "remove"
DELETE = "have it deleted"

SUBSCRIPTIONS = frozenset({DOMAIN, SERVER, DISK})
SCHEDULED = frozenset({MAILBOX, FORWARD, LIST})
"""What TransIP deletes in its own time."""
AT_ONCE = frozenset({RECORD, MEMBER, MONITORED, USER, KEY, REVERSE, ALLOWED, RULE})
CONTACTS = frozenset({CONTACT, DEFAULT})
NO_WAY_BACK = frozenset({MAILBOX, LIST})

NO_REPLACEMENT = Text(
    "Er is geen vervangende contactpersoon ingesteld (`replacement`): dit moet met de hand.",
    "No contact is configured to take this one's place (`replacement`): it is to be done by hand.",
)
_BY_PANEL = Text(
    "Dit wordt in het controlepaneel opgezegd: het moet met de hand.",
    "This is cancelled in the control panel: it is to be done by hand.",
)
_BY_HAND = {
    CERTIFICATE: Text(
        "TransIP kan de aanvrager van een certificaat niet wissen: het verloopt vanzelf.",
        "TransIP cannot erase who ordered a certificate: it expires by itself.",
    ),
    PROJECT: Text(
        "Een OpenStack-project wordt zonder opzegtermijn gewist: dit moet met de hand, in het controlepaneel.",
        "An OpenStack project is wiped without notice: it is to be done by hand, in the control panel.",
    ),
    NETWORK: _BY_PANEL,
    HAIP: _BY_PANEL,
    COPIES: Text(
        "Waarheen een mailbox kopieën stuurt, verandert alleen met zijn wachtwoord: dit moet met de hand.",
        "Where a mailbox sends copies changes only with its password: it is to be done by hand.",
    ),
}
_NOTHING_TO_CANCEL = Text(
    "Dit is geen abonnement dat kan worden opgezegd: dit moet iemand bekijken.",
    "This is no subscription that can be cancelled: somebody has to look at it.",
)


class Proposing:
    """Proposes by the *settings*; it asks TransIP nothing."""

    def __init__(self, settings: TransipSettings) -> None:
        self._settings = settings
        self._immediately = frozenset(alike(one) for one in settings.immediately)

    def step(self, item: Item, ruling: Ruling) -> Step:
        """Return how *item* is dealt with under *ruling*."""
        ruled = ruling.disposition
        kind, *names = names_of(item.key)
        if ruled.verdict in {Verdict.RETAIN, Verdict.REVIEW}:
            return Step(item, ruled, "")
        if kind in SUBSCRIPTIONS and ruled.verdict in {Verdict.CANCEL, Verdict.ERASE}:
            return self._cancel(item, ruled, names[0])
        if ruled.verdict is not Verdict.ERASE:
            return _for_people(item, ruled, _BY_HAND.get(kind, _NOTHING_TO_CANCEL))
        if kind in CONTACTS:
            return self._replace(item, ruled, names)
        return _taken_away(item, ruled, kind)

    def _cancel(self, item: Item, ruled: Disposition, name: str) -> Step:
        """Cancel what runs; of what was cancelled before (it does not run any more) see whether it has ended."""
        ending = replace(ruled, verdict=Verdict.CANCEL)
        if not item.running:
            return Step(item, ending, AWAIT)
        if alike(name) in self._immediately:
            return Step(item, ending, CANCEL_NOW, f"{name}/immediately")
        return Step(item, ending, CANCEL_AT_END, name)

    def _replace(self, item: Item, ruled: Disposition, names: list[str]) -> Step:
        if self._settings.replacement is None:
            return _for_people(item, ruled, NO_REPLACEMENT)
        blanked = replace(ruled, verdict=Verdict.ANONYMISE)
        external = "/".join(names) if len(names) > 1 else ""
        return Step(item, blanked, REPLACE, external)


def _for_people(item: Item, ruled: Disposition, ground: Text) -> Step:
    return Step(item, replace(ruled, verdict=Verdict.REVIEW, ground=ground), "")


def _taken_away(item: Item, ruled: Disposition, kind: str) -> Step:
    if kind in SCHEDULED:
        cancelled = replace(ruled, verdict=Verdict.CANCEL)
        if not item.matches:
            # Nobody was looked for: it is what was scheduled before, come up again on its day.
            return Step(item, cancelled, AWAIT)
        return Step(item, cancelled, DELETE, _address(item) if kind in NO_WAY_BACK else "")
    if kind in AT_ONCE:
        return Step(item, ruled, REMOVE)
    return _for_people(item, ruled, _BY_HAND.get(kind, _NOTHING_TO_CANCEL))


def _address(item: Item) -> str:
    """Return the address of a mailbox, or the number of a list under its domain."""
    _, domain, name = names_of(item.key)
    return name if "@" in name else f"{domain}/list/{name}"
