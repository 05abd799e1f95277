"""A real server for the tests of address books and calendars."""

import os
from collections.abc import Iterator

import pytest

from tests.servers.radicale import PASSWORD, PASSWORD_VARIABLE, Radicale


@pytest.fixture(scope="session")
def running() -> Iterator[Radicale]:
    """One server for all tests, which are users of their own on it."""
    pytest.importorskip("radicale") if not os.environ.get("CI") else None
    with Radicale() as server:
        yield server


@pytest.fixture
def radicale(running: Radicale, monkeypatch: pytest.MonkeyPatch) -> Radicale:
    """The server, well, and its password where the settings look for it."""
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    running.permit()
    return running
