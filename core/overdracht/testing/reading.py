"""The reading half of the contract: what every connector promises, one numbered promise a test."""

import pytest

from overdracht.testing.conduct import Conduct
from overdracht.testing.exporting import Exporting
from overdracht.testing.faults import Faults
from overdracht.testing.finding import Finding
from overdracht.testing.harness import Harness


class ReadingContract(Conduct, Finding, Exporting, Faults):
    """Inherit this in a test module and override the fixture `harness`."""

    @pytest.fixture
    def harness(self) -> Harness:
        """Return an empty system of this test's own."""
        raise NotImplementedError
