"""What the tests of the books may ask for."""

from collections.abc import Iterator

import pytest

from tests.servers.databases import PASSWORD, PASSWORD_VARIABLE, MariaDB, PostgreSQL
from tests.servers.need import need


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A real PostgreSQL, one for the whole run."""
    need("pg_ctlcluster")
    with PostgreSQL() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDB]:
    """A real MariaDB, one for the whole run."""
    need("mariadbd")
    with MariaDB() as server:
        yield server


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    """The password of the databases is where their settings point to, and nobody waits long for a lock."""
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    monkeypatch.setattr("overdracht_accounting.database.PATIENCE", 1)
