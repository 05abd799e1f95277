"""Carry out approved steps, a few at a time, and say of each what the account shows afterwards."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from overdracht import ApprovedStep, Outcome, Result, local_day
from overdracht_transip.cancelling import Ending
from overdracht_transip.changes import Changes
from overdracht_transip.client import Contact, NotFound, TransipError, Writer
from overdracht_transip.faults import WHOLE, translated
from overdracht_transip.holding import names_of
from overdracht_transip.lookup import Lookup, Seen
from overdracht_transip.obstacles import UNSEEN, words
from overdracht_transip.ownership import Ownership
from overdracht_transip.proposing import (
    AWAIT,
    CANCEL_AT_END,
    CANCEL_NOW,
    DELETE,
    REPLACE,
    SCHEDULED,
)
from overdracht_transip.settings import TransipSettings

AT_ONCE = 20
"""Steps between two looks at the account: the lists that they stand in are read twice for all of them."""

ENDINGS = frozenset({CANCEL_AT_END, CANCEL_NOW, AWAIT})


def is_going(record: object) -> bool:
    """Say whether TransIP is deleting this mailbox, forward or list already."""
    return getattr(record, "status", "").startswith("delet")


class Erasing:
    """Erases in the account behind *api*."""

    def __init__(self, api: Writer, settings: TransipSettings) -> None:
        self._lookup = Lookup(api, Ownership(settings))
        self._changes = Changes(api, settings.replacement)
        self._today = local_day(datetime.now(UTC))
        self._ending = Ending(api, self._lookup, settings.server_term, self._today)

    def outcomes(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Carry out *steps* and yield the outcome of each."""
        steps = iter(steps)
        while batch := list(islice(steps, AT_ONCE)):
            try:
                yield from self._carried_out(batch)
            except TransipError as error:
                raise translated(error) from error

    def _carried_out(self, batch: list[ApprovedStep]) -> Iterator[Outcome]:
        self._lookup.refresh()
        told = [(step, self._act(step)) for step in batch]
        self._lookup.refresh()
        for step, outcome in told:
            yield outcome if isinstance(outcome, Outcome) else self._confirmed(step, outcome)

    def _act(self, step: ApprovedStep) -> Outcome | TransipError | None:
        """Carry out *step*; return its outcome, or what left it in doubt, or None where the account is to show it."""
        key = step.item.key
        try:
            seen = self._lookup.seen(key)
            settled = self._settled(step, seen)
            if settled is not None or seen is None:
                return settled
            if step.action in ENDINGS:
                return self._ending.outcome(step, seen)
            self._changes.make(key, seen)
        except NotFound:
            return None
        except TransipError as error:
            if error.in_doubt:
                return error
            if isinstance(error, WHOLE):
                raise
            return Outcome(key, Result.REFUSED, words(error))
        return None

    def _settled(self, step: ApprovedStep, seen: Seen | None) -> Outcome | None:
        """Return the outcome of *step* where there is nothing to do, or nothing may be done; None where there is."""
        if seen is None:
            gone = Result.ERASED if step.action == AWAIT else Result.ALREADY_GONE
            return Outcome(step.item.key, gone)
        if self._is_replaced(step, seen):
            return self._anonymised(step, seen)
        changed = seen.holding.fingerprint != step.item.fingerprint
        if changed and step.action != AWAIT:  # which does no more than look
            return Outcome(step.item.key, Result.CHANGED)
        mail = names_of(step.item.key)[0] in SCHEDULED
        if mail and is_going(seen.record):
            return self._scheduled(step)
        if mail and step.action == AWAIT:
            return Outcome(step.item.key, Result.FAILED, UNSEEN)
        return None

    def _confirmed(self, step: ApprovedStep, doubt: TransipError | None) -> Outcome:
        """Return what the account shows of *step*; *doubt* is what kept it from being known."""
        key = step.item.key
        try:
            seen = self._lookup.seen(key)
        except TransipError as error:
            if isinstance(error, WHOLE):
                raise
            return Outcome(key, Result.FAILED, words(error))
        if seen is None:
            return Outcome(key, Result.ERASED)
        if self._is_replaced(step, seen):
            return self._anonymised(step, seen)
        if step.action == DELETE and (doubt is None or is_going(seen.record)):
            return self._scheduled(step)
        return Outcome(key, Result.FAILED, UNSEEN if doubt is None else words(doubt))

    def _scheduled(self, step: ApprovedStep) -> Outcome:
        """Return that TransIP deletes it in its own time, and when to look."""
        tomorrow = self._today + timedelta(days=1)
        same = step.item.fingerprint
        return Outcome(step.item.key, Result.SCHEDULED, on=tomorrow, fingerprint=same)

    def _is_replaced(self, step: ApprovedStep, seen: Seen) -> bool:
        return (
            step.action == REPLACE
            and isinstance(seen.record, Contact)
            and self._changes.is_replaced(seen.record)
        )

    @staticmethod
    def _anonymised(step: ApprovedStep, seen: Seen) -> Outcome:
        return Outcome(step.item.key, Result.ANONYMISED, fingerprint=seen.holding.fingerprint)
