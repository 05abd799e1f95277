"""A server that answers what a test tells it to, whatever a real one would say."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from overdracht_contacts.dav_settings import DavSettings
from tests.servers.radicale import PASSWORD_VARIABLE

Answer = tuple[int, dict[str, str], bytes]
Script = Callable[[str, str, bytes], Answer]
"""Method, path and content → the answer."""

BOOK = "/boek/"
IS_BOOK = (
    "<response><href>/boek/</href><propstat><prop><resourcetype><collection/><C:addressbook/></resourcetype></prop>"
    "<status>HTTP/1.1 200 OK</status></propstat></response>"
)


def multistatus(*responses: str) -> Answer:
    """Return the answer that holds these *responses*."""
    inside = "".join(responses)
    text = f'<?xml version="1.0"?><multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav">{inside}</multistatus>'
    return 207, {"Content-Type": "application/xml"}, text.encode()


def card(name: str, content: str, etag: str = '"1"') -> str:
    """Return the response that holds a card."""
    return (
        f"<response><href>{BOOK}{name}</href><propstat><prop><getetag>{etag}</getetag><C:address-data>{content}</C:address-data></prop>"
        "<status>HTTP/1.1 200 OK</status></propstat></response>"
    )


@contextmanager
def serving(
    script: Script, headers_seen: list[str] | None = None
) -> Iterator[tuple[DavSettings, list[tuple[str, str]]]]:
    """Give settings that reach a server that follows the *script*, and a list of what it is asked."""
    asked: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked.append((self.command, self.path))
            if headers_seen is not None:
                headers_seen.extend(f"{name}: {value}" for name, value in self.headers.items())
            code, headers, body = script(self.command, self.path, content)
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_PROPFIND = do_REPORT = do_GET = do_DELETE = do_PUT = _answer  # noqa: N815 - http.server looks for these names

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            settings = {
                "url": f"http://127.0.0.1:{server.server_port}{BOOK}",
                "username": "mmvi",
                "password": {"env": PASSWORD_VARIABLE},
                "timeout": 10,
            }
            yield DavSettings.model_validate(settings), asked
        finally:
            server.shutdown()
            thread.join()
