"""Lists that go on in every way the configuration knows, and servers that are busy, forgetful or sly."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import ValidationError

from overdracht import Gap, Item, Kinds, Question, Searched, SourceError, Subject
from overdracht_rest.api import Api, Done
from overdracht_rest.connector import RestConnector
from overdracht_rest.settings import Forget, RestSettings
from tests.rest.harness import FIRST, UGLY, KintoHarness, resource

RECORDS = [
    {"id": number, "mail": f"klant{number}@elders.example", "since": 1_700_000_000 + number}
    for number in range(1, 8)
]
Answer = Callable[[str, dict[str, list[str]], Any], tuple[int, dict[str, str], Any]]


@contextmanager
def server(answer: Answer) -> Iterator[str]:
    """Give the address of a server whose every answer is what *answer* returns: status, headers, JSON."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            status, headers, body = answer(parts.path, parse_qs(parts.query), self)
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_DELETE = do_GET  # noqa: N815 - the library calls it so

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{http.server_address[1]}/api"
        finally:
            http.shutdown()
            thread.join()


def settings(url: str, **more: Any) -> RestSettings:
    """Return the settings for the records at *url*; *more* of the resource."""
    klanten = {
        "list": "klanten",
        "item": "klanten/{id}",
        "category": "contact",
        "fields": {"email": "mail"},
        "when": "since",
        "delete": {},
        **more,
    }
    return RestSettings.model_validate({"url": url, "resources": {"klanten": klanten}})


def found(url: str, **more: Any) -> list[Any]:
    """Return what finding the last customer says."""
    subject = Subject("x", (Kinds().parse("klant7@elders.example"),))
    return list(RestConnector("portaal", settings(url, **more)).find(Question(subject)))


def numbers(query: dict[str, list[str]], name: str, default: int) -> int:
    """Return the number that the *query* has under *name*."""
    return int(query.get(name, [str(default)])[0])


def paged(path: str, query: dict[str, list[str]], request: Any) -> tuple[int, dict[str, str], Any]:
    """Answer with three records at a time, and say in every way how it goes on."""
    start = numbers(query, "offset", 0) or (numbers(query, "page", 1) - 1) * 3
    following = f"{path}?offset={start + 3}" if start + 3 < len(RECORDS) else ""
    headers = {"Link": f'<{following}>; rel="next"', "X-Next": following} if following else {}
    body = {"rows": RECORDS[start : start + 3], "more": following or None}
    return 200, headers, body


@pytest.mark.parametrize(
    "paging",
    [
        {"by": "link"},
        {"by": "header", "name": "X-Next"},
        {"by": "field", "name": "more"},
        {"by": "page", "name": "page", "size": 3},
        {"by": "offset", "name": "offset", "size": 3},
    ],
    ids=lambda one: str(one["by"]),
)
def test_a_list_is_read_to_its_end(paging: dict[str, Any]) -> None:
    """However it says that it goes on, all of it is looked at, and the last record is found."""
    with server(paged) as url:
        item, searched = found(url, items="rows", paging=paging)
    assert item.key == "klanten/7"
    assert item.when.year == 2023
    assert searched == Searched("klanten", 7)


def test_a_list_that_goes_on_elsewhere_is_not_followed() -> None:
    """What is sent along is for this server only: a link to another one is a gap, and nobody is asked there."""

    def sly(*_: Any) -> tuple[int, dict[str, str], Any]:
        return 200, {"Link": '<http://127.0.0.1:9/klanten>; rel="next"'}, RECORDS

    with server(sly) as url:
        *_, gap = found(url, paging={"by": "link"})
    assert isinstance(gap, Gap)
    assert "another server" in gap.reason


def test_a_list_without_end_is_noticed() -> None:
    """A page that names itself as the next is a gap, not a loop."""

    def round_and_round(path: str, *_: Any) -> tuple[int, dict[str, str], Any]:
        return 200, {"X-Next": path}, RECORDS

    with server(round_and_round) as url:
        *_, gap = found(url, paging={"by": "header", "name": "X-Next"})
    assert isinstance(gap, Gap)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, {}, "says no (401)"),
        (418, {}, "answers 418"),
        (200, b"<html>", "no JSON"),
        (200, {"rows": "none"}, "no list of records"),
        (500, {}, "answers 500"),
    ],
)
def test_an_answer_that_cannot_be_used_is_a_gap(status: int, body: Any, said: str) -> None:
    """It says what, and never counts as an empty list."""
    with server(lambda *_: (status, {}, body)) as url:
        (gap,) = found(url, items="rows")
    assert isinstance(gap, Gap)
    assert said in gap.reason


def test_a_busy_server_is_waited_for_as_long_as_it_says(quick: None) -> None:
    """429 with Retry-After: that long, then the same again; nothing is lost."""
    asked: list[str] = []
    waited: list[float] = []

    def busy(path: str, *_: Any) -> tuple[int, dict[str, str], Any]:
        asked.append(path)
        return (429, {"Retry-After": "7"}, {}) if len(asked) == 1 else (200, {}, RECORDS)

    with server(busy) as url, Api(settings(url), waited.append) as api:
        records = [one for page in api.pages(settings(url).resources["klanten"]) for one in page]
    assert records == RECORDS
    assert waited == [7.0]


def test_a_change_is_never_sent_twice_when_its_answer_was_lost() -> None:
    """The server did it and hung up: that is an error, for who asked to look first; it is not sent again."""
    sent: list[str] = []

    def forgetful(path: str, _: Any, request: Any) -> tuple[int, dict[str, str], Any]:
        sent.append(f"{request.command} {path}")
        request.close_connection = True
        raise ConnectionAbortedError

    with (
        server(forgetful) as url,
        Api(settings(url), lambda _: None) as api,
        pytest.raises(SourceError),
    ):
        api.act(settings(url).resources["klanten"], "7", Forget())
    assert sent == ["DELETE /api/klanten/7"]


def test_what_is_not_there_any_more_is_gone() -> None:
    """404 and 410 to a deletion are success, of somebody else's."""
    for status in (404, 410):
        with server(lambda *_, code=status: (code, {}, {})) as url, Api(settings(url)) as api:
            assert api.act(settings(url).resources["klanten"], "7", Forget()) is Done.GONE


class TestTheServersOwnSearch:
    """A query where the person's identifiers go."""

    def test_it_is_asked_and_checked(self, collections: KintoHarness) -> None:
        """A plain find asks the server and decides itself; what that may miss stands in the coverage, and --thorough misses nothing."""
        searching = {
            FIRST: resource(
                collections.path(FIRST),
                fields={"email": "person.email", "name": "person.name"},
                holder="",
                search={"email": "like_person.email={value}", "name": "person.name={value}"},
            )
        }
        path = collections.path(FIRST)
        for number, mail in enumerate(
            ("jan@x.example", "arjan@x.example", "Jan@X.example", "p@y.example")
        ):
            collections.server.call(
                "PUT",
                f"{path}/r{number}",
                {"person": {"email": mail}, "notes": "Bel jan@x.example"},
            )
        collections.settings = {"resources": searching}
        subject = Subject("x", (Kinds().parse("jan@x.example"),))

        def ask(*, thorough: bool) -> tuple[set[str], Searched]:
            *items, end = collections.connector().find(Question(subject, thorough))
            assert isinstance(end, Searched)
            return {one.key for one in items if isinstance(one, Item)}, end

        plain, end = ask(thorough=False)
        assert plain == {f"{FIRST}/r0", f"{FIRST}/r2"}
        assert end.looked_at == 3
        assert end.note is not None
        everything, end = ask(thorough=True)
        assert everything == {f"{FIRST}/r{number}" for number in range(4)}
        assert end.note is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url": "http://portal.example/"}, "http is only allowed to this machine itself"),
        ({"url": "https://jan:geheim@portal.example/"}, "only scheme, name, port and path"),
        ({"resources": {}}, "at least 1 item"),
        ({"username": "", "password": {"env": "X"}}, "a password needs a username"),
    ],
)
def test_a_setting_that_cannot_work_is_refused(change: dict[str, Any], said: str) -> None:
    """With what is wrong, and without what was written: it may be a password."""
    written = {"url": "https://portal.example/", "resources": {UGLY: resource("x")}, **change}
    with pytest.raises(ValidationError, match=said) as refused:
        RestSettings.model_validate(written)
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"item": "klanten/7"}, "it must have {id} in it once"),
        ({"fields": {"mail": "mail"}}, "mail is no kind of identifier"),
        ({"search": {"email": "email=x"}}, "no {value} in it"),
        ({"holder": "kvk"}, "the holder is not among the fields"),
        ({"paging": {"by": "page", "name": "p"}}, "needs a size"),
        ({"blank": {"method": "PATCH"}}, "blank needs a body"),
    ],
)
def test_a_resource_that_cannot_work_is_refused(change: dict[str, Any], said: str) -> None:
    """Each with what is wrong."""
    with pytest.raises(ValidationError) as refused:
        settings("https://portal.example", **change)
    assert said in str(refused.value)
