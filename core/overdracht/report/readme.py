"""`LEESMIJ.txt`: what the bundle is and how to check it, in plain text, for who has nothing but a text editor."""

from overdracht.export import Order
from overdracht.report.facts import Facts
from overdracht.report.markup import neutral

_DUTCH = """\
UW GEGEVENS BIJ {name}
Verzoek {reference}

Begin met index.html: dubbelklik erop, en uw browser toont wat er in zit. Internet is daar niet voor nodig.

Wat staat waar
  index.html          overzicht voor mensen ({other} is hetzelfde in het Engels)
  overzicht/          lijsten van alle gegevens, per bron
{folders}
  overview.json       inhoudsopgave voor programma's
  herkomst.jsonl      per gegeven: waar het vandaan komt, waarvoor, en tot wanneer het wordt bewaard

Mail op een andere server zetten
  Staat in een map importeer_mail.py, dan zet dat alle mail uit die map op een andere IMAP-server, met mappen, datums en
  kenmerken. Het vraagt alleen Python:  python3 importeer_mail.py --help

Controleren (in deze map)
  sha512sum -c manifest-sha512.txt
      elk bestand is nog zoals het was
  sha512sum -c tagmanifest-sha512.txt
      ook de lijst zelf en de overzichten zijn dat
  minisign -Vm tagmanifest-sha512.txt -p minisign.pub
      en de lijst is ondertekend. Vergelijk de sleutel in minisign.pub met die u van de organisatie zelf kreeg: een sleutel
      in het pakket bewijst alleen dat het heel is, niet van wie het komt.
  Het versleutelde pakket zelf opent u met  age -d -o pakket.zip PAKKET.age  of, als het een zip met wachtwoord is, met 7-Zip.

Bewaar dit veilig: er staan persoonsgegevens in, van u en soms van anderen.
"""

_ENGLISH = """\
YOUR DATA AT {name}
Request {reference}

Begin with {english}: double-click it, and your browser shows what is in here. No internet is needed.

What is where
  {english:19} overview for people
  overzicht/          lists of all items, by source
{folders}
  overview.json       table of contents for programs
  herkomst.jsonl      per item: where it is from, what for, and until when it is kept

Putting mail on another server
  Where a folder holds importeer_mail.py, that puts all mail of the folder on another IMAP server, with folders, dates and
  flags. It needs nothing but Python:  python3 importeer_mail.py --help

Checking (in this folder)
  sha512sum -c manifest-sha512.txt
      every file is what it was
  sha512sum -c tagmanifest-sha512.txt
      and so are the list itself and the overviews
  minisign -Vm tagmanifest-sha512.txt -p minisign.pub
      and the list is signed. Compare the key in minisign.pub with the one the organisation itself gave you: a key inside the
      bundle proves only that it is whole, not whom it is from.
  The encrypted bundle itself opens with  age -d -o bundle.zip BUNDLE.age  or, if it is a zip with a password, with 7-Zip.

Keep this safe: it holds personal data, yours and sometimes other people's.
"""


def readme(facts: Facts) -> bytes:
    """Return the text for the bundle of *facts*."""
    order = facts.haul.order
    dutch, english = names(order)
    folders = "\n".join(
        f"  {f'data/{one.folder}/':19} {neutral(one.source)}" for one in facts.sources
    )
    values = {"name": neutral(order.controller.name), "reference": order.reference}
    parts = (
        _DUTCH.format(**values, folders=folders, other=english).replace("index.html:", f"{dutch}:"),
        _ENGLISH.format(**values, folders=folders, english=english),
    )
    return f"\n{'-' * 76}\n\n".join(parts).encode()


def names(order: Order) -> tuple[str, str]:
    """Return the names of the Dutch and the English overview."""
    return (
        ("index.nl.html", "index.html")
        if order.language == "en"
        else ("index.html", "index.en.html")
    )
