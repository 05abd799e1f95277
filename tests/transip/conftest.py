"""A sandbox to test against, and clients that speak to it."""

import base64
import json
import secrets
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from overdracht_transip.client import KeyLogin, Patience, Reader, Writer
from overdracht_transip.sandbox import World, new_key_pair
from overdracht_transip.sandbox.server import SandboxServer

LOGIN = "voorbeeld"


@dataclass(frozen=True)
class KeyPair:
    """The key of an account."""

    private: str = field(repr=False)
    public: str


@pytest.fixture(scope="session")
def key() -> KeyPair:
    """One key for the whole run: making one takes long."""
    return KeyPair(*new_key_pair())


@pytest.fixture
def server(key: KeyPair) -> Iterator[SandboxServer]:
    """A sandbox on loopback with one empty account."""
    with SandboxServer() as running:
        World(running.sandbox).add_account(LOGIN, key.public)
        yield running


@pytest.fixture
def world(server: SandboxServer) -> World:
    """What is in the sandbox."""
    return World(server.sandbox)


@pytest.fixture
def naps() -> list[float]:
    """How long the clients slept; in truth they did not."""
    return []


@pytest.fixture
def patience(naps: list[float]) -> Patience:
    """A client's patience that takes no time."""
    return Patience(sleep=naps.append)


@pytest.fixture
def login(key: KeyPair) -> KeyLogin:
    """The account's login."""
    return KeyLogin(LOGIN, key.private)


@pytest.fixture
def reader(server: SandboxServer, login: KeyLogin, patience: Patience) -> Iterator[Reader]:
    """A client that can only read."""
    with Reader(login, server.url, patience=patience, timeout=5) as client:
        yield client


@pytest.fixture
def writer(server: SandboxServer, login: KeyLogin, patience: Patience) -> Iterator[Writer]:
    """A client that can also write."""
    with Writer(login, server.url, patience=patience, timeout=5) as client:
        yield client


class Raw:
    """Speaks to the sandbox in bare requests, as somebody would who never saw our client."""

    def __init__(self, url: str, private: str) -> None:
        loaded = load_pem_private_key(private.encode(), password=None)
        assert isinstance(loaded, RSAPrivateKey)
        self._key = loaded
        nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # the usual list takes long to load
        self.http = httpx.Client(base_url=url, trust_env=False, timeout=5, verify=nobody)
        self.token = ""

    def signature(self, body: bytes) -> str:
        """Sign *body* as the API wants it."""
        return base64.b64encode(self._key.sign(body, PKCS1v15(), SHA512())).decode()

    def ask_token(self, **changes: Any) -> httpx.Response:
        """Ask for a token, with *changes* to what is usually asked; None leaves a key out."""
        asked = {"login": LOGIN, "nonce": secrets.token_hex(8), **changes}
        body = json.dumps({key: value for key, value in asked.items() if value is not None})
        headers = {"Signature": self.signature(body.encode())}
        return self.http.post("auth", content=body.encode(), headers=headers)

    def log_in(self, **changes: Any) -> str:
        """Use a new token from now on."""
        self.token = str(self.ask_token(**changes).json()["token"])
        return self.token

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Send a request."""
        if not self.token:
            self.log_in()
        headers = {"Authorization": f"Bearer {self.token}", **headers}
        return self.http.request(method, path.lstrip("/"), json=body, headers=headers)


@pytest.fixture
def raw(server: SandboxServer, key: KeyPair) -> Iterator[Raw]:
    """Bare requests to the sandbox."""
    client = Raw(server.url, key.private)
    with client.http:
        yield client
