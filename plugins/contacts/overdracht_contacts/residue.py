"""What of an erased card, appointment or note stays behind in the machinery around it."""

from overdracht import Residue, Text

_BACKUPS = Residue(
    Text("de hele kaart, afspraak of notitie", "the whole card, appointment or note"),
    Text("back-ups en snapshots", "backups and snapshots"),
    Text(
        "tot de laatste back-up of snapshot van voor het wissen is verlopen",
        "until the last backup or snapshot from before the erasure has expired",
    ),
    Text(
        "zet niets terug zonder daarna `overdracht reapply` te draaien",
        "restore nothing without running `overdracht reapply` afterwards",
    ),
)
_BLOCKS = Residue(
    Text("de inhoud van het vervangen bestand", "the content of the replaced file"),
    Text(
        "vrijgegeven blokken van het bestandssysteem",
        "blocks of the file system that were set free",
    ),
    Text("tot ze worden overschreven", "until they are overwritten"),
    Text(
        "draai `fstrim` op een SSD; op een versleutelde schijf is er zonder sleutel niets te lezen",
        "run `fstrim` on an SSD; on an encrypted disk nothing can be read without the key",
    ),
)
_VERSIONS = Residue(
    Text("eerdere versies van het bestand", "earlier versions of the file"),
    Text(
        "de geschiedenis van git, `.stversions` van Syncthing, versies en prullenbak van Nextcloud, `~`- en `.swp`-bestanden van editors,"
        " als de map zo wordt gebruikt",
        "the history of git, Syncthing's `.stversions`, Nextcloud's versions and trash, `~` and `.swp` files of editors, when the folder"
        " is used so",
    ),
    Text("tot die worden opgeruimd; in git voorgoed", "until they are cleared; in git for ever"),
    Text(
        "herschrijf de geschiedenis (`git filter-repo`), leeg `.stversions`, versies en prullenbak",
        "rewrite the history (`git filter-repo`), empty `.stversions`, versions and trash",
    ),
)
_DEVICES = Residue(
    Text("kopieën van kaarten en afspraken", "copies of cards and appointments"),
    Text(
        "telefoons en programma's die met de server synchroniseren",
        "telephones and programs that synchronise with the server",
    ),
    Text("tot ze weer synchroniseren", "until they synchronise again"),
    Text(
        "laat elk apparaat eenmaal synchroniseren; een apparaat dat lang weg was kan een kaart terugzetten, dus zoek daarna opnieuw",
        "have each device synchronise once; one that was away for long may put a card back, so search again afterwards",
    ),
)
_SERVER = Residue(
    Text("de naam van het bestand en zijn ETag", "the name of the file and its ETag"),
    Text(
        "de wijzigingsgeschiedenis waarmee de server synchroniseert (Radicale: `.Radicale.cache/history`; Nextcloud en Baïkal: `addressbookchanges`,"
        " `calendarchanges`)",
        "the history of changes by which the server synchronises (Radicale: `.Radicale.cache/history`; Nextcloud and Baïkal: `addressbookchanges`,"
        " `calendarchanges`)",
    ),
    Text("zo lang als de server is ingesteld", "for as long as the server is set up to"),
)
_TRASH = Residue(
    Text("gewiste afspraken", "erased appointments"),
    Text(
        "de prullenbak van de agenda, als de server Nextcloud is",
        "the calendar's trash, when the server is Nextcloud",
    ),
    Text("30 dagen, tenzij anders ingesteld", "30 days, unless set otherwise"),
    Text(
        "leeg de prullenbak van de agenda op de webpagina",
        "empty the calendar's trash in its web page",
    ),
)
_GIT_HOOK = Residue(
    Text("eerdere versies van kaarten en afspraken", "earlier versions of cards and appointments"),
    Text(
        "de git-opslag van Radicale, als daarvoor een `hook` is ingesteld",
        "Radicale's git storage, when a `hook` is set for it",
    ),
    Text("voorgoed", "for ever"),
    Text(
        "herschrijf de geschiedenis (`git filter-repo`)", "rewrite the history (`git filter-repo`)"
    ),
)

OF_FILES = (_VERSIONS, _DEVICES, _BLOCKS, _BACKUPS)
OF_CARDS = (_SERVER, _GIT_HOOK, _DEVICES, _BLOCKS, _BACKUPS)
OF_CALENDARS = (_TRASH, _SERVER, _GIT_HOOK, _DEVICES, _BLOCKS, _BACKUPS)
