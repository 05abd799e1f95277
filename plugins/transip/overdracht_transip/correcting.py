"""Correct values in contacts: say what each would become, and then do exactly that."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from overdracht import (
    ApprovedStep,
    Change,
    Disposition,
    Edit,
    Gap,
    Item,
    Mentions,
    Outcome,
    Result,
    Step,
    Text,
    Verdict,
)
from overdracht_transip.client import (
    Contact,
    Domain,
    MonitoringContact,
    OpenStackUser,
    Reader,
    TransipError,
    Writer,
)
from overdracht_transip.domain_holdings import (
    CONTACT,
    contact_holding,
    default_holding,
)
from overdracht_transip.faults import WHOLE, translated
from overdracht_transip.holding import Holding, names_of
from overdracht_transip.lookup import Lookup, Seen
from overdracht_transip.matching import sure
from overdracht_transip.obstacles import CHANGED, UNSEEN, words
from overdracht_transip.ownership import Ownership
from overdracht_transip.people_holdings import monitoring_holding, user_holding
from overdracht_transip.settings import TransipSettings
from overdracht_transip.values import kept, values_of, with_values

CORRECT = "correct"
AT_ONCE = 20
GONE = "it is gone"
BY_HAND = Text(
    "TransIP laat dit niet door een programma veranderen: het moet met de hand, in het controlepaneel.",
    "TransIP does not let a program change this: it is to be done by hand, in the control panel.",
)


def corrections(
    api: Reader, settings: TransipSettings, items: Iterable[Item], changes: Sequence[Change]
) -> Iterator[Step | Gap]:
    """Yield what becomes of each of *items* that holds an old value."""
    lookup = Lookup(api, Ownership(settings))
    for item in items:
        try:
            told = _told(lookup.seen(item.key), item, changes)
        except TransipError as error:
            if isinstance(error, WHOLE):
                raise
            told = Gap(item.part, translated(error).message, item.key)
        if told is not None:
            yield told


def _told(seen: Seen | None, item: Item, changes: Sequence[Change]) -> Step | Gap | None:
    if seen is None or seen.holding.fingerprint != item.fingerprint:
        return Gap(item.part, GONE if seen is None else CHANGED, item.key)
    edits: list[Edit] = []
    by_hand = False
    for value in values_of(seen.record):
        for change in changes:
            if change.old.kind == value.kind and change.replaces(value.text):
                new = kept(value, change)
                by_hand = by_hand or new is None
                if new is not None and new != value.text:
                    edits.append(Edit(value.where, value.text, new))
    if by_hand or (not edits and _stands_in(seen.holding, changes)):
        return Step(item, Disposition(Verdict.REVIEW, BY_HAND), "")
    if not edits:
        return None
    disposition = Disposition(Verdict.RECTIFY)
    return Step(item, disposition, CORRECT, _external(item, seen), tuple(edits))


def _stands_in(holding: Holding, changes: Sequence[Change]) -> bool:
    """Say whether an old value stands in *holding* at all: in a field, a tag or a description."""
    wrong = {one.old for one in changes}
    mentions = Mentions(wrong)
    return any(one in wrong for one, _ in sure(holding)) or any(
        True for _, text in holding.texts for _ in mentions.found(text)
    )


def _external(item: Item, seen: Seen) -> str:
    """Name what goes to the registry: a contact of a domain. A new holder's name can lock the domain for sixty days."""
    kind, name, *_ = names_of(item.key)
    return f"{name}/contacts" if isinstance(seen.record, Domain) or kind == CONTACT else ""


class Correcting:
    """Makes the edits of steps in the account behind *api*."""

    def __init__(self, api: Writer, settings: TransipSettings) -> None:
        self._api = api
        self._lookup = Lookup(api, Ownership(settings))

    def outcomes(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Carry out *steps* and yield the outcome of each."""
        steps = iter(steps)
        while batch := list(islice(steps, AT_ONCE)):
            self._lookup.refresh()
            told = [(step, self._act(step)) for step in batch]
            self._lookup.refresh()
            for step, outcome in told:
                yield outcome if isinstance(outcome, Outcome) else self._confirmed(step, outcome)

    def _act(self, step: ApprovedStep) -> Outcome | TransipError | None:
        """Make the edits of *step*; return its outcome, or what left it in doubt, or None where the account is to show it."""
        key = step.item.key
        try:
            seen = self._lookup.seen(key)
            if seen is None:
                return Outcome(key, Result.ALREADY_GONE)
            if self.is_done(step, seen):
                return _rectified(step, seen)
            if seen.holding.fingerprint != step.item.fingerprint:
                return Outcome(key, Result.CHANGED)
            self.make(step, seen)
        except TransipError as error:
            if error.in_doubt:
                return error
            if isinstance(error, WHOLE):
                raise
            return Outcome(key, Result.REFUSED, words(error))
        return None

    def _confirmed(self, step: ApprovedStep, doubt: TransipError | None) -> Outcome:
        key = step.item.key
        try:
            seen = self._lookup.seen(key)
        except TransipError as error:
            if isinstance(error, WHOLE):
                raise
            return Outcome(key, Result.FAILED, words(error))
        if seen is None:
            return Outcome(key, Result.ALREADY_GONE)
        if _has_right_values(step, seen):
            return _rectified(step, seen)
        return Outcome(key, Result.FAILED, UNSEEN if doubt is None else words(doubt))

    def is_done(self, step: ApprovedStep, seen: Seen) -> bool:
        """Say whether *seen* is what *step* makes of what was planned: with the old values back in it, it is that again. A domain is
        told by its right values alone: a step of its own corrects who is another contact of it.
        """
        if not _has_right_values(step, seen):
            return False
        if isinstance(seen.record, Domain):
            return True
        held = _held(step, with_values(seen.record, {edit.where: edit.old for edit in step.edits}))
        return held is not None and held.fingerprint == step.item.fingerprint

    def make(self, step: ApprovedStep, seen: Seen) -> None:
        """Send what *step* makes of *seen*."""
        values = {edit.where: edit.new for edit in step.edits}
        _, name, *_ = names_of(step.item.key)
        right = with_values(seen.record, values)
        if isinstance(right, Domain):
            self._api.replace_contacts(name, right.contacts or ())
        elif isinstance(right, MonitoringContact):
            self._api.replace_monitoring_contact(right)
        elif isinstance(right, OpenStackUser):
            self._api.replace_openstack_user(right)
        else:
            self._replace(step, right)

    def _replace(self, step: ApprovedStep, right: Contact) -> None:
        kind, name, *_ = names_of(step.item.key)
        every = self._api.contacts(name) if kind == CONTACT else self._api.default_contacts()
        contacts = [right if one.type == right.type else one for one in every]
        if kind == CONTACT:
            self._api.replace_contacts(name, contacts)
        else:
            self._api.replace_default_contacts(contacts)


def _has_right_values(step: ApprovedStep, seen: Seen) -> bool:
    there = {value.where: value.text for value in values_of(seen.record)}
    return all(there.get(edit.where) == edit.new for edit in step.edits)


def _held(step: ApprovedStep, record: object) -> Holding | None:
    kind, name, *_ = names_of(step.item.key)
    if isinstance(record, Contact):
        return contact_holding(name, record) if kind == CONTACT else default_holding(record)
    holdings: dict[type, Callable[..., Holding]] = {
        MonitoringContact: monitoring_holding,
        OpenStackUser: user_holding,
    }
    holding = holdings.get(type(record))
    return None if holding is None else holding(record)


def _rectified(step: ApprovedStep, seen: Seen) -> Outcome:
    return Outcome(step.item.key, Result.RECTIFIED, fingerprint=seen.holding.fingerprint)
