"""Pseudonyms: the same for the same identifier and key, of the same shape, and without the key nobody can tell whose they are."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator
from ipaddress import IPv6Address

from overdracht import Identifier

Spot = tuple[int, int, Identifier]
"""From where to where in a line, and which identifier stands there."""


class Pseudonyms:
    """Makes pseudonyms with *key*; without one, with a key of its own that nobody will ever know."""

    def __init__(self, key: str = "") -> None:
        self._key = key.encode() if key else secrets.token_bytes(32)

    def of(self, identifier: Identifier) -> bytes:
        """Return the pseudonym of *identifier*."""
        told = f"{identifier.kind}:{identifier.value}".encode()
        digest = hmac.new(self._key, told, hashlib.sha256).digest()
        if identifier.kind == "ip":
            # A unique local address (RFC 4193): programs that read the log still find an address there.
            return str(IPv6Address(b"\xfd" + digest[:15])).encode()
        name = "anon-" + base64.b32encode(digest[:10]).decode().lower()
        ending = {"email": "@invalid", "domain": ".invalid"}.get(identifier.kind, "")
        return (name + ending).encode()

    def cuts(self, start: int, spots: Iterable[Spot]) -> Iterator[tuple[int, int, bytes]]:
        """Yield the cuts that put pseudonyms in the *spots* of a line that begins at *start*; of those that overlap the longest counts."""
        last = 0
        for begin, end, identifier in sorted(spots, key=lambda one: (one[0], -one[1])):
            if begin >= last:
                yield start + begin, start + end, self.of(identifier)
                last = end
