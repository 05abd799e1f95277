"""The receiving half of the contract: what every connector promises that can take in what was exported, one numbered promise a test."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from overdracht.connector import Restores
from overdracht.items import File, Gap, Line, Piece
from overdracht.people import SANNE
from overdracht.steps import Result
from overdracht.testing.acting import items_of_sanne
from overdracht.testing.cast import RECORDS, tokens
from overdracht.testing.harness import ErasingHarness


class RestoringContract:
    """Inherit this in a test module, beside the other halves, and override the fixture `harness`."""

    @pytest.fixture
    def harness(self) -> ErasingHarness:
        """Return an empty system of this test's own."""
        raise NotImplementedError

    def test_s01_what_was_exported_comes_back(self, harness: ErasingHarness) -> None:
        """S1: What was exported and has gone since is there again: found as surely as before, and exported to the same content; each of
        it is called restored."""
        harness.fill(RECORDS)
        pieces = _exported(harness)
        for token in tokens(SANNE):
            harness.remove(token)
        assert _restore(harness, pieces) == {Result.RESTORED}
        assert harness.held() == {one.token for one in RECORDS}
        assert _contents(_exported(harness)) == _contents(pieces)

    def test_s02_what_is_there_stays(self, harness: ErasingHarness) -> None:
        """S2: What is there already stays as it is, to the byte, and is not there twice; it is called retained."""
        harness.fill(RECORDS)
        pieces = _exported(harness)
        before = harness.snapshot()
        assert _restore(harness, pieces) == {Result.RETAINED}
        assert harness.snapshot() == before

    def test_s03_nothing_else_changes(self, harness: ErasingHarness) -> None:
        """S3: Nothing that is not in the export changes, comes or goes."""
        harness.fill(RECORDS)
        pieces = _exported(harness)
        mine = tokens(SANNE)
        rest = harness.rest(mine)
        for token in mine:
            harness.remove(token)
        _restore(harness, pieces)
        assert harness.rest(mine) == rest


def _exported(harness: ErasingHarness) -> list[Piece]:
    """Return the export of what is surely Sanne's, its content read."""
    pieces: list[Piece] = []
    for piece in harness.connector().export(iter(items_of_sanne(harness))):
        assert not isinstance(piece, Gap)
        if isinstance(piece, Line) or isinstance(piece.content, bytes):
            pieces.append(piece)
        else:
            pieces.append(replace(piece, content=b"".join(piece.content)))
    return pieces


def _contents(pieces: Iterable[Piece]) -> list[bytes]:
    return sorted(
        one.content for one in pieces if isinstance(one, File) and isinstance(one.content, bytes)
    )


def _restore(harness: ErasingHarness, pieces: Iterable[Piece]) -> set[Result]:
    connector = harness.connector()
    assert isinstance(connector, Restores)
    return {one.result for one in connector.restore(iter(pieces))}
