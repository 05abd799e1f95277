"""The erasing half, as far as it can be told from outside; with leave, the person is erased, by a plan as any other erasure is."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from overdracht.connector import Ages, Connector, Erases, Identifies
from overdracht.erasure import Limits, Means, execute, plan_erasure, unfinished
from overdracht.identifiers import Identifier
from overdracht.items import Category, Certainty, Gap
from overdracht.ruling import Rules
from overdracht.state import Given, Store
from overdracht.steps import Aged, Sighting, Verdict, harsher
from overdracht.subject import Subject
from overdracht.survey import Organisation, Pool, survey
from overdracht.testing.acting import CHANGING, ERASE, RULINGS, approved
from overdracht.testing.watching import find, view
from overdracht.trial.promises import Promise, require, tried
from overdracht.trial.reading import Trial

FAR = date(2200, 1, 1)


@dataclass(frozen=True, slots=True)
class _Source:
    name: str
    connector_name: str
    connector: Connector[Any]
    problem: str = ""


def forget(trial: Trial, *, for_real: bool, other: Subject | None = None) -> Iterator[Promise]:
    """Try what can be tried without erasing and, *for_real*, erase the person; what is held of the *other* must stay the same.

    Yields nothing when the connector cannot erase.
    """
    if not isinstance(trial.make(), Erases):
        return
    yield tried("E1", lambda: _proposes(trial))
    yield tried("E2", lambda: _prepares(trial))
    yield tried("E16", lambda: _residue(trial))
    if isinstance(trial.make(), Identifies):
        yield tried("E17", lambda: _knows(trial))
    if isinstance(trial.make(), Ages):
        yield tried("E19", lambda: _ages(trial))
    if for_real:
        yield tried("E5", lambda: _erases(trial, other))


def _eraser(trial: Trial) -> Erases:
    connector = trial.make()
    assert isinstance(connector, Erases)  # noqa: S101 - `forget` asked
    return connector


def _proposes(trial: Trial) -> None:
    for name, ruled in RULINGS.items():
        for item in trial.items:
            step = _eraser(trial).propose(item, ruled)
            require(
                step == _eraser(trial).propose(item, ruled),
                f"{name}: proposed otherwise the second time",
            )
            require(step.item == item, f"{name}: a step for another item")
            beyond = harsher(step.disposition, ruled)
            require(not beyond, f"{name}: goes further than the ruling ({beyond})")
            ground = step.disposition.ground
            require(ground.nl.strip() and ground.en.strip(), f"{name}: says not on what ground")
            acts = step.action or step.disposition.verdict not in CHANGING
            require(acts, f"{name}: says not how to act")


def _prepares(trial: Trial) -> None:
    before = view(find(trial.make(), trial.person))
    connector = _eraser(trial)
    steps = [approved(connector.propose(item, ERASE)) for item in trial.items]
    acting = [one for one in steps if one.disposition.verdict in CHANGING]
    objections = list(connector.prepare(iter(acting)))
    require(
        not objections,
        f"{len(objections)} objections, the first: {objections[0].reason if objections else ''}",
    )
    require(
        view(find(trial.make(), trial.person)) == before, "proposing or preparing changed something"
    )


def _residue(trial: Trial) -> None:
    for one in _eraser(trial).residue():
        for text in (one.what, one.where, one.until):
            require(
                text.nl.strip() and text.en.strip(),
                "what stays behind is not said in both languages",
            )


def _knows(trial: Trial) -> None:
    connector = trial.make()
    assert isinstance(connector, Identifies)  # noqa: S101 - `forget` asked
    wanted = {
        (item.key, match.identifier)
        for item in trial.items
        for match in item.matches
        if match.certainty is Certainty.EXACT
    }
    told: set[tuple[str, Identifier]] = set()
    for one in connector.identifiers():
        require(not isinstance(one, Gap), "a part could not be read")
        if isinstance(one, Sighting) and (one.key, one.identifier) in wanted:
            told.add((one.key, one.identifier))
    require(told == wanted, f"{len(wanted - told)} of {len(wanted)} exact matches are not told")


def _ages(trial: Trial) -> None:
    connector = trial.make()
    assert isinstance(connector, Ages)  # noqa: S101 - `forget` asked
    dated = {item.key for item in trial.items if item.when is not None}
    everything = dict.fromkeys(Category, FAR)
    aged = {one.item.key for one in connector.aged(everything) if isinstance(one, Aged)}
    require(dated <= aged, f"{len(dated - aged)} items with a time of their own are never old")
    none = [
        one
        for one in connector.aged(dict.fromkeys(Category, date(1900, 1, 1)))
        if isinstance(one, Aged)
    ]
    require(not none, f"{len(none)} items are from before 1900")


def _erases(trial: Trial, other: Subject | None) -> None:
    others = view(find(trial.make(), other)) if other else {}
    connector = trial.make()
    source = _Source(connector.source, connector.name, connector)
    now = datetime.now(UTC)
    with (
        tempfile.TemporaryDirectory() as directory,
        Store(Path(directory)) as store,
        Pool() as pool,
    ):
        request = store.new_request([Given(one) for one in trial.person.identifiers], now)
        found = survey(request, [source], Organisation(), trial.kinds, pool=pool)
        connectors = {connector.source: connector}
        plan = plan_erasure(request, found.identity, connectors, Rules(()), Limits(most=1.0), now)
        execute(plan, connectors, means=Means(pauses=()))
        planned = {one.step.item.key for one in plan.steps(Verdict.ERASE)}
        undone = unfinished(plan)
    require(planned or not trial.items, "nothing of the person would be erased")
    require(not undone, "not all steps were done")
    left = {one.key for one in find(trial.make(), trial.person).items} & planned
    require(not left, f"{len(left)} items are found again")
    if other:
        require(
            view(find(trial.make(), other)) == others,
            "what is somebody else's is not the same any more",
        )
