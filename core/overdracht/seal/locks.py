"""What closes a bundle and what opens it again.

A lock seals a stream in one go, in constant memory. It is one of: public keys, a passphrase (both the age format), or the password of
an encrypted zip for a recipient without age. There is `NoLock` too, for tests and for looking inside; no command offers it.
"""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, ClassVar, Protocol

from overdracht.errors import BundleError, UsageError
from overdracht.seal import age, zipcrypt
from overdracht.seal.keys import (
    checked_passphrase,
    checked_zip_password,
    read_identities,
    read_identity_file,
    read_recipient,
    work_factor,
)

_BLOCK = 1 << 20
_NO_KEY_FITS = "none of the keys given opens it, or the header is damaged"


class Lock(Protocol):
    """Something that closes a bundle."""

    suffix: ClassVar[str]
    """What the name of a bundle closed this way ends in."""

    def seal(self, source: BinaryIO, target: BinaryIO) -> None:
        """Write what *source* holds to *target*, closed."""


@dataclass(frozen=True, slots=True)
class ToRecipients:
    """Closed to public keys, `age1…`: any of their holders can open it."""

    suffix: ClassVar[str] = ".zip.age"
    recipients: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.recipients:
            raise UsageError("there is no public key to encrypt to")
        for recipient in self.recipients:
            read_recipient(recipient)

    def seal(self, source: BinaryIO, target: BinaryIO) -> None:
        """Write what *source* holds to *target*, closed."""
        age.seal_to_keys(source, target, self.recipients)


@dataclass(frozen=True, slots=True)
class ToPassphrase:
    """Closed with a passphrase, in the age format."""

    suffix: ClassVar[str] = ".zip.age"
    passphrase: str = field(repr=False)

    def __post_init__(self) -> None:
        checked_passphrase(self.passphrase)

    def seal(self, source: BinaryIO, target: BinaryIO) -> None:
        """Write what *source* holds to *target*, closed."""
        age.seal_with_passphrase(source, target, self.passphrase, work=work_factor(self.passphrase))


@dataclass(frozen=True, slots=True)
class ToZipPassword:
    """Closed as a WinZip AES-256 file, which 7-Zip and the usual desktop tools open."""

    suffix: ClassVar[str] = ".zip"
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        checked_zip_password(self.password)

    def seal(self, source: BinaryIO, target: BinaryIO) -> None:
        """Write what *source* holds to *target*, closed."""
        zipcrypt.seal_with_password(source, target, self.password)


@dataclass(frozen=True, slots=True)
class NoLock:
    """Not closed at all: a plain zip file."""

    suffix: ClassVar[str] = ".zip"

    def seal(self, source: BinaryIO, target: BinaryIO) -> None:
        """Write what *source* holds to *target*."""
        shutil.copyfileobj(source, target, _BLOCK)


@dataclass(frozen=True, slots=True)
class Unlock:
    """What somebody has to open a bundle with: *identities* are texts with age secret keys, *passphrase* serves age and zip alike."""

    identities: tuple[str, ...] = field(default=(), repr=False)
    passphrase: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        for text in self.identities:
            read_identities(text)

    @classmethod
    def with_files(cls, *paths: Path, passphrase: str = "") -> "Unlock":
        """Take the secret keys from the files *paths*, as `age-keygen` writes them."""
        return cls(tuple(read_identity_file(path) for path in paths), passphrase)

    def open_age(self, source: BinaryIO, target: BinaryIO) -> None:
        """Write to *target* what the age file *source* holds."""
        if age.stanzas(age.read_header(source)[0]) == ("scrypt",):
            self._need(self.passphrase, "a passphrase")
            source.seek(0)
            age.open_with_passphrase(source, target, self.passphrase)
        else:
            self._need(self.identities, "a secret key")
            source.seek(0)
            self._open_with_identities(source, target)

    def open_zip(self, source: BinaryIO, target: BinaryIO) -> None:
        """Write to *target* what the encrypted zip *source* holds."""
        self._need(self.passphrase, "a password")
        zipcrypt.open_with_password(source, target, self.passphrase)

    def _open_with_identities(self, source: BinaryIO, target: BinaryIO) -> None:
        import pyrage

        keys = [key for text in self.identities for key in read_identities(text)]
        try:
            pyrage.decrypt_io(source, target, keys)
        except pyrage.DecryptError as error:
            if "No matching keys" in str(error):
                raise BundleError(_NO_KEY_FITS) from error
            raise age.Damaged("cut or damaged in the age header") from error
        except OSError as error:
            if error.errno is not None:
                raise
            # pyrage's own complaints about the payload; those of the system carry a number.
            raise age.Damaged("cut or damaged in the age payload") from error

    @staticmethod
    def _need(what: object, called: str) -> None:
        if not what:
            raise BundleError(f"it opens with {called}, and none was given")
