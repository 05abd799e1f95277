"""The connector to the logs of one's own servers."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from overdracht import (
    Aged,
    ApprovedStep,
    Category,
    Check,
    Connector,
    Finding,
    Gap,
    Item,
    Objection,
    Outcome,
    Piece,
    Processing,
    Question,
    Residue,
    Ruling,
    Settings,
    Sighting,
    Step,
)
from overdracht_serverlogs.settings import ServerLogsSettings

if TYPE_CHECKING:
    from overdracht_serverlogs.line_erase import LineErasure


class ServerLogs(Connector[ServerLogsSettings]):
    """Reads the logs of nginx, Apache, Postfix, Dovecot, syslog and whatever else writes lines with a time."""

    name: ClassVar[str] = "serverlogs"
    summary: ClassVar[str] = "Logs of your own servers: web, mail, syslog; rotated and compressed."
    settings_type: ClassVar[type[Settings]] = ServerLogsSettings
    categories: ClassVar[frozenset[Category]] = frozenset({Category.TRAFFIC})

    def check(self) -> Iterator[Check]:
        """Look at every log: readable, of a known format, and nothing written."""
        from overdracht_serverlogs.checking import checks

        yield from checks(self.settings)

    def describe(self) -> Iterable[Processing]:
        """Say what is done with traffic data."""
        from overdracht_serverlogs.processing import PROCESSING

        return PROCESSING

    def find(self, question: Question) -> Iterator[Finding]:
        """Yield the subject's lines, grouped by log and day."""
        from overdracht_serverlogs.finding import find

        yield from find(self.settings, question)

    def export(
        self,
        items: Iterable[Item],
        extras: frozenset[str] = frozenset(),  # noqa: ARG002 - it has none
    ) -> Iterator[Piece]:
        """Yield the items' lines, other people's tokens masked, and the same with their fields as JSON lines."""
        from overdracht_serverlogs.log_export import export

        yield from export(self.settings, items)

    def propose(self, item: Item, ruling: Ruling) -> Step:
        """Say that the lines are dropped, or what identifies the person in them is replaced; or that they wait until the log is rotated."""
        return self._erasure.propose(item, ruling)

    def prepare(self, steps: Iterable[ApprovedStep]) -> Iterator[Objection]:
        """Look whether every log can be written anew, and whether the lines are still the planned ones."""
        yield from self._erasure.objections(steps)

    def erase(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Take exactly the planned lines out, durably."""
        yield from self._erasure.outcomes(steps)

    def residue(self) -> Iterator[Residue]:
        """Say what stays of lines that were taken out."""
        from overdracht_serverlogs.residue import of_logs

        yield from of_logs()

    def aged(self, before: Mapping[Category, date]) -> Iterator[Aged | Gap]:
        """Yield the days of each log that lie before the day for traffic data, by the time of each line."""
        from overdracht_serverlogs.retention import aged

        yield from aged(self.settings, before)

    @cached_property
    def _erasure(self) -> "LineErasure":
        from overdracht_serverlogs.line_erase import LineErasure

        return LineErasure(self.settings, self.source)

    def identifiers(self) -> Iterator[Sighting | Gap]:
        """Yield every login and mail address in a field that says whom a line is about."""
        from overdracht_serverlogs.sightings import sightings

        yield from sightings(self.settings)
