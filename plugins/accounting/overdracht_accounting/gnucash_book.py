"""What tells a GnuCash book, its version, and whether somebody has it open."""

from sqlalchemy import Connection, inspect, text

from overdracht import Misbehaving, Refused
from overdracht_accounting.gnucash_mapping import VERSIONS

_LOCKS = {
    "postgresql": "LOCK TABLE gnclock IN EXCLUSIVE MODE NOWAIT",
    "mysql": "SELECT * FROM gnclock FOR UPDATE",
    "mariadb": "SELECT * FROM gnclock FOR UPDATE",
}
"""What keeps GnuCash, which writes its name in this table first, from opening the book. SQLite's own lock keeps everybody out."""


def require_known(connection: Connection) -> None:
    """Raise Misbehaving when the database is no GnuCash book, or one whose tables are of another version than is known."""
    if not inspect(connection).has_table("versions"):
        raise Misbehaving("the database is no GnuCash book", remedy="check `book` or `url`")
    rows = connection.execute(text("SELECT table_name, table_version FROM versions"))
    found: dict[str, int] = {str(table): int(version) for table, version in rows}
    for table, known in VERSIONS.items():
        version = found.get(table)
        if version is not None and version not in known:
            older = version < min(known)
            raise Misbehaving(
                f"table {table} of the book has version {version}, and known is {', '.join(map(str, sorted(known)))}",
                remedy="open and save it once with GnuCash 3 or later"
                if older
                else "this version of overdracht is older than the GnuCash that wrote it",
            )


def take_lock(connection: Connection) -> None:
    """Raise Refused when somebody has the book open; until the transaction ends nobody else can open it."""
    statement = _LOCKS.get(connection.dialect.name)
    if statement is not None:
        connection.execute(text(statement))
    require_closed(connection)


def require_closed(connection: Connection) -> None:
    """Raise Refused when somebody has the book open."""
    if connection.execute(text("SELECT count(*) FROM gnclock")).scalar_one():
        raise Refused(
            "the book is open in GnuCash",
            remedy="close it there; if GnuCash crashed, open the book once and close it",
        )
