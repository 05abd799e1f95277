"""The erasing half of the contract: what every connector promises that can forget, one numbered promise a test."""

import pytest

from overdracht.testing.crashing import Crashing
from overdracht.testing.exactness import Exactness
from overdracht.testing.harness import ErasingHarness
from overdracht.testing.knowing import Knowing
from overdracht.testing.proposing import Proposing


class ErasingContract(Proposing, Exactness, Crashing, Knowing):
    """Inherit this in a test module, beside the reading half, and override the fixture `harness`."""

    @pytest.fixture
    def harness(self) -> ErasingHarness:
        """Return an empty system of this test's own."""
        raise NotImplementedError
