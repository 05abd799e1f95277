"""Whom running text says it is about: who logged in, who sends, who receives."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_KEYS = (
    b"sasl_username", b"sasl_sender", b"orig_to", b"username", b"user", b"login", b"account", b"acct", b"ruser", b"rcpt", b"to",
    b"from", b"email", b"mail",
)  # fmt: skip
_OWNER = re.compile(
    rb"\b(?P<key>" + b"|".join(_KEYS) + rb")=[<\"']*"
    rb"(?P<value>[^<>\"',;\s()]{1,320})"
    rb"|\b(?<!invalid )(?:for|authenticating) (?:user )?(?!invalid |user )(?P<login>[^\s(]{1,320})(?=(?:\(uid=\d+\))? (?:from|by|\d)|$)"
    rb"|\b(?:for|of) user (?P<session>[^\s(]{1,320})",
    re.IGNORECASE,
)
_MAILBOX = re.compile(
    rb"\s*(?:imap|pop3|lmtp|lda|managesieve|submission|imap-hibernate|indexer-worker|quota-status|doveadm)"
    rb"\((?:\d+, ?)?(?!\d+\)(?!<))(?P<value>[^\s(),]{1,320})[),]"
)
"""How Dovecot begins a message: with the one whose mailbox it is."""
_KEYED = re.compile(b"=(?:%b)" % b"|".join(rb"(?<=\b(%b)=)" % key for key in _KEYS))
"""The sign behind a key in lower case: quicker than the key, since all of them end alike."""
_LED = (b"for ", b"of user ", b"authenticating ")
"""What leads the other two ways."""
_JSON_USER = re.compile(rb'(?<!\\)"(?:remote_user|auth_user)"\s*:\s*"[^"-]')
_JSON_REFUSED = re.compile(rb'(?<!\\)"status"\s*:\s*"?4')
_JSON_ADDRESS = re.compile(
    rb'(?<!\\)"(remote_addr|remote_ip|client_ip)"\s*:\s*"([0-9A-Fa-f:.]{2,45})"'
)


class Owner(NamedTuple):
    """A stretch of a line that says whom the line is about."""

    field: str
    start: int
    end: int


def told(line: bytes, body: int) -> list[Owner]:
    """Return whom the running text of *line* from *body* on says it is about."""
    mailbox = _MAILBOX.match(line, body)
    owners = [Owner("user", *mailbox.span("value"))] if mailbox else []
    least = body
    for place in _leads(line, body):
        one = _OWNER.match(line, place) if place >= least else None  # in one before it
        if one is None:
            continue
        least = one.end()
        if one["value"]:
            owners.append(Owner(one["key"].decode().lower(), *one.span("value")))
        else:
            owners.append(Owner("user", *one.span("login" if one["login"] else "session")))
    return owners


def json_addresses(line: bytes) -> Iterator[tuple[str, str]]:
    """Yield the addresses in the JSON *line* of a web server, with their field, when it says who logged in and that this was not refused."""
    if _JSON_USER.search(line) and not _JSON_REFUSED.search(line):
        for one in _JSON_ADDRESS.finditer(line):
            yield one[1].decode(), one[2].decode()


def _leads(line: bytes, body: int) -> list[int]:
    """Return the places from *body* on at which a stretch may begin that says whom the line is about: quicker than to look at every one."""
    lower = line.lower()
    found = [one.start(one.lastindex or 0) for one in _KEYED.finditer(lower, body)]
    for words in _LED:
        place = lower.find(words, body)
        while place >= 0:
            found.append(place)
            place = lower.find(words, place + 1)
    found.sort()
    return found
