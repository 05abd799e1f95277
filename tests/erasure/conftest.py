"""What the tests of the erasure share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.erasure.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Three systems and a request that was not searched for yet."""
    one = World(tmp_path / "state")
    yield one
    one.store.close()
