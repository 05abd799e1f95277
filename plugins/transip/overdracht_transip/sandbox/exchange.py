"""A request to the sandbox, its answer, and what a handler has in hand in between."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

import orjson

Record = dict[str, Any]
"""An object as the API shows it; keys that begin with an underscore are never shown."""


@dataclass(frozen=True)
class Request:
    """What a client sent; *path* is without the query, and *address* is where it came from."""

    method: str
    path: str
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    """In lower case."""
    body: bytes = b""
    address: str = "127.0.0.1"
    origin: str = "https://api.transip.nl"
    """Scheme and host, which links in answers begin with."""

    def first(self, name: str) -> str | None:
        """Return the first value of the query's *name*."""
        values = self.query.get(name)
        return values[0] if values else None

    @property
    def is_test(self) -> bool:
        """Say whether nothing is to be changed."""
        return self.first("test") == "1"

    def json(self) -> Record:
        """Return the body; an empty one is an empty object, and so is PHP's `[]`, which cannot tell the two apart."""
        if not self.body:
            return {}
        try:
            value = orjson.loads(self.body)
        except ValueError:
            raise Refusal(
                HTTPStatus.UNPROCESSABLE_ENTITY, "Malformed JSON in the request"
            ) from None
        if not isinstance(value, dict) and value != []:
            raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "The request's body is no object")
        return value or {}


class Refusal(Exception):  # named for what it is
    """The API answers with *status* and the error *text*."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = int(status)
        self.text = text


@dataclass(frozen=True)
class Answer:
    """What goes back: *body* None is none at all."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    """Goes out instead of the body."""

    def content(self) -> bytes:
        """Return the bytes that go out, with slashes escaped as PHP does."""
        if self.raw is not None:
            return self.raw
        if self.body is None:
            return b""
        return json.dumps(self.body, ensure_ascii=True).replace("/", "\\/").encode()


@dataclass(frozen=True)
class Call:
    """What a handler has in hand."""

    request: Request
    login: str
    now: datetime
    """In UTC."""
    mine: dict[str, Any]
    """The account's objects; a change is kept where the answer is a success and no test was asked for."""
    everyone: dict[str, Any]
    """All accounts' objects, by login."""
    names: tuple[str, ...]
    """What stood in the path at the places of `{}`."""
    settings: Mapping[str, Any]
    busy: "dict[str, Any]"
    """What is being worked on: `domains/NAME` to how many refusals are left and why."""

    @property
    def name(self) -> str:
        """The first of the names."""
        return self.names[0]

    def refuse_while_busy(self, key: str) -> None:
        """Refuse where *key* is being worked on, one time fewer from now on."""
        state = self.busy.get(key)
        if state is None:
            return
        if state["left"] > 0:
            state["left"] -= 1
        if state["left"] == 0:
            del self.busy[key]
        raise Refusal(state["status"], state["text"])


def shown(record: Mapping[str, Any]) -> Record:
    """Return *record* without what is not shown."""
    return {key: value for key, value in record.items() if not key.startswith("_")}


def found(**body: Any) -> Answer:
    """Answer a GET."""
    return Answer(HTTPStatus.OK, body)


def created() -> Answer:
    """Answer a POST, with the empty list that the real one answers with."""
    return Answer(HTTPStatus.CREATED, [])


def done(headers: Mapping[str, str] | None = None) -> Answer:
    """Answer a PUT, PATCH or DELETE: with nothing."""
    return Answer(HTTPStatus.NO_CONTENT, None, headers or {})
