"""What reads logs keeps the contract, whatever they are packed in."""

from pathlib import Path

import pytest

from overdracht.testing import ErasingContract, ErasingHarness, ReadingContract
from overdracht.testing.exactness import Exactness
from tests.serverlogs.logs_harness import LogsHarness


class TestPlain(ReadingContract, ErasingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> ErasingHarness:
        return LogsHarness(tmp_path)


class TestGzip(ReadingContract, ErasingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> ErasingHarness:
        return LogsHarness(tmp_path, ".1.gz")


class TestZstd(Exactness):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> ErasingHarness:
        return LogsHarness(tmp_path, ".1.zst")


class TestXz(Exactness):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> ErasingHarness:
        return LogsHarness(tmp_path, ".1.xz")


class TestBzip2(Exactness):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> ErasingHarness:
        return LogsHarness(tmp_path, ".1.bz2")
