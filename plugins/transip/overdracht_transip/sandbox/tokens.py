"""Give out tokens to who proves to hold an account's key, and see whether a request's token is good.

Texts that are marked as guessed stand in no source; the rest is verbatim.
"""

import base64
import binascii
import functools
import json
import re
import secrets
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from overdracht_transip.sandbox.exchange import Answer, Refusal, Request

_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800, "month": 2678400}
_EXPIRATION = re.compile(r"(\d{1,9}) (second|minute|hour|day|week|month)s?")
LONGEST = _UNITS["month"]
ISSUER = "api.transip.nl"

State = dict[str, Any]


def issue(state: State, request: Request, now: datetime) -> Answer:
    """Answer *request*, which asks for a token."""
    body = request.json()
    account = _account(state, request, body)
    login = str(body["login"])
    _use_nonce(state, login, body["nonce"])
    seconds = _expiration(body.get("expiration_time", "30 minutes"))
    label = str(body.get("label") or f"token {secrets.token_hex(6)}")
    expires = int((now + timedelta(seconds=seconds)).timestamp())
    live = [one for one in state["tokens"].values() if one["exp"] > now.timestamp()]
    if any(one["label"] == label and one["login"] == login for one in live):
        # The text is verbatim, its status guessed.
        text = f"The label '{label}' is already used in another active access token"
        raise Refusal(HTTPStatus.NOT_ACCEPTABLE, text)
    number = secrets.token_urlsafe(15)
    token = {
        "login": login,
        "label": label,
        "exp": expires,
        "ro": body.get("read_only") is True,
        "gk": body.get("global_key") is True,
        "revoked": False,
    }
    state["tokens"][number] = token
    stamp = int(now.timestamp())
    says = {"iss": ISSUER, "aud": ISSUER, "jti": number, "iat": stamp, "nbf": stamp}
    says |= {
        "exp": expires,
        "cid": account["cid"],
        "ro": token["ro"],
        "gk": token["gk"],
        "kv": True,
    }
    return Answer(HTTPStatus.CREATED, {"token": _signed(state, says)})


def _account(state: State, request: Request, body: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(body.get("nonce"), str) or not body["nonce"]:
        raise Refusal(HTTPStatus.UNAUTHORIZED, "Please specify a nonce in the body")
    signature = request.headers.get("signature")
    if not signature:
        raise Refusal(HTTPStatus.UNAUTHORIZED, "Please specify a signature in the header")
    account = state["accounts"].get(str(body.get("login")))
    if account is None or not any(
        _is_signed_by(key, request.body, signature) for key in account["keys"]
    ):
        raise Refusal(HTTPStatus.UNAUTHORIZED, "Invalid signature, or no such account")  # guessed
    if not account["enabled"]:
        text = "Authentication failed, API is not enabled for customer"
        raise Refusal(HTTPStatus.CONFLICT, text)
    result: dict[str, Any] = account
    return result


def _is_signed_by(pem: str, body: bytes, signature: str) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA512
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    key = load_pem_public_key(pem.encode())
    if not isinstance(key, RSAPublicKey):
        raise TypeError("an account's key is an RSA key")
    try:
        key.verify(base64.b64decode(signature, validate=True), body, PKCS1v15(), SHA512())
    except (InvalidSignature, binascii.Error):
        return False
    return True


def _use_nonce(state: State, login: str, nonce: str) -> None:
    if not 6 <= len(nonce) <= 32:
        text = "The nonce must be between 6 and 32 characters"  # guessed
        raise Refusal(HTTPStatus.UNAUTHORIZED, text)
    used = state["nonces"].setdefault(login, [])
    if nonce in used:
        raise Refusal(HTTPStatus.UNAUTHORIZED, "The nonce was already used")  # guessed
    used.append(nonce)


def _expiration(text: object) -> int:
    match = _EXPIRATION.fullmatch(str(text))
    seconds = int(match[1]) * _UNITS[match[2]] if match else 0
    if not 0 < seconds <= LONGEST:
        refusal = f"The expiration time '{text}' is not valid"  # guessed
        raise Refusal(HTTPStatus.NOT_ACCEPTABLE, refusal)
    return seconds


def holder(state: State, request: Request, now: datetime) -> dict[str, Any]:
    """Return the token that *request* carries, or refuse it."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not value:
        raise Refusal(HTTPStatus.UNAUTHORIZED, "Please provide an access token")  # guessed
    token = state["tokens"].get(_number(state, value.strip()))
    if token is None:
        raise Refusal(HTTPStatus.UNAUTHORIZED, "Your access token is invalid")  # guessed
    if token["revoked"]:
        raise Refusal(HTTPStatus.UNAUTHORIZED, "Your access token has been revoked.")
    if now.timestamp() >= token["exp"]:
        raise Refusal(HTTPStatus.UNAUTHORIZED, "Your access token has expired.")
    account = state["accounts"][token["login"]]
    if not token["gk"] and request.address not in account["whitelist"]:
        text = f"Remote IP is not authorized for this request; called from IP {request.address}"
        raise Refusal(HTTPStatus.UNAUTHORIZED, text)
    result: dict[str, Any] = token
    return result


def _number(state: State, value: str) -> str:
    """Return the number of the token *value*, if its signature is ours."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        head, says, signature = value.split(".")
        key = _signing_key(state).public_key()
        key.verify(_decoded(signature), f"{head}.{says}".encode(), PKCS1v15(), SHA256())
        return str(json.loads(_decoded(says))["jti"])
    except (ValueError, KeyError, InvalidSignature):
        return ""


def _signed(state: State, says: dict[str, Any]) -> str:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    head = _encoded(json.dumps({"typ": "JWT", "alg": "RS256", "jti": says["jti"]}).encode())
    middle = _encoded(json.dumps(says).encode())
    signature = _signing_key(state).sign(f"{head}.{middle}".encode(), PKCS1v15(), SHA256())
    return f"{head}.{middle}.{_encoded(signature)}"


_KEYS: dict[str, Any] = {}
"""Loaded keys by their PEM, for loading one takes longer than all the rest."""


def _signing_key(state: State) -> Any:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if not state["signingKey"]:
        state["signingKey"] = _new_signing_key()
    pem = state["signingKey"]
    if pem not in _KEYS:
        _KEYS[pem] = load_pem_private_key(pem.encode(), password=None)
    return _KEYS[pem]


@functools.cache
def _new_signing_key() -> str:
    """Return the key of all sandboxes that begin in this process, for making one takes long."""
    return new_key_pair()[0]


def new_key_pair() -> tuple[str, str]:
    """Return a new private key as the control panel gives one (PKCS#8), and its public key, both in PEM."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

    key = generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private.decode(), public_key_of(private.decode())


def public_key_of(private: str) -> str:
    """Return the public key of the *private* one, both in PEM."""
    from cryptography.hazmat.primitives import serialization

    key = serialization.load_pem_private_key(private.encode(), password=None)
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return public.decode()


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _decoded(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
