"""The connector keeps the contract, all three parts, against an account that behaves like TransIP's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from overdracht.testing import (
    ErasingContract,
    ReadingContract,
    RectifyingContract,
    RectifyingHarness,
)
from tests.transip.account_harness import PeopleHarness, SubscriptionsHarness


class TestPeople(ReadingContract, ErasingContract, RectifyingContract):
    """What is removed at once."""

    @pytest.fixture
    def harness(self, tmp_path: Path) -> Iterator[RectifyingHarness]:
        harness = PeopleHarness(tmp_path)
        yield harness
        harness.account.close()


class TestSubscriptions(ReadingContract, ErasingContract, RectifyingContract):
    """What is cancelled, and never erased: that half of the contract has little to do here."""

    @pytest.fixture(autouse=True)
    def _few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Take fewer for few: an export asks seven questions of each domain."""
        monkeypatch.setattr("overdracht.testing.faults.FEW", 20)

    @pytest.fixture
    def harness(self, tmp_path: Path) -> Iterator[RectifyingHarness]:
        harness = SubscriptionsHarness(tmp_path)
        yield harness
        harness.account.close()
