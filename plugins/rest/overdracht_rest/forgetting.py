"""Delete or blank records by the requests that the configuration names, one at a time."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from overdracht import (
    ApprovedStep,
    Category,
    Disposition,
    Item,
    Objection,
    Outcome,
    Result,
    Ruling,
    SourceError,
    Step,
    Text,
    Unreachable,
    Verdict,
)
from overdracht_rest.api import Api, Done, One, at
from overdracht_rest.connector import CHANGED
from overdracht_rest.records import blanked, fingerprint, identity_in
from overdracht_rest.settings import Resource, RestSettings

DELETE, BLANK = "delete", "blank"
UNCONFIGURED = "the resource is not in the configuration any more"
_BY_HAND = Text(
    "Hoe dit hier gewist wordt staat niet in de configuratie: het moet met de hand.",
    "The configuration does not say how this is erased here: it is to be done by hand.",
)


def proposed(item: Item, ruling: Ruling, resource: Resource | None) -> Step:
    """Return how *ruling* is carried out on *item* by what *resource* says."""
    ruled = ruling.disposition
    if ruled.verdict is Verdict.ERASE and resource is not None and resource.delete is not None:
        return Step(item, ruled, DELETE)
    if ruled.verdict is Verdict.RETAIN:
        may_go = ruling.of(Category.CONTACT).verdict is Verdict.ERASE
        if may_go and resource is not None and resource.blank is not None:
            return Step(item, replace(ruled, verdict=Verdict.ANONYMISE), BLANK)
        return Step(item, ruled, "")
    ground = _BY_HAND if ruled.verdict is Verdict.ERASE else ruled.ground
    return Step(item, Disposition(Verdict.REVIEW, ground, ruled.article), "")


class Forgetting:
    """Carries out steps over *api*."""

    def __init__(self, api: Api, settings: RestSettings) -> None:
        self._api = api
        self._settings = settings

    def objections(self, steps: Iterable[ApprovedStep]) -> Iterator[Objection]:
        """Yield what stands in the way of *steps*, having only read."""
        allowed: dict[str, bool] = {}
        for step in steps:
            name, key = step.item.part, step.item.key
            resource = self._settings.resources.get(name)
            if resource is None:
                yield Objection(UNCONFIGURED, key)
                continue
            try:
                if name not in allowed:
                    allowed[name] = self._may_change(resource)
                one = self._api.one(resource, identity_in(key))
            except Unreachable:
                raise
            except SourceError as error:
                yield Objection(error.message, key)
                continue
            if one is not None and not _is_planned(one, step, resource):
                yield Objection(CHANGED, key)
            elif one is not None and not allowed[name]:
                yield Objection("the account may not change the records", key)

    def _may_change(self, resource: Resource) -> bool:
        where = resource.may_change
        return where is None or bool(at(self._api.answer(where.path), where.place))

    def outcomes(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Carry out *steps* and yield the outcome of each."""
        for step in steps:
            yield self._outcome(step)

    def _outcome(self, step: ApprovedStep) -> Outcome:
        key = step.item.key
        resource = self._settings.resources.get(step.item.part)
        if resource is None:
            return Outcome(key, Result.FAILED, UNCONFIGURED)
        try:
            return self._act(step, resource)
        except Unreachable:
            raise
        except SourceError as error:
            return Outcome(key, Result.FAILED, error.message)

    def _act(self, step: ApprovedStep, resource: Resource) -> Outcome:
        item = step.item
        identity = identity_in(item.key)
        one = self._api.one(resource, identity)
        if one is None:
            return Outcome(item.key, Result.ALREADY_GONE)
        if not _is_planned(one, step, resource):
            return Outcome(item.key, Result.CHANGED, CHANGED)
        forget = resource.blank if step.action == BLANK else resource.delete
        if forget is None:
            return Outcome(item.key, Result.FAILED, "the configuration does not say how any more")
        blanking = step.action == BLANK
        if blanking and _is_blanked(one, resource):
            return Outcome(item.key, Result.ANONYMISED, fingerprint=fingerprint(one.record))
        done = self._api.act(resource, identity, forget, one.etag if self._settings.etags else "")
        if done is Done.CHANGED:
            return Outcome(item.key, Result.CHANGED, CHANGED)
        return self._seen(step, resource, done)

    def _seen(self, step: ApprovedStep, resource: Resource, done: Done) -> Outcome:
        """Return what is there afterwards: a server that says yes is not taken at its word."""
        key = step.item.key
        left = self._api.one(resource, identity_in(key))
        if left is None:
            return Outcome(key, Result.ALREADY_GONE if done is Done.GONE else Result.ERASED)
        if step.action == BLANK and resource.blank is not None:
            if _is_blanked(left, resource):
                return Outcome(key, Result.ANONYMISED, fingerprint=fingerprint(left.record))
            return Outcome(key, Result.FAILED, "the server says yes, and keeps the fields")
        return Outcome(key, Result.FAILED, "the server says yes, and keeps the record")


def _is_planned(one: One, step: ApprovedStep, resource: Resource) -> bool:
    if fingerprint(one.record) == step.item.fingerprint:
        return True
    return step.action == BLANK and _is_blanked(one, resource)


def _is_blanked(one: One, resource: Resource) -> bool:
    """Say whether the record already is what blanking it makes of it."""
    if resource.blank is None:
        return False
    body = at(dict(resource.blank.body or {}), resource.object)
    return isinstance(body, dict) and blanked(one.record, body)
