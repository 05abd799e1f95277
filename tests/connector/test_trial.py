"""`overdracht connector test` tries the contract on a source that is there: it reports by number, and sees what is broken."""

from typing import Any

import pytest

from overdracht import Connector, Item, Kinds, Question, Subject
from overdracht.people import PIET, SANNE
from overdracht.testing.cast import RECORDS, STRANGER, subject
from overdracht.testing.memory import MemoryConnector
from overdracht.trial import Held, Promise, Trial, forget, read, untried
from overdracht.trial.reading import CHECKS
from tests.testing.breakers import BREAKERS
from tests.testing.memory_harness import MemoryHarness

KINDS = MemoryHarness.known_by
UNSEEN = {  # by connector, why it takes a system of the test's own
    "DescribesByConnecting": "the source is not taken away",
    "AlwaysWell": "the source is not broken",
    "OverlooksWhatHasNoTitle": "nobody says how much there is to find",
    "TakesANameForProof": "it is not asked by name",
    "TrustsAnyCursorOfItsOwn": "the source does not change",
    "ExportsTheNeighboursToo": "whose words stand in the export is not known",
}


def trial(kind: type[Connector[Any]] = MemoryConnector) -> Trial:
    """Return a filled source with a connector of this *kind* on trial."""
    harness = MemoryHarness(kind)
    harness.fill(RECORDS)
    return Trial(harness.connector, subject(SANNE, KINDS), subject(STRANGER, KINDS), Kinds())


def broken(promises: list[Promise]) -> set[str]:
    """Return the numbers of the *promises* that were broken."""
    return {one.number for one in promises if one.held is Held.BROKEN}


def test_the_reference_keeps_all_that_can_be_tried() -> None:
    """No promise is broken, reading or erasing; what is not tried is named with the reason."""
    mine = trial()
    promises = [*read(mine), *forget(mine, for_real=True, other=subject(PIET, KINDS))]
    assert broken(promises) == set()
    rest = list(untried({one.number for one in promises}))
    assert all(one.detail for one in rest)
    numbers = [one.number for one in (*promises, *rest)]
    assert len(numbers) == len(set(numbers))
    assert {"R1", "R36", "E1", "E20"} <= set(numbers)


def test_it_erases_only_when_it_is_told() -> None:
    """Without leave everything stays; with it the person is gone, and somebody else is not."""
    mine = trial()

    def held(who: Subject) -> int:
        return sum(isinstance(one, Item) for one in mine.make().find(Question(who)))

    before = held(mine.person), held(subject(PIET, KINDS))
    list(read(mine))
    list(forget(mine, for_real=False))
    assert (held(mine.person), held(subject(PIET, KINDS))) == before
    list(forget(mine, for_real=True))
    assert held(mine.person) == 0
    assert held(subject(PIET, KINDS)) == before[1]


SEEN = [
    (numbers, kind)
    for numbers, kind in BREAKERS
    if kind.__name__ not in UNSEEN
    and any(f"R{int(number[1:])}" in CHECKS for number in numbers.split())
]


@pytest.mark.parametrize(("numbers", "kind"), SEEN, ids=[kind.__name__ for _, kind in SEEN])
def test_it_sees_a_broken_promise(numbers: str, kind: type[Connector[Any]]) -> None:
    """A connector that breaks a promise that shows from outside is reported for it."""
    expected = {f"R{int(number[1:])}" for number in numbers.split()} & set(CHECKS)
    assert broken(list(read(trial(kind)))) & expected
