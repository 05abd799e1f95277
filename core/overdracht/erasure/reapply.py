"""Erase again, after a backup was restored, whoever came back with it.

The ledger holds keyed hashes of the identifiers of everybody who was erased. Each source is asked whom it knows; who is in the ledger gets
a request, and a plan, of their own, which takes nothing that is dated after the erasure: that is a new customer relation.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from overdracht.connector import Identifies
from overdracht.erasure.planning import Connectors
from overdracht.identifiers import Identifier
from overdracht.items import Gap
from overdracht.retention import day_of
from overdracht.state.afterlife import Ledger
from overdracht.steps import Sighting
from overdracht.survey.engine import explain

MOST_REMEMBERED = 20_000
"""Identifiers whose answer is kept at hand; more would make memory grow with the archive."""


@dataclass
class Returned:
    """Somebody who was erased by request *reference* on the day *erased*, and is there again."""

    reference: str
    erased: date
    identifiers: set[Identifier] = field(default_factory=set)
    sources: dict[str, int] = field(default_factory=dict)
    """By source, how many sightings there are."""


@dataclass(frozen=True, slots=True)
class Return:
    """Who came back, and where it could not be looked."""

    people: tuple[Returned, ...]
    gaps: tuple[tuple[str, Gap], ...]
    unasked: tuple[str, ...]
    """The sources whose connector cannot tell whom it knows."""


def returned(
    connectors: Connectors, ledger: Ledger, owns: Callable[[Identifier], bool], since: date
) -> Return:
    """Ask every source whom it knows, and return who was erased on the day *since*, that of the backup, or later."""
    people: dict[str, Returned] = {}
    gaps: list[tuple[str, Gap]] = []
    unasked = []
    for source, connector in sorted(connectors.items()):
        if not isinstance(connector, Identifies):
            unasked.append(source)
            continue
        known: dict[Identifier, tuple[str, date] | None] = {}
        try:
            for one in connector.identifiers():
                if isinstance(one, Gap):
                    gaps.append((source, one))
                elif one.key and not owns(one.identifier):
                    _take(one, source, known, ledger, since, people)
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything; its source is a gap and the others go on
            gaps.append((source, Gap("", explain(error))))
    return Return(
        tuple(people[reference] for reference in sorted(people)), tuple(gaps), tuple(unasked)
    )


def _take(
    sighting: Sighting,
    source: str,
    known: dict[Identifier, tuple[str, date] | None],
    ledger: Ledger,
    since: date,
    people: dict[str, Returned],
) -> None:
    identifier = sighting.identifier
    if identifier not in known:
        if len(known) > MOST_REMEMBERED:
            known.clear()
        known[identifier] = ledger.erased(identifier)
    erased = known[identifier]
    if erased is None or erased[1] < since:
        return
    day = day_of(sighting.when)
    if day is not None and day > erased[1]:
        return
    reference, erased_on = erased
    person = people.setdefault(reference, Returned(reference, erased_on))
    person.identifiers.add(identifier)
    person.sources[source] = person.sources.get(source, 0) + 1
