"""All that the sandbox knows: plain values that JSON can hold, in memory or in a file."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import orjson

from overdracht import write_all

State = dict[str, Any]

COLLECTIONS = (
    "domains",
    "defaults",
    "mail",
    "vps",
    "storages",
    "monitoringContacts",
    "openstackUsers",
    "openstackProjects",
    "sshKeys",
    "certificates",
    "invoices",
    "privateNetworks",
    "haips",
    "actions",
)

SETTINGS: dict[str, Any] = {
    "rateLimit": 1000,
    "rateWindow": 900,
    "disputedPaths": "spec",
    "goneIsShown": False,
    "emptyMailIsNotFound": False,
    "cannotReceive": [],
}
"""How it behaves where the real one is strict, unclear or has two faces.

*disputedPaths* are those of the API's description (`spec`), those of the PHP client (`php`), or `both`; *goneIsShown* has a domain that is gone
answered by name rather than with 404; *emptyMailIsNotFound* answers 404 where a domain has no mailboxes; *cannotReceive* are accounts that
cannot be handed anything.
"""


def new_state() -> State:
    """Return the state of a sandbox without accounts."""
    return {
        "settings": copied(SETTINGS),
        "clock": {"offset": 0.0, "fixed": None},
        "accounts": {},
        "objects": {},
        "signingKey": "",
        "nonces": {},
        "tokens": {},
        "windows": {},
        "busy": {},
        "faults": [],
        "requests": [],
        "changes": [],
    }


def copied(value: Any) -> Any:
    """Return a copy of *value* that shares nothing with it."""
    return orjson.loads(orjson.dumps(value))


class Store(Protocol):
    """Where the state is between two requests."""

    def opened(self) -> contextlib.AbstractContextManager[State]:
        """Give the state to one user at a time, and keep it as that one leaves it."""
        ...


class MemoryStore:
    """The state in memory; the sandbox's own lock keeps users apart."""

    def __init__(self, state: State | None = None) -> None:
        self._state = state or new_state()

    @contextmanager
    def opened(self) -> Iterator[State]:
        """Give the state."""
        yield self._state


class FileStore:
    """The state in the file at *path*, which several processes may use; only its owner can read it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def opened(self) -> Iterator[State]:
        """Give the state, and write it when it was not left by an error."""
        with self._locked():
            state = self._read()
            yield state
            self._write(state)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        lock = self._path.with_name(self._path.name + ".lock")
        descriptor = os.open(lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _read(self) -> State:
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return new_state()
        state: State = orjson.loads(content)
        return state

    def _write(self, state: State) -> None:
        new = self._path.with_name(f".{self._path.name}.new")
        descriptor = os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            write_all(descriptor, orjson.dumps(state))
        finally:
            os.close(descriptor)
        new.replace(self._path)
