"""One Kinto for all tests, reached by way of a proxy that can break off."""

from collections.abc import Iterator

import pytest

from tests.rest.harness import ACCOUNT, VARIABLE, KintoHarness
from tests.servers.kinto import Kinto
from tests.servers.proxy import Proxy


@pytest.fixture(scope="session")
def kinto() -> Iterator[Kinto]:
    """A running server."""
    with Kinto() as server:
        yield server


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the password, and do not wait long between tries."""
    monkeypatch.setenv(VARIABLE, ACCOUNT[1])
    monkeypatch.setattr("overdracht_rest.api.PATIENCE", (0.01, 0.01))


@pytest.fixture
def collections(kinto: Kinto, quick: None) -> Iterator[KintoHarness]:
    """Two empty collections of this test's own."""
    with Proxy(kinto.port) as way:
        yield KintoHarness(kinto, way)
