"""Settings that are safe, TLS that is verified, and logins of every kind."""

import base64
import re
import ssl
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from overdracht import Refused, SourceError, Unreachable
from overdracht_imap import folders
from overdracht_imap.archive import Archive
from overdracht_imap.folders import listed, numbers_in, readable
from overdracht_imap.settings import ImapSettings
from tests.imap.asking import LETTER, find
from tests.imap.scripted import Answer, ScriptedServer
from tests.servers.certificates import write_certificate
from tests.servers.dovecot import PASSWORD_VARIABLE, Account
from tests.servers.proxy import Proxy

LOGIN: dict[str, Any] = {"username": "jan", "password": {"env": PASSWORD_VARIABLE}}


@pytest.mark.parametrize(
    "host",
    ["mail.voorbeeld.example", "192.0.2.7", "localhost.voorbeeld.example", "127.0.0.1.nip.example"],
)
def test_plain_text_stays_on_this_machine(host: str) -> None:
    """A password in the clear to another machine is refused when the configuration is read, before anything is sent."""
    with pytest.raises(ValidationError, match="only allowed to this machine itself"):
        ImapSettings.model_validate({"host": host, "tls": "none", **LOGIN})
    for mine in ("localhost", "127.0.0.1", "127.8.8.8", "::1"):
        assert ImapSettings.model_validate({"host": mine, "tls": "none", **LOGIN})


def test_one_way_to_log_in_is_given() -> None:
    """A password or a token, and not both; a secret itself is no setting."""
    for wrong in ({}, {"password": {"env": "A"}, "token": {"env": "B"}}, {"password": "geheim"}):
        with pytest.raises(ValidationError) as caught:
            ImapSettings.model_validate({"host": "x.example", "username": "jan", **wrong})
        assert (
            "geheim" not in str(caught.value).replace("geheim'", "", 0) or "password" not in wrong
        )


def test_ports_follow_the_kind_of_tls() -> None:
    """993 with TLS from the start, 143 otherwise, unless another is given."""
    assert ImapSettings.model_validate({"host": "x.example", **LOGIN}).address == ("x.example", 993)
    assert (
        ImapSettings.model_validate({"host": "x.example", "tls": "starttls", **LOGIN}).address[1]
        == 143
    )
    assert (
        ImapSettings.model_validate({"host": "x.example", "port": 1993, **LOGIN}).place
        == "x.example:1993"
    )


@pytest.mark.server
@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_tls_is_used_and_verified(account: Account, tls: str) -> None:
    """With an authority of one's own it works; without it the certificate is not trusted, and nothing is sent."""
    account.fill([LETTER % 1])
    port = account.server.tls_port if tls == "tls" else account.server.port
    trusting = account.settings(
        tls=tls, port=port, ca_file=account.server.ca_file, host="localhost"
    )
    assert find(trusting).uids == [1]
    with Archive(trusting) as archive:
        assert archive.session().tls.startswith("TLSv1.")
    with (
        pytest.raises(Unreachable, match="trusts"),
        Archive(account.settings(tls=tls, port=port, host="localhost")) as archive,
    ):
        archive.session()


@pytest.mark.parametrize(
    ("name", "valid", "says"),
    [
        ("localhost", (-30, -1), "expired"),
        ("localhost", (1, 30), "not valid yet"),
        ("elders.example", (-1, 30), "another name"),
    ],
)
def test_a_bad_certificate_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, valid: tuple[int, int], says: str
) -> None:
    """An expired certificate, one of tomorrow and one for another name: one line that says which."""
    monkeypatch.setenv(PASSWORD_VARIABLE, "geheim")
    certificate, key = write_certificate(tmp_path, name=name, valid=valid)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with ScriptedServer({}) as server, Proxy(server.port, tls=context) as proxy:
        settings = ImapSettings.model_validate(
            {"host": "localhost", "port": proxy.port, "ca_file": certificate, **LOGIN}
        )
        with pytest.raises(Unreachable, match=says) as caught, Archive(settings) as archive:
            archive.session()
        assert server.lines == []
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_a_server_without_tls_gets_no_password(monkeypatch: pytest.MonkeyPatch, tls: str) -> None:
    """A server that speaks plain text where TLS was asked for is refused before the login."""
    monkeypatch.setenv(PASSWORD_VARIABLE, "geheim")
    with ScriptedServer({}) as server:
        settings = ImapSettings.model_validate(
            {"host": "localhost", "port": server.port, "tls": tls, **LOGIN}
        )
        with pytest.raises(SourceError), Archive(settings) as archive:
            archive.session()
        assert not any(b"geheim" in line or b"LOGIN" in line for line in server.lines)


def test_a_ca_file_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named, and nothing else is trusted instead."""
    monkeypatch.setenv(PASSWORD_VARIABLE, "geheim")
    (tmp_path / "leeg.pem").touch()
    for name in ("leeg.pem", "ontbreekt.pem"):
        settings = ImapSettings.model_validate(
            {"host": "localhost", "port": 1, "ca_file": tmp_path / name, **LOGIN}
        )
        with pytest.raises(Refused, match="ca_file"), Archive(settings) as archive:
            archive.session()


@pytest.mark.parametrize(
    ("mechanism", "expected"),
    [
        (b"XOAUTH2", b"user=jan\x01auth=Bearer teken\x01\x01"),
        (b"OAUTHBEARER", b"n,a=jan,\x01auth=Bearer teken\x01\x01"),
    ],
)
def test_a_token_is_sent_the_way_the_server_takes_it(mechanism: bytes, expected: bytes) -> None:
    """OAUTHBEARER where it is offered, XOAUTH2 otherwise; the command is asked again at every connection."""
    seen: list[bytes] = []

    def authenticate(line: bytes) -> bytes:
        return b"+ \r\n"

    class Server(ScriptedServer):
        tag = b""

        def _answer(self, line: bytes) -> bytes | None:
            if re.fullmatch(rb"[A-Za-z0-9+/=]+\r\n", line):
                seen.append(base64.b64decode(line))
                return self.tag + b" OK in\r\n"
            self.tag = line.split()[0]
            return super()._answer(line)

    greeting = b"* OK ready\r\n"
    answers: dict[str, Answer] = {
        "CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=%s\r\n<tag> OK\r\n" % mechanism,
        "AUTHENTICATE": authenticate,
    }
    with Server(answers, greeting) as server:
        settings = ImapSettings.model_validate(
            {
                "host": "127.0.0.1",
                "port": server.port,
                "tls": "none",
                "username": "jan",
                "token": {"command": ["echo", "teken"]},
            }
        )
        for _ in range(2):
            with Archive(settings) as archive:
                archive.session()
    assert seen == [expected, expected]


def test_names_in_the_protocols_encoding_lead_back() -> None:
    """A well encoded name is decoded; one that would not lead back to itself stays as the server writes it."""
    assert readable(b"&ZeVnLIqe-") == "日本語"
    assert readable(b"Jan &- Zn.") == "Jan & Zn."
    for odd in (b"&AGE-", b"a&b", b"&*-", b"&2D0-", b"\xff\xfe", b"&ZeVnLIqe"):
        assert readable(odd) == odd.decode("utf-8", "backslashreplace")


def test_folders_that_read_the_same_are_told_apart() -> None:
    """Two names of the server never become one part."""
    both = listed(
        [
            ((), b"/", b"caf&AOk-"),
            ((), b"/", "café".encode()),
            ((b"\\NoSelect",), b"/", b"x"),
            ((), None, 2024),
        ]
    )
    assert len({folder.name for folder in both}) == 3
    assert "2024" in {folder.name for folder in both}


def test_a_key_leads_back_to_its_message() -> None:
    """Whatever the folder's name holds, the two numbers come out of the key again."""
    folder = folders.Folder(b"x", "a;UIDVALIDITY=9/;UID=9", "/")
    assert numbers_in(folder.key(4294967295, 7)) == (4294967295, 7)
