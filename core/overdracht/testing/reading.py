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


def promises() -> dict[str, str]:
    """Return the contract as text: the number of each promise and what it says."""
    tests = (getattr(ReadingContract, name) for name in dir(ReadingContract))
    texts = (" ".join(test.__doc__.split()) for test in tests if _is_promise(test))
    return dict(text.split(": ", 1) for text in texts)


def _is_promise(test: object) -> bool:
    return getattr(test, "__name__", "").startswith("test_r")
