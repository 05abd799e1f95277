"""What stays physically of erased rows in a database and around it."""

from collections.abc import Iterator

from overdracht import Residue, Text

BACKUPS = Residue(
    Text("alle gegevens", "all of the data"),
    Text("back-ups en replica's van de database", "backups and replicas of the database"),
    Text(
        "tot de laatste back-up van voor het wissen is verlopen",
        "until the last backup from before the erasure has expired",
    ),
    Text(
        "zet niets terug zonder daarna `overdracht reapply` te draaien",
        "restore nothing without running `overdracht reapply` afterwards",
    ),
)
PSEUDONYMOUS = Residue(
    Text(
        "bedragen, datums en technische sleutels van geanonimiseerde boekingen: wie een oude kopie heeft, kan ze nog herleiden",
        "amounts, dates and technical keys of anonymised bookings: who has an old copy can still trace them",
    ),
    Text("de boekhouding zelf", "the books themselves"),
    Text(
        "zolang er een kopie van voor het wissen is",
        "as long as there is a copy from before the erasure",
    ),
)
_BLOCKS = Residue(
    Text("oude pagina's van de database", "old pages of the database"),
    Text(
        "vrijgegeven blokken van het bestandssysteem, en snapshots ervan",
        "blocks of the file system that were set free, and snapshots of it",
    ),
    Text("tot ze worden overschreven", "until they are overwritten"),
    Text(
        "draai `fstrim` op een SSD; op een versleutelde schijf is er zonder sleutel niets te lezen",
        "run `fstrim` on an SSD; on an encrypted disk nothing can be read without the key",
    ),
)
_HEAP = Residue(
    Text("de oude versie van gewijzigde rijen", "the old version of changed rows"),
    Text("de gegevensbestanden van PostgreSQL", "the data files of PostgreSQL"),
    Text(
        "tot VACUUM draait en de plaats opnieuw wordt gebruikt",
        "until VACUUM runs and the space is used again",
    ),
    Text(
        "`VACUUM FULL` op de tabellen van de bron (houdt ze op slot zolang het duurt)",
        "`VACUUM FULL` on the tables of the source (locks them while it runs)",
    ),
)
_WAL = Residue(
    Text("de oude waarden van gewijzigde rijen", "the old values of changed rows"),
    Text(
        "het transactielog (`pg_wal`) en een archief daarvan",
        "the write-ahead log (`pg_wal`) and an archive of it",
    ),
    Text(
        "tot de server de logbestanden hergebruikt of weggooit",
        "until the server recycles or removes the log files",
    ),
    Text(
        "`CHECKPOINT`, daarna `SELECT pg_switch_wal()`; ruim het archief op",
        "`CHECKPOINT`, then `SELECT pg_switch_wal()`; clear the archive",
    ),
)
_REDO = Residue(
    Text("de oude waarden van gewijzigde rijen", "the old values of changed rows"),
    Text(
        "het redo-log (`ib_logfile0`), het undo-log en het binaire log van MariaDB of MySQL",
        "the redo log (`ib_logfile0`), the undo log and the binary log of MariaDB or MySQL",
    ),
    Text("tot de server ze overschrijft of opruimt", "until the server overwrites or purges them"),
    Text(
        "`PURGE BINARY LOGS BEFORE NOW()`, en `OPTIMIZE TABLE` op de tabellen van de bron",
        "`PURGE BINARY LOGS BEFORE NOW()`, and `OPTIMIZE TABLE` on the tables of the source",
    ),
)
_BY_DIALECT = {
    "sqlite": (_BLOCKS,),
    "postgresql": (_HEAP, _WAL),
    "mysql": (_REDO,),
    "mariadb": (_REDO,),
}


def residue(dialect: str) -> Iterator[Residue]:
    """Yield what stays behind in a database of this *dialect*; SQLite's own free pages and log are cleared with each erasure."""
    yield from _BY_DIALECT[dialect]
    yield PSEUDONYMOUS
    yield BACKUPS
