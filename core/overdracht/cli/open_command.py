"""`overdracht open`: decrypt, check and unpack a bundle."""

from pathlib import Path

import click

from overdracht.bundle import open_bundle
from overdracht.cli.screen import count, emit, screen, size
from overdracht.cli.session import Session, pass_session
from overdracht.cli.unlocking import FILE, keys, own_key, public_key, show_signer, unlock
from overdracht.cli.verify_command import as_answer


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
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@pass_session
def command(
    session: Session,
    file: Path,
    to: Path,
    identity: tuple[Path, ...],
    passphrase_file: Path | None,
    trusted: str | None,
    as_json: bool,
) -> None:
    """Decrypt the bundle FILE, check all of it, and unpack it into DIR; when anything is wrong nothing is unpacked.

    \b
    Example:
      overdracht open 2026-0001.zip.age --to sanne --passphrase-file passphrase.txt
    """
    wanted = public_key(trusted)
    own = "" if wanted else own_key(session)
    found = open_bundle(file, unlock(file, identity, passphrase_file), to, trusted=wanted)
    if as_json:
        emit({**as_answer(found), "to": str(to)})
        return
    screen().line(f"Unpacked: {count(found.files, 'file')}, {size(found.size)}.")
    show_signer(screen(), found.signed_by, wanted, own)
    screen().exact(f"Begin with {to / 'index.html'}")
