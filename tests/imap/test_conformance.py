"""The mail connectors keep the contract, both halves of it, on disk and on a real server."""

from pathlib import Path

import pytest

from overdracht.testing import ErasingContract, ErasingHarness, ReadingContract
from overdracht_imap import mbox_lock, mbox_rewrite
from tests.imap.mail_harness import ImapHarness, MaildirHarness, MboxHarness
from tests.servers.dovecot import Account


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for locks only briefly."""
    monkeypatch.setattr(mbox_lock, "PATIENCE", 0.3)
    monkeypatch.setattr(mbox_lock, "HEADWAY", 0.0)
    monkeypatch.setattr(mbox_rewrite, "LATECOMERS", 0.2)


class TestMaildir(ReadingContract, ErasingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> ErasingHarness:
        return MaildirHarness(tmp_path)


class TestMbox(ReadingContract, ErasingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> ErasingHarness:
        return MboxHarness(tmp_path)


@pytest.mark.server
class TestImap(ReadingContract, ErasingContract):
    @pytest.fixture
    def harness(self, account: Account) -> ErasingHarness:
        return ImapHarness(account)
