"""Speak to a REST API: lists page by page, one record, one request that changes something. Nothing here knows of a person."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Self
from urllib.parse import quote, urljoin, urlsplit

import httpx

from overdracht import Misbehaving, Refused, Unreachable
from overdracht_rest.settings import Forget, Paging, Resource, RestSettings

PATIENCE = (1.0, 4.0, 16.0)
"""Seconds to wait before each further try, unless the server says how long."""
LONGEST_WAIT = 120.0
MOST_BYTES = 64 << 20
"""Of one answer."""
_LATER = frozenset({429, 502, 503, 504})
_GONE = frozenset({404, 410})
_COUNTED = frozenset({"page", "offset"})
_NO_PAGES = "look whether the server knows the parameter that `paging` names"

Record = dict[str, Any]


class Done(Enum):
    """What came of a request that changes something."""

    DONE = "done"
    GONE = "gone"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class One:
    """One record as it is now."""

    record: Record
    etag: str


class Api:
    """A conversation with the API of *settings*; use it as a context manager. Raises SourceError and nothing else."""

    def __init__(self, settings: RestSettings, pause: Callable[[float], None] = time.sleep) -> None:
        self._settings = settings
        self._pause = pause
        self._origin = urlsplit(settings.url)[:2]
        self.place = urlsplit(settings.url).netloc
        headers = {"Accept": "application/json", "User-Agent": "overdracht"}
        if settings.token is not None:
            secret = settings.token.get().reveal()
            headers[settings.header] = settings.header_form.replace("{token}", secret)
        auth = None
        if settings.password is not None:
            auth = httpx.BasicAuth(settings.username, settings.password.get().reveal())
        self._client = httpx.Client(
            headers=headers,
            auth=auth,
            timeout=settings.timeout,
            verify=_trusted(settings),
            follow_redirects=False,  # what is sent along is for this server only
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def pages(self, resource: Resource, query: str = "") -> Iterator[list[Record]]:
        """Yield the records of *resource* as the server gives them, a page at a time; *query* narrows the list."""
        paging = resource.paging
        counted = paging.by in _COUNTED
        url, number, total, before = self._first(resource, query), 0, 0, None
        while url:
            response = self._get(url)
            if counted and number and response.status_code == httpx.codes.NOT_FOUND:
                return  # so some say that there is no such page any more
            records = self._records(response, resource)
            if counted and records and records == before:
                raise Misbehaving(f"{self.place}: a list that does not end", remedy=_NO_PAGES)
            yield records
            if counted and not records:
                return  # a page that is not full is no end: the server may give fewer than were asked for
            number, total, before = number + 1, total + len(records), records
            value = total if paging.by == "offset" else paging.first + number
            following = self._next(paging, response, url, value)
            if following == url:
                raise Misbehaving(f"{self.place}: a list that does not end")
            url = following

    def _records(self, response: httpx.Response, resource: Resource) -> list[Record]:
        records = at(self._read(response), resource.items)
        if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
            raise Misbehaving(f"{self.place}: there is no list of records where `items` says")
        return records

    def one(self, resource: Resource, identity: str) -> One | None:
        """Return the record of this *identity*, None when there is none."""
        response = self._get(self._url(resource.item, identity))
        if response.status_code in _GONE:
            return None
        record = at(self._read(response), resource.object)
        if not isinstance(record, dict):
            raise Misbehaving(f"{self.place}: there is no record where `object` says")
        return One(record, response.headers.get("ETag", ""))

    def answer(self, path: str) -> object:
        """Return what the API answers at *path*."""
        return self._read(self._get(self._url(path)))

    def act(self, resource: Resource, identity: str, forget: Forget, etag: str = "") -> Done:
        """Delete or blank the record of this *identity*, if it still has this *etag*."""
        url = self._url(forget.path or resource.item, identity)
        headers = {"If-Match": etag} if etag else {}
        body = None if forget.body is None else dict(forget.body)
        response = self._send(forget.method, url, headers=headers, json=body)
        if response.status_code in _GONE:
            return Done.GONE
        if response.status_code == httpx.codes.PRECONDITION_FAILED:
            return Done.CHANGED
        self._require(response)
        return Done.DONE

    # -- one request ---------------------------------------------------------------------------------------------------------------

    def _first(self, resource: Resource, query: str) -> str:
        url, paging = self._url(resource.list), resource.paging
        wanted = [query] if query else []
        if paging.size_name:
            wanted.append(f"{quote(paging.size_name)}={paging.size}")
        if paging.by == "page":
            wanted.append(f"{quote(paging.name)}={paging.first}")
        return _with(url, wanted)

    def _next(self, paging: Paging, response: httpx.Response, url: str, value: int) -> str:
        following: object
        if paging.by == "link":
            following = response.links.get("next", {}).get("url", "")
        elif paging.by == "header":
            following = response.headers.get(paging.name, "")
        elif paging.by == "field":
            following = at(self._read(response), paging.name) or ""
        elif paging.by == "nothing":
            return ""
        else:
            return str(httpx.URL(url).copy_set_param(paging.name, value))
        if not isinstance(following, str):
            raise Misbehaving(f"{self.place}: what says how a list goes on is no address")
        return self._same_server(urljoin(url, following)) if following else ""

    def _same_server(self, url: str) -> str:
        if urlsplit(url)[:2] != self._origin:
            raise Misbehaving(f"{self.place}: a list that goes on at another server")
        return url

    def _url(self, path: str, identity: str = "") -> str:
        return self._settings.url + path.lstrip("/").replace("{id}", quote(identity, safe=""))

    def _get(self, url: str) -> httpx.Response:
        return self._send("GET", url)

    def _send(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, json: object = None
    ) -> httpx.Response:
        """Send a request, again as long as the server says that it did nothing yet; reading is tried again when the connection fails too."""
        waits = iter(PATIENCE)
        while True:
            error: httpx.HTTPError | None = None
            try:
                response = self._client.request(method, url, headers=headers, json=json)
            except httpx.HTTPError as caught:
                error = caught
            wait = next(waits, None)
            if error is not None:
                # A change may have been made although its answer was lost: who asked has to look first.
                if wait is None or method != "GET" or isinstance(error, httpx.ConnectError):
                    reason = type(error).__name__
                    raise Unreachable(f"{self.place} does not answer: {reason}") from error
                self._pause(wait)
            elif response.status_code in _LATER and wait is not None:
                self._pause(_asked_to_wait(response, wait))
            else:
                return response

    def _require(self, response: httpx.Response) -> None:
        code = response.status_code
        if response.is_success:
            return
        if code in {401, 403}:
            raise Refused(
                f"{self.place} says no ({code})", remedy="look at the account and its rights"
            )
        if code in _LATER:
            raise Unreachable(f"{self.place} cannot answer now ({code})")
        raise Misbehaving(f"{self.place} answers {code}", remedy="look at the paths")

    def _read(self, response: httpx.Response) -> object:
        self._require(response)
        if len(response.content) > MOST_BYTES:
            raise Misbehaving(f"{self.place}: an answer that is too long")
        try:
            return json.loads(response.content)
        except ValueError as error:
            raise Misbehaving(f"{self.place}: an answer that is no JSON") from error


def _trusted(settings: RestSettings) -> Any:
    if settings.ca_file is None:
        return True
    import ssl

    return ssl.create_default_context(cafile=str(settings.ca_file))


def _asked_to_wait(response: httpx.Response, otherwise: float) -> float:
    asked = response.headers.get("Retry-After", "")
    return min(float(asked), LONGEST_WAIT) if asked.isdigit() else otherwise


def _with(url: str, wanted: list[str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{'&'.join(wanted)}" if wanted else url


def at(answer: object, path: str) -> object:
    """Return what stands at *path* in *answer*: names with dots between them; empty is all of it, and what is not there is None."""
    found = answer
    for name in path.split(".") if path else ():
        if not isinstance(found, dict):
            return None
        found = found.get(name)
    return found
