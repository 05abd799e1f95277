"""Dates and times of PostgreSQL that Python has none for: `infinity`, a year before Christ or after 9999. They are read as the text that they are."""

from typing import Any

from psycopg import DataError
from psycopg.abc import Buffer
from psycopg.types.datetime import DateLoader, TimestampLoader, TimestamptzLoader


class AnyDate(DateLoader):
    """Reads a date."""

    def load(self, data: Buffer) -> Any:
        """Return the date, or its text."""
        try:
            return super().load(data)
        except DataError:
            return bytes(data).decode()


class AnyTimestamp(TimestampLoader):
    """Reads a time without a zone."""

    def load(self, data: Buffer) -> Any:
        """Return the time, or its text."""
        try:
            return super().load(data)
        except DataError:
            return bytes(data).decode()


class AnyTimestamptz(TimestamptzLoader):
    """Reads a time with a zone."""

    def load(self, data: Buffer) -> Any:
        """Return the time, or its text."""
        try:
            return super().load(data)
        except DataError:
            return bytes(data).decode()


KINDS = {"date": AnyDate, "timestamp": AnyTimestamp, "timestamptz": AnyTimestamptz}
"""By the name of the type."""
