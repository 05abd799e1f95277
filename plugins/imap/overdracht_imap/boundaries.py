"""Tell where in an mbox file the messages begin: surely, perhaps, or not at all.

A message begins at a `From ` line with a date in the form of asctime, RFC 5322 or ISO 8601 and a header field behind it. Programs also write lines
without one, and people begin paragraphs with the word: such a line in front of what may be a header section is *in doubt*. It is no boundary, but
what stands around it is not taken for one message either, for it may be two of two people.
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from overdracht_imap.headers import section_end

BEGINNING = 4096
"""Bytes of a file that are looked at to tell what it is."""
AHEAD = 4096
"""Bytes behind a `From ` line that are looked at to tell whether it is one."""
_HEADER = 8192
_WINDOW = 1 << 20
_BEHIND = 4
_MOST_FIELDS = 40
_NAMED_PLACES = 3

IN_DOUBT = "it cannot be told where the message ends: a line in it may begin another one, and the gap of its file names the place"

_WORD = rb"[A-Za-z\x80-\xff]{2,8}\.?,?"
_CLOCK = rb"\d\d?:\d\d(?::\d\d)?(?:[.,]\d+)?"
_ZONE = rb"(?:[ \t]+(?:[A-Z]{1,5}|[+-]\d{4}|\([^()]{1,20}\)))"
_YEAR = rb"(?:(?:19|20)\d\d|\d\d)"
_DATED = re.compile(
    rb"(?:^|[ \t])(?:"
    rb"(?:%(word)s[ \t]+)?%(word)s[ \t]+\d\d?,?[ \t]+%(clock)s%(zone)s{0,2}[ \t]+%(year)s%(zone)s{0,2}"
    rb"|(?:%(word)s[ \t]+)?\d\d?[ \t-]%(word)s[ \t-]%(year)s[ \t]+%(clock)s%(zone)s{0,2}"
    rb"|\d{1,4}[-/.]\d\d?[-/.]\d{1,4},?[ T]%(clock)s(?:Z|[+-]\d\d:\d\d|%(zone)s{0,2})"
    rb")(?:[ \t]+remote from [^\n]{1,200})?$"
    % {b"word": _WORD, b"clock": _CLOCK, b"zone": _ZONE, b"year": _YEAR}
)
_LOOSELY_DATED = re.compile(
    rb"\d\d?:\d\d.{0,60}\b(?:19|20)\d\d\b|\b(?:19|20)\d\d\b.{0,60}\d\d?:\d\d"
)
_ONE_SENDER = re.compile(rb'\s*(?:\S*|"[^"]*"\S*|\S+ at \S+)\s*')
_LINE = re.compile(rb"From ([^\n]{0,1000})\n")
_FIELD = re.compile(rb"([!-9;-~]{1,76})[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*(?:\n|\Z)")
_NOTHING = re.compile(rb">?From |\r?\n|\Z")
_BEHIND_SEPARATOR = re.compile(rb"[!-9;-~]+[ \t]*:|>?From |\r?\n|\Z")
_MOZILLA = b"X-Mozilla-Status"
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,15})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_BEFORE_NEXT = re.compile(rb"\r?\n?\r?\nFrom |From |\s{0,4}\Z")
_EMPTY_LINES = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n]*")

_OF_MAIL = re.compile(
    rb"(?:from|sender|reply-to|to|cc|bcc|subject|date|return-path|received|message-id|in-reply-to|references|delivered-to|envelope-to|mime-version"
    rb"|status|user-agent|organization|organisation|importance|priority|precedence|auto-submitted|errors-to|apparently-to|newsgroups|lines"
    rb"|(?:x|resent|content|list|arc|dkim|authentication|received|thread|disposition)-.+|domainkey-signature)",
    re.IGNORECASE,
)
_OF_MAIL_ALONE = re.compile(
    rb"from|return-path|received|message-id|delivered-to|mime-version|content-type",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """From where a message begins to where the next one surely does; more than one message when there is a place in *doubt* (-1 for none)."""

    start: int
    end: int
    doubt: int = -1

    @property
    def is_one(self) -> bool:
        """Say whether it surely is one message."""
        return self.doubt < 0


class Doubts:
    """Counts the stretches of a file that may be more than one message."""

    def __init__(self) -> None:
        self._count = 0
        self._places: list[int] = []

    def sure(self, found: Iterable[Stretch]) -> Iterator[Stretch]:
        """Yield those of the stretches *found* that surely are one message, and count the others."""
        for stretch in found:
            if stretch.is_one:
                yield stretch
                continue
            self._count += 1
            if len(self._places) < _NAMED_PLACES:
                self._places.append(stretch.doubt)

    @property
    def reason(self) -> str:
        """What to say of them and what to do, empty when there are none."""
        if not self._count:
            return ""
        where = ", ".join(map(str, self._places)) + (
            ", …" if self._count > len(self._places) else ""
        )
        many = "a message" if self._count == 1 else f"{self._count} messages"
        return (
            f"{many} may be two, and so neither searched nor exported nor erased: a line that begins with `From ` but has no proper date stands behind"
            f" byte {where}. Write `>From ` there, or the date in full where a message does begin: `From name Mon Jan  5 10:00:00 2026`"
        )


def beginning(start: bytes) -> int:
    """Return where in a file that begins with *start* its content does, behind a byte order mark and empty lines."""
    found = _EMPTY_LINES.match(start)
    return found.end() if found else 0


def begins_mbox(start: bytes) -> bool:
    """Say whether a file that begins with *start* is an mbox."""
    return start.startswith(b"From ", beginning(start))


def stretches(descriptor: int, start: int, size: int) -> Iterator[Stretch]:
    """Yield the stretches of the open file between the places where a message surely begins, from *start* to *size*."""
    begun = doubt = -1
    for place, sure in _beginnings(descriptor, start, size):
        if not sure:
            doubt = place if doubt < 0 else doubt
            continue
        if begun >= 0:
            yield Stretch(begun, place, doubt)
        begun, doubt = place, -1
    if begun >= 0:
        yield Stretch(begun, size, doubt)


def _beginnings(descriptor: int, start: int, size: int) -> Iterator[tuple[int, bool]]:
    """Yield where in the open file a message may begin, and whether it surely does."""
    trusted_to = start
    first = beginning(os.pread(descriptor, BEGINNING, 0))
    if start <= first < size:
        # What the file begins with is a separator, or it would be no mbox.
        yield first, True
        start = first + 1
        trusted_to = max(start, _end_by_length(descriptor, first, size))
    for at in range(start, size, _WINDOW):
        before = max(0, at - _BEHIND)
        window = os.pread(descriptor, at - before + _WINDOW + AHEAD, before)
        for place in _from_lines(window, at - before, at - before + _WINDOW):
            position = before + place
            sure = _begins(window, place) if position >= trusted_to else None
            if sure is not None:
                yield position, sure
            if sure:
                trusted_to = max(trusted_to, _end_by_length(descriptor, position, size))


def _from_lines(window: bytes, start: int, end: int) -> Iterator[int]:
    place = window.find(b"\nFrom ", max(0, start - 1)) + 1
    while 0 < place < end:
        yield place
        place = window.find(b"\nFrom ", place) + 1


def _begins(window: bytes, place: int) -> bool | None:
    """Say whether a message begins at the `From ` line at *place*; None when surely none does, False when it is in doubt."""
    line = _LINE.match(window, place)
    if line is None:
        return None
    rest, after = line[1].rstrip(), line.end()
    dated = _DATED.search(rest)
    if dated and _ONE_SENDER.fullmatch(rest, 0, dated.start()):
        if _BEHIND_SEPARATOR.match(window, after):
            return True  # as nearly all are
    elif not rest and window.startswith(_MOZILLA, after):
        return True  # as Thunderbird writes it
    names = _names(window, after)
    of_mail = [name for name in names if _OF_MAIL.fullmatch(name)]
    if dated and of_mail:
        return True
    behind_empty = window.endswith((b"\n\n", b"\n\r\n"), 0, place)
    if dated:
        doubtful = behind_empty
    elif names:
        doubtful = _may_begin(rest, of_mail, behind_empty=behind_empty)
    else:
        doubtful = (
            behind_empty
            and _is_address(rest.partition(b" ")[0])
            and _LOOSELY_DATED.search(rest) is not None
            and _NOTHING.match(window, after) is not None
        )
    return False if doubtful else None


def _may_begin(rest: bytes, of_mail: list[bytes], *, behind_empty: bool) -> bool:
    """Say whether a `From ` line without a date, before fields of which *of_mail* are known in mail, may begin a message all the same."""
    if not behind_empty:
        return bool(of_mail) and _is_address(rest)
    if _is_address(rest.partition(b" ")[0]):
        return True
    if b" " not in rest.strip() or _LOOSELY_DATED.search(rest):
        return bool(of_mail)
    # A sentence: what follows has to look like a header section indeed.
    return len(set(of_mail)) > 1 or any(map(_OF_MAIL_ALONE.fullmatch, of_mail))


def _is_address(word: bytes) -> bool:
    return b"@" in word and b" " not in word


def _names(window: bytes, place: int) -> list[bytes]:
    """Return the names of the header fields that stand one behind the other at *place*."""
    names: list[bytes] = []
    while len(names) < _MOST_FIELDS and (field := _FIELD.match(window, place)):
        names.append(field[1].lower())
        place = field.end()
    return names


def _end_by_length(descriptor: int, position: int, size: int) -> int:
    """Return where the message at *position* ends by its Content-Length; *position* where it has none that is right."""
    header = os.pread(descriptor, _HEADER, position)
    end = section_end(header, 0, len(header))
    found = _LENGTH.search(header, 0, end) if end >= 0 else None
    if found is None:
        return position
    after = position + end + int(found[1])
    if after > size or not _BEFORE_NEXT.match(os.pread(descriptor, 16, after)):
        return position
    return after
