"""`overdracht open`: decrypt, check and unpack a bundle."""

from pathlib import Path

import click

from overdracht.bundle import open_bundle
from overdracht.cli.screen import count, screen, size
from overdracht.cli.session import Session, pass_session
from overdracht.cli.unlocking import FILE, keys, public_key, show_signer, unlock


@click.command("open")
@click.argument("file", type=FILE)
@click.option(
    "--to",
    type=FILE,
    required=True,
    metavar="DIR",
    help="A folder that is not there yet, or is empty.",
)
@keys
@pass_session
def command(
    session: Session,
    file: Path,
    to: Path,
    identity: tuple[Path, ...],
    passphrase_file: Path | None,
    trusted: str | None,
) -> None:
    """Decrypt the bundle FILE, check all of it, and unpack it into DIR; when anything is wrong nothing is unpacked.

    \b
    Example:
      overdracht open 2026-0001.zip.age --to sanne --passphrase-file passphrase.txt
    """
    wanted = public_key(trusted)
    found = open_bundle(file, unlock(file, identity, passphrase_file), to, trusted=wanted)
    screen().line(f"Unpacked: {count(found.files, 'file')}, {size(found.size)}.")
    show_signer(screen(), session, found.signed_by, wanted)
    screen().exact(f"Begin with {to / 'index.html'}")
