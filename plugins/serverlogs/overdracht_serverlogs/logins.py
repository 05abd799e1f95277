"""The connector to btmp, wtmp and their rotations: who logged in or failed to, and from where."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from overdracht import ConfigPath, Residue, Settings
from overdracht_serverlogs.entry_connector import ErasingEntryConnector

if TYPE_CHECKING:
    from overdracht_serverlogs.login_files import LoginFiles


class LoginsSettings(Settings):
    """The keys of `[sources.NAME]` with `connector = "logins"`."""

    paths: tuple[ConfigPath, ...] = Field(
        (Path("/var/log/btmp"), Path("/var/log/wtmp")),
        min_length=1,
        description="The files in the format of utmp(5); their rotations (btmp.1, wtmp.2.gz) are read along.",
    )


class Logins(ErasingEntryConnector[LoginsSettings]):
    """Reads btmp and wtmp."""

    name: ClassVar[str] = "logins"
    summary: ClassVar[str] = "Logins and failed logins: btmp, wtmp and their rotations."
    settings_type: ClassVar[type[Settings]] = LoginsSettings
    action: ClassVar[str] = "cut"

    def store(self) -> "LoginFiles":
        """Return the files."""
        from overdracht_serverlogs.login_files import LoginFiles

        return LoginFiles(self.settings.paths, self.source)

    def residue(self) -> Iterator[Residue]:
        """Say what stays of records that were cut."""
        from overdracht_serverlogs.residue import of_logins

        yield from of_logins()
