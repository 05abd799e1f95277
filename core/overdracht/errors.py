"""The errors a person can meet, each with its exit code and one clear line.

    OverdrachtError            exit 1
    ├── UsageError             exit 2  what was typed cannot be used
    │   └── IdentifierError            an identifier that is none
    ├── ConfigError            exit 2  the configuration, with file, key and remedy
    │   └── SecretError                a secret that cannot be had
    ├── SourceError            exit 1  a source cannot do what was asked
    │   ├── Unreachable                no connection, or it went away
    │   ├── Refused                    the source says no: wrong password, no permission
    │   └── Misbehaving                the source answers what it must not
    ├── StateError             exit 1  the state directory cannot be used
    └── BundleError            exit 1  a bundle cannot be written, read or trusted
        └── PathRefused                a bundle does not take a file under this path

A message says what, where and what to do. It holds no secret and nothing personal: the exception's text may end in
a log. A library's own errors are translated where they occur, `from` the cause.
"""

from typing import ClassVar


class OverdrachtError(Exception):
    """Say in one line what went wrong, where, and what to do."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} ({self.remedy})" if self.remedy else self.message


class UsageError(OverdrachtError):
    """What was typed cannot be used."""

    exit_code = 2


class IdentifierError(UsageError):
    """A text is no identifier of the kind it was given as."""


class ConfigError(OverdrachtError):
    """The configuration cannot be used; the message names file and key."""

    exit_code = 2


class SecretError(ConfigError):
    """A secret that the configuration points to cannot be had."""


class SourceError(OverdrachtError):
    """A source cannot do what was asked of it."""


class Unreachable(SourceError):
    """There is no connection to the source, or it went away."""


class Refused(SourceError):
    """The source answers and says no: a wrong password, no permission, read-only."""


class Misbehaving(SourceError):
    """The source answers something that its protocol does not allow."""


class StateError(OverdrachtError):
    """The state directory cannot be read or written."""


class BundleError(OverdrachtError):
    """A bundle cannot be written, read or trusted."""


class PathRefused(BundleError):
    """A bundle does not take a file under this path; nothing of the file was read or written."""
