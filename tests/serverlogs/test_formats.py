"""Lines of every format: their fields, their time, and whom they are about."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from overdracht_serverlogs import formats, owners
from overdracht_serverlogs.formats import Format
from overdracht_serverlogs.masking import masked
from overdracht_serverlogs.tokens import tokens

LINES = {
    "combined": b'203.0.113.7 - svdberg [03/May/2026:10:11:12 +0200] "GET /a?b=\\"c HTTP/1.1" 200 512 "-" "Mozilla/5.0 (X11)"',
    "common": b'203.0.113.7 - - [03/May/2026:10:11:12 +0200] "GET / HTTP/1.0" 404 -',
    "json": b'{"time":"2026-05-03T10:11:12+02:00","remote_addr":"203.0.113.7","remote_user":"svdberg","n":1}',
    "rfc5424": b'<34>1 2026-05-03T10:11:12.003Z mx1 dovecot 12 ID47 [a@1 b="c"] imap-login: Login: user=<sanne@vanderberg.example>',
    "dovecot": b"Nov 04 14:15:37 imap(svdberg)<19598><WPYqWAZhQJzLAHEH>: Info: expunge: box=INBOX, uid=1, msgid=, size=14",
    "rfc3164": b"May  3 10:11:12 mx1 postfix/smtpd[123]: A1B2: client=mail[203.0.113.7], sasl_username=sanne@vanderberg.example",
    "nginx-error": b'2026/05/03 10:11:12 [error] 12#12: *7 user "svdberg": password mismatch, client: 203.0.113.7, server: x',
    "apache-error": b"[Sun May 03 10:11:12.123456 2026] [core:error] [pid 1:tid 2] [client 203.0.113.7:5] AH1: niet gevonden",
    "iso": b"2026-05-03 10:11:12,123 ERROR app.web user=svdberg mislukt",
}  # fmt: skip


@pytest.mark.parametrize("name", LINES)
def test_a_format_is_told_by_its_looks(name: str) -> None:
    """Among the formats that are known each line is taken for its own, also beside some junk."""
    assert formats.looks_like([LINES[name]] * 3 + [b"\x00\xff", b"  at x"]).name == name


def test_what_looks_like_nothing_is_unknown() -> None:
    """Lines without a time make no format, and are no error."""
    assert formats.looks_like([b"abc", b"def"]) is formats.UNKNOWN
    assert formats.UNKNOWN.stamp(b"abc", 0, 3) is None
    assert formats.UNKNOWN.fields(b"abc") == {}


@pytest.mark.parametrize(
    ("form", "line", "fields"),
    [
        (formats.named("combined"), LINES["combined"], {"remote_user": "svdberg", "status": "200", "request": 'GET /a?b=\\"c HTTP/1.1'}),
        (formats.named("json"), LINES["json"], {"remote_user": "svdberg", "n": "1"}),
        (
            formats.named("dovecot"),
            b"Nov 24 14:15:37 imap-login: Info: Login: user=<svdberg>, method=PLAIN, rip=203.0.113.7, lip=192.0.2.1, mpid=19598, secured, session=<WPYqWAZhQJzLAHEH>",
            {"program": "imap-login", "level": "Info"},
        ),
        (formats.named("dovecot"), LINES["dovecot"], {"program": "imap", "user": "svdberg", "pid": "19598", "session": "WPYqWAZhQJzLAHEH"}),
        (formats.named("rfc3164"), LINES["rfc3164"], {"host": "mx1", "program": "postfix/smtpd", "pid": "123"}),
        (
            formats.written('$remote_addr - $remote_user [$time_local] "$request" $status $request_time "$http_x_forwarded_for"'),
            b'203.0.113.7 - - [03/May/2026:10:11:12 +0200] "GET / HTTP/1.1" 200 0.1 "10.0.0.1, 10.0.0.2"',
            {"request_time": "0.1", "http_x_forwarded_for": "10.0.0.1, 10.0.0.2"},
        ),
        (
            formats.written('%h %l %u %t \\"%r\\" %>s %b \\"%{User-Agent}i\\"'),
            b'203.0.113.7 - svdberg [03/May/2026:10:11:12 +0200] "GET / HTTP/1.1" 200 5 "curl"',
            {"remote_user": "svdberg", "user_agent": "curl", "time": "03/May/2026:10:11:12 +0200"},
        ),
        (
            formats.matching(r"(?P<time>\d\d-\d\d-\d{4} \d\d:\d\d:\d\d) (?P<user>\w+)", "%d-%m-%Y %H:%M:%S"),
            b"03-05-2026 10:11:12 svdberg deed iets\n  en meer\n",
            {"user": "svdberg", "continued": "  en meer"},
        ),
    ],
)  # fmt: skip
def test_fields_come_out_by_name(form: Format, line: bytes, fields: dict[str, str]) -> None:
    """Of the known formats, of nginx's and Apache's format strings, and of a regular expression."""
    assert fields.items() <= form.fields(line).items()


def _owners(line: bytes, name: str = "rfc3164") -> list[bytes]:
    return [line[one.start : one.end] for one in formats.named(name).owners(line)]


@pytest.mark.parametrize(
    ("message", "owners"),
    [
        (b"postfix/qmgr[1]: A1: from=<a@x.example>, size=1", [b"a@x.example"]),
        (b"postfix/smtp[1]: A1: to=<b@x.example>, orig_to=<c@x.example>, relay=m[1.2.3.4]:25", [b"b@x.example", b"c@x.example"]),
        (b"dovecot: imap-login: Login: user=<svdberg>, method=PLAIN, rip=203.0.113.7", [b"svdberg"]),
        (b"dovecot: imap(svdberg)<19598><WPYqWAZhQJzLAHEH>: Disconnected: Logged out in=144 out=1407", [b"svdberg"]),
        (b"dovecot: lmtp(11, a@x.example): saved mail to INBOX", [b"a@x.example"]),
        (b"dovecot: lmtp(11): Connect from local", []),
        (b"dovecot: imap(10293)<11><WPYq>: Connection closed", [b"10293"]),
        (b"dovecot: auth: passwd-file(svdberg,203.0.113.9,<9hEs>): Password mismatch", []),
        (b"postfix/cleanup[1]: A1: warning: header Subject: imap(svdberg)", []),
        (b"sshd[1]: Accepted publickey for svdberg from 203.0.113.7 port 1 ssh2", [b"svdberg"]),
        (b"sshd[1]: Failed password for svdberg from 203.0.113.7 port 1 ssh2", [b"svdberg"]),
        (b"sshd[1]: Failed password for invalid user svdberg from 203.0.113.7 port 1 ssh2", []),
        (b"sshd[1]: Invalid user svdberg from 203.0.113.7 port 1", []),
        (b"CRON[1]: pam_unix(cron:session): session opened for user svdberg(uid=0) by (uid=0)", [b"svdberg"]),
        (b"sshd[1]: Disconnected from authenticating user svdberg 203.0.113.7 port 1 [preauth]", [b"svdberg"]),
        (b"kernel: eth0 up", []),
    ],
)  # fmt: skip
def test_a_message_says_whom_it_is_about(message: bytes, owners: list[bytes]) -> None:
    """Sender, recipient, who logged in; but not whom somebody who was refused said to be."""
    assert _owners(b"May  3 10:11:12 mx1 " + message) == owners


@pytest.mark.parametrize(
    ("message", "owners"),
    [
        (b"imap-login: Info: Login: user=<svdberg>, method=PLAIN, rip=203.0.113.7", [b"svdberg"]),
        (
            b"imap(a@x.example)<19596><4Kcq>: Info: Disconnected: Logged out in=144",
            [b"a@x.example"],
        ),
        (b"imap(10293)<19596><4Kcq>: Info: Disconnected: Logged out in=144", [b"10293"]),
        (b"auth-worker(19596): Info: Connection closed", []),
        (b"auth: Info: passwd-file(a@x.example,203.0.113.9,<9hEs>): Password mismatch", []),
        (b"master: Info: Dovecot v2.3.19.1 (9b53102964) starting up", []),
    ],
)
def test_dovecots_own_log_says_whose_mailbox_it_is(message: bytes, owners: list[bytes]) -> None:
    """In front of the level, or as a login; not who was refused, and not the number of a process."""
    assert _owners(b"Nov 04 14:15:37 " + message, "dovecot") == owners


def test_a_visitor_cannot_say_whom_a_request_is_about() -> None:
    """What looks like a login in a request or a referer is text of the visitor's, and only the field of the login counts."""
    line = b'203.0.113.7 - - [03/May/2026:10:11:12 +0200] "GET /?user=svdberg&for user=x HTTP/1.1" 200 1 "to=<a@x.example>" "x"'
    assert _owners(line, "combined") == []
    assert _owners(LINES["combined"], "combined") == [b"svdberg"]
    assert _owners(LINES["json"], "json") == [b"svdberg"]


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (b"[client 2001:db8::9:50022] AH1", b"[client [IP]:50022] AH1"),
        (b"for (submission:2001:db8::9) at", b"for (submission:[IP]) at"),
        (b"for (12525:2001:db8::9) at", b"for (12525:[IP]) at"),
    ],
)
def test_an_address_beside_a_port_is_masked(line: bytes, kept: bytes) -> None:
    """Also where no brackets keep the two apart."""
    assert masked(line, formats.named("apache-error"), ())[0] == kept


def test_only_a_login_reveals_an_address() -> None:
    """The address behind a successful login is told, that of a refusal or of no login is not."""
    combined = formats.named("combined")
    assert list(combined.addresses(LINES["combined"])) == [("remote_addr", "203.0.113.7")]
    assert list(combined.addresses(LINES["combined"].replace(b"200", b"401"))) == []
    assert list(formats.named("common").addresses(LINES["common"])) == []
    assert list(formats.named("rfc3164").addresses(LINES["rfc3164"])) == [("login", "203.0.113.7")]
    failed = (
        b"May  3 10:11:12 mx1 sshd[1]: Failed password for svdberg from 203.0.113.7 port 1 ssh2"
    )
    assert list(formats.named("rfc3164").addresses(failed)) == []


def test_tokens_of_people_are_told_apart_from_times_and_versions() -> None:
    """Addresses, mail addresses and logins on a line, and not 10:11:12, 1.2.3 or a message's id."""
    line = b"May  3 10:11:12 mx1 postfix/smtpd[12]: v1.2.3 from=<a@x.example> to=<b%40x.example> client=m[2001:db8::1], 203.0.113.7:25 /?m=c@x.example"
    found = [(line[start:end], kind) for start, end, kind in tokens(line, formats.named("rfc3164"))]
    assert found == [
        (b"a@x.example", "email"),
        (b"b%40x.example", "email"),
        (b"2001:db8::1", "ip"),
        (b"203.0.113.7", "ip"),
        (b"c@x.example", "email"),
    ]


_PIECES = [
    "user=", "USER=", "sasl_username=", "xuser=", "to=", "from=", "email=", "=", "for ", "For ", "invalid ", "user ", "of ",
    "authenticating ", "before ", "jan", "jan@x.example", "<", ">", "'", ",", ";", " ", "(", "(uid=0)", " from ", " by ", "7", "_", "\n",
    "k" * 321,
]  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=14).map("".join), st.integers(0, 30))
@example("to=" + "k" * 320 + "user=jan", 0)
@example("for to=jan from", 0)
def test_whom_a_message_is_about_is_told_as_by_looking_at_every_place(text: str, body: int) -> None:
    """The quick way, which looks only where a key or a word stands, tells what the expression does that is tried at each byte."""
    line = text.encode()
    slow = []
    for one in owners._OWNER.finditer(line, body):
        group = next(name for name in ("value", "login", "session") if one[name])
        key = one["key"].decode().lower() if group == "value" else "user"
        slow.append((key, *one.span(group)))
    assert [tuple(one) for one in owners.told(line, body)] == slow
