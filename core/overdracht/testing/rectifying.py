"""The correcting half of the contract: what every connector promises that can correct a value, one numbered promise a test."""

import pytest

from overdracht.testing.amending import Amending
from overdracht.testing.correcting import Correcting
from overdracht.testing.harness import RectifyingHarness


class RectifyingContract(Correcting, Amending):
    """Inherit this in a test module, beside the other halves, and override the fixture `harness`."""

    @pytest.fixture
    def harness(self) -> RectifyingHarness:
        """Return an empty system of this test's own."""
        raise NotImplementedError
