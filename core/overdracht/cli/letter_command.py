"""`overdracht letter`: the letter that tells the person what was erased or corrected."""

from datetime import datetime
from pathlib import Path

import click

from overdracht.cli.certificates import check
from overdracht.cli.files import check_free, write
from overdracht.cli.screen import screen
from overdracht.cli.session import Session, pass_session
from overdracht.cli.unlocking import FILE, own_key
from overdracht.errors import BundleError, UsageError
from overdracht.report.correction_letter import CorrectionLetter
from overdracht.report.letter import Letter

ADVICE = (
    "Fill in what stands between brackets, and tell the recipients it names (GDPR Art. 19) before you send it.",
    "Send it without saving it: a copy in Sent, or in the archive, would begin a new record of the person.",
)


@click.command("letter")
@click.argument("certificate", type=FILE)
@click.option(
    "--language",
    type=click.Choice(["nl", "en"]),
    help="Of the letter.  [default: the configuration's]",
)
@click.option(
    "--received",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The day on which the request came in.",
)
@click.option(
    "--to",
    type=FILE,
    metavar="FILE",
    help="Write it there: as a page to print when it ends in .html, else as text.",
)
@pass_session
def command(
    session: Session,
    certificate: Path,
    language: str | None,
    received: datetime | None,
    to: Path | None,
) -> None:
    """Make the letter to the person from the CERTIFICATE alone: what was erased or corrected, what stays, why and until when.

    It holds nothing personal: what stands between brackets is for you to fill in. It names the route to the Autoriteit Persoonsgegevens
    and to the court.

    \b
    Examples:
      overdracht letter state/certificates/2026-0001.json
      overdracht letter state/certificates/2026-0001.json --language en --to letter.html
    """
    check_free(to)
    found = check(certificate, own_key(session))
    if found.problem:
        raise BundleError(f"the certificate is not as it was made: {found.problem}")
    if found.certificate.of_a_sweep:
        raise UsageError(
            f"{certificate} is of a retention round: nobody asked for it, and there is nobody to write to"
        )
    kind = CorrectionLetter if found.certificate.rectifies else Letter
    letter = kind(
        found.certificate,
        language or session.config.organisation.language,
        received.date() if received else None,
    )
    if to is None:
        for line in letter.text().splitlines():
            screen().exact(line)
        for line in ADVICE:
            click.echo(line, err=True)
        return
    write(to, letter.write() if to.suffix == ".html" else [letter.text().encode()])
    screen().line(f"Written: {to}", "bold")
    for line in ADVICE:
        screen().line(line)
