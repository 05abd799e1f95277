"""Speak HTTP to a CardDAV or CalDAV server: one connection, one origin, every fault in one clear line."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpx

from overdracht import Misbehaving, Refused, Unreachable
from overdracht_contacts.dav_settings import DavSettings

_REDIRECTS = frozenset({301, 302, 307, 308})
_MOST_REDIRECTS = 5


class Status(Exception):
    """The server answers with this status instead of what was asked for."""

    def __init__(self, code: int) -> None:
        super().__init__(f"the server answers {code}")
        self.code = code


def why(code: int) -> str:
    """Return in one line what the status *code* means for who asked."""
    known = {
        401: "the server does not take the user name or password",
        403: "the server does not permit it",
        404: "it is not there",
        405: "the server does not do this here",
        412: "it changed meanwhile",
        423: "somebody has locked it",
        429: "the server has been asked too often",
        507: "the server cuts its answer off",
    }
    return known.get(code, f"the server answers {code}")


class Server:
    """A connection to the server of *settings*."""

    def __init__(self, settings: DavSettings) -> None:
        self._settings = settings
        self._origin = urlsplit(settings.url[0])[:2]
        self._place = self._origin[1].rpartition("@")[2]
        secret = settings.password.get().reveal()
        kind = httpx.DigestAuth if settings.auth == "digest" else httpx.BasicAuth
        self._client = httpx.Client(
            auth=kind(settings.username, secret),
            verify=_context(settings),
            timeout=settings.timeout,
            trust_env=False,
            # A compressed answer has a weak ETag behind some web servers, by which nothing can be changed safely.
            headers={"Accept-Encoding": "identity", "User-Agent": "overdracht"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def url(self, href: str) -> str:
        """Return the whole address of *href*, which must be on the same server."""
        base = "{}://{}/".format(*self._origin)
        whole = urljoin(base, href)
        if urlsplit(whole)[:2] != self._origin:
            raise Misbehaving(
                f"{self._place} sends us to another server", remedy="give that server's own address"
            )
        return whole

    @contextmanager
    def asked(
        self, method: str, href: str, content: bytes = b"", **headers: str
    ) -> Iterator[httpx.Response]:
        """Give the answer to a question, to be read as it comes in; Status when it is not what was asked for."""
        if content:
            headers.setdefault("Content-Type", "application/xml; charset=utf-8")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            for _ in range(_MOST_REDIRECTS):
                with self._client.stream(
                    method, self.url(href), content=content or None, headers=named
                ) as answer:
                    if answer.status_code in _REDIRECTS and answer.headers.get("Location"):
                        href = urljoin(self.url(href), answer.headers["Location"])
                        continue
                    if answer.status_code == 401:
                        raise Refused(
                            f"{self._place} does not take the user name or password",
                            remedy="check `username`, `password` and `auth`",
                        )
                    if not answer.is_success:
                        raise Status(answer.status_code)
                    yield answer
                    return
        except httpx.TimeoutException as error:
            raise Unreachable(
                f"{self._place} did not answer in time", remedy="raise `timeout`"
            ) from error
        except httpx.TransportError as error:
            raise Unreachable(f"{self._place} {_said(error)}") from error
        raise Misbehaving(f"{self._place} sends us from address to address")


def _said(error: httpx.TransportError) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"has a certificate that is not trusted: {cause.verify_message}"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.ConnectError):
        return "cannot be reached"
    return "broke the connection off"


def _context(settings: DavSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(
            cafile=None if settings.ca_file is None else str(settings.ca_file)
        )
    except (OSError, ssl.SSLError) as error:
        raise Refused(
            f"the ca_file {settings.ca_file} cannot be used", remedy="give a readable PEM file"
        ) from error
