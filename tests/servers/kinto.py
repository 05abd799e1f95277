"""A real Kinto (a JSON store with a REST API) as an ordinary process, its data in memory."""

import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Self

import httpx

from tests.servers.ports import free_port

SETTINGS = """\
[server:main]
use = egg:waitress#main
host = 127.0.0.1
port = {port}

[app:main]
use = egg:kinto
kinto.project_name = overdracht tests
kinto.storage_backend = kinto.core.storage.memory
kinto.cache_backend = kinto.core.cache.memory
kinto.permission_backend = kinto.core.permission.memory
kinto.paginate_by = 200
kinto.userid_hmac_secret = of-the-tests-only
kinto.bucket_create_principals = system.Authenticated
multiauth.policies = basicauth
multiauth.policy.basicauth.use = kinto.core.authentication.BasicAuthAuthenticationPolicy
"""
ADMINISTRATOR = ("beheer", "geheim-van-beheer")
PATIENCE = 30.0


class Kinto:
    """A running server; use it as a context manager, and it is gone afterwards."""

    def __enter__(self) -> Self:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/v1/"
        self._folder = tempfile.TemporaryDirectory(prefix="kinto")
        settings = Path(self._folder.name, "kinto.ini")
        settings.write_text(SETTINGS.format(port=self.port))
        code = "import sys; from kinto.__main__ import main; sys.exit(main(['start', '--ini', sys.argv[1]]))"
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", code, settings],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.client = httpx.Client(base_url=self.url, auth=ADMINISTRATOR, timeout=30)
        self._buckets = 0
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(30)
        self._folder.cleanup()

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.client.get("").raise_for_status()
            except httpx.HTTPError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("Kinto did not start") from None
                time.sleep(0.1)
            else:
                return

    def bucket(self) -> str:
        """Return the path of a bucket that nobody has used before."""
        self._buckets += 1
        path = f"buckets/proef{self._buckets}"
        self.call("PUT", path)
        return path

    def principal(self, account: tuple[str, str]) -> str:
        """Return how the server names an *account*."""
        answer = httpx.get(self.url, auth=account).json()
        return str(answer["user"]["id"])

    def call(self, method: str, path: str, data: Any = None, **more: Any) -> Any:
        """Do as the administrator does, and return the answer."""
        body = None if data is None and not more else {"data": data or {}, **more}
        response = self.client.request(method, path, json=body)
        response.raise_for_status()
        return response.json()
