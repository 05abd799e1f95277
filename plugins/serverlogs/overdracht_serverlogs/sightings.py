"""Whom the logs know: every login, mail address and user name in a field that says whom a line is about."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import date

from overdracht import Certainty, Gap, Identifier, IdentifierError, Kinds, Sighting, base_address
from overdracht_serverlogs.formats import Format
from overdracht_serverlogs.lineitems import MOST_RECORDS, Key, digest
from overdracht_serverlogs.logs import Listing, Log, LogFile, logs
from overdracht_serverlogs.looks import listed, look
from overdracht_serverlogs.packed import Unreadable
from overdracht_serverlogs.records import Block, Times, blocks, bounds, stamp_of
from overdracht_serverlogs.settings import ServerLogsSettings

REMEMBERED = 50_000
"""Identifiers of a day whose records are counted; of more the first are told again."""
_KINDS = Kinds()
_HINTS = re.compile(
    rb"=|\b(?:for|user|authenticating) |\"(?:remote_user|user|username|login|email)\"|\] \"|\)[<:]",
    re.IGNORECASE,
)
_LOGGED_IN = re.compile(rb" \[(?<![^-\s] - - \[)")
"""What stands behind the name of who logged in, in the lines of a web server."""


def sightings(settings: ServerLogsSettings) -> Iterator[Sighting | Gap]:
    """Yield, for each item that a find for somebody would give as surely theirs, one sighting of who that is."""
    listing = Listing()
    found = list(logs(settings, listing))
    for pattern in listing.unmatched:
        yield Gap(pattern, "no file matches this pattern")
    for folder, reason in listing.refused:
        yield Gap(folder, f"it cannot be listed: {reason}")
    for log in found:
        yield from _Sightings(log).all()


class _Sightings:
    """Goes through one log."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._counts: dict[tuple[date | None, Identifier], int] = {}
        self._known: dict[bytes, tuple[Identifier, ...]] = {}

    def all(self) -> Iterator[Sighting | Gap]:
        """Yield every sighting, and at the end a gap for what could not be read."""
        problems = []
        for file in self._log.files:
            try:
                if not file.problem:
                    yield from self._file(file)
                    continue
                reason = file.problem
            except Unreadable as error:
                reason = str(error)
            problems.append(f"{file.path.rpartition('/')[2]}: {reason}")
        if problems:
            yield Gap(self._log.part, "; ".join(problems[:3]))

    def _file(self, file: LogFile) -> Iterator[Sighting]:
        looked = look(self._log, file)
        form, dating = looked.form, looked.dating
        times = Times(form)
        hints = _LOGGED_IN if form.name in {"combined", "common"} else _HINTS
        end = file.size if looked.method == "plain" else None
        with listed(file) as reader, closing(blocks(reader, form, 0, end)) as every:
            for block in every:
                last = -1
                for hint in hints.finditer(block.text, 0, block.length):
                    if hint.start() < last:
                        continue
                    start, last = bounds(block.text, hint.start(), hint.end(), block.length, form)
                    raw = bytes(block.text[start:last])
                    who = self._who([raw[one.start : one.end] for one in form.owners(raw)])
                    if not who:
                        continue
                    stamp = _stamp(block, start, last, times, looked.form)
                    place = block.base + start
                    day = None if stamp is None else dating.day(stamp, place)
                    for one in who:
                        if self._begins(day, one):
                            key = Key(self._log.part, day, Certainty.EXACT, digest(raw).hex())
                            when = None if stamp is None else dating.moment(stamp, place)
                            yield Sighting(one, str(key), self._log.part, when)
                times.passed(block)

    def _begins(self, day: date | None, who: Identifier) -> bool:
        """Say whether an item of *who* begins with this record of the *day*."""
        if len(self._counts) > REMEMBERED:
            self._counts.clear()
        count = self._counts.get((day, who), 0)
        self._counts[day, who] = count + 1
        return count % MOST_RECORDS == 0

    def _who(self, values: list[bytes]) -> tuple[Identifier, ...]:
        found: dict[Identifier, None] = {}
        for value in values:
            if value not in self._known:
                if len(self._known) > REMEMBERED:
                    self._known.clear()
                self._known[value] = _identified(value)
            found |= dict.fromkeys(self._known[value])
        return tuple(found)


def _stamp(block: Block, start: int, end: int, times: Times, form: Format) -> bytes | None:
    stamp = stamp_of(block.text, start, end, form)
    return times.before(block, start) if stamp is None else stamp


def _identified(value: bytes) -> tuple[Identifier, ...]:
    """Return whom the *value* of a field names: somebody's mail address, which may be a login too, or a login."""
    text = value.decode("utf-8", "replace").replace("%40", "@")
    # An address with a label (jan+nieuws@x.nl) arrives at the one without.
    mail = [("email", one) for one in dict.fromkeys((text, base_address(text)))]
    found = []
    for kind, written in mail if "@" in text else [("username", text), ("customer", text)]:
        try:
            found.append(_KINDS.identifier(kind, written))
        except IdentifierError:
            continue
    return tuple(dict.fromkeys(found))
