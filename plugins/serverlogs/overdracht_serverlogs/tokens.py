"""What in a line points at people: addresses, mail addresses, and the names in fields that say whom it is about."""

import re
from collections.abc import Iterator

from overdracht_serverlogs.anchors import AFTER, BEFORE
from overdracht_serverlogs.formats import Format
from overdracht_serverlogs.networks import addresses_in

_TOKENS = re.compile(
    rb"(?P<email>[\w.!#$%&'*+/?^`{|}~-]{1,64}(?:@|%40|%2540)[A-Za-z0-9_](?:[\w-]{0,62}[\w])?(?:\.[\w](?:[\w-]{0,62}[\w])?)*)"
    rb"|" + BEFORE["ip"] + rb"(?P<ip>(?:\d{1,3}\.){3}\d{1,3})" + AFTER["ip"]
)
_NAME = rb"(?P<name>[\w.+@%$-]{1,320})"
_NAMED = tuple(
    re.compile(pattern % {b"name": _NAME}, re.IGNORECASE)
    for pattern in (
        rb"\bsudo(?:\[\d+\])?: +%(name)b : ",
        rb"\bUSER=%(name)b",
        rb"\(to %(name)b\)",
        rb"\(to [^\s)]{1,320}\) %(name)b on ",
        rb"\bby %(name)b\(uid=",
        rb"\bfor(?: user)? %(name)b\(uid=",
        rb"\b(?:invalid|illegal|failed|unknown|authenticating|of|for|on) user <?%(name)b",
        rb"\bFailed \w+ for %(name)b from ",
        rb"\bUSER %(name)b: ",
        rb"\bCRON(?:D)?(?:\[\d+\])?: \(%(name)b\)",
        rb"\b(?:imap|pop3|lmtp|lda|managesieve|submission|imap-login|pop3-login|indexer-worker|quota-status|doveadm)\((?!\d+\))%(name)b[),]",
        rb"\b(?:passwd(?:-file)?|pam|sql|ldap|static|shadow|dict|lua|cache|auth-worker|prefetch|plain|login|[\w]+-md5|x?oauth2)\(%(name)b[),]",
        rb"(?:[?&;]|%%26|%%3f|%%3b)(?:user(?:_?name|_?id)?|login|log|u|usr|account|acct|uid|customer|klant|name|naam)(?:=|%%3d)%(name)b",
        rb"/home/(?P<name>[\w.-]{1,320})",
    )
)
"""How programs name somebody, other than in what says whom the line is about."""
_RUN = re.compile(rb"[0-9A-Fa-f:.%]{3,}")
_NO_NAMES = frozenset({b"root", b"unknown", b"user", b"invalid", b"-"})

Token = tuple[int, int, str]
"""From where to where, and of which kind: `email`, `ip` or `username`."""


def tokens(raw: bytes, form: Format) -> Iterator[Token]:
    """Yield what in the record *raw*, written as *form* says, points at somebody, in order and apart."""
    found = [*_owners(raw, form), *_named(raw), *_written(raw), *_grouped(raw)]
    last = 0
    for start, end, kind in sorted(found, key=lambda one: (one[0], -one[1])):
        if start >= last:
            yield start, end, kind
            last = end


def _owners(raw: bytes, form: Format) -> Iterator[Token]:
    for one in form.owners(raw):
        is_mail = re.search(b"@|%40", raw[one.start : one.end]) is not None
        yield one.start, one.end, "email" if is_mail else "username"


def _named(raw: bytes) -> Iterator[Token]:
    for pattern in _NAMED:
        for one in pattern.finditer(raw):
            name = one["name"].rstrip(b".")
            start = one.start("name")
            if name and name.lower() not in _NO_NAMES and not _is_address(name):
                is_mail = re.search(b"@|%40", name) is not None
                yield start, start + len(name), "email" if is_mail else "username"


def _is_address(text: bytes) -> bool:
    return re.fullmatch(rb"[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*|(?:\d{1,3}\.){3}\d{1,3}", text) is not None


def _written(raw: bytes) -> Iterator[Token]:
    for found in _TOKENS.finditer(raw):
        if found["email"]:
            start = found.start()
            # What stands before a sign that ends a word belongs to the line: `?mail=jan@x.nl`, `<jan@x.nl`.
            lead = re.match(rb".*(?:[=&/?{|'`]|%3[DFdf]|%2[26Ff])", found["email"])
            yield start + (lead.end() if lead else 0), found.end(), "email"
        elif all(int(one) < 256 for one in found["ip"].split(b".")):
            # Versions look like addresses, and some are none.
            yield *found.span("ip"), "ip"


def _grouped(raw: bytes) -> Iterator[Token]:
    """Yield the IPv6 addresses; times (10:11:12) look like them, and are none."""
    for run in _RUN.finditer(raw):
        if run[0].count(b":") + run[0].lower().count(b"%3a") > 1:
            for start, end in addresses_in(raw, *run.span()):
                yield start, end, "ip"
