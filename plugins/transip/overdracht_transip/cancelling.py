"""Cancel domains, servers and disks: each once, and with evidence of it.

A domain shows its cancellation. A server shows it nowhere, so two tags are put on it: one before it is asked for and one after. Where the first
stands alone the answer was lost, and the server is never cancelled a second time on a guess. A disk shows nothing and carries no tags, but
TransIP refuses to cancel one twice. So it does with a server, and in test mode too: where it would now take the cancellation of what was
cancelled before, somebody has withdrawn that one.
"""

import calendar
from datetime import date, timedelta

from overdracht import ApprovedStep, Outcome, Result, local_day
from overdracht_transip.client import (
    CancellationPending,
    Domain,
    EndTime,
    NotFound,
    Reader,
    TransipError,
    Vps,
    Writer,
)
from overdracht_transip.domain_holdings import DOMAIN
from overdracht_transip.faults import WHOLE
from overdracht_transip.holding import moment, names_of
from overdracht_transip.lookup import Lookup, Seen
from overdracht_transip.obstacles import (
    BEGUN,
    HANDED_OVER,
    IN_TRANSFER,
    LOST,
    LOST_SERVER,
    UNSEEN,
    words,
)
from overdracht_transip.ownership import EVIDENCE
from overdracht_transip.proposing import AWAIT, CANCEL_NOW
from overdracht_transip.server_holdings import SERVER

DONE = f"{EVIDENCE}cancelled"
WITHDRAWN = "it is there and not cancelled any more: somebody has withdrawn the cancellation"


class Cancelling:
    """Cancels in the account behind *api*."""

    def __init__(self, api: Writer) -> None:
        self._api = api

    def ask(self, step: ApprovedStep) -> None:
        """Ask TransIP for the cancellation that *step* is."""
        kind, name = names_of(step.item.key)
        when = EndTime.IMMEDIATELY if step.action == CANCEL_NOW else EndTime.END
        if kind == DOMAIN:
            self._api.cancel_domain(name, when)
        elif kind == SERVER:
            self._api.cancel_server(name, when)
        else:
            self._api.cancel_storage(name, when)


class Ending:
    """Carries out steps that end a subscription."""

    def __init__(self, api: Writer, lookup: Lookup, server_term: int, today: date) -> None:
        self._api = api
        self._lookup = lookup
        self._term = server_term
        self._today = today
        self._cancelling = Cancelling(api)
        self._rehearsal = Cancelling(api.rehearsal())

    def outcome(self, step: ApprovedStep, seen: Seen) -> Outcome:
        """Return what came of *step*, which is about what was *seen* and is still what was planned."""
        if isinstance(seen.record, Domain):
            return self._domain(step, seen.record)
        pending = self._is_pending(step)
        asked_before = step.action == AWAIT or DONE in getattr(seen.record, "tags", ())
        if pending or (pending is None and asked_before):
            return self._scheduled(step, seen)
        if step.action == AWAIT:
            return Outcome(step.item.key, Result.REFUSED, WITHDRAWN)
        if isinstance(seen.record, Vps):
            return self._server(step, seen, seen.record)
        return self._disk(step, seen)

    def _domain(self, step: ApprovedStep, domain: Domain) -> Outcome:
        if _is_ending(domain):
            return self._scheduled_domain(step, domain)
        reason = self._in_the_way(step, domain)
        if reason:
            return Outcome(step.item.key, Result.REFUSED, reason)
        failed = self._asked(step)
        if failed is not None and not failed.in_doubt and not isinstance(failed, NotFound):
            return Outcome(step.item.key, Result.REFUSED, words(failed))
        return self._domain_afterwards(step, failed)

    def _in_the_way(self, step: ApprovedStep, domain: Domain) -> str:
        if step.action == AWAIT:
            return WITHDRAWN
        if domain.status == "inprogress":
            return IN_TRANSFER
        return HANDED_OVER if is_handed_over(self._api, domain.name) else ""

    def _domain_afterwards(self, step: ApprovedStep, failed: TransipError | None) -> Outcome:
        """Return what the domain itself shows once its cancellation was asked for."""
        now = self._lookup.seen(step.item.key)
        if now is None:
            return Outcome(step.item.key, Result.ERASED)
        if _is_ending(now.record):
            return self._scheduled_domain(step, now.record)
        reason = UNSEEN if failed is None else f"nothing was cancelled: {words(failed)}"
        return Outcome(step.item.key, Result.FAILED, reason)

    def _asked(self, step: ApprovedStep) -> TransipError | None:
        """Ask for the cancellation, once; return what went wrong. That it was cancelled before is not wrong."""
        try:
            self._cancelling.ask(step)
        except CancellationPending:
            return None
        except TransipError as error:
            if isinstance(error, WHOLE) and not error.in_doubt:
                raise
            return error
        return None

    def _server(self, step: ApprovedStep, seen: Seen, server: Vps) -> Outcome:
        if BEGUN in server.tags:
            return Outcome(step.item.key, Result.REFUSED, LOST_SERVER)
        try:
            self._api.set_server_tags(server.name, (*_plain(server), BEGUN))
        except TransipError as error:
            if isinstance(error, WHOLE):
                raise
            return self._gone_or_refused(step, error)
        return self._server_asked(step, seen, server)

    def _server_asked(self, step: ApprovedStep, seen: Seen, server: Vps) -> Outcome:
        try:
            failed = self._asked(step)
        except TransipError:
            self._tag(server, ())  # the account is away, and nothing was cancelled
            raise
        if failed is None:
            self._tag(server, (DONE,))
            return self._ended_or_scheduled(step, seen)
        if failed.in_doubt:
            return self._lost(step, seen, server)
        self._tag(server, ())
        return self._gone_or_refused(step, failed)

    def _lost(self, step: ApprovedStep, seen: Seen, server: Vps) -> Outcome:
        """Find out, without asking for it again, whether *server* was cancelled."""
        if self._lookup.seen(step.item.key) is None:
            return Outcome(step.item.key, Result.ERASED)
        if self._is_pending(step):
            self._tag(server, (DONE,))
            return self._scheduled(step, seen)
        return Outcome(step.item.key, Result.REFUSED, LOST_SERVER)

    def _is_pending(self, step: ApprovedStep) -> bool | None:
        """Ask in test mode for a cancellation: TransIP refuses what was cancelled before. None where it refuses for another reason."""
        try:
            self._rehearsal.ask(step)
        except CancellationPending:
            return True
        except TransipError as error:
            if isinstance(error, WHOLE):
                raise
            return None
        return False

    def _tag(self, server: Vps, evidence: tuple[str, ...]) -> None:
        """Put the *evidence* on *server*; where that fails the first tag stays, which errs on the safe side."""
        try:
            self._api.set_server_tags(server.name, (*_plain(server), *evidence))
        except TransipError:
            return

    def _disk(self, step: ApprovedStep, seen: Seen) -> Outcome:
        failed = self._asked(step)
        if failed is None:
            return self._ended_or_scheduled(step, seen)
        if not failed.in_doubt:
            return self._gone_or_refused(step, failed)
        if self._lookup.seen(step.item.key) is None or self._is_pending(step):
            return self._ended_or_scheduled(step, seen)
        return Outcome(step.item.key, Result.REFUSED, LOST)

    def _gone_or_refused(self, step: ApprovedStep, failed: TransipError) -> Outcome:
        """Return what came of a cancellation that TransIP surely did not take; that it cannot find the thing is looked up."""
        if isinstance(failed, NotFound):
            self._lookup.refresh()
            if self._lookup.seen(step.item.key) is None:
                return Outcome(step.item.key, Result.ERASED)
        return Outcome(step.item.key, Result.REFUSED, words(failed))

    def _ended_or_scheduled(self, step: ApprovedStep, seen: Seen) -> Outcome:
        self._lookup.refresh()
        if self._lookup.seen(step.item.key) is None:
            return Outcome(step.item.key, Result.ERASED)
        return self._scheduled(step, seen)

    def _scheduled_domain(self, step: ApprovedStep, domain: Domain) -> Outcome:
        ends = moment(domain.cancellation_date)
        day = local_day(ends) if ends else domain.renewal_date
        return self._on(step, day)

    def _scheduled(self, step: ApprovedStep, seen: Seen) -> Outcome:
        """Return that it ends, and when to look: TransIP does not tell when a server's or disk's term is over."""
        if step.action == CANCEL_NOW:
            return self._on(step, None)
        begun = getattr(seen.record, "created_at", None)
        return self._on(step, next_term(begun.date() if begun else None, self._today, self._term))

    def _on(self, step: ApprovedStep, day: date | None) -> Outcome:
        tomorrow = self._today + timedelta(days=1)
        on = max(day, tomorrow) if day else tomorrow
        return Outcome(step.item.key, Result.SCHEDULED, on=on, fingerprint=step.item.fingerprint)


def is_handed_over(api: Reader, domain: str) -> bool:
    """Say whether *domain* was offered to another account, which has not accepted it yet: cancelling it would lose it for that one."""
    return api.availability(domain).status == "internalpush"


def _is_ending(domain: Domain) -> bool:
    return domain.is_cancelled or domain.has_ended


def _plain(server: Vps) -> tuple[str, ...]:
    return tuple(tag for tag in server.tags if not tag.startswith(EVIDENCE))


def next_term(begun: date | None, today: date, months: int) -> date:
    """Return the first day after *today* on which a term of so many *months* ends that began on *begun*."""
    start = begun or today
    count = 0
    while True:
        count += months
        year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
        last = calendar.monthrange(year, month + 1)[1]
        day = date(year, month + 1, min(start.day, last))
        if day > today:
            return day
