"""What of erased lines and entries stays behind in the machinery around them."""

from collections.abc import Iterator

from overdracht import Residue, Text

_BACKUPS = Residue(
    Text("de hele regels", "the whole lines"),
    Text("back-ups en snapshots van de server", "backups and snapshots of the server"),
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
    Text("de inhoud van het oude bestand", "the content of the old file"),
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
_ELSEWHERE = Residue(
    Text("kopieën van de regels", "copies of the lines"),
    Text(
        "wat de logs leest of doorstuurt: een centrale logserver, een statistiekprogramma, fail2ban, journald",
        "what reads the logs or passes them on: a central log server, a statistics program, fail2ban, journald",
    ),
    Text("naar de termijn van dat programma", "by the term of that program"),
    Text("maak er een eigen bron van", "make it a source of its own"),
)
_OPEN = Residue(
    Text("de oude inhoud van het log", "the old content of the log"),
    Text(
        "het oude bestand, zolang een programma het open heeft (`tail -f`, een back-up)",
        "the old file, for as long as a program has it open (`tail -f`, a backup)",
    ),
    Text("tot dat programma het sluit", "until that program closes it"),
)
_LAST_LOGIN = Residue(
    Text("moment en adres van de laatste aanmelding", "moment and address of the last login"),
    Text(
        "`/var/log/lastlog` en `/run/utmp`, per account van de server",
        "`/var/log/lastlog` and `/run/utmp`, for each account of the server",
    ),
    Text(
        "tot de volgende aanmelding of tot het account weggaat",
        "until the next login, or until the account goes",
    ),
    Text("`lastlog --clear --user ACCOUNT`", "`lastlog --clear --user ACCOUNT`"),
)
_BANNED = Residue(
    Text("een adres dat nu geblokkeerd is", "an address that is banned now"),
    Text(
        "het geheugen van fail2ban en de firewall van de server",
        "the memory of fail2ban and the firewall of the server",
    ),
    Text("tot de blokkade afloopt", "until the ban ends"),
    Text("`fail2ban-client unban ADRES`", "`fail2ban-client unban ADDRESS`"),
)
_JOURNAL = Residue(
    Text("losse regels van het journaal", "single entries of the journal"),
    Text(
        "de journaalbestanden: daaruit is geen enkele regel te wissen",
        "the files of the journal: no single entry can be erased from them",
    ),
    Text(
        "tot het hele bestand ouder is dan de bewaartermijn en wordt verwijderd",
        "until the whole file is older than the term and is removed",
    ),
    Text(
        "zet `MaxRetentionSec=3month` en `MaxFileSec=1week` in journald.conf",
        "set `MaxRetentionSec=3month` and `MaxFileSec=1week` in journald.conf",
    ),
)


def of_logs() -> Iterator[Residue]:
    """Yield what stays of lines."""
    yield from (_ELSEWHERE, _OPEN, _BLOCKS, _BACKUPS)


def of_logins() -> Iterator[Residue]:
    """Yield what stays of logins."""
    yield from (_LAST_LOGIN, _BLOCKS, _BACKUPS)


def of_bans() -> Iterator[Residue]:
    """Yield what stays of bans."""
    yield from (_BANNED, _BACKUPS)


def of_journal() -> Iterator[Residue]:
    """Yield what stays of the journal's entries."""
    yield from (_JOURNAL, _BLOCKS, _BACKUPS)
