"""A database on another machine is reached by TLS with a verified certificate, or not at all; this machine is called 0.0.0.0 for that."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import Connection, make_url, text

from overdracht import Unreachable
from overdracht_accounting.database import Database
from overdracht_accounting.settings import SqlSettings
from overdracht_accounting.transport import is_away
from tests.servers.certificates import write_certificate
from tests.servers.databases import PASSWORD, DatabaseServer, MariaDB, PostgreSQL, ServerDatabase
from tests.servers.need import need

AWAY = "0.0.0.0"  # noqa: S104 - the loopback interface answers to it, and nothing says that it is this machine
KINDS: dict[str, tuple[type[DatabaseServer], str]] = {
    "postgresql": (PostgreSQL, "pg_ctlcluster"),
    "mariadb": (MariaDB, "mariadbd"),
}


@pytest.fixture(scope="module", params=sorted(KINDS))
def tls(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[ServerDatabase, Path]]:
    """A database of a server with TLS, and the file of the authority that its certificate is of."""
    kind, program = KINDS[request.param]
    need(program)
    directory = tmp_path_factory.mktemp("tls")
    made = write_certificate(directory, also=(AWAY,))
    with kind(made) as server:
        yield server.database(), made[0]


def at(database: ServerDatabase, host: str) -> str:
    """Return the URL of *database* with its *host* called otherwise."""
    return database.url.replace("127.0.0.1", host)


def encrypted(connection: Connection) -> bool:
    """Say whether the server says that it speaks TLS here."""
    if connection.dialect.name == "postgresql":
        asked = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        return bool(connection.execute(text(asked)).scalar_one())
    (row,) = connection.execute(text("SHOW STATUS LIKE 'Ssl_cipher'")).all()
    return bool(row[1])


@pytest.mark.server
def test_a_verified_certificate_is_spoken_to(tls: tuple[ServerDatabase, Path]) -> None:
    """With the authority's file, reading and writing are by TLS."""
    database, authority = tls
    there = Database(at(database, AWAY), PASSWORD, authority)
    for opened in (there.reading, there.writing):
        with opened() as connection:
            assert encrypted(connection)


@pytest.mark.server
@pytest.mark.parametrize("wrong", ["unknown", "other", "name", "missing"])
def test_another_is_not(tls: tuple[ServerDatabase, Path], wrong: str, tmp_path: Path) -> None:
    """A certificate of an authority that nobody trusts, of another than the one that is named, for another name, or a file that is
    not there: one line that says so, and no password is sent."""
    database, authority = tls
    url, trusted = at(database, AWAY), authority
    if wrong == "other":
        trusted, _ = write_certificate(tmp_path, also=(AWAY,))
    elif wrong == "name":
        # The address is this machine too, and the certificate does not name it.
        url = at(database, "127.1")
    elif wrong == "missing":
        trusted = tmp_path / "none.pem"
    there = Database(url, PASSWORD, None if wrong == "unknown" else trusted)
    with pytest.raises(Unreachable, match="certificate") as told, there.reading():
        pass
    assert PASSWORD not in str(told.value)


@pytest.mark.server
def test_a_certificate_of_ones_own_is_shown(tls: tuple[ServerDatabase, Path]) -> None:
    """It is named in the URL, and does not take the place of the other checks."""
    database, authority = tls[0].server.database(), tls[1]
    key = authority.with_suffix(".key")
    key.chmod(0o600)
    of_postgresql = database.server.dialect == "postgresql"
    shown = ("sslcert", "sslkey") if of_postgresql else ("ssl_cert", "ssl_key")
    url = f"{at(database, AWAY)}?{shown[0]}={authority}&{shown[1]}={key}"
    if not of_postgresql:
        with database.server.administering() as connection:
            connection.exec_driver_sql(f"ALTER USER '{database.name}'@'%%' REQUIRE X509")
        with (
            pytest.raises(Unreachable),
            Database(at(database, AWAY), PASSWORD, authority).reading(),
        ):
            pass
    with Database(url, PASSWORD, authority).reading() as connection:
        assert encrypted(connection)
        if of_postgresql:
            asked = "SELECT client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
            assert connection.execute(text(asked)).scalar_one() is not None
    with pytest.raises(Unreachable, match="certificate"), Database(url, PASSWORD).reading():
        pass


@pytest.mark.server
def test_a_server_without_tls_elsewhere_is_refused(postgresql: PostgreSQL) -> None:
    """Rather than in clear nothing goes; who has a tunnel or a network of their own says so."""
    database = postgresql.database()
    there = Database(at(database, AWAY), PASSWORD)
    with pytest.raises(Unreachable, match="TLS"), there.reading():
        pass
    with Database(at(database, AWAY), PASSWORD, tls=False).reading() as connection:
        assert not encrypted(connection)


@pytest.mark.server
def test_a_mariadb_without_tls_elsewhere_is_refused(mariadb: MariaDB) -> None:
    """The same for MariaDB, whose driver falls back to plain text unless it is told not to."""
    database = mariadb.database()
    with (
        pytest.raises(Unreachable, match="TLS"),
        Database(at(database, AWAY), PASSWORD).reading(),
    ):
        pass
    with Database(at(database, AWAY), PASSWORD, tls=False).reading() as connection:
        assert not encrypted(connection)


@pytest.mark.parametrize(
    ("url", "environment", "away"),
    [
        ("postgresql://a@localhost/b", {}, False),
        ("postgresql://a@127.0.0.1/b", {"PGHOST": "db.example"}, False),
        ("postgresql://a@/b", {}, False),
        ("postgresql://a@/b?host=/run/postgresql", {}, False),
        ("postgresql://a@/b", {"PGHOST": "db.example"}, True),
        ("postgresql://a@/b", {"PGSERVICE": "elders"}, True),
        ("postgresql://a@/b?service=elders", {}, True),
        ("postgresql://a@/b?host=db.example", {}, True),
        ("postgresql://a@localhost/b?hostaddr=192.0.2.1", {}, True),
        ("postgresql://a@/b?host=localhost:5432&host=db.example:5432", {}, True),
        ("mariadb://a@localhost/b?host=db.example", {}, True),
        ("mysql://a@localhost/b?read_default_file=/etc/my.cnf", {}, True),
        ("mysql://a@db.example/b", {}, True),
    ],
)
def test_where_a_server_is(url: str, environment: dict[str, str], away: bool) -> None:
    """Whatever the drivers take as the place counts, not only the host in the URL."""
    assert is_away(make_url(url), environment) is away


@pytest.mark.parametrize("url", ["postgresql://a@h/b?password=x", "mysql://a@h/b?passwd=x"])
def test_a_password_behind_the_question_mark_is_refused(url: str) -> None:
    """It would stand in the configuration."""
    given: dict[str, Any] = {"url": url, "tables": [{"table": "t", "category": "note"}]}
    with pytest.raises(ValidationError, match="does not belong in it"):
        SqlSettings.model_validate(given)
