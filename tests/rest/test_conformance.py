"""The REST connector keeps the whole contract against a real Kinto, by configuration alone."""

import pytest

from overdracht.testing import ErasingContract, ReadingContract
from tests.rest.harness import KintoHarness


class TestRest(ReadingContract, ErasingContract):
    """R1 and on, E1 and on."""

    @pytest.fixture
    def harness(self, collections: KintoHarness) -> KintoHarness:
        """Return two empty collections."""
        return collections
