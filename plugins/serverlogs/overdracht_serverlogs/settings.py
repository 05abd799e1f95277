"""What the administrator writes for the logs of a machine."""

import re
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from overdracht import ConfigPath, SecretRef, Settings

FormatName = Literal[
    "auto",
    "combined",
    "common",
    "json",
    "rfc3164",
    "rfc5424",
    "dovecot",
    "iso",
    "nginx-error",
    "apache-error",
    "php-error",
    "squid",
    "bind",
    "ctime",
    "epoch",
]


class Family(Settings):
    """Logs of one kind: where they are, how they are written, and what becomes of a person's lines."""

    paths: tuple[ConfigPath, ...] = Field(
        min_length=1,
        description='The files, by name or pattern; ** goes into folders. Rotated ones too: ["/var/log/nginx/*access.log*"].',
    )
    exclude: tuple[str, ...] = Field(
        (),
        description='Files to leave out, by name or whole path, as patterns: ["*.swp", "*/old/*"].',
    )
    format: FormatName = Field(
        "auto",
        description="How a line is written: auto (told by its looks), combined and common (nginx, Apache), json (nginx), rfc3164 and rfc5424 (syslog),"
        " dovecot (its own log),"
        " iso (a time as 2026-05-03T10:00:00 in front), nginx-error, apache-error, php-error,"
        " squid, bind (20-Nov-2026 10:00:00), ctime (Fri Nov 20 10:00:00 2026), epoch (seconds since 1970).",
    )
    log_format: str = Field(
        "",
        description="Instead of format: the string in nginx's log_format ('$remote_addr - $remote_user [$time_local] …') or Apache's LogFormat ('%h %l %u %t …').",
    )
    regex: str = Field(
        "",
        description="Instead of format: a regular expression that a record's first line begins with, with a group (?P<time>…); of the other groups"
        " `user`, `remote_user` and `email` say whom the line is about.",
    )
    time_format: str = Field(
        "",
        description="How the time is written that `regex` finds, as in strptime: '%d/%m/%Y %H:%M:%S'; ISO 8601 and the usual ones need none.",
    )
    zone: str = Field(
        "",
        description="The time zone of times that are written without one: Europe/Amsterdam; otherwise that of the source.",
    )
    on_erase: Literal["drop", "pseudonymise"] = Field(
        "drop",
        description="What becomes of a person's lines: drop takes the line out, pseudonymise puts a pseudonym in the place of what identifies the person.",
    )
    reopen: tuple[str, ...] = Field(
        (),
        description='The command that makes the server open its log anew, as logrotate runs it: ["nginx", "-s", "reopen"]. Without it the lines in a'
        " log that is being written are erased once it was rotated.",
    )
    lets_go_within: int = Field(
        20,
        ge=1,
        le=3600,
        description="Within how many seconds the server lets go of its old log once it was told to open it anew: more for an Apache with long downloads,"
        " which keep the old one open to their end.",
    )
    rotates_within: int = Field(
        8,
        ge=1,
        le=400,
        description="Within how many days a log is rotated: 8 when it is every week.",
    )

    @field_validator("reopen")
    @classmethod
    def _is_a_command(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if value and (not value[0] or any("\0" in word for word in value)):
            raise ValueError("it begins with no program")
        return value

    @field_validator("paths", mode="before")
    @classmethod
    def _one_or_more(cls, given: object) -> object:
        return given if isinstance(given, list | tuple) else (given,)

    @field_validator("regex")
    @classmethod
    def _has_a_time(cls, value: str) -> str:
        if not value:
            return value
        try:
            groups = re.compile(value.encode()).groupindex
        except re.error as error:
            raise ValueError(f"it is no regular expression: {error.msg}") from error
        if "time" not in groups:
            raise ValueError("it has no group (?P<time>…)")
        return value

    @field_validator("time_format")
    @classmethod
    def _has_a_year(cls, value: str) -> str:
        if value and not re.search(r"%[YyGcx]", value.replace("%%", "")):
            raise ValueError("it has no year (%Y), without which no line has a day")
        return value

    @field_validator("log_format")
    @classmethod
    def _can_be_read(cls, value: str) -> str:
        if value and not re.search(r"\$\{?time_|\$msec|%\{?[^ ]*t|\$time", value):
            raise ValueError("it names no time ($time_local, $time_iso8601, $msec, or %t)")
        return value

    @field_validator("zone")
    @classmethod
    def _is_known(cls, value: str) -> str:
        return known_zone(value)

    @model_validator(mode="after")
    def _says_it_once(self) -> Self:
        if sum((self.format != "auto", bool(self.log_format), bool(self.regex))) > 1:
            raise ValueError("give one of format, log_format and regex")
        if self.time_format and not self.regex:
            raise ValueError("time_format goes with regex")
        return self


class ServerLogsSettings(Settings):
    """The keys of `[sources.NAME]` with `connector = "serverlogs"`."""

    logs: tuple[Family, ...] = Field(
        min_length=1, description="The logs, one table [[sources.NAME.logs]] for each kind."
    )
    zone: str = Field(
        "",
        description="The time zone of times that are written without one: Europe/Amsterdam; by default this machine's.",
    )
    pseudonym_key: SecretRef | None = Field(
        None,
        description="Where the key is that pseudonyms are made with, so that one person's is the same every time; without it each run has a key of its"
        " own and forgets it.",
    )

    @field_validator("zone")
    @classmethod
    def _is_known(cls, value: str) -> str:
        return known_zone(value)


def known_zone(name: str) -> str:
    """Return *name*, which must be empty or the name of a time zone."""
    if name:
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("there is no such time zone; one is Europe/Amsterdam") from error
    return name
