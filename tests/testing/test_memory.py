"""The reference connector keeps the contract."""

import pytest

from overdracht.testing import (
    ErasingContract,
    ReadingContract,
    RectifyingContract,
    RestoringContract,
)
from tests.testing.memory_harness import MemoryHarness


class TestMemory(ReadingContract, ErasingContract, RectifyingContract, RestoringContract):
    @pytest.fixture
    def harness(self) -> MemoryHarness:
        return MemoryHarness()
