"""What reads btmp and wtmp, fail2ban's database and the journal keeps the contract."""

from pathlib import Path

import pytest

from overdracht.testing import ErasingContract, ErasingHarness, Harness, ReadingContract
from tests.serverlogs.entry_harness import Fail2banHarness, JournalHarness, LoginsHarness


class TestLogins(ReadingContract, ErasingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> ErasingHarness:
        return LoginsHarness(tmp_path)


@pytest.mark.server
class TestFail2ban(ReadingContract, ErasingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> ErasingHarness:
        return Fail2banHarness(tmp_path)


@pytest.mark.server
class TestJournald(ReadingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> Harness:
        return JournalHarness(tmp_path)
