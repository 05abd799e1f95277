"""`overdracht open`: decrypt, check and unpack a bundle."""

from pathlib import Path

import click

from overdracht.bundle import Verification, open_bundle
from overdracht.cli.copies import unpacked
from overdracht.cli.screen import count, emit, screen, size
from overdracht.cli.session import Session, pass_session
from overdracht.cli.unlocking import FILE, keys, own_key, public_key, show_signer, unlock
from overdracht.cli.verify_command import as_answer
from overdracht.errors import OverdrachtError
from overdracht.seal import PublicKey

IDENTIFIER = "External-Identifier"
"""What bag-info.txt calls the reference of the request."""


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

    Where this organisation opens a bundle of its own, DIR is kept track of as the bundle is: `overdracht bundles` lists it.

    \b
    Example:
      overdracht open 2026-0001.zip.age --to sanne --passphrase-file passphrase.txt
    """
    wanted = public_key(trusted)
    own = "" if wanted else own_key(session)
    found = open_bundle(file, unlock(file, identity, passphrase_file), to, trusted=wanted)
    _remember(session, to, found)
    if as_json:
        emit({**as_answer(found), "to": str(to)})
        return
    screen().line(f"Unpacked: {count(found.files, 'file')}, {size(found.size)}.")
    show_signer(screen(), found.signed_by, wanted, own)
    screen().exact(f"Begin with {to / 'index.html'}")


def _remember(session: Session, to: Path, found: Verification) -> None:
    """Keep that the person's data lies in *to* now, where the organisation opens a bundle of its own; a receiver keeps no record."""
    try:
        own = own_key(session)
    except OverdrachtError:
        return  # --trusted named the signer, and there is no record here that can be read
    if own and found.signed_by == PublicKey.parse(own).key_id:
        with session.store() as store:
            unpacked(session, store, found.info.get(IDENTIFIER, ""), to)
