"""The command for a folder on a server that is named after somebody takes it away when it is empty, and only then."""

import shlex
import subprocess

import pytest

from overdracht_imap.imap import ImapConnector
from tests.imap.asking import LETTER
from tests.servers.dovecot import Account

FOLDER = "Klanten/Berg, Sanne van der's & Zn"


@pytest.mark.server
def test_only_an_empty_folder_goes(account: Account) -> None:
    """Dovecot refuses one with a message in it; once that is gone, the folder goes, and the others stay."""
    account.fill([LETTER % 1], FOLDER)
    command = shlex.split(ImapConnector("post", account.settings()).removing(FOLDER))
    command[1:1] = ["-c", str(account.server.config)]
    refused = subprocess.run(command, capture_output=True, check=False)
    assert refused.returncode != 0, refused.stderr
    with account.client() as client:
        assert client.folder_exists(FOLDER)
        client.select_folder(FOLDER)
        client.delete_messages(client.search())
        client.expunge()
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    with account.client() as client:
        assert not client.folder_exists(FOLDER)
        assert client.folder_exists("INBOX")
