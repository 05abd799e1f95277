"""A home-made administration as a system for the contract: two tables, the second with a key of two columns, in SQLite, PostgreSQL or MariaDB."""

import hashlib
from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Connection,
    column,
    create_engine,
    delete,
    event,
    insert,
    select,
    text,
    update,
)
from sqlalchemy import table as sql_table
from sqlalchemy.pool import NullPool
from sqlalchemy.sql.selectable import TableClause

from overdracht import Connector
from overdracht.testing import Record, RectifyingHarness
from overdracht_accounting.settings import SqlSettings
from overdracht_accounting.sql import SqlConnector
from tests.servers.databases import PASSWORD, ServerDatabase
from tests.servers.permissions import unwritable

FIRST, SECOND = "tickets", 'Klanten "Één" & <b>%s\\ \u202etxt'
COLUMNS = ("id", "klantnr", "naam", "email", "telefoon", "iban", "onderwerp", "tekst", "aangemaakt")
KEYS = {FIRST: ["id"], SECOND: ["vestiging", "id"]}
BRANCH = "vestiging VARCHAR(40) NOT NULL DEFAULT 'Breda, oost'"
"""A column that the tests leave to the database, with what separates the values of a key in it."""
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def mapped(name: str) -> dict[str, Any]:
    """Return what the configuration says of the table *name*."""
    return {
        "table": name,
        "key": KEYS[name],
        "category": "correspondence",
        "title": "onderwerp",
        "date": "aangemaakt",
        "identifies": {
            "customer": "klantnr",
            "email": "email",
            "phone": ["telefoon"],
            "iban": "iban",
            "name": "naam",
        },
        "columns": {
            "klantnr": "contact",
            "naam": "contact",
            "email": "contact",
            "telefoon": "contact",
            "iban": "payment",
            "onderwerp": "correspondence",
            "tekst": "correspondence",
        },
        "rows": "delete",
    }


def table(name: str) -> TableClause:
    """Return the table called *name* for a statement."""
    return sql_table(name, *map(column, COLUMNS))


def plain(statement: str) -> str:
    """Return a *statement* of quoted names as `text` takes it: it doubles the per cents itself, and a colon begins a parameter."""
    return statement.replace("%%", "%").replace(":", "\\:")


class SqlHarness(RectifyingHarness):
    """Tickets and a table with an ugly name."""

    known_by = ("email", "phone", "iban", "customer")
    corrects = ("email", "phone", "iban", "customer", "name")
    holders = True
    many = 5_000
    batch = 6 << 20
    """It notes the keys of all that it found, and reads some thousand rows at a time."""
    most_at_once = 1_001
    text_type: ClassVar[str] = "TEXT"

    def __init__(self) -> None:
        self.numbers = count(1)
        with self.connected() as connection:
            quote = connection.dialect.identifier_preparer.quote
            for name in (FIRST, SECOND):
                rest = ", ".join(f"{one} {self.text_type}" for one in COLUMNS[1:-1])
                own = f"{BRANCH}, id INTEGER, {rest}, aangemaakt {self.time_type}"
                made = f"CREATE TABLE {quote(name)} ({own}, PRIMARY KEY ({', '.join(KEYS[name])}))"
                connection.execute(text(plain(made)))

    time_type: ClassVar[str] = "TIMESTAMP"

    @property
    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """Where the database is."""

    @abstractmethod
    def connected(self) -> AbstractContextManager[Connection]:
        """Give a connection; what is done is committed."""

    def time(self, record: Record) -> object:
        """Return the record's time as the table keeps it."""
        return record.when

    def connector(self) -> Connector[Any]:
        given = {**self.settings, "tables": [mapped(FIRST), mapped(SECOND)]}
        return SqlConnector("portaal", SqlSettings.model_validate(given))

    def fill(self, records: Iterable[Record]) -> None:
        rows: dict[str, list[dict[str, object]]] = {FIRST: [], SECOND: []}
        for record in records:
            person = record.person
            rows[SECOND if record.second_part else FIRST].append(
                {
                    "id": next(self.numbers),
                    "klantnr": person.customer,
                    "naam": person.name,
                    "email": person.email,
                    "telefoon": person.phone,
                    "iban": person.iban,
                    "onderwerp": self.clean(record.title),
                    "tekst": self.clean(f"{record.token} {record.text}"),
                    "aangemaakt": self.time(record),
                }
            )
        with self.connected() as connection:
            for name, some in rows.items():
                if some:
                    connection.execute(insert(table(name)), some)

    def clean(self, value: str) -> str:
        """Return *value* as the database can keep it."""
        return value.replace("\0", "")

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """Return all rows of both tables."""
        found: dict[str, list[tuple[object, ...]]] = {}
        with self.connected() as connection:
            for name in (FIRST, SECOND):
                asked = select(table(name)).order_by(column("id"))
                found[name] = [tuple(row) for row in connection.execute(asked)]
        return found

    def snapshot(self) -> object:
        return self.rows()

    def rest(self, tokens: Collection[str]) -> object:
        return {
            name: [row for row in rows if _token(row) not in tokens]
            for name, rows in self.rows().items()
        }

    def held(self) -> frozenset[str]:
        return frozenset(_token(row) for rows in self.rows().values() for row in rows)

    def remove(self, token: str) -> None:
        with self.connected() as connection:
            for name in (FIRST, SECOND):
                one = table(name)
                connection.execute(delete(one).where(one.c.tekst.like(f"{token}%")))

    def besides(self, token: str) -> object:
        corrected = {COLUMNS.index(one) for one in ("klantnr", "naam", "email", "telefoon", "iban")}
        return [
            [value for place, value in enumerate(row) if place not in corrected]
            for rows in self.rows().values()
            for row in rows
            if _token(row) == token
        ]

    def change(self, token: str) -> None:
        with self.connected() as connection:
            for name in (FIRST, SECOND):
                one = table(name)
                changed = update(one).where(one.c.tekst.like(f"{token}%"))
                connection.execute(changed.values(onderwerp="gewijzigd"))

    @contextmanager
    def break_part(self) -> Iterator[None]:
        """Let the second table be gone, as after a migration."""
        self._rename(SECOND, "elders")
        try:
            yield
        finally:
            self._rename("elders", SECOND)

    def _rename(self, name: str, to: str) -> None:
        with self.connected() as connection:
            quote = connection.dialect.identifier_preparer.quote
            renamed = f"ALTER TABLE {quote(name)} RENAME TO {quote(to)}"
            connection.execute(text(plain(renamed)))


def _token(row: tuple[object, ...]) -> str:
    return str(row[COLUMNS.index("tekst")])[:8]


class SqliteHarness(SqlHarness):
    """In a file."""

    time_type = "TEXT"

    def __init__(self, directory: Path) -> None:
        self.path = directory / "data" / "portaal.sqlite"
        self.path.parent.mkdir()
        super().__init__()

    @property
    def settings(self) -> dict[str, Any]:
        return {"url": f"sqlite:///{self.path}"}

    def time(self, record: Record) -> object:
        return record.when.isoformat()

    def clean(self, value: str) -> str:
        return value

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        engine = create_engine(f"sqlite:///{self.path}", poolclass=NullPool)
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()

    def snapshot(self) -> object:
        files = {
            one.name: hashlib.sha256(one.read_bytes()).digest()
            for one in self.path.parent.iterdir()
        }
        return super().rows(), files

    @contextmanager
    def break_whole(self) -> Iterator[None]:
        away = self.path.parent.with_name("away")
        self.path.parent.rename(away)
        try:
            yield
        finally:
            away.rename(self.path.parent)

    def obstacles(self) -> Mapping[str, Callable[[], AbstractContextManager[None]]]:
        return {"read-only": self._read_only, "locked": self._locked}

    def _read_only(self) -> AbstractContextManager[None]:
        return unwritable(self.path)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let another program be in the middle of writing."""
        engine = create_engine(f"sqlite:///{self.path}", poolclass=NullPool)
        event.listen(engine, "begin", _begin_immediate)
        with engine.connect() as connection, connection.begin() as transaction:
            yield
            transaction.rollback()
        engine.dispose()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


class ServerHarness(SqlHarness):
    """On a real server."""

    secrets = (PASSWORD,)

    def __init__(self, database: ServerDatabase) -> None:
        self.database = database
        super().__init__()

    @property
    def settings(self) -> dict[str, Any]:
        return {"url": self.database.url, "password": self.database.password}

    def connected(self) -> AbstractContextManager[Connection]:
        return self.database.connected()

    def break_whole(self) -> AbstractContextManager[None]:
        return self.database.away()


class PostgresHarness(ServerHarness):
    """On PostgreSQL."""

    time_type = "TIMESTAMP WITH TIME ZONE"

    def snapshot(self) -> object:
        """All rows, with what PostgreSQL changes whenever it writes one."""
        with self.connected() as connection:
            marks = [
                tuple(row)
                for name in (FIRST, SECOND)
                for row in connection.execute(
                    select(text("xmin, ctid, id")).select_from(table(name)).order_by(column("id"))
                )
            ]
        return super().rows(), [tuple(map(str, one)) for one in marks]

    def obstacles(self) -> Mapping[str, Callable[[], AbstractContextManager[None]]]:
        return {
            "read-only": self._read_only,
            "not allowed": self._not_allowed,
            "locked": self._locked,
        }

    @contextmanager
    def _read_only(self) -> Iterator[None]:
        """Let the server be a replica, as far as the account can see."""
        with self.database.server.administering() as connection:
            role = self.database.name
            connection.execute(text(f"ALTER ROLE {role} SET default_transaction_read_only = on"))
            yield
            connection.execute(text(f"ALTER ROLE {role} RESET default_transaction_read_only"))

    @contextmanager
    def _not_allowed(self) -> Iterator[None]:
        self._say("REVOKE UPDATE, DELETE ON {} FROM {}")
        yield
        self._say("GRANT UPDATE, DELETE ON {} TO {}")

    def _say(self, sentence: str) -> None:
        with self.connected() as connection:
            quote = connection.dialect.identifier_preparer.quote
            for name in (FIRST, SECOND):
                said = sentence.format(quote(name), self.database.name)
                connection.execute(text(plain(said)))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self.connected() as connection:
            connection.execute(text(f"LOCK TABLE {FIRST} IN SHARE ROW EXCLUSIVE MODE"))
            yield


class MariaHarness(ServerHarness):
    """On MariaDB."""

    time_type = "DATETIME(6)"

    def time(self, record: Record) -> object:
        return record.when.astimezone(AMSTERDAM).replace(tzinfo=None)

    def obstacles(self) -> Mapping[str, Callable[[], AbstractContextManager[None]]]:
        return {"not allowed": self._not_allowed, "locked": self._locked}

    @contextmanager
    def _not_allowed(self) -> Iterator[None]:
        name = self.database.name
        with self.database.server.administering() as connection:
            connection.exec_driver_sql(f"REVOKE UPDATE, DELETE ON {name}.* FROM '{name}'@'%%'")
            yield
            connection.exec_driver_sql(f"GRANT ALL ON {name}.* TO '{name}'@'%%'")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self.database.server.administering(self.database.name) as connection:
            connection.exec_driver_sql(f"LOCK TABLES {FIRST} READ")
            yield
            connection.exec_driver_sql("UNLOCK TABLES")
