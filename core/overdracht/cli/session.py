"""What every command works with: the plugins, the configuration and the state, each loaded when it is first asked for."""

import os
import shutil
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

    from overdracht.config import Config
    from overdracht.connector import Connector, Settings
    from overdracht.erasure import Limits
    from overdracht.registry import Registry
    from overdracht.ruling import Rules
    from overdracht.state import Store
    from overdracht.survey import Organisation

SIGNING_KEY = "signing.key"
"""Below the state directory, in minisign's format."""


@dataclass
class Session:
    """One run of the command line."""

    explicit: Path | None = None
    """The configuration that `--config` names."""
    debug: bool = False

    @cached_property
    def installed(self) -> "Registry":
        """Every plugin that is installed."""
        from overdracht.registry import load

        return load()

    @cached_property
    def registry(self) -> "Registry":
        """The plugins that the configuration needs."""
        from overdracht.config import connectors_of, locate
        from overdracht.registry import load

        return load(needed=connectors_of(locate(self.explicit)))

    @cached_property
    def config(self) -> "Config":
        """The configuration."""
        from overdracht.config import load, locate

        return load(locate(self.explicit), self.registry)

    @property
    def is_configured(self) -> bool:
        """Whether a configuration was named, readable or not, or is found in one of its places."""
        from overdracht.config import locate
        from overdracht.errors import ConfigError

        try:
            locate(self.explicit)
        except ConfigError:
            return False
        return True

    @property
    def organisation(self) -> "Organisation":
        """The organisation, as a search wants to know it."""
        from overdracht.survey import Organisation

        return Organisation(
            frozenset(self.config.organisation.own), frozenset(self.config.organisation.shared)
        )

    @property
    def connectors(self) -> "Mapping[str, Connector[Settings]]":
        """The connector of each source that has one."""
        return {one.name: one.connector for one in self.config.sources if one.connector}

    @property
    def rules(self) -> "Rules":
        """The retention rules."""
        from overdracht.ruling import Rules

        return Rules(self.config.rules)

    @property
    def limits(self) -> "Limits":
        """How much of a source one plan may take."""
        from overdracht.erasure import Limits

        return Limits(self.config.erasure.most, self.config.erasure.most_of)

    @property
    def signing_key(self) -> Path:
        """Where the organisation's signing key is, once there is one."""
        return self.config.state_directory / SIGNING_KEY

    def store(self) -> "Store":
        """Open the state; close it, or use it in a `with`."""
        from overdracht.state import Store

        key = self.config.state_key
        return Store(self.config.state_directory, None if key is None else key.get())

    def now(self) -> datetime:
        """Return the moment it is, in the administrator's own time zone."""
        return datetime.now(UTC).astimezone()

    @cached_property
    def program(self) -> str:
        """How this process was called, so that what is printed can be copied."""
        called = Path(sys.argv[0])
        if called.name == "__main__.py":
            path = os.environ.get("PYTHONPATH")
            python = "python3" if _is("python3", sys.executable) else quote(sys.executable)
            return (f"PYTHONPATH={quote(path)} " if path else "") + f"{python} -m overdracht"
        if called.name == "overdracht" and not _is("overdracht", str(called)):
            return quote(str(called))
        return "overdracht"

    def command(self, words: str) -> str:
        """Return the command line of *words* that works when it is copied."""
        chosen = f" --config {quote(str(self.explicit))}" if self.explicit else ""
        return f"{self.program}{chosen} {words}"


def _is(name: str, path: str) -> bool:
    """Say whether typing *name* runs what is at *path*."""
    found = shutil.which(name)
    return found is not None and Path(found).resolve() == Path(path).resolve()


pass_session = click.make_pass_decorator(Session)
