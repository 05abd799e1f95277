"""The conformance kit: give it a way to make a filled system, and it tests a connector against the whole contract.

    from overdracht.testing import Harness, ReadingContract

    class MyHarness(Harness): ...

    class TestMyConnector(ReadingContract):
        @pytest.fixture
        def harness(self, tmp_path):
            return MyHarness(tmp_path)

A connector that can forget has the other half tested too: an `ErasingHarness`, and `ErasingContract` beside `ReadingContract`; one that can
correct a value a `RectifyingHarness` and `RectifyingContract`.
It needs pytest, which the rest of overdracht does not.
"""

import pytest

for _module in (
    *("conduct", "finding", "exporting", "faults", "reading"),
    *("acting", "proposing", "exactness", "crashing", "knowing", "erasing"),
    *("correcting", "amending", "rectifying", "restoring"),
):
    pytest.register_assert_rewrite(f"overdracht.testing.{_module}")

from overdracht.testing.cast import RECORDS, Record, crowd  # noqa: E402 - after the registration
from overdracht.testing.erasing import ErasingContract  # noqa: E402
from overdracht.testing.harness import ErasingHarness, Harness, RectifyingHarness  # noqa: E402
from overdracht.testing.reading import ReadingContract  # noqa: E402
from overdracht.testing.rectifying import RectifyingContract  # noqa: E402
from overdracht.testing.restoring import RestoringContract  # noqa: E402

__all__ = [
    "RECORDS",
    "ErasingContract",
    "ErasingHarness",
    "Harness",
    "ReadingContract",
    "Record",
    "RectifyingContract",
    "RectifyingHarness",
    "RestoringContract",
    "crowd",
]
