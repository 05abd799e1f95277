"""The sandbox gives tokens to who holds the key, and takes no other."""

import base64
import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256, SHA512

from overdracht_transip.sandbox import World, new_key_pair
from tests.transip.conftest import LOGIN, Raw

REVOKED = "Your access token has been revoked."
EXPIRED = "Your access token has expired."


def claims(token: str) -> dict[str, object]:
    """Return what *token* says."""
    middle = token.split(".")[1]
    value = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    assert isinstance(value, dict)
    return value


def test_a_token_is_a_jwt_with_the_claims_of_the_real_one(raw: Raw) -> None:
    """201, no rate-limit headers, and in the token issuer, audience, times, customer and what it may."""
    response = raw.ask_token(read_only=True, global_key=False, expiration_time="2 hours")

    assert response.status_code == 201
    assert not [name for name in response.headers if name.startswith("x-rate-limit")]
    said = claims(response.json()["token"])
    assert set(said) == {"iss", "aud", "jti", "iat", "nbf", "exp", "cid", "ro", "gk", "kv"}
    assert (said["iss"], said["aud"], said["ro"], said["gk"]) == ("api.transip.nl",) * 2 + (
        True,
        False,
    )
    assert isinstance(said["exp"], int)
    assert isinstance(said["iat"], int)
    assert said["exp"] - said["iat"] == 7200


def test_the_signature_is_over_the_very_bytes(raw: Raw) -> None:
    """The same JSON with one space more is refused, and so are another digest, another key and no base64."""
    body = json.dumps({"login": LOGIN, "nonce": "0123456789"}).encode()
    other = Raw(str(raw.http.base_url), new_key_pair()[0])
    with other.http:
        wrong = [
            (body.replace(b": ", b":  "), raw.signature(body)),
            (body, base64.b64encode(raw._key.sign(body, PKCS1v15(), SHA256())).decode()),
            (body, other.signature(body)),
            (body, "geen base64"),
        ]
    for sent, signature in wrong:
        response = raw.http.post("auth", content=sent, headers={"Signature": signature})
        assert response.status_code == 401
    good = base64.b64encode(raw._key.sign(body, PKCS1v15(), SHA512())).decode()
    assert raw.http.post("auth", content=body, headers={"Signature": good}).status_code == 201


def test_a_nonce_is_used_once(raw: Raw) -> None:
    """And it has 6 to 32 characters."""
    assert raw.ask_token(nonce="eenmalig").status_code == 201
    assert raw.ask_token(nonce="eenmalig").status_code == 401
    assert raw.ask_token(nonce="12345").status_code == 401
    assert raw.ask_token(nonce="x" * 33).status_code == 401
    assert raw.ask_token(nonce=None).json() == {"error": "Please specify a nonce in the body"}


def test_without_a_signature_it_says_so(raw: Raw) -> None:
    """In the words of the real one."""
    response = raw.http.post("auth", content=b'{"login": "voorbeeld", "nonce": "01234567"}')

    assert response.status_code == 401
    assert response.json() == {"error": "Please specify a signature in the header"}


def test_a_label_is_unique_among_living_tokens(raw: Raw, world: World) -> None:
    """It can be used again when the token that had it has expired."""
    assert raw.ask_token(label="overdracht").status_code == 201
    response = raw.ask_token(label="overdracht")

    assert response.is_client_error
    assert "already used in another active access token" in response.json()["error"]
    world.pass_by(minutes=31)
    assert raw.ask_token(label="overdracht").status_code == 201


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("3600 seconds", 3600),
        ("120 minutes", 7200),
        ("1 hour", 3600),
        ("48 hours", 172800),
        ("1 day", 86400),
        ("15 days", 1296000),
        ("4 weeks", 2419200),
        ("5 weeks", None),
        ("2 months", None),
        ("0 seconds", None),
        ("tomorrow", None),
        ("3600", None),
        (None, 1800),
    ],
)
def test_how_long_a_token_lives(raw: Raw, text: str | None, seconds: int | None) -> None:
    """As long as was asked, half an hour where nothing was, and a month at most."""
    response = raw.ask_token(expiration_time=text)

    if seconds is None:
        assert response.status_code == 406
    else:
        said = claims(response.json()["token"])
        assert isinstance(said["exp"], int)
        assert isinstance(said["iat"], int)
        assert said["exp"] - said["iat"] == seconds


def test_an_expired_token_is_refused_in_its_own_words(raw: Raw, world: World) -> None:
    """At the very second, and not before."""
    world.set_clock(datetime(2026, 3, 1, 12, tzinfo=UTC), stands_still=True)
    raw.log_in()
    world.pass_by(seconds=1799)
    assert raw("GET", "/api-test").json()["ping"] == "pong"
    world.pass_by(seconds=1)

    response = raw("GET", "/api-test")

    assert (response.status_code, response.json()) == (401, {"error": EXPIRED})


def test_a_revoked_token_is_refused_in_its_own_words(raw: Raw, world: World) -> None:
    """For the client decides by the words whether to ask for a new one."""
    raw.log_in()
    world.revoke_tokens()

    response = raw("GET", "/api-test")

    assert (response.status_code, response.json()) == (401, {"error": REVOKED})


def test_a_token_that_was_tampered_with_is_refused(raw: Raw) -> None:
    """Its signature is verified, so nobody makes a token for writing out of one for reading."""
    head, _, signature = raw.log_in(read_only=True).split(".")
    said = {**claims(raw.token), "ro": False}
    middle = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    raw.token = f"{head}.{middle}.{signature}"

    assert raw("GET", "/api-test").status_code == 401
    raw.token = "geen.echt.token"
    assert raw("GET", "/api-test").status_code == 401


def test_a_read_only_token_changes_nothing(raw: Raw, world: World) -> None:
    """403, whatever the change, and whether or not it is a test."""
    world.add_domain(LOGIN, "vanderberg.example")
    raw.log_in(read_only=True)

    assert raw("GET", "/domains/vanderberg.example").status_code == 200
    for path in ("/domains/vanderberg.example", "/domains/vanderberg.example?test=1"):
        assert raw("DELETE", path, {"endTime": "end"}).status_code == 403
    assert world.changes() == []


def test_the_whitelist_holds_for_tokens_that_are_not_global(
    raw: Raw, world: World, key: object
) -> None:
    """From another address only a global token works, and the refusal names the address."""
    with world.sandbox.state() as state:
        state["accounts"][LOGIN]["whitelist"] = ["192.0.2.1"]

    response = raw("GET", "/api-test")
    text = "Remote IP is not authorized for this request; called from IP 127.0.0.1"
    assert (response.status_code, response.json()) == (401, {"error": text})
    raw.log_in(global_key=True)
    assert raw("GET", "/api-test").status_code == 200


def test_an_account_without_the_api_is_refused(raw: Raw, world: World) -> None:
    """With the text of the real one."""
    with world.sandbox.state() as state:
        state["accounts"][LOGIN]["enabled"] = False

    response = raw.ask_token()

    assert response.status_code == 409
    assert response.json()["error"] == "Authentication failed, API is not enabled for customer"
