"""Keys and passphrases: making them, reading them from files, and refusing the ones that protect nothing."""

import re
import secrets
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from overdracht.errors import BundleError, UsageError

if TYPE_CHECKING:
    from pyrage import x25519

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""No letter or digit that looks like another, and none that needs Shift."""
_GROUPS, _GROUP = 7, 4
_GENERATED = re.compile(rf"[{_LETTERS}]{{{_GROUP}}}(-[{_LETTERS}]{{{_GROUP}}}){{{_GROUPS - 1}}}")

SHORTEST_PASSPHRASE = 12
SHORTEST_ZIP_PASSWORD = 16
"""A WinZip archive stretches its password with a mere 1,000 rounds, so the password must do it."""

WORK_GENERATED = 12
"""As log2(N) of scrypt. Nobody guesses 138 bits, stretched or not: so little that memory does not feel it (4 MiB)."""
WORK_CHOSEN = 18
"""What the stock age program takes: 256 MiB and about a second a guess, for words that a person thought of."""

_LARGEST_KEY_FILE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Identity:
    """A key pair: whoever has the *secret* opens what is sealed to the *recipient*."""

    recipient: str
    secret: str = field(repr=False)

    def file_text(self, created: datetime) -> str:
        """Return the file that `age-keygen` would write."""
        return f"# created: {created.isoformat(timespec='seconds')}\n# public key: {self.recipient}\n{self.secret}\n"


def generate_identity() -> Identity:
    """Make a new key pair."""
    from pyrage import x25519

    pair = x25519.Identity.generate()
    return Identity(str(pair.to_public()), str(pair))


def generate_passphrase() -> str:
    """Make a passphrase of 138 bits in seven groups, to be read out, copied or typed."""
    return "-".join(
        "".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS)
    )


def work_factor(passphrase: str) -> int:
    """Return how hard scrypt must work (log2(N)) so that guessing *passphrase* is hopeless.

    What has the form of `generate_passphrase` was not thought up by a person: it needs no stretching.
    """
    many_letters = len(Counter(passphrase)) >= 10
    return WORK_GENERATED if _GENERATED.fullmatch(passphrase) and many_letters else WORK_CHOSEN


def checked_passphrase(passphrase: str, *, shortest: int = SHORTEST_PASSPHRASE) -> str:
    """Return *passphrase*, or raise UsageError when it protects nothing or could not be typed again."""
    if not passphrase.isprintable() or passphrase != passphrase.strip():
        raise UsageError(
            "a passphrase is one line of printable text without a space before or after it",
            remedy="let one be generated",
        )
    if len(passphrase) < shortest or len(set(passphrase)) < 6:
        raise UsageError(
            f"the passphrase is too easy to guess: {shortest} characters at least, 6 different ones",
            remedy="let one be generated",
        )
    return passphrase


def checked_zip_password(password: str) -> str:
    """Return *password*, or raise UsageError when it is weak or some zip program would read it differently."""
    if not password.isascii():
        raise UsageError(
            "the password of a zip file is plain letters, digits and signs: programs disagree about others",
            remedy="let one be generated",
        )
    return checked_passphrase(password, shortest=SHORTEST_ZIP_PASSWORD)


def read_recipient(text: str) -> "x25519.Recipient":
    """Return the public key that *text* is; raise UsageError when it is none."""
    from pyrage import RecipientError, x25519

    if text.upper().startswith("AGE-SECRET-KEY-"):
        raise UsageError(
            "a secret key was given where a public one belongs",
            remedy="the public key starts with age1",
        )
    try:
        return x25519.Recipient.from_str(text)
    except RecipientError as error:
        raise UsageError(
            "this is no age public key", remedy="it starts with age1; `age-keygen -y FILE` shows it"
        ) from error


def read_identities(text: str) -> "tuple[x25519.Identity, ...]":
    """Return the secret keys in *text*, an identity file or a bare key; raise UsageError when there is none."""
    from pyrage import IdentityError, x25519

    lines = [line.strip() for line in text.splitlines()]
    try:
        found = tuple(
            x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")
        )
    except IdentityError as error:
        raise UsageError(
            "this is no age secret key",
            remedy="it starts with AGE-SECRET-KEY-1, in a file that age-keygen wrote",
        ) from error
    if not found:
        raise UsageError("there is no age secret key in it")
    return found


def read_identity_file(path: Path) -> str:
    """Return the text of the identity file *path*, after a look at whether it is one."""
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST_KEY_FILE)
    except OSError as error:
        raise BundleError(f"{path}: {error.strerror}") from error
    if raw.startswith((b"age-encryption.org", b"-----BEGIN AGE")):
        raise UsageError(
            f"{path}: this key file is itself encrypted",
            remedy=f"age -d {path} > KEY, and give KEY",
        )
    text = raw.decode(errors="replace")
    try:
        read_identities(text)
    except UsageError as error:
        raise UsageError(f"{path}: {error.message}", remedy=error.remedy) from error
    return text
