"""Connections to a database: for reading, by its own means of reading only, and for the one change that an erasure is."""

import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, make_url
from sqlalchemy.pool import NullPool

from overdracht import Misbehaving, Refused, SourceError, Unreachable
from overdracht_accounting.transport import is_away, verified

DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
PATIENCE = 10
"""Seconds to wait for a connection, or for somebody else's lock."""
AT_ONCE = 2
"""Tables of an SQLite file that are gone through at once; it waits for nobody, so more than there are processors do not help."""
_TLS = re.compile(r"\b(SSL|TLS)\b|certificate", re.IGNORECASE)
"""What drivers say when it fails, and not when anything else does."""
_WAL_FORMAT = 18
"""The byte of an SQLite file that tells whether it keeps a write-ahead log."""


class Database:
    """The database at *url*; a *password* is added to it. Without *tls* a server elsewhere is reached as its URL says."""

    def __init__(
        self,
        url: str,
        password: str | None = None,
        ca_file: Path | None = None,
        *,
        tls: bool = True,
    ) -> None:
        parsed = make_url(url)
        dialect = parsed.get_backend_name()
        if parsed.drivername == dialect:
            parsed = parsed.set(drivername=DRIVERS[dialect])
        self.url: URL = parsed.set(password=password) if password is not None else parsed
        self.dialect = dialect
        self._ca_file = ca_file
        self._tls = tls

    @property
    def file(self) -> Path | None:
        """The file that it is, when it is an SQLite database."""
        return Path(self.url.database or "") if self.dialect == "sqlite" else None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection by which nothing can be changed; its errors are SourceErrors."""
        with self._connected(writes=False) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection that can change things; nothing is changed until its transaction is committed."""
        with self._connected(writes=True) as connection:
            yield connection

    @contextmanager
    def scanning(self) -> Iterator[tuple[Connection, ...]]:
        """Give connections for going through as many tables at once, which hand out texts as bytes.

        Of a server there are none: all that it is asked belongs to one transaction.
        """
        with ExitStack() as stack:
            if self.file is None:
                yield ()
                return
            many = min(AT_ONCE, os.cpu_count() or 1)
            opened = (self._connected(writes=False, text=bytes) for _ in range(many))
            yield tuple(stack.enter_context(one) for one in opened)

    @contextmanager
    def _connected(
        self, *, writes: bool, text: Callable[[bytes], object] | None = None
    ) -> Iterator[Connection]:
        with translated():
            engine = (
                self._sqlite(writes=writes, text=text or _lenient)
                if self.file
                else self._server(writes=writes)
            )
            try:
                with engine.connect() as connection:
                    yield connection
            finally:
                engine.dispose()

    def tidy(self) -> bool:
        """Clear what physically stays of deleted rows in an SQLite file: free pages and its log; say whether that was done."""
        file = self.file
        if file is None:
            return True
        try:
            with closing(
                sqlite3.connect(file, timeout=PATIENCE, isolation_level=None)
            ) as connection:
                connection.execute("PRAGMA secure_delete = ON")
                connection.execute("VACUUM")
                (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error:
            return False
        return not busy

    def _sqlite(self, *, writes: bool, text: Callable[[bytes], object]) -> Engine:
        file = self.file
        if file is None or not file.is_file():
            raise Unreachable("the database's file does not exist", remedy="check its path")
        mode = "mode=rw" if writes else reading_mode(file)
        address = f"file:{quote(str(file.absolute()))}?{mode}"

        def connect() -> sqlite3.Connection:
            made = sqlite3.connect(
                address, timeout=PATIENCE, isolation_level=None, uri=True, check_same_thread=False
            )
            made.text_factory = text
            if writes:
                # What is deleted is overwritten; not every SQLite is built to do so by itself.
                made.execute("PRAGMA secure_delete = ON")
            return made

        engine = create_engine(
            "sqlite+pysqlite://", creator=connect, poolclass=NullPool, hide_parameters=True
        )
        if writes:
            # The driver begins a transaction only at the first change: what is compared before it would not be in it.
            event.listen(engine, "begin", lambda one: one.exec_driver_sql("BEGIN IMMEDIATE"))
        return engine

    def _server(self, *, writes: bool) -> Engine:
        try:
            engine = create_engine(
                self.url,
                poolclass=NullPool,
                hide_parameters=True,
                isolation_level="REPEATABLE READ",
                connect_args=self._arguments(),
            )
        except ImportError as error:
            extra = "mariadb" if self.dialect in {"mysql", "mariadb"} else self.dialect
            raise Unreachable(
                f"the driver for {self.dialect} is not installed",
                remedy=f"pip install 'overdracht[{extra}]'",
            ) from error
        if self.dialect == "postgresql":
            event.listen(engine, "connect", _any_date)
            return engine if writes else engine.execution_options(postgresql_readonly=True)
        if not writes:
            event.listen(engine, "connect", _read_only)
        return engine

    def _arguments(self) -> dict[str, object]:
        away = self._tls and is_away(self.url, os.environ)
        tls = verified(self.url, self._ca_file) if away else {}
        if self.dialect == "postgresql":
            # Rows that a policy hides are to be refused, not left out.
            options = f"-c lock_timeout={PATIENCE * 1000} -c row_security=off"
            return {"connect_timeout": PATIENCE, "options": options, **tls}
        waiting = f"innodb_lock_wait_timeout = {PATIENCE}, lock_wait_timeout = {PATIENCE}"
        return {
            "connect_timeout": PATIENCE,
            "charset": "utf8mb4",
            "init_command": f"SET SESSION {waiting}",
            **tls,
        }


def reading_mode(file: Path) -> str:
    """Return how SQLite is to open *file* so that it cannot write and leaves nothing beside it."""
    descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        logged = os.pread(descriptor, 1, _WAL_FORMAT) == b"\x02"
    finally:
        os.close(descriptor)
    # Without its log nobody has it open, and reading it in the usual way would make one.
    alone = logged and not file.with_name(f"{file.name}-wal").exists()
    return "mode=ro&immutable=1" if alone else "mode=ro"


def _lenient(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def _any_date(connection: object, _record: object) -> None:
    """Give dates that no calendar of ours has (infinity, before Christ) as the text that they are, instead of an error."""
    from overdracht_accounting.far_dates import KINDS

    for name, loader in KINDS.items():
        connection.adapters.register_loader(name, loader)  # type: ignore[attr-defined]


def _read_only(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("SET SESSION TRANSACTION READ ONLY")
    cursor.close()


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the library raises into errors of one line, without what the database said: that may hold anybody's data."""
    try:
        yield
    except exc.DBAPIError as error:
        raise _explained(error) from error
    except exc.SQLAlchemyError as error:
        raise Misbehaving(f"the database cannot be asked: {type(error).__name__}") from error
    except sqlite3.Error as error:
        raise _of_sqlite(error) from error
    except PermissionError as error:
        raise Refused("the database's file may not be read", remedy="give permission") from error
    except UnicodeError as error:
        raise Misbehaving("the database holds a text that is not in its own encoding") from error


def _explained(error: exc.DBAPIError) -> SourceError:
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return _of_sqlite(original)
    kind = type(original).__name__
    if error.connection_invalidated or isinstance(error, exc.InterfaceError):
        return Unreachable("the connection to the database is lost", remedy="try again")
    if isinstance(error, exc.OperationalError) and not error.statement:
        if _TLS.search(str(original)):
            return Unreachable(
                "there is no TLS connection to the database with a certificate that is valid for its name",
                remedy='check ca_file; in a tunnel or a network of your own, tls = "off"',
            )
        return Unreachable(
            "there is no connection to the database", remedy="check url and password"
        )
    if isinstance(error, exc.OperationalError):
        return Unreachable(f"the database does not answer ({kind})", remedy="try again")
    return Refused(f"the database refuses the question ({kind})", remedy="run `overdracht check`")


def _of_sqlite(error: sqlite3.Error) -> SourceError:
    name = getattr(error, "sqlite_errorname", "") or type(error).__name__
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return Refused("another program has locked the database", remedy="close it and try again")
    if name.startswith("SQLITE_READONLY"):
        return Refused("the database may not be written", remedy="give permission to write")
    if name.startswith("SQLITE_CANTOPEN"):
        return Unreachable("the database's file cannot be opened", remedy="check its permissions")
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return Misbehaving("the file is no sound SQLite database", remedy="restore a backup of it")
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return Refused(f"the disk does not do what is asked ({name})", remedy="is it full?")
    return Misbehaving(f"the database cannot be asked ({name})", remedy="run `overdracht check`")
