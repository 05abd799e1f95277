"""Real database servers, PostgreSQL and MariaDB as in Debian 12, on free loopback ports and as ordinary processes.

Each test takes a fresh database and an account in it that is no administrator. Run by root, the servers run as `nobody`: they refuse root.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, ClassVar, Self

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from tests.servers.ports import free_port

PASSWORD = "geheim-Databank"
PASSWORD_VARIABLE = "OVERDRACHT_TEST_DATABASE_PASSWORD"
ACCOUNT = "overdracht"
PATIENCE = 30.0
TLS_FILES = ("tls.crt", "tls.key")
_POSTGRESQL = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


class DatabaseServer(ABC):
    """A running server; use it as a context manager, and it is gone afterwards."""

    dialect: ClassVar[str]
    driver: ClassVar[str]
    administrator: ClassVar[str]

    def __init__(self, certificate: tuple[Path, Path] | None = None) -> None:
        """Speak TLS with this *certificate* and its key, and believe clients that show it; without one the server does not."""
        self._certificate = certificate

    def __enter__(self) -> Self:
        self.base = Path(tempfile.mkdtemp(prefix="ovd"))  # short: it holds Unix sockets
        self.port = free_port()
        self._count = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._identity: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(self.base, nobody.pw_uid, nobody.pw_gid)
            self._identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        for name, source in zip(TLS_FILES, self._certificate or (), strict=False):
            shutil.copy(source, self.base / name)
            (self.base / name).chmod(0o600)
            if self._identity:
                os.chown(self.base / name, self._identity["user"], self._identity["group"])
        try:
            self._make()
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        process = self._process
        if process is not None:
            # At once: what an orderly end would still write, for half a minute, is thrown away. PostgreSQL gives back its memory.
            process.send_signal(signal.SIGQUIT if self.dialect == "postgresql" else signal.SIGKILL)
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        shutil.rmtree(self.base, ignore_errors=True)

    @abstractmethod
    def _make(self) -> None:
        """Make the server's files."""

    @abstractmethod
    def _command(self) -> list[str]:
        """Return the program and its arguments."""

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            command, capture_output=True, cwd=self.base, check=False, **self._identity
        )
        if done.returncode:
            raise RuntimeError(done.stderr.decode(errors="replace"))

    def _start(self) -> None:
        log = (self.base / "log").open("wb")
        with log:
            self._process = subprocess.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.base,
                start_new_session=True,
                **self._identity,
            )
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with self.administering():
                    return
            except SQLAlchemyError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    said = (self.base / "log").read_text(errors="replace")
                    raise RuntimeError(said or f"{self.dialect} did not start") from None
            time.sleep(0.05)

    @contextmanager
    def administering(self, database: str = "") -> Iterator[Connection]:
        """Give a connection of the administrator, outside transactions."""
        engine = create_engine(
            self._url(self.administrator, database),
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={"connect_timeout": 5},
        )
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()

    @abstractmethod
    def _url(self, user: str, database: str) -> str:
        """Return a URL with the password in it."""

    def database(self) -> "ServerDatabase":
        """Return a database that nobody has used before."""
        self._count += 1
        return ServerDatabase(self, f"boek{self._count}")

    @abstractmethod
    def make_database(self, name: str) -> None:
        """Make a database with an account of the same name."""

    @abstractmethod
    def close_to(self, name: str, *, closed: bool) -> None:
        """Keep the account *name* out and end its connections, or let it in again."""


class PostgreSQL(DatabaseServer):
    """PostgreSQL."""

    dialect = "postgresql"
    driver = "postgresql+psycopg"
    administrator = "admin"

    def _make(self) -> None:
        (self.base / "pw").write_text(PASSWORD)
        self._run(
            *(str(_POSTGRESQL[0] / "initdb"), "-D", "data", "-U", self.administrator),
            *("--pwfile=pw", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "-N"),
        )

    def _command(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.base),
            "fsync": "off",
            "max_connections": "30",
        }
        if self._certificate:
            certificate, key = (str(self.base / one) for one in TLS_FILES)
            settings |= {"ssl": "on", "ssl_cert_file": certificate, "ssl_key_file": key}
            settings["ssl_ca_file"] = certificate
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(_POSTGRESQL[0] / "postgres"), "-D", "data", *options]

    def _url(self, user: str, database: str) -> str:
        return f"{self.driver}://{user}:{PASSWORD}@127.0.0.1:{self.port}/{database or 'postgres'}"

    def make_database(self, name: str) -> None:
        with self.administering() as connection:
            connection.execute(text(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'"))
            connection.execute(text(f"CREATE DATABASE {name} OWNER {name}"))

    def close_to(self, name: str, *, closed: bool) -> None:
        with self.administering() as connection:
            connection.execute(text(f"ALTER ROLE {name} {'NOLOGIN' if closed else 'LOGIN'}"))
            if closed:
                ending = (
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = :name"
                )
                connection.execute(text(ending), {"name": name})


class MariaDB(DatabaseServer):
    """MariaDB."""

    dialect = "mariadb"
    driver = "mysql+pymysql"
    administrator = "root"

    def _make(self) -> None:
        self._run(
            *(
                "mariadb-install-db",
                "--no-defaults",
                f"--datadir={self.base}/data",
                "--skip-test-db",
            ),
            "--auth-root-authentication-method=normal",
        )

    def _command(self) -> list[str]:
        certificate, key = (self.base / one for one in TLS_FILES)
        tls = [f"--ssl-cert={certificate}", f"--ssl-key={key}", f"--ssl-ca={certificate}"]
        return [
            *("/usr/sbin/mariadbd", "--no-defaults", f"--datadir={self.base}/data"),
            *(f"--socket={self.base}/sock", f"--pid-file={self.base}/pid", f"--port={self.port}"),
            *("--bind-address=127.0.0.1", "--skip-name-resolve", "--innodb-buffer-pool-size=64M"),
            "--innodb-flush-log-at-trx-commit=0",
            *(tls if self._certificate else ()),
        ]

    def _url(self, user: str, database: str) -> str:
        password = "" if user == self.administrator else f":{PASSWORD}"
        return f"{self.driver}://{user}{password}@127.0.0.1:{self.port}/{database}?charset=utf8mb4"

    def make_database(self, name: str) -> None:
        with self.administering() as connection:
            connection.execute(text(f"CREATE DATABASE {name} CHARACTER SET utf8mb4"))
            made = f"CREATE USER '{name}'@'%' IDENTIFIED BY '{PASSWORD}'"
            connection.exec_driver_sql(made.replace("%", "%%"))
            connection.exec_driver_sql(f"GRANT ALL ON {name}.* TO '{name}'@'%%'")

    def close_to(self, name: str, *, closed: bool) -> None:
        with self.administering() as connection:
            lock = "LOCK" if closed else "UNLOCK"
            connection.exec_driver_sql(f"ALTER USER '{name}'@'%%' ACCOUNT {lock}")
            if closed:
                running = "SELECT id FROM information_schema.processlist WHERE user = :name"
                for (one,) in connection.execute(text(running), {"name": name}).all():
                    connection.exec_driver_sql(f"KILL {one}")


class ServerDatabase:
    """One database of a server, with an account of the same name that owns it."""

    def __init__(self, server: DatabaseServer, name: str) -> None:
        self.server = server
        self.name = name
        server.make_database(name)

    @property
    def url(self) -> str:
        """Where it is, as a configuration has it."""
        return f"{self.server.dialect}://{self.name}@127.0.0.1:{self.server.port}/{self.name}"

    @property
    def password(self) -> dict[str, str]:
        """Where its password is."""
        return {"env": PASSWORD_VARIABLE}

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """Give a connection of the account; what is done is committed."""
        engine = create_engine(self.server._url(self.name, self.name), poolclass=NullPool)
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Let the database be out of reach, for who is connected already too."""
        self.server.close_to(self.name, closed=True)
        try:
            yield
        finally:
            self.server.close_to(self.name, closed=False)
