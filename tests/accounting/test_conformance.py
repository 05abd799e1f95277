"""The connectors to books keep the contract, in a file and on real servers."""

from pathlib import Path

import pytest

from overdracht.testing import (
    ErasingContract,
    ReadingContract,
    RectifyingContract,
    RectifyingHarness,
)
from tests.accounting.gnucash_harness import BookHarness
from tests.accounting.sql_harness import MariaHarness, PostgresHarness, SqliteHarness
from tests.servers.databases import MariaDB, PostgreSQL


class TestSqlite(ReadingContract, ErasingContract, RectifyingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> RectifyingHarness:
        return SqliteHarness(tmp_path)


class TestGnuCash(ReadingContract, ErasingContract, RectifyingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> RectifyingHarness:
        return BookHarness(tmp_path)


@pytest.mark.server
class TestPostgreSQL(ReadingContract, ErasingContract, RectifyingContract):
    @pytest.fixture
    def harness(self, postgresql: PostgreSQL) -> RectifyingHarness:
        return PostgresHarness(postgresql.database())


@pytest.mark.server
class TestMariaDB(ReadingContract, ErasingContract, RectifyingContract):
    @pytest.fixture
    def harness(self, mariadb: MariaDB) -> RectifyingHarness:
        return MariaHarness(mariadb.database())
