"""Prove to TransIP who asks: a signed request for a token, and the tokens that come of it.

What only reads uses a token that can only read, so that no fault of ours can change anything with it.
"""

import base64
import functools
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from overdracht_transip.client.errors import KeyUnusable
from overdracht_transip.client.reading import read, taken

LONGEST_EXPIRY = 31 * 24 * 3600
"""A token lives a month at most."""

SKEW = 60
"""Seconds before its end at which a token is renewed."""


@dataclass(frozen=True)
class TokenRequest:
    """The bytes that ask for a token, and the signature over exactly these."""

    body: bytes
    signature: str


@dataclass(frozen=True)
class KeyLogin:
    """An account's *login* and the private key, as PEM text, that the control panel gave for it.

    Tokens get *label* with something random behind it, for a label may be used once at a time; they live *expiry* seconds, and with
    *global_key* they work from every address and not only from those in the account's whitelist.
    """

    login: str
    private_key: str = field(repr=False)
    label: str = "overdracht"
    expiry: int = 1800
    global_key: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.expiry <= LONGEST_EXPIRY:
            raise KeyUnusable(f"a token lives between a second and a month, and not {self.expiry}")

    def token_request(self, *, read_only: bool) -> TokenRequest:
        """Return a request for a token; every one is new."""
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA512

        body = json.dumps(
            {
                "login": self.login,
                "nonce": secrets.token_hex(16),
                "read_only": read_only,
                "expiration_time": f"{self.expiry} seconds",
                "label": f"{self.label} {secrets.token_hex(4)}",
                "global_key": self.global_key,
            }
        ).encode()
        signature = _rsa_key(self.private_key).sign(body, PKCS1v15(), SHA512())
        return TokenRequest(body, base64.b64encode(signature).decode())


@functools.lru_cache(maxsize=4)  # reading a key takes many times longer than signing with it
def _rsa_key(pem: str) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem.strip("\ufeff \t\r\n").encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise KeyUnusable(
            "the private key is no RSA key in PEM without a passphrase; copy it anew from TransIP's control panel"
        ) from None  # the cause may quote the key
    return key


@dataclass(frozen=True)
class PanelToken:
    """A token that was made in the control panel; it cannot be renewed."""

    value: str = field(repr=False)

    @property
    def is_read_only(self) -> bool:
        """Say whether the token itself says that it may only read."""
        return claims(self.value).get("ro") is True


Login = KeyLogin | PanelToken


def claims(token: str) -> dict[str, Any]:
    """Return what *token* says of itself; nothing where it is no JSON web token."""
    try:
        middle = token.split(".")[1]
        value = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except (IndexError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


Ask = Callable[[Callable[[], TokenRequest]], Any]
"""Sends a token request, a new one where it has to be sent again, and returns the answer's JSON."""


@dataclass(frozen=True)
class _Token:
    value: str = field(repr=False)
    stale: float


class Tokens:
    """The tokens of one login: at most one that reads and one that writes, renewed before they end. May be used by several threads."""

    def __init__(self, login: Login, ask: Ask, clock: Callable[[], float] = time.monotonic) -> None:
        self._login = login
        self._ask = ask
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: dict[bool, _Token] = {}

    @property
    def can_renew(self) -> bool:
        """Say whether a new token can be had where one is refused."""
        return isinstance(self._login, KeyLogin)

    def value(self, *, read_only: bool) -> str:
        """Return a token that may only read, or one that may also write."""
        if isinstance(self._login, PanelToken):
            return self._login.value
        with self._lock:
            token = self._tokens.get(read_only)
            if token is None or self._clock() >= token.stale:
                token = self._new(self._login, read_only=read_only)
                self._tokens[read_only] = token
            return token.value

    def discard(self, value: str) -> None:
        """Use the token *value* no more."""
        with self._lock:
            self._tokens = {key: one for key, one in self._tokens.items() if one.value != value}

    def _new(self, login: KeyLogin, *, read_only: bool) -> _Token:
        asked_at = self._clock()
        answer = self._ask(lambda: login.token_request(read_only=read_only))
        value = read(str, taken(answer, "token"), "token")
        # Counted from when it was asked for: TransIP's clock and ours need not agree.
        said = claims(value)
        begin, end = said.get("iat"), said.get("exp")
        if isinstance(begin, int) and isinstance(end, int) and end > begin:
            lives = end - begin
        else:
            lives = login.expiry
        return _Token(value, asked_at + max(lives - SKEW, lives // 2))
