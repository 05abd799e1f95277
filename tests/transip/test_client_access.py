"""How the client proves who it is, and with which token it does what."""

import base64
import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.serialization import (
    PrivateFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from overdracht_transip.client import (
    AddressNotAllowed,
    EndTime,
    KeyLogin,
    KeyUnusable,
    NotAuthenticated,
    PanelToken,
    Patience,
    Reader,
    ReadOnly,
    TokenExpired,
    TokenRevoked,
    Writer,
)
from overdracht_transip.client.access import claims
from overdracht_transip.sandbox import Fault, Kind, World, new_key_pair
from overdracht_transip.sandbox.server import SandboxServer
from tests.transip.conftest import LOGIN, KeyPair, Raw


def asked_for_tokens(world: World) -> int:
    """Return how often a token was asked for."""
    return sum(one["path"] == "/v6/auth" for one in world.requests())


def tokens(world: World) -> list[dict[str, object]]:
    """Return the tokens that were given."""
    with world.sandbox.state() as state:
        return list(state["tokens"].values())


def test_the_signature_is_over_the_bytes_that_are_sent(key: KeyPair) -> None:
    """RSA with SHA-512 by PKCS#1 1.5, over the body as it is; every request has another nonce and label."""
    login = KeyLogin(LOGIN, key.private, label="proef", expiry=600, global_key=True)
    one, other = (login.token_request(read_only=True) for _ in range(2))

    public = load_pem_public_key(key.public.encode())
    assert isinstance(public, RSAPublicKey)
    public.verify(base64.b64decode(one.signature), one.body, PKCS1v15(), SHA512())
    body = json.loads(one.body)
    assert 6 <= len(body["nonce"]) <= 32
    assert body["label"].startswith("proef ")
    assert (body["login"], body["read_only"], body["global_key"]) == (LOGIN, True, True)
    assert body["expiration_time"] == "600 seconds"
    assert body["nonce"] != json.loads(other.body)["nonce"]
    assert body["label"] != json.loads(other.body)["label"]


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("around", ["{}", "\ufeff{}", "\r\n  {}\n\n"])
def test_a_key_is_read_as_people_keep_it(key: KeyPair, form: PrivateFormat, around: str) -> None:
    """As the panel gives it or as older tools write it, with a mark or space around it."""
    loaded = load_pem_private_key(key.private.encode(), password=None)
    assert isinstance(loaded, RSAPrivateKey)
    pem = loaded.private_bytes(
        serialization.Encoding.PEM,
        form,
        serialization.NoEncryption(),
    ).decode()

    assert KeyLogin(LOGIN, around.format(pem)).token_request(read_only=True).signature


def test_a_key_that_cannot_be_used_is_refused_before_anything_is_sent(key: KeyPair) -> None:
    """The message says what to do and quotes nothing of the key."""
    curve = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    for pem in ("", "geheim", key.private[:200], key.public, curve.decode()):
        with pytest.raises(KeyUnusable, match="control panel") as caught:
            KeyLogin(LOGIN, pem).token_request(read_only=True)
        assert "geheim" not in str(caught.value)
    with pytest.raises(KeyUnusable):
        KeyLogin(LOGIN, key.private, expiry=32 * 24 * 3600)
    assert key.private not in repr(KeyLogin(LOGIN, key.private))


def test_what_reads_uses_a_token_that_can_only_read(writer: Writer, world: World) -> None:
    """Also in a client that can write, which asks for the other token when it first changes something."""
    world.add_domain(LOGIN, "vanderberg.example")
    writer.domain("vanderberg.example")
    assert [one["ro"] for one in tokens(world)] == [True]

    writer.cancel_domain("vanderberg.example", EndTime.END)

    assert [one["ro"] for one in tokens(world)] == [True, False]
    writer.domain("vanderberg.example")
    assert len(tokens(world)) == 2


def test_a_reader_has_no_way_to_write(reader: Reader, world: World) -> None:
    """By type; and if somebody forces it, the token refuses."""
    world.add_domain(LOGIN, "vanderberg.example")
    assert not [name for name in dir(reader) if name.startswith(("cancel", "replace", "delete"))]
    token = reader._session._tokens.value(read_only=True)
    assert claims(token)["ro"] is True

    with pytest.raises(ReadOnly):
        reader._session._try("DELETE", "domains/vanderberg.example", "DELETE", {}, {}, token)
    assert world.changes() == []


def test_tokens_have_the_label_and_expiry_that_were_asked_for(
    server: SandboxServer, world: World, key: KeyPair, patience: Patience
) -> None:
    """And are global only where that was said."""
    login = KeyLogin(LOGIN, key.private, label="avg-verzoek", expiry=300, global_key=False)
    with Reader(login, server.url, patience=patience) as client:
        client.ping()

    (token,) = tokens(world)
    assert str(token["label"]).startswith("avg-verzoek ")
    assert token["gk"] is False


def test_a_token_is_renewed_before_it_ends(
    server: SandboxServer, world: World, login: KeyLogin
) -> None:
    """By our own clock, so that no request is spent on being refused."""
    clock = [0.0]
    with Reader(login, server.url, patience=Patience(sleep=lambda _: None)) as client:
        client._session._tokens._clock = lambda: clock[0]
        client.ping()
        clock[0] = 1739
        client.ping()
        assert asked_for_tokens(world) == 1
        clock[0] = 1740
        client.ping()

    assert asked_for_tokens(world) == 2
    assert {one["status"] for one in world.requests()} == {200, 201}


@pytest.mark.parametrize("refused", ["expired", "revoked"])
def test_a_refused_token_is_renewed_once(reader: Reader, world: World, refused: str) -> None:
    """Where TransIP says that it has expired or was revoked; the request is done all the same."""
    reader.ping()
    if refused == "expired":
        world.pass_by(hours=1)
    else:
        world.revoke_tokens()

    reader.ping()

    assert asked_for_tokens(world) == 2


def test_a_token_that_is_refused_again_is_no_reason_to_go_on(reader: Reader, world: World) -> None:
    """It asks once more, and then says what is wrong."""
    text = "Your access token has been revoked."
    world.break_down(Fault(Kind.STATUS, path="/v6/api-test", times=-1, status=401, text=text))

    with pytest.raises(TokenRevoked):
        reader.ping()
    assert asked_for_tokens(world) == 2


def test_a_change_is_not_lost_to_an_expired_token(writer: Writer, world: World) -> None:
    """A refusal for the token's sake comes before anything happens, so the change is sent again."""
    world.add_domain(LOGIN, "vanderberg.example")
    world.add_domain(LOGIN, "dewit.example")
    writer.cancel_domain("vanderberg.example", EndTime.END)
    world.pass_by(hours=1)

    writer.cancel_domain("dewit.example", EndTime.END)

    assert len(world.changes()) == 2


def test_a_panel_token_is_used_as_it_is(
    server: SandboxServer, world: World, raw: Raw, patience: Patience
) -> None:
    """It cannot be renewed, and says itself whether it may write."""
    login = PanelToken(raw.log_in(read_only=True))
    assert login.is_read_only
    assert login.value not in repr(login)
    before = asked_for_tokens(world)
    with Reader(login, server.url, patience=patience) as client:
        client.ping()
        world.pass_by(hours=1)
        with pytest.raises(TokenExpired):
            client.ping()
    assert asked_for_tokens(world) == before
    assert not PanelToken("geen token").is_read_only


def test_a_wrong_key_is_said_once(
    server: SandboxServer, world: World, patience: Patience, naps: list[float]
) -> None:
    """A refused signature will be refused again."""
    stranger = KeyLogin(LOGIN, new_key_pair()[0])
    with (
        Reader(stranger, server.url, patience=patience) as client,
        pytest.raises(NotAuthenticated, match="POST /auth: 401"),
    ):
        client.ping()
    assert naps == []
    assert asked_for_tokens(world) == 1


def test_an_address_that_is_not_whitelisted_is_an_error_of_its_own(
    reader: Reader, world: World
) -> None:
    """For that is mended in the control panel, or with a global key."""
    with world.sandbox.state() as state:
        state["accounts"][LOGIN]["whitelist"] = []

    with pytest.raises(AddressNotAllowed):
        reader.ping()


def test_a_lost_answer_to_a_token_request_is_asked_for_anew(reader: Reader, world: World) -> None:
    """With another nonce and label, as the first may have been used."""
    world.break_down(Fault(Kind.CUT_AFTER, path="/v6/auth"), Fault(Kind.STATUS, path="/v6/auth"))

    reader.ping()

    with world.sandbox.state() as state:
        assert len(set(state["nonces"][LOGIN])) == 2
    assert len({str(one["label"]) for one in tokens(world)}) == 2


def test_many_threads_share_one_token(reader: Reader, world: World) -> None:
    """They wait for the one that asks for it."""
    threads = [threading.Thread(target=reader.ping) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert asked_for_tokens(world) == 1


def test_the_clock_of_transip_need_not_agree_with_ours(reader: Reader, world: World) -> None:
    """A token is counted from when it was asked for, whatever time it is there."""
    world.set_clock(datetime.now(UTC) - timedelta(days=400))
    reader.ping()
    reader.ping()

    assert asked_for_tokens(world) == 1
