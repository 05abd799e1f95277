"""Keys: a master key for the state directory and one key per request, so that forgetting a request is destroying its key.

The keys lie outside the database, each in a file of its own that only the owner can read: a database keeps deleted rows in its
free pages and its journal, and what was encrypted with a key that is gone is gone with it.
"""

import hashlib
import hmac
import os
import re
import secrets
import stat
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from overdracht.errors import StateError
from overdracht.replacing import sync_directory, write_new
from overdracht.secrets import Secret

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
MASTER = "master.key"
CHECK = "master.check"
"""A keyed hash: it tells whether a master key that is kept elsewhere is the right one."""
_HEXADECIMAL = re.compile(f"[0-9a-fA-F]{{{2 * KEY_BYTES}}}")


class Cipher:
    """Encrypts with one key (AES-256-GCM) and makes keyed tags by which equal texts are found again without being read."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(_derived(key, b"encrypt"))
        self._tag_key = _derived(key, b"tag")

    def encrypt(self, plain: bytes) -> bytes:
        """Return *plain* encrypted under a fresh nonce."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, plain, None)

    def decrypt(self, sealed: bytes) -> bytes:
        """Return what was encrypted; raise StateError when it was altered or the key is another."""
        try:
            return self._aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
        except InvalidTag as error:
            raise StateError(
                "the state file does not fit its keys: it was altered or its keys were replaced"
            ) from error

    def tag(self, *texts: str) -> bytes:
        """Return a keyed hash of *texts*: equal for equal texts, and it gives nothing away without the key."""
        digest = hashlib.blake2b(key=self._tag_key, digest_size=TAG_BYTES)
        for text in texts:
            raw = text.encode(errors="surrogatepass")
            digest.update(len(raw).to_bytes(8, "big"))
            digest.update(raw)
        return digest.digest()


def _derived(key: bytes, use: bytes) -> bytes:
    return hashlib.blake2b(key=key, person=use, digest_size=KEY_BYTES).digest()


class Vault:
    """The key files below *directory*, encrypted with the master *key*, or with the one in a file beside them."""

    def __init__(self, directory: Path, key: Secret | None = None) -> None:
        self._keys = directory / "keys"
        self._keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.master = Cipher(_from_file(directory) if key is None else _given(directory, key))

    def new(self, name: str) -> Cipher:
        """Make the key of the request *name*."""
        key = secrets.token_bytes(KEY_BYTES)
        write_new(self.path(name), self.master.encrypt(key))
        return Cipher(key)

    def get(self, name: str) -> Cipher:
        """Return the key of the request *name*."""
        return Cipher(self.master.decrypt(_read(self.path(name))))

    def has(self, name: str) -> bool:
        """Say whether the key of the request *name* is there."""
        return self.path(name).exists()

    def names(self, ending: str) -> tuple[str, ...]:
        """Return the names that end in *ending*, without it."""
        keys = sorted(self._keys.glob(f"*{ending}.key"))
        return tuple(path.name.removesuffix(f"{ending}.key") for path in keys)

    def destroy(self, name: str) -> None:
        """Destroy the key of the request *name*: overwritten, removed, and the removal durable. Gone is gone."""
        path = self.path(name)
        try:
            with path.open("r+b") as file:
                file.write(secrets.token_bytes(path.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
        except FileNotFoundError:
            return
        sync_directory(self._keys)

    def path(self, name: str) -> Path:
        """Return where the key of the request *name* lies."""
        return self._keys / f"{name}.key"


def _from_file(directory: Path) -> bytes:
    if (directory / CHECK).exists():
        raise StateError(
            "the master key of the state directory is elsewhere",
            remedy="`key` in [state] says where",
        )
    path = directory / MASTER
    return _read(path) if path.exists() else _create(path)


def _given(directory: Path, key: Secret) -> bytes:
    """Return the master *key*, once it is sure that it is the one that the state was made with."""
    text = key.reveal().strip()
    if not _HEXADECIMAL.fullmatch(text):
        raise StateError(
            f"the master key is not {2 * KEY_BYTES} hexadecimal digits",
            remedy="openssl rand -hex 32",
        )
    raw = bytes.fromhex(text)
    check, file = directory / CHECK, directory / MASTER
    if file.exists() and not hmac.compare_digest(_read(file), raw):
        raise StateError(
            f"the state was made with the key in {file}",
            remedy=f"give that one (xxd -p -c 64 {file}), then remove the file",
        )
    mark = Cipher(raw).tag("master").hex().encode()
    if not check.exists():
        for one in sorted((directory / "keys").glob("*.key"))[:1]:
            Cipher(raw).decrypt(_read(one))  # what is there must open with it
        write_new(check, mark)
    elif not hmac.compare_digest(_read(check), mark):
        raise StateError("the master key is not the one that the state was made with")
    return raw


def _create(path: Path) -> bytes:
    key = secrets.token_bytes(KEY_BYTES)
    write_new(path, key)
    return key


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise StateError(f"{path} can be read by others", remedy=f"chmod 600 {path}")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise StateError(f"the key {path.name} is gone, and with it what it protected") from error
