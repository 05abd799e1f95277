"""The connector to audit files keeps the reading contract."""

from pathlib import Path

import pytest

from overdracht.testing import Harness, ReadingContract
from tests.accounting.xaf.harness import Xaf4Harness, XafHarness


class TestXaf32(ReadingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> Harness:
        return XafHarness(tmp_path)


class TestXaf40(ReadingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> Harness:
        return Xaf4Harness(tmp_path)
