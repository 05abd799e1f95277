"""Who else stands in a person's line is masked, however a program names them; what is the person's, the address of a login too, is not left behind."""

from pathlib import Path

import pytest

from overdracht.testing.acting import ERASE, approved, erase
from overdracht_serverlogs import formats
from overdracht_serverlogs.masking import masked
from tests.serverlogs.asking import find, logs_in

WEB = b'192.0.2.1 - - [24/Nov/2026:10:00:00 +0100] "GET /%b HTTP/1.1" 200 5 "-" "x"'
SYSLOG = b"Nov 24 10:00:00 h %b"

OTHERS = [
    (WEB, b"[IPv6:2001:db8::7]", b"2001:db8::7"),
    (WEB, b"\\x22198.51.100.8\\x22", b"198.51.100.8"),
    (WEB, b"%22198.51.100.8", b"198.51.100.8"),
    (WEB, b"?ip=2001%3Adb8%3A%3A7", b"2001%3Adb8%3A%3A7"),
    (WEB, b"fe80::1", b"fe80::1"),
    (WEB, b"source:2001:db8::7", b"2001:db8::7"),
    (WEB, b"\\x222001:db8::7", b"2001:db8::7"),
    (WEB, b"?m=piet%2540x.nl", b"piet%2540x.nl"),
    (WEB, b"?user=piet&x=1", b"piet"),
    (WEB, b"?a=1&login=piet", b"piet"),
    (SYSLOG, b"sudo: piet : TTY=pts/0 ; COMMAND=/bin/cat /x", b"piet"),
    (SYSLOG, b"su[1]: (to sanne) piet on pts/1", b"piet"),
    (SYSLOG, b"su: pam_unix(su:session): session opened for user sanne(uid=1000) by piet(uid=1001)", b"piet"),
    (SYSLOG, b"sshd[1]: Invalid user piet from x port 3", b"piet"),
    (SYSLOG, b"dovecot: imap(piet)<12><x>: copy", b"piet"),
    (SYSLOG, b"dovecot: auth: passwd-file(piet,x): unknown user", b"piet"),
    (SYSLOG, b"CRON[1]: (piet) CMD (run)", b"piet"),
    (SYSLOG, b"proftpd[1]: x - USER piet: Login successful", b"piet"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "text", "other"), OTHERS)
def test_others_are_masked_however_they_are_named(line: bytes, text: bytes, other: bytes) -> None:
    """An address behind a word or a code, and a login as programs write it."""
    raw = line % text
    out, gone = masked(raw, formats.looks_like([raw]), ())
    assert other not in out
    assert gone


def test_what_names_nobody_stays() -> None:
    """Times, versions, names of modules and numbers of processes are no people."""
    for text in (b"x[1]: 10:11:12 v1.2.3 Foo::Bar std::string", b"dovecot: imap(123): a", b"sudo: pam_unix(sudo:auth): x"):  # fmt: skip
        assert masked(SYSLOG % text, formats.named("rfc3164"), ())[0] == SYSLOG % text


PERSONAL = {
    "web": (
        b'2001:db8::9 - svdberg [24/Nov/2026:10:00:00 +0100] "GET /?ip=2001%3Adb8%3A%3A9 HTTP/1.1" 200 7 "-" "198.51.100.7"\n',
        (b"2001:db8::9", b"2001%3Adb8%3A%3A9"),
    ),
    "json": (
        b'{"time":"2026-11-24T10:00:00Z","remote_addr":"192.0.2.9","remote_user":"svdberg","status":200,"x":"198.51.100.7"}\n',
        (b"192.0.2.9",),
    ),
    "mail": (
        b"Nov 24 10:00:00 h sshd[1]: Accepted password for svdberg from 192.0.2.9 port 22 ssh2 198.51.100.7\n",
        (b"192.0.2.9",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", PERSONAL)
def test_the_address_of_a_login_gets_a_pseudonym_too(tmp_path: Path, kind: str) -> None:
    """Who is erased by the login does not stay behind with the address: what an export calls the person's is the person's; the rest stays to the byte."""
    line, own = PERSONAL[kind]
    log = tmp_path / "access.log"
    log.write_bytes(line)
    connector = logs_in(tmp_path, on_erase="pseudonymise")
    steps = [
        approved(connector.propose(one, ERASE)) for one in find(connector, "username:svdberg").items
    ]
    assert erase(connector, steps).error is None
    left = log.read_bytes()
    assert not any(one in left for one in (*own, b"svdberg"))
    assert b"198.51.100.7" in left


def test_the_code_behind_an_address_stays(tmp_path: Path) -> None:
    """In `%5B2001%3Adb8%3A%3A1%5D` the brackets are the line's: every other byte stays."""
    log = tmp_path / "access.log"
    log.write_bytes(WEB % b"?ip=%5B2001%3Adb8%3A%3A1%5D&x" + b"\n")
    connector = logs_in(tmp_path, on_erase="pseudonymise")
    steps = [
        approved(connector.propose(one, ERASE)) for one in find(connector, "2001:db8::1").items
    ]
    assert erase(connector, steps).error is None
    assert b"2001%3A" not in log.read_bytes()
    assert b"?ip=%5Bfd" in log.read_bytes()
    assert b"%5D&x HTTP" in log.read_bytes()
