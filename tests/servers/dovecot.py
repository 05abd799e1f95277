"""A real Dovecot (2.3, as in Debian 12) on free loopback ports: an ordinary process with its own configuration.

Every user name is an account with the same password, so a test takes a fresh one and finds it empty. Run by root, the server runs as
`nobody`, since Dovecot gives no mail to root; nothing is made outside its own directory.
"""

import ctypes
import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from imapclient import IMAPClient

from overdracht_imap.settings import ImapSettings
from tests.servers.certificates import write_certificate
from tests.servers.ports import free_port
from tests.servers.temporary import Temporary

PASSWORD = "geheim-Ünïcode"
PASSWORD_VARIABLE = "OVERDRACHT_TEST_IMAP_PASSWORD"
PROGRAM = "/usr/sbin/dovecot"
PATIENCE = 20.0

_CONFIG = """
base_dir = {base}/run
state_dir = {base}/run
log_path = {base}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = {mail}
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = {uid}
last_valid_uid = {uid}
first_valid_gid = {gid}
last_valid_gid = {gid}
mail_fsync = never
mail_max_userip_connections = 100
auth_mechanisms = plain login
auth_failure_delay = 0
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/mail/%u
}}
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  user = {user}
}}
service auth-worker {{
  user = {user}
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
namespace unlisted {{
  prefix = "#oud/"
  separator = /
  list = no
  location = maildir:%h/oud:LAYOUT=fs
}}
"""


class Dovecot(Temporary):
    """A running server; use it as a context manager, and it is gone afterwards."""

    def __init__(self, mail: str = "maildir:%h/mail:LAYOUT=fs") -> None:
        self._mail = mail
        self._accounts = 0
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Configure and start it."""
        self._configure()
        self.start()

    def account(self) -> "Account":
        """Return an account that nobody has used before."""
        self._accounts += 1
        return Account(self, f"postbus{self._accounts}")

    def start(self) -> None:
        """Start the server and wait until it greets."""
        self._process = process = subprocess.Popen(
            [PROGRAM, "-F", "-c", str(self.config)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - one call, which takes no lock
            **self._identity,
        )
        deadline = time.monotonic() + PATIENCE
        while not _greets(self.port):
            if process.poll() is not None or time.monotonic() > deadline:
                log = self.base / "dovecot.log"
                raise RuntimeError(log.read_text() if log.exists() else "Dovecot did not start")
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the server and all its processes; SIGKILL gives them no time for a last word."""
        process = self._process
        if process is None:
            return
        if how == signal.SIGTERM:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self._process = None

    def _configure(self) -> None:
        root = os.getuid() == 0
        owner = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.getuid())
        group = owner.pw_gid
        self._identity: dict[str, Any] = (
            {"user": owner.pw_uid, "group": group, "extra_groups": []} if root else {}
        )
        self.port, self.tls_port = free_port(), free_port()
        self.ca_file, key = write_certificate(self.base)
        self.config = self.base / "dovecot.conf"
        self.config.write_text(
            _CONFIG.format(
                base=self.base,
                certificate=self.ca_file,
                key=key,
                user=owner.pw_name,
                group=_group_name(group),
                uid=owner.pw_uid,
                gid=group,
                mail=self._mail,
                password=PASSWORD,
                port=self.port,
                tls_port=self.tls_port,
            )
        )
        for directory in ("run", "mail"):
            (self.base / directory).mkdir(mode=0o755)
        if root:
            for path in (self.base, *self.base.iterdir()):
                os.chown(path, owner.pw_uid, group)


class Account:
    """One account of a `Dovecot`."""

    def __init__(self, server: Dovecot, username: str) -> None:
        self.server = server
        self.username = username

    @property
    def home(self) -> Path:
        """Return where the server keeps the account's mail."""
        return self.server.base / "mail" / self.username

    def settings(self, **changes: Any) -> ImapSettings:
        """Return settings that reach the account in plain text, with *changes*; PASSWORD_VARIABLE must hold the password."""
        given = {
            "host": "127.0.0.1",
            "port": self.server.port,
            "tls": "none",
            "username": self.username,
            "password": {"env": PASSWORD_VARIABLE},
            "timeout": 20,
        }
        return ImapSettings.model_validate(given | changes)

    @contextmanager
    def client(self) -> Iterator[IMAPClient]:
        """Give a logged-in client."""
        with IMAPClient("127.0.0.1", self.server.port, ssl=False, timeout=PATIENCE) as client:
            client.normalise_times = False
            client.plain_login(self.username, PASSWORD)
            yield client

    def fill(
        self,
        messages: Iterable[bytes],
        folder: str = "INBOX",
        flags: Iterable[bytes] = (),
        when: datetime | None = None,
    ) -> None:
        """Append *messages* to *folder*, which is made if need be."""
        with self.client() as client:
            if not client.folder_exists(folder):
                client.create_folder(folder)
            for message in messages:
                client.append(folder, message, tuple(flags), when)

    def everything(self) -> dict[str, dict[int, dict[bytes, Any]]]:
        """Return all there is to see of every message: folder → UID → flags, date, size, modification sequence, bytes."""
        with self.client() as client:
            seen = {}
            names = [name for flags, _, name in client.list_folders() if b"\\Noselect" not in flags]
            for name in names:
                client.select_folder(name, readonly=True)
                items = ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "MODSEQ", "BODY.PEEK[]"]
                uids = client.search()
                seen[name] = dict(client.fetch(uids, items)) if uids else {}
            return seen


_PRCTL = ctypes.CDLL(None).prctl
_PR_SET_PDEATHSIG = 1


def _end_with_parent() -> None:
    """Ask Linux to end the server when the test run is killed, which leaves it no time to."""
    _PRCTL(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _greets(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
            return connection.recv(64).startswith(b"* OK")
    except OSError:
        return False


def _group_name(gid: int) -> str:
    import grp

    return grp.getgrgid(gid).gr_name
