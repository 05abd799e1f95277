"""Answer an httpx client from a sandbox in this process, without a socket."""

import time
from pathlib import Path
from urllib.parse import parse_qs

import httpx

from overdracht_transip.sandbox.core import Sandbox
from overdracht_transip.sandbox.exchange import Request
from overdracht_transip.sandbox.faults import Cut, Silence


class SandboxTransport(httpx.BaseTransport):
    """Hands every request to *sandbox*, as one from *address*."""

    def __init__(self, sandbox: Sandbox, address: str = "127.0.0.1") -> None:
        self._sandbox = sandbox
        self._address = address

    @classmethod
    def of_file(cls, path: Path) -> "SandboxTransport":
        """Return a transport to the sandbox whose state is in the file at *path*."""
        return cls(Sandbox.of_file(path))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer *request*."""
        asked = Request(
            method=request.method,
            path=request.url.raw_path.decode().partition("?")[0],
            query=query_of(request.url.query.decode()),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=request.read(),
            address=self._address,
        )
        try:
            answer, late = self._sandbox.answer(asked)
        except Silence as silence:
            raise httpx.ReadTimeout("silence", request=request) from silence
        except Cut as cut:
            raise httpx.RemoteProtocolError("cut", request=request) from cut
        if late:
            time.sleep(late)
        return httpx.Response(answer.status, headers=answer.headers, content=answer.content())


def query_of(text: str) -> dict[str, tuple[str, ...]]:
    """Return the parts of a query."""
    parts = parse_qs(text, keep_blank_values=True)
    return {name: tuple(values) for name, values in parts.items()}
