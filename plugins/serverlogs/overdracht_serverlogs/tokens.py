"""What in a line points at people: addresses, mail addresses, and the names in fields that say whom it is about."""

import re
from collections.abc import Iterator

from overdracht_serverlogs.formats import Format

_TOKENS = re.compile(
    rb"(?P<email>[\w.!#$%&'*+/?^`{|}~-]{1,64}(?:@|%40)[A-Za-z0-9_](?:[\w-]{0,62}[\w])?(?:\.[\w](?:[\w-]{0,62}[\w])?)*)"
    rb"|(?<![\d.])(?P<ip>(?:\d{1,3}\.){3}\d{1,3})(?!\d|\.\d)"
    # In front of it or behind it a port may stand: `[client 2001:db8::7:50022]`, `(submission:2001:db8::7)`.
    rb"|(?:(?<![\w:])|(?<=[g-z]:)|(?<=\d{5}:))(?P<ip6>(?:[0-9A-Fa-f]{1,4}:){2,7}[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){0,6}(?:\d{1,3}(?:\.\d{1,3}){3})?|::(?:[0-9A-Fa-f]{1,4}:){0,6}[0-9A-Fa-f.]{1,15})(?:(?![\w:])|(?=:\d{5}(?![\w:])))"
)

Token = tuple[int, int, str]
"""From where to where, and of which kind: `email`, `ip` or `username`."""


def tokens(raw: bytes, form: Format) -> Iterator[Token]:
    """Yield what in the record *raw*, written as *form* says, points at somebody, in order and apart."""
    found = [*_owners(raw, form), *_written(raw)]
    last = 0
    for start, end, kind in sorted(found, key=lambda one: (one[0], -one[1])):
        if start >= last:
            yield start, end, kind
            last = end


def _owners(raw: bytes, form: Format) -> Iterator[Token]:
    for one in form.owners(raw):
        is_mail = re.search(b"@|%40", raw[one.start : one.end]) is not None
        yield one.start, one.end, "email" if is_mail else "username"


def _written(raw: bytes) -> Iterator[Token]:
    from ipaddress import ip_address

    for found in _TOKENS.finditer(raw):
        if found["email"]:
            start = found.start()
            # What stands before a sign that ends a word belongs to the line: `?mail=jan@x.nl`, `<jan@x.nl`.
            lead = re.match(rb".*[=&/?{|'`]", found["email"])
            yield start + (lead.end() if lead else 0), found.end(), "email"
            continue
        start, end = found.span()
        text = raw[start:end].decode()
        try:
            ip_address(text)
        except ValueError:
            # Times (10:11:12) and versions look like addresses, and are none.
            continue
        yield start, end, "ip"
