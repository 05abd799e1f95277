"""The connector to the logs of one's own servers."""

from collections.abc import Iterable, Iterator
from typing import ClassVar

from overdracht import (
    Category,
    Check,
    Connector,
    Finding,
    Gap,
    Item,
    Piece,
    Processing,
    Question,
    Settings,
    Sighting,
)
from overdracht_serverlogs.settings import ServerLogsSettings


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
        self, items: Iterable[Item], extras: frozenset[str] = frozenset()
    ) -> Iterator[Piece]:
        """Yield the items' lines, other people's tokens masked, and the same with their fields as JSON lines."""
        from overdracht_serverlogs.log_export import export

        yield from export(self.settings, items, extras)

    def identifiers(self) -> Iterator[Sighting | Gap]:
        """Yield every login and mail address in a field that says whom a line is about."""
        from overdracht_serverlogs.sightings import sightings

        yield from sightings(self.settings)
