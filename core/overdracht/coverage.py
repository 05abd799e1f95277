"""What was searched and what was not: the statement that ends every run."""

from dataclasses import dataclass
from enum import StrEnum

from overdracht.items import Gap
from overdracht.text import Text

NOT_ASKED = "not asked in this run (--source)"
"""The reason of a source that was left out."""


class Reach(StrEnum):
    """How much of a source was searched."""

    WHOLE = "whole"
    EMPTY = "empty"
    """Searched whole, and it holds nothing about the subject."""
    PARTIAL = "partial"
    FAILED = "failed"
    MISSING = "missing"
    """The connector is not installed, did not load, or its settings are wrong."""
    SKIPPED = "skipped"
    """The administrator asked other sources only."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of one configured source was searched, and why not all of it."""

    source: str
    connector: str
    reach: Reach
    parts: int = 0
    looked_at: int = 0
    items: int = 0
    seconds: float = 0.0
    gaps: tuple[Gap, ...] = ()
    notes: tuple[Text, ...] = ()

    @property
    def complete(self) -> bool:
        """Say whether nothing was left out."""
        return self.reach in {Reach.WHOLE, Reach.EMPTY}
