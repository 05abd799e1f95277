"""Signing and sealing, in the formats of minisign, age and WinZip."""

from overdracht.seal.age import Damaged
from overdracht.seal.keys import Identity, generate_identity, generate_passphrase
from overdracht.seal.locks import Lock, NoLock, ToPassphrase, ToRecipients, ToZipPassword, Unlock
from overdracht.seal.minisign import PublicKey, SigningKey

__all__ = [
    "Damaged",
    "Identity",
    "Lock",
    "NoLock",
    "PublicKey",
    "SigningKey",
    "ToPassphrase",
    "ToRecipients",
    "ToZipPassword",
    "Unlock",
    "generate_identity",
    "generate_passphrase",
]
