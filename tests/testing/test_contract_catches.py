"""The contract notices: for each promise a connector that breaks it, and fails that test and no other."""

from typing import Any

import pytest

from overdracht import Connector
from overdracht.testing import (
    ErasingContract,
    ReadingContract,
    RectifyingContract,
    RestoringContract,
)
from overdracht.testing.numbering import promises as promises_of
from tests.testing import (
    acting_breakers,
    breakers,
    erasing_breakers,
    rectifying_breakers,
    restoring_breakers,
)
from tests.testing.breaking import Breakers, broken
from tests.testing.memory_harness import MemoryHarness

READING, ERASING, RECTIFYING = (
    breakers.BREAKERS,
    erasing_breakers.BREAKERS + acting_breakers.ERASING,
    rectifying_breakers.BREAKERS + acting_breakers.RECTIFYING,
)


class Quick(MemoryHarness):
    """Few records, so that every test can be run on every breaker."""

    many = 100


@pytest.mark.parametrize(("promise", "connector"), READING, ids=READING.names)
def test_a_broken_promise_about_reading_fails_its_test(
    promise: str, connector: type[Connector[Any]]
) -> None:
    """The connector fails the tests of the promises that it breaks, and passes all others."""
    harness = MemoryHarness if promise in {"r34", "r35"} else Quick
    assert list(broken(ReadingContract, connector, harness)) == promise.split()


@pytest.mark.parametrize(("promise", "connector"), ERASING, ids=ERASING.names)
def test_a_broken_promise_about_erasing_fails_its_test(
    promise: str, connector: type[Connector[Any]]
) -> None:
    """The connector fails the tests of the promises that it breaks, and passes all others."""
    assert list(broken(ErasingContract, connector)) == promise.split()


@pytest.mark.parametrize(("promise", "connector"), RECTIFYING, ids=RECTIFYING.names)
def test_a_broken_promise_about_correcting_fails_its_test(
    promise: str, connector: type[Connector[Any]]
) -> None:
    """The connector fails the tests of the promises that it breaks, and passes all others."""
    assert list(broken(RectifyingContract, connector)) == promise.split()


@pytest.mark.parametrize(
    ("promise", "connector"), restoring_breakers.BREAKERS, ids=restoring_breakers.BREAKERS.names
)
def test_a_broken_promise_about_restoring_fails_its_test(
    promise: str, connector: type[Connector[Any]]
) -> None:
    """The connector fails the tests of the promises that it breaks, and passes all others."""
    assert list(broken(RestoringContract, connector)) == promise.split()


@pytest.mark.parametrize(
    ("letter", "promises", "breaking"),
    [
        ("R", promises_of(ReadingContract), READING),
        ("E", promises_of(ErasingContract), ERASING),
        ("C", promises_of(RectifyingContract), RECTIFYING),
        ("S", promises_of(RestoringContract), restoring_breakers.BREAKERS),
    ],
    ids=["reading", "erasing", "correcting", "taking in"],
)
def test_every_promise_has_a_breaker(
    letter: str, promises: dict[str, str], breaking: Breakers
) -> None:
    """No promise is listed that nothing is shown to break, and the numbers run on without a hole."""
    assert breaking.numbers == set(promises)
    assert list(promises) == [f"{letter}{number}" for number in range(1, len(promises) + 1)]
