"""The world of the tests of erasing, which is as good to correct in."""

from tests.erasure.conftest import world

__all__ = ["world"]
