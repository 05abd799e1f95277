"""The whole contract, against a real file: reading changes nothing, finding is exact, erasing is exact too."""

from pathlib import Path

import pytest

from overdracht.testing import ErasingContract, ReadingContract

from .harness import TicketsHarness


class TestTickets(ReadingContract, ErasingContract):
    """R1 and on: reading. E1 and on: erasing."""

    @pytest.fixture
    def harness(self, tmp_path: Path) -> TicketsHarness:
        """Return an empty system of this test's own."""
        return TicketsHarness(tmp_path)
