"""Set the sandbox's clock, faults and the rest from outside, and see what happened in it: `/sandbox/…` beside the API.

GET  /sandbox/changes       what changed, by whom
GET  /sandbox/requests      what was asked
GET  /sandbox/objects       everything there is
POST /sandbox/clock         {"now": "2026-03-01 12:00:00", "still": true} or {"days": 30}
POST /sandbox/settings      any of the settings
POST /sandbox/faults        {"kind": "cut-after", "method": "DELETE", "path": "/v6/domains/*", "times": 1, …}
POST /sandbox/busy          {"key": "domains/vanderberg.example", "name": "changeNameservers", "times": 3}
POST /sandbox/revoke        revoke all tokens
POST /sandbox/accept        {"domain": "vanderberg.example"} the target accepts the hand-over
"""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from overdracht_transip.sandbox.bodies import required
from overdracht_transip.sandbox.core import Sandbox, pass_by, set_clock
from overdracht_transip.sandbox.exchange import Answer, Refusal, Request
from overdracht_transip.sandbox.faults import Fault, Kind
from overdracht_transip.sandbox.moments import moment_of
from overdracht_transip.sandbox.world import World

SHOWN = ("changes", "requests", "objects", "settings", "faults")


def controlled(sandbox: Sandbox, request: Request) -> Answer:
    """Do what *request* says to *sandbox*."""
    what = request.path.removeprefix("/sandbox/")
    if request.method == "GET" and what in SHOWN:
        with sandbox.state() as state:
            return Answer(HTTPStatus.OK, {what: state[what]})
    if request.method != "POST" or what not in _ORDERS:
        raise Refusal(HTTPStatus.NOT_FOUND, "no such thing in the sandbox")
    try:
        _ORDERS[what](sandbox, request.json())
    except (KeyError, TypeError, ValueError) as error:
        raise Refusal(HTTPStatus.NOT_ACCEPTABLE, f"this is not understood: {error}") from error
    return Answer(HTTPStatus.OK, {"done": what})


def _clock(sandbox: Sandbox, body: dict[str, Any]) -> None:
    with sandbox.state() as state:
        if "now" in body:
            set_clock(state, moment_of(body["now"]), stands_still=bool(body.get("still")))
        else:
            pass_by(state, timedelta(days=float(required(body, "days"))))


def _settings(sandbox: Sandbox, body: dict[str, Any]) -> None:
    World(sandbox).set(**body)


def _faults(sandbox: Sandbox, body: dict[str, Any]) -> None:
    World(sandbox).break_down(Fault(**{**body, "kind": Kind(body["kind"])}))


def _busy(sandbox: Sandbox, body: dict[str, Any]) -> None:
    World(sandbox).keep_busy(**body)


def _revoke(sandbox: Sandbox, _body: dict[str, Any]) -> None:
    World(sandbox).revoke_tokens()


def _accept(sandbox: Sandbox, body: dict[str, Any]) -> None:
    World(sandbox).accept_hand_over(body["name"])


_ORDERS: dict[str, Callable[[Sandbox, dict[str, Any]], None]] = {
    "clock": _clock,
    "settings": _settings,
    "faults": _faults,
    "busy": _busy,
    "revoke": _revoke,
    "accept": _accept,
}
