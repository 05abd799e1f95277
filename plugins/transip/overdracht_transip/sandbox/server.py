"""Serve a sandbox over HTTP on this machine."""

import contextlib
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

from overdracht_transip.sandbox.control import controlled
from overdracht_transip.sandbox.core import Sandbox
from overdracht_transip.sandbox.exchange import Answer, Refusal, Request
from overdracht_transip.sandbox.faults import Cut, Silence
from overdracht_transip.sandbox.transport import query_of


class SandboxServer:
    """Serves *sandbox* on a loopback *port*, a free one where that is 0, from `start` until `stop`.

    Beside the API stands `/sandbox/…`, with which the clock, the faults and the rest can be set from outside.
    """

    def __init__(self, sandbox: Sandbox | None = None, port: int = 0) -> None:
        self.sandbox = sandbox or Sandbox()
        self.stopping = threading.Event()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.owner = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The API's address."""
        return f"http://127.0.0.1:{self.port}/v6"

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def stop(self) -> None:
        """Serve no more; those who wait in silence are let go."""
        self.stopping.set()
        self._server.shutdown()
        self._server.end_connections()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for all of them
    owner: SandboxServer

    def __init__(self, *arguments: Any) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def end_connections(self) -> None:
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that went away, which is no fault of the sandbox's."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        parts = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=parts.path,
            query=query_of(parts.query),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
            address=self.client_address[0],
            origin=f"http://{self.headers.get('Host', '127.0.0.1')}",
        )
        owner = self.server.owner
        try:
            if parts.path.startswith("/sandbox/"):
                self._send(controlled(owner.sandbox, request))
                return
            answer, late = owner.sandbox.answer(request)
            owner.stopping.wait(late)
            self._send(answer)
        except Silence as silence:
            owner.stopping.wait(silence.seconds or None)
            self.close_connection = True
        except Cut as cut:
            self.close_connection = True
            if cut.begun is not None:
                self._send(cut.begun, whole=False)
        except Refusal as refusal:
            self._send(Answer(refusal.status, {"error": refusal.text}))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815  # the names in the standard library

    def _send(self, answer: Answer, *, whole: bool = True) -> None:
        content = answer.content()
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content if whole else content[: len(content) // 2])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name in the standard library
        """Write no line for a request: what was asked is in the state."""
