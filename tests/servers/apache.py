"""A real Apache httpd on a free loopback port: an ordinary process with its own configuration, logging as Debian's does.

Who asks gives a user name, which must be one of the accounts, and the address that they pretend to come from.
"""

import base64
import hashlib
import http.client
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from tests.servers.ports import free_port
from tests.servers.temporary import Temporary

PROGRAM = "/usr/sbin/apache2"
MODULES = "/usr/lib/apache2/modules"
PATIENCE = 20.0
PASSWORD = "geheim"
ERROR_FORMATS = {
    "default": "",
    "iso": 'ErrorLogFormat "[%{cu}t] [%-m:%-l] [pid %P:tid %T] %7F: %E: [client\\ %a] %M% ,\\ referer\\ %{Referer}i"',
}

_NAMES = (
    "mpm_event authz_core authn_core authn_file authz_user auth_basic alias env ratelimit remoteip"
)
_CONFIG = """
ServerRoot {base}
DefaultRuntimeDir {base}
PidFile {base}/pid
Listen 127.0.0.1:{port}
ServerName www.vanderberg.example
{modules}
User nobody
Group nogroup
StartServers 2
DocumentRoot {base}/htdocs
RemoteIPHeader X-Forwarded-For
RemoteIPInternalProxy 127.0.0.1
LogFormat "%v:%p %h %l %u %t \\"%r\\" %>s %O \\"%{{Referer}}i\\" \\"%{{User-Agent}}i\\"" vhost_combined
LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{{Referer}}i\\" \\"%{{User-Agent}}i\\"" combined
LogFormat "%h %l %u %t \\"%r\\" %>s %O" common
LogLevel notice core:info
{error_format}
ErrorLog log/error.log
CustomLog log/other_vhosts_access.log vhost_combined
CustomLog log/access.log combined
CustomLog log/common.log common
<Directory {base}/htdocs>
  AuthType Basic
  AuthName log
  AuthUserFile {base}/users
  Require valid-user
</Directory>
<Location /slow>
  SetOutputFilter RATE_LIMIT
  SetEnv rate-limit 100
</Location>
"""
_ROTATE = """
{base}/log/*.log {{
  rotate 50
  missingok
  notifempty
  nomail
  create 0640 root root
  compress
  delaycompress
  sharedscripts
  su root root
  postrotate
    {graceful}
  endscript
}}
"""


class Apache(Temporary):
    """A running server; use it as a context manager, and it is gone afterwards."""

    def __init__(self, *users: str, error_format: str = "default") -> None:
        self._users = users
        self._error_format = ERROR_FORMATS[error_format]

    def begin(self) -> None:
        """Configure and start it."""
        self._configure()
        self.run("start")
        self._wait(lambda: self.pid.exists() and self._answers())

    @property
    def pid(self) -> Path:
        """Return the file with the number of its process."""
        return self.base / "pid"

    @property
    def log(self) -> Path:
        """Return the folder of its logs."""
        return self.base / "log"

    def command(self, word: str) -> list[str]:
        """Return what tells the server the *word*, as `apachectl` does."""
        return [PROGRAM, "-f", str(self.base / "httpd.conf"), "-k", word]

    def run(self, word: str) -> None:
        """Tell the server the *word*."""
        subprocess.run(self.command(word), check=True, capture_output=True)

    def rotate(self) -> None:
        """Have logrotate rotate the logs now."""
        state, config = self.base / "state", self.base / "rotate.conf"
        subprocess.run(
            ["/usr/sbin/logrotate", "-f", "-s", state, config], check=True, capture_output=True
        )

    def stop(self) -> None:
        """End it once every request has been answered, and logged."""
        if hasattr(self, "base") and self.pid.exists():
            self.run("graceful-stop")
            self._wait(lambda: not self.pid.exists())

    def ask(
        self, path: str, user: str, address: str = "192.0.2.1", referer: str = ""
    ) -> http.client.HTTPResponse:
        """Return the answer to a request for *path* by *user* from *address*, whole."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        told = base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()
        headers = {
            "Authorization": f"Basic {told}",
            "X-Forwarded-For": address,
            "Connection": "close",
        }
        if referer:
            headers["Referer"] = referer
        connection.request("GET", quote(path, safe="/?=%&"), headers=headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer

    def _configure(self) -> None:
        self.base.chmod(0o755)
        self.log.mkdir()
        (self.base / "htdocs").mkdir()
        (self.base / "htdocs" / "index.html").write_text("ok\n")
        (self.base / "htdocs" / "slow").write_bytes(bytes(200 << 10))
        self.port = free_port()
        (self.base / "users").write_text("".join(_account(one) for one in self._users))
        modules = "\n".join(
            f"LoadModule {one}_module {MODULES}/mod_{one}.so" for one in _NAMES.split()
        )
        config = _CONFIG.format(
            base=self.base, port=self.port, modules=modules, error_format=self._error_format
        )
        (self.base / "httpd.conf").write_text(config)
        graceful = " ".join(self.command("graceful"))
        rotate = self.base / "rotate.conf"
        rotate.write_text(_ROTATE.format(base=self.base, graceful=graceful))
        rotate.chmod(0o600)

    def _answers(self) -> bool:
        try:
            return self.ask("/", "nobody").status == 401
        except OSError:
            return False

    def _wait(self, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not ready():
            if time.monotonic() > deadline:
                log = self.log / "error.log"
                raise RuntimeError(log.read_text() if log.exists() else "Apache did not start")
            time.sleep(0.02)


def _account(user: str) -> str:
    digest = hashlib.sha1(PASSWORD.encode(), usedforsecurity=False).digest()
    return f"{user}:{{SHA}}{base64.b64encode(digest).decode()}\n"
