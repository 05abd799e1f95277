"""A real Postfix on a free loopback port, logging by its own postlogd: its own configuration and queue, and no mail leaves it.

Its master must be root's. Who delivers may say from which address, and as whom they logged in, by XCLIENT.
"""

import shutil
import smtplib
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.servers.ports import free_port
from tests.servers.temporary import Temporary

PROGRAM = "/usr/sbin/postfix"
PATIENCE = 20.0
DOMAIN = "vanderberg.example"

_CONFIG = """
compatibility_level = 3.6
queue_directory = {base}/queue
data_directory = {base}/data
mail_owner = postfix
setgid_group = postdrop
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
inet_interfaces = 127.0.0.1
inet_protocols = all
mynetworks = 127.0.0.0/8 203.0.113.0/24
myhostname = mx.{domain}
mydestination =
alias_maps =
alias_database =
default_transport = discard
relay_transport = discard
virtual_mailbox_domains = {domain}
virtual_transport = discard
virtual_mailbox_maps = static:all
virtual_alias_maps = inline:{{ {{ info@{domain} = sanne@{domain} }} }}
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_authorized_xclient_hosts = 127.0.0.1
enable_long_queue_ids = yes
maillog_file = {base}/log/mail.log
maillog_file_prefixes = {base}
"""
_SERVICES = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
proxymap unix - - n - - proxymap
discard unix - - n - - discard
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix(Temporary):
    """A running server; use it as a context manager, and it is gone afterwards."""

    def begin(self) -> None:
        """Configure and start it."""
        self._configure()
        self.run("start")
        self._wait(self._greets, "Postfix did not start")

    @property
    def log(self) -> Path:
        """Return its log."""
        return self.base / "log" / "mail.log"

    def command(self, word: str) -> list[str]:
        """Return what tells the server the *word*."""
        return [PROGRAM, "-c", str(self.base / "etc"), word]

    def run(self, word: str) -> None:
        """Tell the server the *word*."""
        done = subprocess.run(self.command(word), check=False, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"postfix {word}: {done.stderr}")

    def stop(self) -> None:
        """End it once what it wrote is in its log."""
        if (self.base / "queue" / "pid" / "master.pid").exists() and self._runs():
            self.run("stop")

    def deliver(
        self, sender: str, *recipients: str, name: str, address: str = "", login: str = ""
    ) -> str:
        """Deliver a message with the identifier *name* by *sender* to *recipients*, from *address*, as who logged in as *login*; return its queue's
        number."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=PATIENCE) as client:
            client.ehlo("pc.example")
            if address:
                told = f"NAME=pc.example ADDR={address}" + (f" LOGIN={login}" if login else "")
                code, answer = client.docmd("XCLIENT", told)
                assert code == 220, answer
                client.ehlo("pc.example")
            client.mail(sender)
            for one in recipients:
                code, answer = client.rcpt(one)
                assert code == 250, answer
            code, answer = client.data(f"Message-ID: <{name}>\r\nSubject: x\r\n\r\nx\r\n")
            assert code == 250, answer
        return answer.split()[-1].decode()

    def settled(self) -> None:
        """Wait until its queue is empty, which is told in the log."""
        self._wait(
            lambda: not any(one.is_file() for one in (self.base / "queue" / "active").rglob("*")),
            "the queue did not become empty",
        )
        time.sleep(0.2)

    def _configure(self) -> None:
        self.base.chmod(0o755)
        for name in ("etc", "queue", "data", "log"):
            (self.base / name).mkdir()
        shutil.chown(self.base / "data", "postfix")
        self.port = free_port()
        config = _CONFIG.format(base=self.base, domain=DOMAIN)
        (self.base / "etc" / "main.cf").write_text(config)
        (self.base / "etc" / "master.cf").write_text(_SERVICES.format(port=self.port))

    def _runs(self) -> bool:
        return (
            subprocess.run(self.command("status"), check=False, capture_output=True).returncode == 0
        )

    def _greets(self) -> bool:
        try:
            with smtplib.SMTP("127.0.0.1", self.port, timeout=PATIENCE):
                return True
        except OSError:
            return False

    def _wait(self, ready: Callable[[], bool], otherwise: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not ready():
            if time.monotonic() > deadline:
                raise RuntimeError(otherwise)
            time.sleep(0.02)
