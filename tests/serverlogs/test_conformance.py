"""What reads logs keeps the contract, whatever they are packed in."""

from pathlib import Path

import pytest

from overdracht.testing import ErasingContract, ErasingHarness, ReadingContract
from tests.serverlogs.logs_harness import LogsHarness


class TestPlain(ReadingContract, ErasingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> ErasingHarness:
        return LogsHarness(tmp_path)


class TestGzip(ReadingContract, ErasingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> ErasingHarness:
        return LogsHarness(tmp_path, ".1.gz")


class TestZstd(ErasingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> ErasingHarness:
        return LogsHarness(tmp_path, ".1.zst")


class TestXz(ErasingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> ErasingHarness:
        return LogsHarness(tmp_path, ".1.xz")


class TestBzip2(ErasingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> ErasingHarness:
        return LogsHarness(tmp_path, ".1.bz2")
