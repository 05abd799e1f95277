"""Connectors that break one promise each about restoring, and nothing else."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from overdracht import File, Outcome, Piece, Result
from overdracht.testing.memory import MemoryConnector
from tests.testing.breaking import Breakers

BREAKERS = Breakers()
breaks = BREAKERS.breaks


@breaks("s01")
class RestoresAllButOne(MemoryConnector):
    def restore(self, pieces: Iterable[Piece]) -> Iterator[Outcome]:
        files = [one for one in pieces if isinstance(one, File)]
        yield from super().restore(islice(files, len(files) - 1))


@breaks("s01")
class CallsItRetained(MemoryConnector):
    def restore(self, pieces: Iterable[Piece]) -> Iterator[Outcome]:
        yield from (replace(one, result=Result.RETAINED) for one in super().restore(pieces))


@breaks("s02")
class PutsItThereOnceMore(MemoryConnector):
    def restore(self, pieces: Iterable[Piece]) -> Iterator[Outcome]:
        system = self.settings.system
        for outcome in super().restore(pieces):
            for part in system.parts.values():
                if outcome.result is Result.RETAINED and outcome.key in part:
                    system.add(part[outcome.key])
            yield outcome


@breaks("s01 s03")
class MakesRoomFirst(MemoryConnector):
    def restore(self, pieces: Iterable[Piece]) -> Iterator[Outcome]:
        for outcome in super().restore(pieces):
            if outcome.result is Result.RESTORED:
                self.settings.system.remove("tok00006")
            yield outcome
