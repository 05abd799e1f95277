"""Signatures in minisign's formats: Ed25519 over a BLAKE2b-512 digest, with a comment that is signed too.

The stock program checks what is made here (`minisign -Vm FILE -p minisign.pub`), and the other way round. The secret key file is the
one that `minisign -G -W` writes: without a password, since a provider signs unattended; it is 0600 or it is refused.
"""

import base64
import binascii
import hashlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from overdracht.errors import BundleError
from overdracht.replacing import write_new

_PLAIN, _PREHASHED = b"Ed", b"ED"
_NO_PASSWORD = b"\0\0"
_SECRET_HEAD = _PLAIN + _NO_PASSWORD + b"B2" + bytes(48)
_SECRET_SIZE = 158
_LONGEST_SIGNATURE = 16 * 1024


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What signatures are checked with."""

    number: bytes
    point: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> "PublicKey":
        """Read a public key file's *text*, or the bare base64 line of one."""
        lines = [
            line for line in text.splitlines() if line and not line.startswith("untrusted comment:")
        ]
        raw = _decoded(lines[0]) if len(lines) == 1 else b""
        if len(raw) != 42 or raw[:2] != _PLAIN:
            raise BundleError("this is no minisign public key")
        return cls(raw[2:10], raw[10:])

    @property
    def key_id(self) -> str:
        """The sixteen digits that minisign shows."""
        return self.number[::-1].hex().upper()

    @property
    def text(self) -> str:
        """The public key file."""
        return f"untrusted comment: minisign public key {self.key_id}\n{_encoded(_PLAIN + self.number + self.point)}\n"

    def verify(self, data: bytes, signature: str) -> str:
        """Return the trusted comment of the *signature* over *data*; raise BundleError if it is not a true one."""
        number, made, comment, sealed = _parse_signature(signature)
        if number != self.number:
            raise BundleError(f"signed with key {_hex_id(number)}, not with key {self.key_id}")
        self._check(hashlib.blake2b(data).digest(), made)
        self._check(made + comment.encode(), sealed)
        return comment

    def _check(self, data: bytes, signature: bytes) -> None:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(self.point).verify(signature, data)
        except (InvalidSignature, ValueError) as error:
            raise BundleError("the signature is not true") from error


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The organisation's key; whoever has its public half can tell who made a bundle."""

    public: PublicKey
    _seed: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> "SigningKey":
        """Make a new key."""
        return cls._from_seed(os.urandom(8), os.urandom(32))

    @classmethod
    def load(cls, path: Path) -> "SigningKey":
        """Read the key file *path*; raise BundleError when it is none, is protected by a password, or others may read it."""
        try:
            with path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                text = file.read(4096).decode(errors="replace")
        except OSError as error:
            raise BundleError(f"{path}: {error.strerror}") from error
        if stat.S_IMODE(mode) & 0o077:
            raise BundleError(
                f"{path}: others may read this signing key", remedy=f"chmod 600 {path}"
            )
        raw = _decoded((text.splitlines() or [""])[-1])
        if len(raw) != _SECRET_SIZE or raw[:2] != _PLAIN:
            raise BundleError(f"{path}: this is no minisign secret key")
        if raw[2:4] != _NO_PASSWORD:
            raise BundleError(
                f"{path}: this signing key is protected by a password",
                remedy="make one with minisign -G -W",
            )
        key = cls._from_seed(raw[54:62], raw[62:94])
        if raw[94:126] != key.public.point:
            raise BundleError(f"{path}: this minisign secret key is damaged")
        return key

    @classmethod
    def load_or_create(cls, path: Path) -> "SigningKey":
        """Read the key file *path*, or make a key there, 0600, when there is none yet."""
        if not path.exists():
            key = cls.generate()
            try:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                # Two that start at once end with one key.
                write_new(path, key.secret_text.encode())
            except FileExistsError:
                return cls.load(path)
            except OSError as error:
                raise BundleError(f"{path}: {error.strerror}") from error
        return cls.load(path)

    @property
    def key_id(self) -> str:
        """The sixteen digits that minisign shows."""
        return self.public.key_id

    @property
    def public_text(self) -> str:
        """The public key file."""
        return self.public.text

    @property
    def secret_text(self) -> str:
        """The secret key file."""
        raw = _SECRET_HEAD + self.public.number + self._seed + self.public.point + bytes(32)
        return f"untrusted comment: minisign encrypted secret key\n{_encoded(raw)}\n"

    def sign(self, data: bytes, comment: str) -> str:
        """Return the signature file over *data* with *comment*, one line, as its trusted comment."""
        if not comment.isprintable():
            raise ValueError("a comment is one line of printable text")
        made = self._sign(hashlib.blake2b(data).digest())
        sealed = self._sign(made + comment.encode())
        head = _encoded(_PREHASHED + self.public.number + made)
        return (
            f"untrusted comment: signature by minisign key {self.key_id}\n{head}\n"
            f"trusted comment: {comment}\n{_encoded(sealed)}\n"
        )

    def _sign(self, data: bytes) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self._seed).sign(data)

    @classmethod
    def _from_seed(cls, number: bytes, seed: bytes) -> "SigningKey":
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        point = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        return cls(PublicKey(number, point), seed)


def _parse_signature(text: str) -> tuple[bytes, bytes, str, bytes]:
    lines = text.splitlines()
    comment = lines[2].removeprefix("trusted comment: ") if len(lines) == 4 else ""
    head = _decoded(lines[1]) if len(lines) == 4 else b""
    if len(text) > _LONGEST_SIGNATURE or len(head) != 74 or lines[2] == comment:
        raise BundleError("this is no minisign signature")
    if head[:2] != _PREHASHED:
        raise BundleError(
            "this is a minisign signature of the old kind", remedy="sign with minisign -H"
        )
    return head[2:10], head[10:], comment, _decoded(lines[3])


def _hex_id(number: bytes) -> str:
    return number[::-1].hex().upper()


def _encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _decoded(text: str) -> bytes:
    try:
        raw = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""
    # Only the one right spelling: a flipped bit in the padding is a flipped bit too.
    return raw if _encoded(raw) == text.strip() else b""
