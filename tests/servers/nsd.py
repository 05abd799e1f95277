"""A real NSD on a free loopback port that serves zone files: an ordinary process with its own configuration."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import dns.exception
import dns.query
import dns.zone

from tests.servers.ports import free_port

PROGRAM = "/usr/sbin/nsd"
PATIENCE = 20.0
_SERVER = """
server:
  ip-address: 127.0.0.1@{port}
  username: ""
  chroot: ""
  zonesdir: "{base}"
  zonelistfile: "{base}/zone.list"
  database: ""
  pidfile: "{base}/nsd.pid"
  logfile: "{base}/nsd.log"
  xfrdfile: "{base}/xfrd.state"
  xfrdir: "{base}"
  server-count: 1
remote-control:
  control-enable: no
"""
_ZONE = """
zone:
  name: {name}
  zonefile: "{file}"
  provide-xfr: 127.0.0.1 NOKEY
"""


class Nsd:
    """Serves *zones*, name → text of the zone file, from `with` to its end."""

    def __init__(self, zones: Mapping[str, str]) -> None:
        self.port = free_port()
        self._base = Path(tempfile.mkdtemp(prefix="nsd-"))
        text = _SERVER.format(port=self.port, base=self._base)
        for number, (name, zone) in enumerate(zones.items()):
            file = self._base / f"{number}.zone"
            file.write_text(zone)
            text += _ZONE.format(name=name, file=file)
        self._config = self._base / "nsd.conf"
        self._config.write_text(text)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [PROGRAM, "-d", "-c", str(self._config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait(PATIENCE)
        shutil.rmtree(self._base, ignore_errors=True)

    def transferred(self, name: str) -> dns.zone.Zone:
        """Return the zone *name* as a zone transfer gives it."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                answer = dns.query.xfr("127.0.0.1", name, port=self.port, relativize=False)
                return dns.zone.from_xfr(answer, relativize=False)
            except (OSError, EOFError, dns.exception.DNSException):
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
