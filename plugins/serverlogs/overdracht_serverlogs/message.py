"""Whom a line without its head is about: the message of a journal entry, a line that fail2ban kept."""

from collections.abc import Iterator

from overdracht_serverlogs.formats import looks_like, named

_HEAD = b"Jan  1 00:00:00 host program: "


def owners(line: str) -> Iterator[tuple[str, str]]:
    """Yield field and text of who is named in *line* as whom it is about."""
    raw = line.encode("utf-8", "replace")
    written = looks_like([raw])
    if written.name == "unknown":
        raw, written = _HEAD + raw, named("rfc3164")
    for one in written.owners(raw):
        yield one.field, raw[one.start : one.end].decode("utf-8", "replace")
