"""Say what stands in the way of steps: by what the account shows, and by having TransIP validate each without doing it."""

from collections.abc import Iterable, Iterator

from overdracht import ApprovedStep, Misbehaving, Objection
from overdracht_transip.cancelling import Cancelling, is_handed_over
from overdracht_transip.changes import Changes
from overdracht_transip.client import (
    CancellationPending,
    Contact,
    Domain,
    NotFound,
    TransipError,
    Writer,
)
from overdracht_transip.correcting import CORRECT, Correcting
from overdracht_transip.domain_holdings import CONTACT, identities_of
from overdracht_transip.erasing import is_going
from overdracht_transip.faults import WHOLE
from overdracht_transip.holding import names_of
from overdracht_transip.lookup import Lookup, Seen
from overdracht_transip.obstacles import (
    BUSY,
    CHANGED,
    HANDED_OVER,
    IN_TRANSFER,
    LOCKED,
    STAYS,
    words,
)
from overdracht_transip.ownership import Ownership
from overdracht_transip.proposing import (
    AWAIT,
    CANCEL_AT_END,
    CANCEL_NOW,
    DELETE,
    REPLACE,
    SCHEDULED,
)
from overdracht_transip.server_holdings import DISK, SERVER
from overdracht_transip.settings import TransipSettings


class Preparing:
    """Looks at steps in the account behind *api*, and rehearses them."""

    def __init__(self, api: Writer, settings: TransipSettings) -> None:
        self._api = api
        self._ownership = Ownership(settings)
        self._lookup = Lookup(api, self._ownership)
        rehearsal = api.rehearsal()
        self._changes = Changes(rehearsal, settings.replacement)
        self._cancelling = Cancelling(rehearsal)
        self._correcting = Correcting(rehearsal, settings)

    def objections(self, steps: Iterable[ApprovedStep]) -> Iterator[Objection]:
        """Yield what stands in the way of each of *steps*; what is gone already does not."""
        for step in steps:
            if step.action == AWAIT:
                continue
            try:
                reason = self._reason(step)
            except TransipError as error:
                if isinstance(error, WHOLE):
                    raise
                reason = words(error)
            if reason:
                yield Objection(reason, step.item.key)

    def _reason(self, step: ApprovedStep) -> str:
        seen = self._lookup.seen(step.item.key)
        if seen is None or self._is_done(step, seen):
            return ""
        if seen.holding.fingerprint != step.item.fingerprint:
            return CHANGED
        reason = self._shown(step, seen)
        return reason or self._rehearsed(step, seen)

    def _is_done(self, step: ApprovedStep, seen: Seen | None) -> bool:
        if seen is None:
            return True
        if step.action == CORRECT:
            return self._correcting.is_done(step, seen)
        if step.action == REPLACE and isinstance(seen.record, Contact):
            return self._changes.is_replaced(seen.record)
        if step.action == DELETE and is_going(seen.record):
            return True
        return isinstance(seen.record, Domain) and seen.record.is_cancelled

    def _shown(self, step: ApprovedStep, seen: Seen) -> str:
        """Return what the account itself shows to be in the way of a domain's step."""
        kind, *names = names_of(step.item.key)
        if isinstance(seen.record, Domain):
            if identities_of(seen.record.name) in self._ownership.stays:
                return STAYS
            if seen.record.status == "inprogress":
                return IN_TRANSFER
        elif kind != CONTACT:
            locked = kind in SCHEDULED and seen.record.is_locked
            return LOCKED if locked else ""
        if is_handed_over(self._api, names[0]):
            return HANDED_OVER
        return BUSY if self._api.domain_action(names[0]).name else ""

    def _rehearsed(self, step: ApprovedStep, seen: Seen) -> str:
        try:
            if step.action in {CANCEL_AT_END, CANCEL_NOW}:
                self._cancelling.ask(step)
            elif step.action == CORRECT:
                self._correcting.make(step, seen)
            else:
                self._changes.make(step.item.key, seen)
        except (CancellationPending, NotFound):
            return ""  # done already, or gone since it was looked at
        except TransipError as error:
            if isinstance(error, WHOLE):
                raise
            return words(error)
        self._has_changed_nothing(step)
        return ""

    def _is_cancelled(self, step: ApprovedStep) -> bool:
        """Say whether a server or disk was cancelled by what was to be a rehearsal: it shows only in that another is refused."""
        if names_of(step.item.key)[0] not in {SERVER, DISK}:
            return False
        try:
            self._cancelling.ask(step)
        except CancellationPending:
            return True
        return False

    def _has_changed_nothing(self, step: ApprovedStep) -> None:
        """Look whether the rehearsal was one: where TransIP does in earnest what it was to validate, nothing may go on."""
        self._lookup.refresh()
        now = self._lookup.seen(step.item.key)
        same = now is not None and now.holding.fingerprint == step.item.fingerprint
        if not same or self._is_done(step, now) or self._is_cancelled(step):
            raise Misbehaving(
                "TransIP changed something in its test mode, in which it validates only",
                remedy="look in the control panel what happened, and report it",
            )
