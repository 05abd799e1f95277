"""The mail connectors keep the contract, on disk and on a real server."""

from pathlib import Path

import pytest

from overdracht.testing import Harness, ReadingContract
from tests.imap.mail_harness import ImapHarness, MaildirHarness, MboxHarness
from tests.servers.dovecot import Account


class TestMaildir(ReadingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> Harness:
        return MaildirHarness(tmp_path)


class TestMbox(ReadingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> Harness:
        return MboxHarness(tmp_path)


@pytest.mark.server
class TestImap(ReadingContract):
    @pytest.fixture
    def harness(self, account: Account) -> Harness:
        return ImapHarness(account)
