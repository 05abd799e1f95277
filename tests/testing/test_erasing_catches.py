"""The erasing half of the contract notices: for each promise a connector that breaks it, and fails that test and no other."""

from collections.abc import Iterator
from typing import Any

import pytest

from overdracht import Connector
from overdracht.testing import ErasingContract
from overdracht.testing.erasing import promises
from tests.testing.erasing_breakers import BREAKERS
from tests.testing.memory_harness import MemoryHarness


def _broken(connector: type[Connector[Any]]) -> Iterator[str]:
    for name in sorted(dir(ErasingContract)):
        if not name.startswith("test_"):
            continue
        try:
            getattr(ErasingContract(), name)(MemoryHarness(connector))
        except Exception:  # noqa: BLE001 - a connector that breaks its promise may do so by any exception
            yield name.split("_")[1]


@pytest.mark.parametrize(
    ("promise", "connector"), BREAKERS, ids=[kind.__name__ for _, kind in BREAKERS]
)
def test_a_broken_promise_fails_its_test(promise: str, connector: type[Connector[Any]]) -> None:
    """The connector fails the tests of the promises that it breaks, and passes all others."""
    assert list(_broken(connector)) == promise.split()


def test_every_promise_has_a_breaker() -> None:
    """No promise is listed that nothing is shown to break, and the numbers run on without a hole."""
    broken = {f"E{int(number[1:])}" for numbers, _ in BREAKERS for number in numbers.split()}
    assert broken == set(promises())
    assert list(promises()) == [f"E{number}" for number in range(1, len(promises()) + 1)]
