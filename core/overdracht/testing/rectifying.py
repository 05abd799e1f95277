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


def promises() -> dict[str, str]:
    """Return the contract as text: the number of each promise and what it says."""
    names = sorted(name for name in dir(RectifyingContract) if name.startswith("test_c"))
    texts = (" ".join((getattr(RectifyingContract, name).__doc__ or "").split()) for name in names)
    return dict(text.split(": ", 1) for text in texts)
