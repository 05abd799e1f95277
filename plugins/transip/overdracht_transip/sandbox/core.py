"""The sandbox itself: one request in, one answer out, and the state as it is then."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from overdracht_transip.sandbox import domain_life, faults, mail, ratelimit, routes, servers, tokens
from overdracht_transip.sandbox.changes import changed
from overdracht_transip.sandbox.exchange import Answer, Call, Refusal, Request
from overdracht_transip.sandbox.faults import Fault
from overdracht_transip.sandbox.moments import in_zone, text_of
from overdracht_transip.sandbox.state import (
    COLLECTIONS,
    FileStore,
    MemoryStore,
    State,
    Store,
    copied,
)

READS = frozenset({"GET", "HEAD"})
KEPT_REQUESTS = 20_000
"""How many requests the log holds; changes are kept for ever."""


class Sandbox:
    """An API like TransIP's over the state in *store*, which is memory where none is given. May be used by several threads."""

    def __init__(self, store: Store | None = None) -> None:
        self._store = store or MemoryStore()
        self._lock = threading.RLock()

    @classmethod
    def of_file(cls, path: Path) -> "Sandbox":
        """Return a sandbox over the state in the file at *path*, which is made where it is not there."""
        return cls(FileStore(path))

    @contextmanager
    def state(self) -> Iterator[State]:
        """Give the whole state, to look at or to change past all rules."""
        with self._lock, self._store.opened() as state:
            self._pass_time(state)
            yield state

    def answer(self, request: Request) -> tuple[Answer, float]:
        """Return the answer to *request* and how many seconds to wait before it is given; raise Silence or Cut where there is to be none."""
        spoiled: faults.Silence | faults.Cut | None = None
        answer, late = Answer(HTTPStatus.INTERNAL_SERVER_ERROR), 0.0
        with self.state() as state:
            now = now_of(state)
            fault = faults.due(state["faults"], request)
            try:
                answer = self._answer(state, request, now, fault)
            except (faults.Silence, faults.Cut) as error:
                spoiled = error
            late = fault.seconds if fault is not None and fault.kind is faults.Kind.SLOW else 0.0
        if spoiled is not None:
            raise spoiled  # after the state was kept
        return answer, late

    def _answer(self, state: State, request: Request, now: datetime, fault: Fault | None) -> Answer:
        early = faults.refuse_first(fault)
        if early is not None:
            return _dressed(early, now, {})
        headers: dict[str, str] = {}
        entry = _entry(state, request, now)
        try:
            answer = self._handled(state, request, now, headers, entry)
        except Refusal as refusal:
            answer = Answer(refusal.status, {"error": refusal.text})
        entry["status"] = answer.status
        zone = request.headers.get("time-zone")
        moved = Answer(answer.status, in_zone(answer.body, zone), answer.headers)
        return faults.spoilt(fault, _dressed(moved, now, headers))

    def _handled(
        self,
        state: State,
        request: Request,
        now: datetime,
        headers: dict[str, str],
        entry: dict[str, Any],
    ) -> Answer:
        if request.path == "/v6/auth":
            if request.method != "POST":
                raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "Method not allowed")
            return tokens.issue(state, request, now)
        token = tokens.holder(state, request, now)
        entry["login"] = token["login"]
        headers.update(ratelimit.counted(state, token["login"], now))
        ratelimit.refuse_beyond(state, token["login"])
        handler, path, names = routes.match(request, state["settings"]["disputedPaths"])
        entry["route"] = path
        if token["ro"] and request.method not in READS:
            raise Refusal(HTTPStatus.FORBIDDEN, "This access token is read-only")  # guessed
        reads = request.method in READS
        objects = state["objects"] if reads else copied(state["objects"])
        call = Call(
            request=request,
            login=token["login"],
            now=now,
            mine=objects[token["login"]],
            everyone=objects,
            names=names,
            settings=state["settings"],
            busy=state["busy"],
        )
        answer = handler(call)
        # A refusal never comes here, and a test's copy is let go of: so neither can change anything.
        if not reads and not _is_test(state, request, token["login"]):
            _keep(state, objects, entry)
        return routes.paged(answer, request, path)

    def _pass_time(self, state: State) -> None:
        now = now_of(state)
        accounts = state["objects"].values()
        if not any(part.due(account, now) for account in accounts for part in _LIVES):
            return
        before = copied(state["objects"])
        for account in accounts:
            for part in _LIVES:
                part.advance(account, now)
        if differences := changed(before, state["objects"]):
            state["changes"].append({"at": text_of(now), "by": "time", "changed": differences})


_LIVES = (domain_life, mail, servers)
"""What time changes."""


def _is_test(state: State, request: Request, login: str) -> bool:
    return request.is_test or bool(state["accounts"][login]["onlyTests"])


def _keep(state: State, objects: dict[str, Any], entry: dict[str, Any]) -> None:
    differences = changed(state["objects"], objects)
    state["objects"] = objects
    if differences:
        by = f"{entry['method']} {entry['path']}"
        state["changes"].append({"at": entry["at"], "by": by, "changed": differences})


def _entry(state: State, request: Request, now: datetime) -> dict[str, Any]:
    entry = {
        "at": text_of(now),
        "method": request.method,
        "path": request.path,
        "test": request.is_test,
        "login": None,
        "route": None,
        "status": None,
    }
    state["requests"].append(entry)
    del state["requests"][:-KEPT_REQUESTS]
    return entry


def _dressed(answer: Answer, now: datetime, headers: dict[str, str]) -> Answer:
    dressing = {"Date": format_datetime(now, usegmt=True), "Server": "Apache"}
    if answer.body is not None or answer.raw is not None:
        dressing["Content-Type"] = "application/json"
    return Answer(answer.status, answer.body, {**dressing, **headers, **answer.headers}, answer.raw)


def now_of(state: State) -> datetime:
    """Return what time it is in *state*."""
    clock = state["clock"]
    stamp = clock["fixed"] if clock["fixed"] is not None else time.time() + clock["offset"]
    return datetime.fromtimestamp(stamp, UTC)


def set_clock(state: State, moment: datetime, *, stands_still: bool = False) -> None:
    """Let it be *moment* in *state* from now on; the clock goes on from there unless it *stands_still*."""
    stamp = moment.timestamp()
    state["clock"] = {
        "offset": stamp - time.time(),
        "fixed": stamp if stands_still else None,
    }


def pass_by(state: State, span: timedelta) -> None:
    """Let *span* pass in *state* at once."""
    clock = state["clock"]
    clock["offset"] += span.total_seconds()
    if clock["fixed"] is not None:
        clock["fixed"] += span.total_seconds()


def empty_objects() -> dict[str, Any]:
    """Return what a new account has."""
    return {kind: {} for kind in COLLECTIONS}
