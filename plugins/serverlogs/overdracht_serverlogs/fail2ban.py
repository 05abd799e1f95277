"""The connector to fail2ban's database: which addresses were banned, when, and for which lines."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from overdracht import ConfigPath, Residue, Settings
from overdracht_serverlogs.entry_connector import ErasingEntryConnector

if TYPE_CHECKING:
    from overdracht_serverlogs.ban_database import BanDatabase


class Fail2banSettings(Settings):
    """The keys of `[sources.NAME]` with `connector = "fail2ban"`."""

    path: ConfigPath = Field(
        Path("/var/lib/fail2ban/fail2ban.sqlite3"), description="fail2ban's database."
    )


class Fail2ban(ErasingEntryConnector[Fail2banSettings]):
    """Reads fail2ban's database."""

    name: ClassVar[str] = "fail2ban"
    summary: ClassVar[str] = (
        "fail2ban's database: banned addresses and the lines they were banned for."
    )
    settings_type: ClassVar[type[Settings]] = Fail2banSettings
    action: ClassVar[str] = "delete"

    def store(self) -> "BanDatabase":
        """Return the database."""
        from overdracht_serverlogs.ban_database import BanDatabase

        return BanDatabase(self.settings.path, self.source)

    def residue(self) -> Iterator[Residue]:
        """Say what stays of bans that were deleted."""
        from overdracht_serverlogs.residue import of_bans

        yield from of_bans()
