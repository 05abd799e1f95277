"""What of an erased domain, server or contact stays behind at TransIP and elsewhere."""

from overdracht import Residue, Text

RESIDUE = (
    Residue(
        Text(
            "de gegevens van de houder van een opgezegd domein",
            "the data of the registrant of a cancelled domain",
        ),
        Text(
            "het register van het topleveldomein, in quarantaine (voor .nl SIDN)",
            "the registry of the top-level domain, in quarantine (for .nl SIDN)",
        ),
        Text(
            "voor .nl 40 dagen na het einde; elders verschilt het",
            "for .nl 40 days after the end; elsewhere it differs",
        ),
    ),
    Residue(
        Text("zoneregels, namen en adressen", "zone records, names and addresses"),
        Text("de caches van naamservers op internet", "the caches of name servers on the internet"),
        Text(
            "de TTL van elk record, meestal een dag",
            "the time to live of each record, usually a day",
        ),
    ),
    Residue(
        Text(
            "de schijf van een server, en zijn snapshots en back-ups",
            "a server's disk, snapshots and backups",
        ),
        Text("TransIP", "TransIP"),
        Text(
            "tot het einde van de opgezegde termijn", "until the end of the term that was cancelled"
        ),
        Text(
            "wis de schijf eerst op de server zelf, als hij eerder leeg moet zijn",
            "wipe the disk on the server itself first, if it has to be empty sooner",
        ),
    ),
    Residue(
        Text(
            "TransIP's eigen facturen en berichten, waarin namen van domeinen en servers staan",
            "TransIP's own invoices and messages, which name domains and servers",
        ),
        Text("het controlepaneel van TransIP", "TransIP's control panel"),
        Text(
            "zo lang TransIP ze wettelijk moet bewaren", "as long as the law has TransIP keep them"
        ),
    ),
    Residue(
        Text("oude contactgegevens en zones", "old contact data and zones"),
        Text(
            "TransIP's back-ups en openbare WHOIS-archieven",
            "TransIP's backups and public WHOIS archives",
        ),
        Text("volgens het beleid van die partijen", "by the policy of those parties"),
        Text(
            "vraag TransIP om wissen als dat nodig is",
            "ask TransIP to erase it, if that is needed",
        ),
    ),
)
