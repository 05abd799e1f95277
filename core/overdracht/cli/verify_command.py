"""`overdracht verify`: whether a bundle or a certificate is whole, unchanged, and of whom."""

from pathlib import Path

import click

from overdracht.bundle import Verification, verify
from overdracht.cli.certificates import (
    Checked,
    certificate_beside,
    check,
    in_trail,
    looks_like_one,
    with_pages,
)
from overdracht.cli.failure import INCOMPLETE
from overdracht.cli.screen import Screen, count, emit, screen, size
from overdracht.cli.session import Session, pass_session
from overdracht.cli.unlocking import FILE, keys, own_key, public_key, show_signer, unlock

_MOST = 20


@click.command("verify")
@click.argument("file", type=FILE)
@keys
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@pass_session
def command(
    session: Session,
    file: Path,
    identity: tuple[Path, ...],
    passphrase_file: Path | None,
    trusted: str | None,
    as_json: bool,
) -> None:
    """Check the bundle FILE: every byte, nothing missing, nothing added, and whose signature it bears.

    FILE is the bundle as it was made, the zip in it, or the folder it was unpacked to; or a statement of correction, or a certificate of
    erasure or one of its pages: then the certificate and both pages are checked, each by the signature beside it. Without --trusted it
    must be signed by this organisation's own key, when there is one here.

    \b
    Examples:
      overdracht verify 2026-0001.zip.age --passphrase-file passphrase.txt
      overdracht verify 2026-0001.zip.age --identity key.txt --trusted minisign.pub
      overdracht verify certificates/2026-0001.json
    """
    named = public_key(trusted)
    own = "" if named else own_key(session)
    certificate = certificate_beside(file)
    if looks_like_one(certificate):
        _certificate(session, certificate, named, own, as_json=as_json)
        return
    key = unlock(file, identity, passphrase_file)
    found = verify(file, key, trusted=named or own)
    if as_json:
        emit(as_answer(found))
    else:
        show(screen(), found, named, own)
    if not found.ok:
        click.get_current_context().exit(INCOMPLETE)


def _certificate(session: Session, file: Path, named: str, own: str, *, as_json: bool) -> None:
    key = named or own
    found = in_trail(session, with_pages(check(file, key), file, key))
    if as_json:
        emit(
            {
                "ok": not found.problems,
                "certificate": found.certificate.reference,
                "complete": found.certificate.complete,
                "made": found.certificate.made,
                "signed_by": found.signed_by,
                "comment": found.comment,
                "problems": list(found.problems),
            }
        )
    else:
        show_certificate(screen(), found, named, own)
    if found.problems:
        click.get_current_context().exit(INCOMPLETE)


def show_certificate(screen: Screen, found: Checked, named: str, own: str) -> None:
    """Show what a look at a certificate showed."""
    one = found.certificate
    state = "complete" if one.complete else "INCOMPLETE"
    what = "Statement of correction" if one.rectifies else "Certificate of erasure"
    screen.line(f"{what}, request {one.reference}, {one.made:%Y-%m-%d}: {state}.")
    if found.problems:
        for problem in found.problems:
            screen.line(f"  wrong: {problem}", "red")
        screen.line("NOT AS IT WAS MADE.", "bold red")
    else:
        show_signer(screen, found.signed_by, named, own)
        screen.line("All is as it was made.", "green")


def as_answer(found: Verification) -> dict[str, object]:
    """Return *found* for a script."""
    return {
        "ok": found.ok,
        "complete": found.complete,
        "signed_by": found.signed_by,
        "trusted": found.trusted,
        "comment": found.comment,
        "files": found.files,
        "bytes": found.size,
        "problems": list(found.problems),
    }


def show(screen: Screen, found: Verification, named: str, own: str) -> None:
    """Show what a look at a bundle showed."""
    for problem in found.problems[:_MOST]:
        screen.line(f"  wrong: {problem}", "red")
    if len(found.problems) > _MOST:
        screen.line(f"  and {len(found.problems) - _MOST:,} more (--json lists all)", "red")
    screen.line(
        f"{count(found.files, 'file')}, {size(found.size)}; {found.comment or 'no true signature'}"
    )
    if found.signed_by:
        show_signer(screen, found.signed_by, named, own)
    if found.ok:
        screen.line("All is as it was made.", "green")
    else:
        screen.line(f"NOT AS IT WAS MADE: {count(len(found.problems), 'problem')}.", "bold red")
