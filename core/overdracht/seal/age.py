"""The age format (C2SP age v1), written to keys or to a passphrase and read with a passphrase, streamed.

The library, `pyrage`, makes and checks keys and reads what is sealed to them. For a passphrase it holds the whole file in memory and its
scrypt takes a gigabyte, and to write through it takes three times the processor that the encryption takes. So here is the rest, by the specification: a
stanza wraps a random file key, an HMAC covers the header, and the payload is ChaCha20-Poly1305 in chunks of 64 KiB. The
stock program opens all of it (`age -d`), and the other way round.
"""

import base64
import binascii
import hashlib
import hmac
import itertools
import os
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, BinaryIO

from overdracht.errors import BundleError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

MAGIC = b"age-encryption.org/v1\n"
ARMOUR = b"-----BEGIN AGE ENCRYPTED FILE-----"

MOST_WORK = 20
"""As log2(N) of scrypt; it takes N KiB of memory to open, here one gigabyte. The stock program writes 18, and reads to 22."""

_CHUNK = 64 * 1024
_TAG = 16
_LONGEST_HEADER = 64 * 1024
_NONCE = bytes(12)
_STANZA = re.compile(rb"-> scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]?)\n([A-Za-z0-9+/]{43})\n---")


class Damaged(BundleError):
    """What was read is not what was written."""


def read_header(source: BinaryIO) -> tuple[bytes, bytes]:
    """Return the header that *source* starts with up to its `---`, and the code that vouches for it; stop before the payload."""
    if source.readline(_LONGEST_HEADER) != MAGIC:
        raise Damaged("not an age file, or its first line is damaged")
    header = MAGIC
    while len(header) < _LONGEST_HEADER:
        line = source.readline(_LONGEST_HEADER)
        if line.startswith(b"--- "):
            return header + b"---", _unbase64(line[4:].removesuffix(b"\n"))
        if not line.endswith(b"\n"):
            break
        header += line
    raise Damaged("cut or damaged in the age header")


def stanzas(header: bytes) -> tuple[str, ...]:
    """Return the kinds of lock in the *header*: `X25519`, `scrypt`, …"""
    return tuple(
        line.split(b" ")[1].decode(errors="replace")
        for line in header.split(b"\n")
        if line.startswith(b"-> ")
    )


def seal_with_passphrase(source: BinaryIO, target: BinaryIO, passphrase: str, *, work: int) -> None:
    """Write what *source* holds to *target* so that *passphrase* opens it; *work* is log2(N) of scrypt."""
    file_key, salt = os.urandom(16), os.urandom(16)
    body = _cipher(_wrapping_key(passphrase, salt, work)).encrypt(_NONCE, file_key, None)
    _seal(source, target, file_key, b"-> scrypt %s %d\n%s\n" % (_base64(salt), work, _base64(body)))


def seal_to_keys(source: BinaryIO, target: BinaryIO, recipients: Iterable[str]) -> None:
    """Write what *source* holds to *target* so that the secret half of any of the *recipients*, `age1…`, opens it."""
    file_key = os.urandom(16)
    _seal(source, target, file_key, b"".join(_key_stanza(file_key, each) for each in recipients))


def _key_stanza(file_key: bytes, recipient: str) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

    point = _point(recipient)
    ephemeral = X25519PrivateKey.generate()
    share = ephemeral.public_key().public_bytes_raw()
    secret = ephemeral.exchange(X25519PublicKey.from_public_bytes(point))
    body = _cipher(_derived(secret, share + point, b"age-encryption.org/v1/X25519")).encrypt(
        _NONCE, file_key, None
    )
    return b"-> X25519 %s\n%s\n" % (_base64(share), _base64(body))


def _point(recipient: str) -> bytes:
    """Return the curve point in *recipient*, whose spelling and checksum were checked (`keys.read_recipient`)."""
    letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    number = 0
    for letter in recipient.lower().removeprefix("age1")[:-6]:
        number = number << 5 | letters.index(letter)
    return (number >> 4).to_bytes(32, "big")


def _seal(source: BinaryIO, target: BinaryIO, file_key: bytes, locks: bytes) -> None:
    header, nonce = MAGIC + locks + b"---", os.urandom(16)
    target.write(b"%s %s\n%s" % (header, _base64(_vouch(file_key, header)), nonce))
    encrypt = _cipher(_derived(file_key, nonce, b"payload")).encrypt
    chunk = source.read(_CHUNK)
    for number in itertools.count():
        following = source.read(_CHUNK) if len(chunk) == _CHUNK else b""
        target.write(encrypt(_chunk_nonce(number, last=not following), chunk, None))
        if not following:
            return
        chunk = following


def open_with_passphrase(source: BinaryIO, target: BinaryIO, passphrase: str) -> None:
    """Write to *target* what *source* was sealed over; raise BundleError for another passphrase, Damaged for another file.

    What was written before it raises is true, but not whole.
    """
    header, vouched = read_header(source)
    file_key = _unwrap(header, passphrase)
    if not hmac.compare_digest(vouched, _vouch(file_key, header)):
        raise Damaged("damaged in the age header")
    nonce = source.read(16)
    if len(nonce) != 16:
        raise Damaged("cut right after the age header")
    _open_payload(source, target, _cipher(_derived(file_key, nonce, b"payload")))


def _open_payload(source: BinaryIO, target: BinaryIO, cipher: "ChaCha20Poly1305") -> None:
    from cryptography.exceptions import InvalidTag

    chunk = source.read(_CHUNK + _TAG)
    for number in itertools.count():
        following = source.read(_CHUNK + _TAG) if len(chunk) == _CHUNK + _TAG else b""
        try:
            clear = cipher.decrypt(_chunk_nonce(number, last=not following), chunk, None)
        except InvalidTag as error:
            raise Damaged(
                f"cut or damaged near byte {number * (_CHUNK + _TAG)} of the age payload"
            ) from error
        if not clear and number:
            raise Damaged("the age payload ends in an empty chunk")
        target.write(clear)
        if not following:
            return
        chunk = following


def _unwrap(header: bytes, passphrase: str) -> bytes:
    from cryptography.exceptions import InvalidTag

    match = _STANZA.fullmatch(header.removeprefix(MAGIC))
    if match is None:
        raise Damaged("damaged in the age header")
    salt, work, body = _unbase64(match[1]), int(match[2]), _unbase64(match[3])
    if work > MOST_WORK:
        raise BundleError(
            f"opening it takes {2 ** (work - 20)} GiB of memory",
            remedy="open it with age, and unpack what comes out",
        )
    try:
        return _cipher(_wrapping_key(passphrase, salt, work)).decrypt(_NONCE, body, None)
    except InvalidTag as error:
        raise BundleError("wrong passphrase, or the header is damaged") from error


def _wrapping_key(passphrase: str, salt: bytes, work: int) -> bytes:
    label = b"age-encryption.org/v1/scrypt"
    memory = (128 * 8 << work) + (1 << 20)
    return hashlib.scrypt(
        passphrase.encode(), salt=label + salt, n=1 << work, r=8, p=1, maxmem=memory, dklen=32
    )


def _cipher(key: bytes) -> "ChaCha20Poly1305":
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    return ChaCha20Poly1305(key)


def _vouch(file_key: bytes, header: bytes) -> bytes:
    return hmac.digest(_derived(file_key, b"", b"header"), header, "sha256")


def _derived(key: bytes, salt: bytes, label: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, salt, label).derive(key)


def _chunk_nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\1" if last else b"\0")


def _base64(raw: bytes) -> bytes:
    return base64.b64encode(raw).rstrip(b"=")


def _unbase64(text: bytes) -> bytes:
    try:
        raw = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise Damaged("damaged in the age header") from error
    if _base64(raw) != text:
        raise Damaged("damaged in the age header")
    return raw
