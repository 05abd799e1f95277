"""What a bundle is opened with and whom it must be of, from the options or asked for on a terminal."""

import sys
from collections.abc import Callable
from pathlib import Path
from shlex import quote
from typing import Any, TypeVar

import click

from overdracht.cli.inert import inert
from overdracht.cli.screen import Screen
from overdracht.cli.session import Session
from overdracht.errors import OverdrachtError, UsageError
from overdracht.seal import PublicKey, SigningKey, Unlock
from overdracht.secrets import open_to_others

_Function = TypeVar("_Function", bound=Callable[..., Any])
_LONGEST = 4096
_ZIP = b"PK\3\4"
FILE = click.Path(path_type=Path)


def keys(function: _Function) -> _Function:
    """Add the options that say what opens a bundle and whose it must be."""
    for option in (
        click.option(
            "--trusted",
            metavar="PUBKEY",
            help="The minisign public key, or its file, of who must have signed it.",
        ),
        click.option(
            "--passphrase-file",
            type=FILE,
            metavar="FILE",
            help="A file whose first line is the passphrase.",
        ),
        click.option(
            "--identity",
            multiple=True,
            type=FILE,
            metavar="FILE",
            help="An age key file; may be given more than once.",
        ),
    ):
        function = option(function)
    return function


def unlock(path: Path, identity: tuple[Path, ...], passphrase_file: Path | None) -> Unlock:
    """Return what opens *path*; on a terminal a passphrase that is needed and was not given is asked for."""
    passphrase = ""
    if passphrase_file:
        passphrase, exposed = first_line(passphrase_file)
        if exposed:
            click.echo(f"overdracht: warning: {inert(str(exposed))}", err=True)
    if not passphrase and sys.stdin.isatty() and _wants_passphrase(path):
        passphrase = click.prompt("Passphrase of the bundle", hide_input=True)
    return Unlock.with_files(*identity, passphrase=passphrase)


def _wants_passphrase(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except OSError:
        # Whoever reads the whole of it says what is wrong.
        return False
    return b"\n-> scrypt " in head or (head.startswith(_ZIP) and bool(head[6] & 1))


def first_line(path: Path) -> tuple[str, UsageError | None]:
    """Return the first line of the passphrase file *path*, and what to say when others can read it."""
    exposed = None
    try:
        with path.open(encoding="utf-8") as file:
            if open_to_others(file.fileno()):
                exposed = UsageError(
                    f"others can read the passphrase file {path}",
                    remedy=f"chmod 600 {quote(str(path))}",
                )
            line = file.readline(_LONGEST).rstrip("\r\n")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: it is not UTF-8 text") from error
    if not line:
        raise UsageError(f"{path}: its first line is empty")
    return line, exposed


def public_key(text: str | None) -> str:
    """Return the public key that *text* is or is the file of; nothing for none."""
    if not text:
        return ""
    path = Path(text)
    try:
        given = path.read_text() if path.is_file() else text
        return PublicKey.parse(given).text
    except (OSError, UnicodeDecodeError, OverdrachtError) as error:
        raise UsageError(
            "--trusted: this is neither a minisign public key nor a file with one",
            remedy="it is the line that begins with RW, in minisign.pub",
        ) from error


def own_key(session: Session) -> str:
    """Return the public key that this organisation signs with; nothing where there is no configuration, or no key yet.

    A configuration that was named, or is here, and cannot be read is an error: without it nothing would be asked of the signer.
    """
    if not session.is_configured:
        # Whoever receives a bundle has no configuration, and needs none to check it.
        return ""
    path = session.signing_key
    try:
        return SigningKey.load(path).public_text if path.exists() else ""
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", remedy="--trusted names the key") from error


def show_signer(screen: Screen, signed_by: str, trusted: str, own: str) -> None:
    """Show who signed, and what that is worth to whoever named *trusted* or has *own*."""
    if trusted and signed_by == PublicKey.parse(trusted).key_id:
        known = "the key you named"
    elif own and signed_by == PublicKey.parse(own).key_id:
        known = "this organisation's own key"
    else:
        known = "a key you have not named: it shows that nothing changed since, not who made it; --trusted names one"
    screen.line(f"Signed by {signed_by} ({known}).")
