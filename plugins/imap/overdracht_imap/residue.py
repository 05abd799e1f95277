"""What of an erased message stays behind in the machinery around it, and the verdicts that mail can carry out."""

from collections.abc import Iterator
from dataclasses import replace

from overdracht import Item, Residue, Ruling, Step, Text, Verdict

_NO_PARTS = Text(
    "Een bericht kan niet voor een deel worden gewist: dit moet iemand bekijken.",
    "A message cannot be erased in part: somebody has to look at this.",
)


def proposed(item: Item, ruling: Ruling, action: str) -> Step:
    """Return the step that carries out *ruling* on a message by *action*, which takes it away whole."""
    disposition = ruling.disposition
    if disposition.verdict in {Verdict.ANONYMISE, Verdict.CANCEL}:
        disposition = replace(disposition, verdict=Verdict.REVIEW, ground=_NO_PARTS)
    return Step(item, disposition, action if disposition.verdict is Verdict.ERASE else "")


BACKUPS = Residue(
    Text("het hele bericht", "the whole message"),
    Text(
        "back-ups en snapshots van de mailopslag",
        "backups and snapshots of the mail storage",
    ),
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
    Text("de inhoud van het gewiste bestand", "the content of the removed file"),
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
_CACHE = Residue(
    Text(
        "afzender, ontvangers, onderwerp en datum van gewiste berichten",
        "sender, recipients, subject and date of erased messages",
    ),
    Text(
        "`dovecot.index.cache` van elke map, als de server Dovecot is",
        "`dovecot.index.cache` of every folder, when the server is Dovecot",
    ),
    Text(
        "tot Dovecot de cache zelf opruimt; dat kan maanden duren",
        "until Dovecot compacts the cache by itself, which may take months",
    ),
    Text(
        "`doveadm mailbox cache purge -u ACCOUNT -- MAP`; met de instelling `purge` gebeurt dat na elk wissen",
        "`doveadm mailbox cache purge -u ACCOUNT -- FOLDER`; the setting `purge` does it after every erasure",
    ),
)
_STORAGE = Residue(
    Text("het hele bericht", "the whole message"),
    Text(
        "de `m.*`-bestanden van Dovecots mdbox, of de map van de plug-in lazy_expunge, als de server zo is ingericht",
        "the `m.*` files of Dovecot's mdbox, or the folder of the plug-in lazy_expunge, when the server is set up so",
    ),
    Text(
        "tot de server zijn opslag opruimt, of de map van lazy_expunge wordt geleegd",
        "until the server purges its storage, or the folder of lazy_expunge is emptied",
    ),
    Text("`doveadm purge -u ACCOUNT`", "`doveadm purge -u ACCOUNT`"),
)
_SEARCH_INDEX = Residue(
    Text("losse woorden uit gewiste berichten", "single words out of erased messages"),
    Text(
        "de zoekindex van de server, als die er een bijhoudt (fts)",
        "the server's search index, when it keeps one (fts)",
    ),
    Text("tot de index wordt opgeruimd", "until the index is compacted"),
    Text("`doveadm fts optimize -u ACCOUNT`", "`doveadm fts optimize -u ACCOUNT`"),
)
_CLIENTS = Residue(
    Text("kopieën van berichten", "copies of messages"),
    Text(
        "mailprogramma's en telefoons die berichten zelf bewaren",
        "mail programs and telephones that keep messages themselves",
    ),
    Text(
        "tot het programma weer verbinding maakt", "until the program connects to the server again"
    ),
    Text(
        "open elk programma eenmaal; maak lokale mappen tot een eigen bron",
        "open each program once; make local folders a source of their own",
    ),
)
_BESIDE = Residue(
    Text(
        "afzender, onderwerp en bestandsnamen van gewiste berichten",
        "sender, subject and file names of erased messages",
    ),
    Text(
        "de indexbestanden die een mailserver naast de mail bewaart (`dovecot.index*`, `dovecot-uidlist`), en een zoekindex (notmuch, mu)",
        "the index files that a mail server keeps beside the mail (`dovecot.index*`, `dovecot-uidlist`), and a search index (notmuch, mu)",
    ),
    Text(
        "tot de server de map weer opent en daarna zijn cache opruimt; dat kan maanden duren",
        "until the server opens the folder again and compacts its cache some time after, which may take months",
    ),
    Text(
        "`doveadm mailbox cache purge -u ACCOUNT -- MAP`; `notmuch new` en `notmuch compact`",
        "`doveadm mailbox cache purge -u ACCOUNT -- FOLDER`; `notmuch new` and `notmuch compact`",
    ),
)


def of_server(*, cleared: bool) -> Iterator[Residue]:
    """Yield what a mail server keeps; its cache is *cleared* after each erasure."""
    if not cleared:
        yield _CACHE
    yield from (_STORAGE, _SEARCH_INDEX, _CLIENTS, _BLOCKS, BACKUPS)


def of_files() -> Iterator[Residue]:
    """Yield what stays of mail on disk."""
    yield from (_BESIDE, _BLOCKS, BACKUPS)
