"""A real Radicale with TLS on a free loopback port: an ordinary process with its own configuration and storage."""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.servers.certificates import write_certificate
from tests.servers.dovecot import _end_with_parent
from tests.servers.ports import free_port
from tests.servers.temporary import Temporary

USER = "mmvi"
PASSWORD = "geheim-kaartenbak"
PASSWORD_VARIABLE = "OVERDRACHT_TEST_DAV_PASSWORD"
PATIENCE = 20.0

_CONFIG = """
[server]
hosts = 127.0.0.1:{port}
validate_path_value = none
ssl = True
certificate = {certificate}
key = {key}
[auth]
type = htpasswd
htpasswd_filename = {base}/users
htpasswd_encryption = plain
delay = 0
[rights]
type = from_file
file = {base}/rights
[storage]
filesystem_folder = {base}/storage
[logging]
level = error
"""
_OWNER = """
[root]
user: .+
collection:
permissions: R
[owner]
user: .+
collection: {{user}}(/.*)?
permissions: {permissions}
"""


class Radicale(Temporary):
    """A running server; use it as a context manager, and it is gone afterwards."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Configure and start it."""
        self._configure()
        self.start()

    @property
    def url(self) -> str:
        """The address of the server."""
        return f"https://127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Start the server and wait until it listens."""
        with (self.base / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "radicale", "--config", str(self.base / "config")],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - one call, which takes no lock
            )
        deadline = time.monotonic() + PATIENCE
        while not _listens(self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.base / "log").read_text() or "Radicale did not start")
            time.sleep(0.05)

    def stop(self) -> None:
        """End the server."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def permit(self, *denied: str, permissions: str = "RrWw") -> None:
        """Give the owner *permissions* on everything but the *denied* collections; it starts again for that."""
        rules = "".join(
            f"[denied{number}]\nuser: .+\ncollection: {{user}}/{name}(/.*)?\npermissions:\n"
            for number, name in enumerate(denied)
        )
        rights, path = rules + _OWNER.format(permissions=permissions), self.base / "rights"
        if not path.exists() or path.read_text() != rights:
            path.write_text(rights)
            if self._process is not None:
                self.stop()
                self.start()

    def collection(self, user: str, name: str, kind: str, title: str = "") -> Path:
        """Make a collection of *kind* and return where the server keeps it."""
        path = self.base / "storage" / "collection-root" / user / name
        path.mkdir(parents=True)
        properties = {"tag": kind} | ({"D:displayname": title} if title else {})
        (path / ".Radicale.props").write_text(json.dumps(properties))
        return path

    def settings(self, user: str = USER, **changes: Any) -> dict[str, Any]:
        """Return settings that reach the server as *user*; PASSWORD_VARIABLE must hold the password."""
        given = {
            "url": self.url,
            "username": user,
            "password": {"env": PASSWORD_VARIABLE},
            "ca_file": self.base / "localhost.crt",
            "timeout": 30,
        }
        return given | changes

    def _configure(self) -> None:
        self.port = free_port()
        certificate, key = write_certificate(self.base)
        (self.base / "storage").mkdir()
        (self.base / "users").write_text(
            "".join(f"{USER}{n or ''}:{PASSWORD}\n" for n in range(200))
        )
        self.permit()
        self._accounts = 0
        (self.base / "config").write_text(
            _CONFIG.format(base=self.base, port=self.port, certificate=certificate, key=key)
        )

    def new_user(self) -> str:
        """Return a user that nobody has been before."""
        self._accounts += 1
        return f"{USER}{self._accounts}"


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE):
            return True
    except OSError:
        return False
