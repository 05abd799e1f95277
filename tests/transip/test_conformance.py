"""The connector keeps the contract, both halves, against an account that behaves like TransIP's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from overdracht.testing import ErasingContract, ErasingHarness, ReadingContract
from tests.transip.account_harness import PeopleHarness, SubscriptionsHarness


class TestPeople(ReadingContract, ErasingContract):
    """What is removed at once."""

    @pytest.fixture
    def harness(self, tmp_path: Path) -> Iterator[ErasingHarness]:  # type: ignore[override]
        harness = PeopleHarness(tmp_path)
        yield harness
        harness.account.close()


class TestSubscriptions(ReadingContract, ErasingContract):
    """What is cancelled, and never erased: that half of the contract has little to do here."""

    @pytest.fixture(autouse=True)
    def _few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Take fewer for few: an export asks seven questions of each domain."""
        monkeypatch.setattr("overdracht.testing.faults.FEW", 20)

    @pytest.fixture
    def harness(self, tmp_path: Path) -> Iterator[ErasingHarness]:  # type: ignore[override]
        harness = SubscriptionsHarness(tmp_path)
        yield harness
        harness.account.close()
