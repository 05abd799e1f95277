"""What a new bundle is closed with: keys, a passphrase of the administrator's own, or one that is made here and shown once."""

import sys
from dataclasses import dataclass, field
from pathlib import Path

import click

from overdracht.cli.unlocking import first_line
from overdracht.errors import UsageError
from overdracht.seal import Lock, ToPassphrase, ToRecipients, ToZipPassword, generate_passphrase


@dataclass(frozen=True, slots=True)
class Closing:
    """A lock; *shown* is the passphrase that was made for it, for the administrator to pass on."""

    lock: Lock
    opening: str
    """How the receiver opens it, `{file}` standing for the bundle."""
    shown: str = field(default="", repr=False)


def closing(
    recipients: tuple[str, ...], passphrase_file: Path | None, *, ask: bool, as_zip: bool
) -> Closing:
    """Return what the options ask for; refuse what contradicts itself, before anything is searched."""
    if sum((bool(recipients), passphrase_file is not None, ask)) > 1:
        raise UsageError(
            "--recipient, --passphrase and --passphrase-file exclude one another",
            remedy="choose one",
        )
    if recipients:
        if as_zip:
            raise UsageError(
                "a zip is closed with a passphrase only", remedy="leave out --zip or --recipient"
            )
        return Closing(
            ToRecipients(recipients),
            "age -d -i KEYFILE -o bundle.zip {file}, then unpack bundle.zip",
        )
    passphrase = _given(passphrase_file, ask=ask)
    made = "" if passphrase else generate_passphrase()
    if as_zip:
        opening = "7-Zip, WinZip, or the file manager of most desktops: open {file} with the passphrase, then the archive in it"
        return Closing(ToZipPassword(passphrase or made), opening, made)
    opening = "age -d -o bundle.zip {file} asks for the passphrase; then unpack bundle.zip"
    return Closing(ToPassphrase(passphrase or made), opening, made)


def _given(passphrase_file: Path | None, *, ask: bool) -> str:
    if passphrase_file is not None:
        passphrase, exposed = first_line(passphrase_file)
        if exposed:
            # What is not made yet can still be made well; what is to be opened is opened, and it is said.
            raise exposed
        return passphrase
    if not ask:
        return ""
    if not sys.stdin.isatty():
        raise UsageError(
            "there is no terminal to ask for a passphrase on", remedy="--passphrase-file FILE"
        )
    return str(click.prompt("Passphrase for the bundle", hide_input=True, confirmation_prompt=True))
