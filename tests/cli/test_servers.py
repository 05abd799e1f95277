"""The whole way on a real mail server, and what is said when it does not go."""

import json
import signal
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest

from tests.cli.conftest import SANNE, Home, Run
from tests.cli.plugin import CONFIGURATION
from tests.servers.certificates import write_certificate
from tests.servers.dovecot import PASSWORD_VARIABLE, Account, Dovecot
from tests.servers.need import need
from tests.servers.ports import free_port

pytestmark = pytest.mark.server

MAIL = f"From: Sanne <{SANNE}>\r\nTo: info@voorbeeld-ict.example\r\nSubject: Offerte?\r\n\r\nGraag.\r\n"


def _configure(home: Home, port: int, **settings: object) -> None:
    given = {"host": "127.0.0.1", "port": port, "tls": "none", "username": "archief", **settings}
    lines = [f"{key} = {json.dumps(value)}" for key, value in given.items()]
    password = f'password = {{ env = "{PASSWORD_VARIABLE}" }}'
    home.config.write_text(
        "\n".join([CONFIGURATION, "[sources.archief]", 'connector = "imap"', *lines, password, ""])
    )


@pytest.fixture
def archive(home: Home, account: Account) -> Account:
    """An account with one mail of hers, which is configured as a source."""
    _configure(home, account.server.port, username=account.username)
    with account.client() as client:
        client.append("INBOX", MAIL.encode(), msg_time=datetime(2026, 3, 4, 9, tzinfo=UTC))
    return account


def test_a_mail_goes_from_the_server_into_a_bundle_byte_for_byte(
    run: Run, home: Home, archive: Account
) -> None:
    """check, find and export work on a real server, and the mail in the bundle is what the server holds."""
    assert run("check").exit_code == 0
    assert "Complete for a quick search of 1 source" in run("find", SANNE).output
    made = json.loads(run("export", SANNE, "--to", "uit.age", "--json").output)
    (home.path / "p").write_text(made["passphrase"])
    assert run("open", "uit.age", "--to", "uit", "--passphrase-file", "p").exit_code == 0
    (mail,) = (home.path / "uit" / "data").rglob("*.eml")
    assert mail.read_bytes() == MAIL.encode()


def test_a_wrong_password_is_told(
    run: Run, archive: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A password that is refused is a failed check and a gap, and is not shown."""
    monkeypatch.setenv(PASSWORD_VARIABLE, "verkeerd-wachtwoord")
    checked, found = run("check"), run("find", SANNE)
    assert checked.exit_code == found.exit_code == 1
    assert "FAIL" in checked.output
    assert "not searched: archief: " in found.output
    assert "FAILED" in found.output
    assert "verkeerd-wachtwoord" not in checked.output + found.output


def test_a_password_that_is_not_there_is_told(
    run: Run, archive: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reference to a secret that leads nowhere is told by its name."""
    monkeypatch.delenv(PASSWORD_VARIABLE)
    checked = run("check")
    assert checked.exit_code == 1
    assert PASSWORD_VARIABLE in checked.output


def test_a_server_that_goes_between_search_and_export_is_told(
    run: Run, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found and can no longer be read is not in the bundle, which says so; the exit code is 1."""
    from tests.servers.dovecot import PASSWORD

    need("dovecot")
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    with Dovecot() as server:
        account = server.account()
        _configure(home, server.port, username=account.username, timeout=3)
        with account.client() as client:
            client.append("INBOX", MAIL.encode())
        assert run("find", SANNE).exit_code == 0
        server.stop(signal.SIGKILL)
        made = run("export", SANNE, "--to", "uit.age", "--no-find")
    assert made.exit_code == 1
    assert "not in it: archief: " in made.output
    assert "INCOMPLETE" in made.output
    gone = run("find", SANNE)
    assert gone.exit_code == 1
    assert "not searched: archief: " in gone.output


@pytest.fixture
def expired(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A port that speaks TLS with a certificate that expired, and the authority it was made by."""
    certificate, key = write_certificate(tmp_path, valid=(-30, -1))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    port = free_port()
    with socket.create_server(("127.0.0.1", port)) as server:
        server.settimeout(0.1)
        running = [True]

        def serve() -> None:
            while running[0]:
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection, suppress(OSError):
                    context.wrap_socket(connection, server_side=True).close()

        thread = Thread(target=serve)
        thread.start()
        yield port, certificate
        running[0] = False
        thread.join()


def test_an_expired_certificate_is_told(
    run: Run, home: Home, expired: tuple[int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate that expired is named as the reason, and nothing is sent."""
    monkeypatch.setenv(PASSWORD_VARIABLE, "x")
    port, authority = expired
    _configure(home, port, tls="tls", host="localhost", ca_file=str(authority))
    found = run("find", SANNE)
    assert found.exit_code == 1
    assert "certificate" in found.output
    assert "expired" in found.output
