"""Send requests to the API: with a token, within the rate limit, and again only where that can do no harm."""

import copy
import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import httpx

from overdracht_transip.client.access import Login, TokenRequest, Tokens
from overdracht_transip.client.errors import (
    BadAnswer,
    Busy,
    NotFound,
    RateLimited,
    Refused,
    TokenExpired,
    TokenRevoked,
    TransipError,
    Unanswered,
    Unreachable,
    refusal,
)
from overdracht_transip.client.ratelimit import Allowance, reset_moment
from overdracht_transip.client.reading import taken

Query = Mapping[str, str]

_NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


@dataclass(frozen=True)
class Patience:
    """How long to go on: *tries* of a request that fails, and *rate_limit* seconds at a time for the rate limit's window to end."""

    tries: int = 5
    first_pause: float = 1.0
    longest_pause: float = 30.0
    rate_limit: float = 960.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time

    def pause(self, tried: int) -> float:
        """Return how long to wait after the *tried*th failure; a random part keeps several from coming back together."""
        full: float = min(self.longest_pause, self.first_pause * 2 ** (tried - 1))
        return full * (0.5 + random.random() / 2)  # noqa: S311  # not a secret


class Session:
    """Speaks with the API at *http*'s address as *login*. May be used by several threads.

    With *rehearsing* every request asks the API to validate and change nothing (`test=1`).
    """

    def __init__(
        self,
        http: httpx.Client,
        login: Login,
        patience: Patience | None = None,
        *,
        rehearsing: bool = False,
    ) -> None:
        self._http = http
        self._patience = patience or Patience()
        self._rehearsing = rehearsing
        self._tokens = Tokens(login, self._ask_token)
        self._allowance = Allowance(self._patience.clock)

    def rehearsal(self) -> "Session":
        """Return a session with the same tokens and allowance whose requests change nothing."""
        twin = copy.copy(self)
        twin._rehearsing = True  # noqa: SLF001  # its own class
        return twin

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, key: str, path: str, *names: object, query: Query | None = None) -> Any:
        """Return what the answer of *path* has under *key*; the *names* take the places of `{}`."""
        return taken(self.answer(path, *names, query=query), key)

    def answer(self, path: str, *names: object, query: Query | None = None) -> Any:
        """Return the whole answer of *path*."""
        return _json(f"GET {path}", self._send("GET", path, names, query=query))

    def pages(self, key: str, path: str, *names: object, query: Query) -> Iterator[Any]:
        """Yield what is under *key* of every page, as long as the answer names a next one."""
        asked = dict(query)
        while True:
            answer = self.answer(path, *names, query=asked)
            yield taken(answer, key)
            following = _next_page(answer)
            if following is None:
                return
            if int(following) <= int(asked.get("page", "1")):
                raise BadAnswer(f"GET {path}: page {following} is said to come next")
            asked["page"] = following

    def change(self, method: str, path: str, *names: object, body: object = None) -> httpx.Response:
        """Send a request that changes something, and return the answer."""
        return self._send(method, path, names, body=body)

    def _send(
        self,
        method: str,
        path: str,
        names: tuple[object, ...],
        *,
        query: Query | None = None,
        body: object = None,
    ) -> httpx.Response:
        read_only = method == "GET"
        asked = f"{method} {path.replace('{}', '…')}"
        url = _filled_in(asked, path, names)
        parameters = {**(query or {}), **({"test": "1"} if self._rehearsing else {})}
        renewed = False
        tried = 0
        while True:
            self._wait_for_allowance(asked)
            token = self._tokens.value(read_only=read_only)
            try:
                return self._try(method, url, asked, parameters, body, token)
            except (TokenExpired, TokenRevoked):
                if renewed or not self._tokens.can_renew:
                    raise
                self._tokens.discard(token)
                renewed = True
            except TransipError as error:
                tried += 1
                harmless = read_only or self._rehearsing
                if tried >= self._patience.tries or not _may_repeat(error, harmless=harmless):
                    raise
                self._patience.sleep(self._patience.pause(tried))

    def _try(
        self, method: str, url: str, asked: str, query: Query, body: object, token: str
    ) -> httpx.Response:
        headers, content = {"Authorization": f"Bearer {token}"}, None
        if body is not None:
            content = json.dumps(body)  # in ASCII, whatever is in the texts
            headers["Content-Type"] = "application/json"
        request = self._http.build_request(
            method, url.lstrip("/"), params=dict(query), content=content, headers=headers
        )
        response = self._exchange(request, asked)
        self._allowance.note(
            response.headers, spent=response.status_code == HTTPStatus.TOO_MANY_REQUESTS
        )
        if response.is_success:
            return response
        raise self._refusal(response, asked)

    def _refusal(self, response: httpx.Response, asked: str) -> Refused:
        error = refusal(asked, response.status_code, _error_text(response))
        if isinstance(error, RateLimited):
            error.reset = reset_moment(response.headers)
        return error

    def _exchange(self, request: httpx.Request, asked: str) -> httpx.Response:
        try:
            return self._http.send(request)
        except _NOTHING_SENT as error:
            raise Unreachable(f"{asked}: no connection: {type(error).__name__}") from error
        except httpx.DecodingError as error:
            raise BadAnswer(f"{asked}: the answer is damaged") from error
        except httpx.TransportError as error:
            raise Unanswered(f"{asked}: no answer: {type(error).__name__}") from error

    def _wait_for_allowance(self, asked: str) -> None:
        seconds = self._allowance.wait_needed()
        if seconds > self._patience.rate_limit:
            raise RateLimited(asked, 429, f"no requests allowed for {seconds:.0f} seconds")
        if seconds > 0:
            self._patience.sleep(seconds)

    def _ask_token(self, new_request: Callable[[], TokenRequest]) -> Any:
        tried = 0
        while True:
            try:
                # A nonce is used once, so it is a new request every time.
                return self._try_token(new_request())
            except TransipError as error:
                tried += 1
                if tried >= self._patience.tries or not _may_repeat(error, harmless=True):
                    raise
                self._patience.sleep(self._patience.pause(tried))

    def _try_token(self, request: TokenRequest) -> Any:
        asked = "POST /auth"
        headers = {"Content-Type": "application/json", "Signature": request.signature}
        response = self._exchange(
            self._http.build_request("POST", "auth", content=request.body, headers=headers), asked
        )
        if not response.is_success:
            raise self._refusal(response, asked)
        return _json(asked, response)


def _filled_in(asked: str, path: str, names: tuple[object, ...]) -> str:
    """Return *path* with the *names*, each of which stays one part of it, whatever is in it."""
    quoted = [quote(str(name), safe="@", errors="replace") for name in names]
    if not all(one.strip(".") for one in quoted):  # "", "." and ".." would lead elsewhere
        raise NotFound(asked, HTTPStatus.NOT_FOUND, "there is nothing without a name")
    return path.format(*quoted)


def _may_repeat(error: TransipError, *, harmless: bool) -> bool:
    """Say whether a request that failed with *error* may be sent again.

    It may where it certainly had no effect, and what is *harmless* in any case may where there was no effect or no answer. A change of which
    nobody knows whether it happened is never repeated here: who asked for it looks first.
    """
    return isinstance(error, Unreachable | RateLimited | Busy) or (harmless and error.in_doubt)


def _json(asked: str, response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        raise BadAnswer(f"{asked.replace('{}', '…')}: the answer is no JSON") from None


def _error_text(response: httpx.Response) -> str:
    try:
        value = response.json()
    except ValueError:
        return "(an answer without an error's text)"
    text = value.get("error") if isinstance(value, dict) else None
    return text if isinstance(text, str) else "(an answer without an error's text)"


def _next_page(answer: Any) -> str | None:
    """Return the number of the page that *answer* says comes next.

    `_links` is a list in most answers and an object where there are pages. Only the number is taken from the link: the token goes nowhere else.
    """
    links = answer.get("_links")
    pages = links.get("pages") if isinstance(links, dict) else None
    for link in pages or ():
        if link.get("rel") == "next":
            url = link.get("link") or link.get("href") or ""
            number = dict(parse_qsl(urlsplit(url).query)).get("page", "")
            if not number.isdecimal():
                raise BadAnswer("the link to the next page has no number")
            return number
    return None
